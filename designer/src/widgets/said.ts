/** What a widget holds, in the words of the page: for chips, and for changes that meet. */
import { spanText, toLocal } from "./dates.ts";
import { moneyText } from "./number.ts";
import type { FieldSpec } from "./spec.ts";
import { t, zone } from "./texts.ts";
import type { Widget } from "./widget.ts";

/** The names of the records that a widget links to; empty for all other widgets. */
export function labelOf(widget: Widget): string {
  const shown = widget.querySelectorAll(".lw-control > .lw-who, .lw-chips > .lw-badge");
  // An avatar or a mark stands before a name and is not part of it.
  const nameOf = (one: Element): string =>
    ([...one.querySelectorAll(".lw-who > span:last-child")].at(-1) ?? one).textContent ?? "";
  return [...shown]
    .map((one) => nameOf(one).trim())
    .filter(Boolean)
    .join(", ");
}

/** The same for a field of a form; a table of lines has no name. */
export function linkedName(widget: Widget | undefined): string {
  return widget && !widget.querySelector("table") ? labelOf(widget) : "";
}

/** A wire value as short text. */
export function shortText(value: unknown, spec?: FieldSpec): string {
  if (value === null || value === undefined || value === "") return t("empty");
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (Array.isArray(value)) return value.map((one) => shortText(one, spec)).join(", ");
  return typeof value === "object" ? textOfParts(value as Record<string, unknown>) : textOfPlain(value, spec);
}

function textOfParts(part: Readonly<Record<string, unknown>>): string {
  if ("label" in part) return String(part["label"]);
  if ("amount" in part) return moneyText(String(part["amount"]), String(part["currency"] ?? ""));
  return Object.values(part).map(String).join(" ");
}

function textOfPlain(value: unknown, spec?: FieldSpec): string {
  const readable = spec?.readable?.[String(value)];
  if (readable) return readable;
  if (spec?.type === "duration" || spec?.props["result"] === "duration") return spanText(Number(value));
  if (spec?.widget === "instant") return toLocal(String(value), zone()).replace("T", " ");
  return spec?.choices?.find((choice) => choice.value === value)?.label ?? String(value);
}
