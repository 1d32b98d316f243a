/**
 * The typed form of formulas as the server sends it, and what an evaluation may look at.
 *
 * Values come in and go out in wire form: decimals as text, dates as `2026-01-31`, instants in RFC
 * 3339, durations as seconds. Inside, a decimal is `{ n, s }` (n / 10^s), a date a day number, an
 * instant its microseconds since 1970, a time its seconds since midnight.
 */
import type { Dec } from "./decimal.ts";

export type Value = null | boolean | string | number | bigint | Dec | readonly Value[];

export interface FormulaType {
  readonly kind: string;
  readonly scale: number;
  readonly of?: FormulaType;
}

export interface Node {
  readonly op: string;
  readonly type: string;
  readonly value?: unknown;
  readonly path?: string;
  readonly up?: number;
  readonly name?: string;
  readonly args?: readonly Node[];
  readonly where?: Node | null;
  readonly order?: Node | null;
}

export interface User {
  readonly id?: string | null;
  readonly unit?: string | null;
  readonly units?: readonly string[];
  readonly teams?: readonly string[];
  readonly roles?: readonly string[];
}

export interface Calendar {
  readonly weekend: readonly number[];
  readonly holidays: readonly string[];
  readonly workdays: readonly string[];
}

export interface Env {
  /** Wire values by dotted path; child tables hold their rows. */
  readonly record: Readonly<Record<string, unknown>>;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly user?: User;
  /** IANA name of the reader's zone. */
  readonly zone?: string;
  /** The present instant (RFC 3339), the clock's unless given. */
  readonly now?: string;
  readonly calendar?: Calendar;
  /** Collects why values became null: `overflow`, `text_too_long`, `date_range`. */
  readonly faults?: string[];
  readonly parent?: Env;
}

/** What a function is told about its call. */
export interface At {
  readonly env: Env;
  readonly type: FormulaType;
  readonly types: readonly FormulaType[];
}

export interface Fn {
  readonly run: (args: readonly Value[], at: At) => Value;
  /** Whether it is called with nulls; others give null as soon as an argument is null. */
  readonly own?: boolean;
}

/** The tree needs a value that is not on the page. */
export class NotLoaded extends Error {}

/** A date or instant outside the years 1 to 9999. */
export class OutOfRange extends Error {}

const known = new Map<string, FormulaType>();

/** Reads `number(2)`, `list(text)`, `date`. */
export function readType(text: string): FormulaType {
  const found = known.get(text);
  if (found) return found;
  const open = text.indexOf("(");
  const head = open < 0 ? text : text.slice(0, open);
  const inner = open < 0 ? "" : text.slice(open + 1, -1);
  const scale = head === "number" ? Number(inner) : 0;
  const kind = head === "integer" ? "number" : head;
  const type = head === "list" && inner ? { kind, scale, of: readType(inner) } : { kind, scale };
  known.set(text, type);
  return type;
}
