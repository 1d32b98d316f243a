/** Between wire values and the values that formulas compute with. */

import { readDate, readInstant, readTime, writeDate, writeInstant, writeTime } from "./dates.ts";
import { compareDec, type Dec, formatDec, isDec, plainDec, power10, readDec, rescale } from "./decimal.ts";
import type { Env, FormulaType, Value } from "./types.ts";

export const MAX_TEXT = 10_000;
const LIMIT = power10(18);

/** A wire value as a value of a type; what is none becomes null. */
export function read(raw: unknown, type: FormulaType): Value {
  if (raw === null || raw === undefined || raw === "") return null;
  switch (type.kind) {
    case "number":
    case "duration":
      return readDec(raw);
    case "boolean":
      return raw === true;
    case "date":
      return readDate(String(raw));
    case "instant":
      return readInstant(String(raw));
    case "time":
      return readTime(String(raw));
    case "list":
      return Array.isArray(raw) ? raw.map((one) => read(one, type.of ?? type)) : null;
    case "link":
      return typeof raw === "object" ? String((raw as { id?: unknown }).id ?? "") || null : String(raw);
    default:
      return String(raw);
  }
}

/** The wire form: decimals with all digits of their type, safe integers as numbers. */
export function write(value: Value, type: FormulaType): unknown {
  if (value === null) return null;
  if (isDec(value)) {
    if (type.scale) return formatDec(value, type.scale);
    const whole = Number(rescale(value, 0).n);
    return Number.isSafeInteger(whole) ? whole : formatDec(value, 0);
  }
  if (Array.isArray(value)) return value.map((one: Value) => write(one, type.of ?? type));
  if (typeof value === "bigint") return writeInstant(value);
  if (type.kind === "date") return writeDate(value as number);
  return type.kind === "time" ? writeTime(value as number) : value;
}

/** As `&` and TEXT write it. */
export function plainText(value: Value, type: FormulaType): string {
  if (isDec(value)) return plainDec(value);
  if (typeof value === "bigint") return writeInstant(value, false);
  return String(write(value, type));
}

/** A result within the bounds of its type, or null and a fault. */
export function finish(value: Value, type: FormulaType, env: Env): Value {
  if (isDec(value)) {
    const rounded = rescale(value, type.scale);
    if (rounded.n > -LIMIT && rounded.n < LIMIT) return rounded;
    env.faults?.push("overflow");
    return null;
  }
  if (type.kind !== "text" || typeof value !== "string") return value;
  if (value.length > MAX_TEXT && [...value].length > MAX_TEXT) {
    env.faults?.push("text_too_long");
    return null;
  }
  return value || null;
}

export function isEqual(a: Value, b: Value): boolean {
  return isDec(a) && isDec(b) ? compareDec(a, b) === 0 : a === b;
}

/** Order by code point for texts, by size for all else; neither side is null. */
export function compare(a: Value, b: Value): number {
  if (isDec(a) && isDec(b)) return compareDec(a, b);
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  const [x, y] = [a as number, b as number];
  return x < y ? -1 : x > y ? 1 : 0;
}

function compareText(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  for (let at = 0; at < x.length && at < y.length; at++) {
    const difference = (x[at]?.codePointAt(0) ?? 0) - (y[at]?.codePointAt(0) ?? 0);
    if (difference) return difference;
  }
  return x.length - y.length;
}

export function has(list: readonly Value[], value: Value): boolean {
  return list.some((one) => isEqual(one, value));
}

export type { Dec };
