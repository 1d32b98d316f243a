/** Functions on text. Lengths and positions count characters (code points), from 1. */

import { type Dec, dec, divide, readDec, toInt } from "./decimal.ts";
import type { Fn, Value } from "./types.ts";
import { MAX_TEXT, plainText } from "./values.ts";

const SPACES = " \\t\\r\\n\\u3000\\u00a0";
const HEAD = new RegExp(`^[${SPACES}]+`, "u");
const TAIL = new RegExp(`[${SPACES}]+$`, "u");
const RUN = new RegExp(`[${SPACES}]+`, "gu");
const NUMBER = /^[+-]?[0-9]{1,12}(\.[0-9]{1,6})?$/;
const TOO_LONG = "x".repeat(MAX_TEXT + 1);

const chars = (value: Value | undefined): string[] => [...String(value)];
const str = (value: Value | undefined): string => String(value);
const int = (value: Value | undefined): number => toInt(value as Dec);
const clip = (value: Value | undefined): number => Math.max(0, Math.min(int(value), MAX_TEXT));

/** The case rule of searching: Unicode lower case, the final sigma as an ordinary one. */
export function fold(text: string): string {
  return text.toLowerCase().replaceAll("ς", "σ");
}

function position(text: string, part: string): Value {
  const at = text.indexOf(part);
  return at < 0 ? null : dec([...text.slice(0, at)].length + 1);
}

function occurrences(text: string, part: string): number {
  return text.split(part).length - 1;
}

function substitute([text, old, put]: readonly Value[]): Value {
  if (text === null || text === undefined || old === null) return text ?? null;
  const [whole, from, to] = [str(text), str(old), put ? str(put) : ""];
  const grown = occurrences(whole, from) * (chars(to).length - chars(from).length);
  return chars(whole).length + grown > MAX_TEXT ? TOO_LONG : whole.replaceAll(from, () => to);
}

function filling(text: Value | undefined, width: Value | undefined, fill: Value | undefined): string {
  const missing = Math.min(int(width), MAX_TEXT + 1) - chars(text).length;
  const unit = fill === undefined ? [" "] : chars(fill);
  if (missing <= 0) return "";
  return Array.from({ length: missing }, (_, at) => unit[at % unit.length]).join("");
}

function mask([text, start, end]: readonly Value[]): Value {
  const all = chars(text);
  const [head, tail] = [clip(start), clip(end)];
  const hidden = all.length - head - tail;
  if (hidden <= 0) return "*".repeat(all.length);
  return all.slice(0, head).join("") + "*".repeat(hidden) + all.slice(all.length - tail).join("");
}

function character(code: number): Value {
  const isChar = (code >= 32 && code <= 126) || (code >= 160 && code <= 0xd7ff);
  return isChar || (code >= 0xe000 && code <= 0x10ffff) ? String.fromCodePoint(code) : null;
}

function text(run: (first: string, second: string, args: readonly Value[]) => Value): Fn {
  return { run: (args) => run(str(args[0]), str(args[1]), args) };
}

export const TEXT: Record<string, Fn> = {
  TEXT: { run: ([value], at) => plainText(value ?? null, at.types[0] ?? at.type) },
  VALUE: text((raw) => {
    const plain = raw.replace(/^ +| +$/g, "");
    return NUMBER.test(plain) ? readDec(plain) : null;
  }),
  LEN: text((value) => dec([...value].length)),
  UPPER: text((value) => value.toUpperCase()),
  LOWER: text((value) => value.toLowerCase()),
  TRIM: text((value) => value.replace(HEAD, "").replace(TAIL, "")),
  LTRIM: text((value) => value.replace(HEAD, "")),
  RTRIM: text((value) => value.replace(TAIL, "")),
  CLEAN: text((value) => value.replace(RUN, " ").replace(/^ | $/g, "")),
  LEFT: {
    run: ([value, count]) =>
      chars(value)
        .slice(0, count === undefined ? 1 : clip(count))
        .join(""),
  },
  RIGHT: {
    run: ([value, count]) => {
      const keep = count === undefined ? 1 : clip(count);
      return keep ? chars(value).slice(-keep).join("") : null;
    },
  },
  MID: {
    run: ([value, start, count]) => {
      const first = Math.max(0, int(start) - 1);
      return chars(value)
        .slice(first, first + clip(count))
        .join("");
    },
  },
  FIND: text((part, whole) => position(whole, part)),
  SEARCH: text((part, whole) => position(fold(whole), fold(part))),
  CONTAINS: text((whole, part) => fold(whole).includes(fold(part))),
  STARTSWITH: text((whole, part) => fold(whole).startsWith(fold(part))),
  ENDSWITH: text((whole, part) => fold(whole).endsWith(fold(part))),
  SAMETEXT: text((a, b) => fold(a) === fold(b)),
  SUBSTITUTE: { own: true, run: substitute },
  REPLACE: {
    run: ([value, start, count, put]) => {
      const all = chars(value);
      const first = Math.max(0, int(start) - 1);
      return all.slice(0, first).join("") + str(put) + all.slice(first + clip(count)).join("");
    },
  },
  REPEAT: {
    run: ([value, count]) => {
      const times = Math.max(0, int(count));
      return chars(value).length * times > MAX_TEXT ? TOO_LONG : str(value).repeat(times);
    },
  },
  LPAD: { run: ([value, width, fill]) => filling(value, width, fill) + str(value) },
  RPAD: { run: ([value, width, fill]) => str(value) + filling(value, width, fill) },
  TEXTJOIN: {
    own: true,
    run: ([separator, ...rest]) => rest.filter((one) => one !== null).join(separator ? str(separator) : ""),
  },
  SPLITPART: text((value, separator, args) => value.split(separator)[int(args[2]) - 1] ?? null),
  BEFORE: text((value, separator) => value.split(separator)[0] ?? null),
  AFTER: text((value, separator) => {
    const at = value.indexOf(separator);
    return at < 0 ? null : value.slice(at + separator.length);
  }),
  COUNTOF: text((value, part) => dec(occurrences(value, part))),
  DIGITS: text((value) => value.replace(/[^0-9]/g, "")),
  CODE: text((value) => dec(value.codePointAt(0) ?? 0)),
  CHAR: { run: ([code]) => character(int(code)) },
  REVERSE: text((value) => [...value].reverse().join("")),
  MASK: { run: mask },
};

/** A duration's seconds in a larger unit, with 6 digits. */
export function inUnits(value: Value | undefined, seconds: number): Value {
  return divide(value as Dec, dec(seconds), 6);
}
