/** The reader's language, zone and texts, as the server put them into the page. */
import { parse } from "./dom.ts";

let texts: Readonly<Record<string, string>> | undefined;

/** The text for a key, its `{name}` places filled. */
export function t(key: string, params: Readonly<Record<string, string | number>> = {}): string {
  texts ??= parse<Record<string, string>>(document.getElementById("lw-texts")?.textContent) ?? {};
  let text = texts[key] ?? key;
  for (const [name, value] of Object.entries(params)) text = text.replaceAll(`{${name}}`, String(value));
  return text;
}

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}

export const language = (): string => document.documentElement.lang || "en";
export const isChinese = (): boolean => language().startsWith("zh");
/** A label within other words: "Amount" becomes "amount" in English, "ARR" stays. */
export function inSentence(label: string): string {
  return isChinese() || !/^\p{Lu}(?!\p{Lu})/u.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);
}
export const zone = (): string => meta("lw-zone") || "UTC";
export const companyCurrency = (): string => meta("lw-currency") || "CNY";
export const csrf = (): string => meta("csrf-token");
