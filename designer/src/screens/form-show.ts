/** Computed values as text, where the server has not drawn them. */
import { spanText } from "../widgets/dates.ts";
import { group } from "../widgets/number.ts";
import { t } from "../widgets/texts.ts";

/** A value that the browser computed, as short text; `sign` stands before amounts of money, `kind` is the type of result. */
export function shownValue(value: unknown, sign = "", kind = ""): string {
  if (kind === "duration" && value !== null && value !== undefined) return spanText(Number(value));
  const text = plainValue(value);
  if (!sign || !text) return text;
  const whole = text.replace(/\.0+$/, "");
  return whole.startsWith("-") ? `−${sign}${whole.slice(1)}` : sign + whole;
}

function plainValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (typeof value === "object") {
    const part = value as Record<string, unknown>;
    if ("label" in part) return String(part["label"]);
    if ("amount" in part) return group(String(part["amount"]));
    return String(value).startsWith("[object") ? "" : group(String(value));
  }
  return group(String(value));
}
