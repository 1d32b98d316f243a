/** Computed values as text, where the server has not drawn them. */
import { group } from "../widgets/number.ts";
import { t } from "../widgets/texts.ts";

/** A value that the browser computed, as short text. */
export function shownValue(value: unknown): string {
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
