/** Countries by their names in the reader's language; the wire form is the two-letter code. */
import { language } from "./texts.ts";

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

let known: ReadonlyMap<string, string> | undefined;

/** Code by name. */
export function countries(): ReadonlyMap<string, string> {
  if (known) return known;
  const names = new Intl.DisplayNames([language()], { type: "region", fallback: "none" });
  const found = new Map<string, string>();
  for (const code of LETTERS.flatMap((first) => LETTERS.map((second) => first + second))) {
    const name = names.of(code);
    // Names of the past (DD, SU) lead to the country of today.
    if (name && code === (new Intl.Locale(`und-${code}`).region ?? code)) found.set(name, code);
  }
  known = found;
  return found;
}

/** The code of what somebody typed: a name, or a code in any case; else what was typed, for the server to tell. */
export function countryCode(typed: string): string {
  const text = typed.trim();
  const code = countries().get(text);
  if (code) return code;
  const plain = text.toLowerCase();
  for (const [name, one] of countries()) if (name.toLowerCase() === plain || one === text.toUpperCase()) return one;
  return text;
}

export function countryName(code: string): string {
  for (const [name, one] of countries()) if (one === code) return name;
  return code;
}
