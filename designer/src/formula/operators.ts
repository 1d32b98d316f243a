/** Operators on values that have been worked out. */

import { checkDay, checkInstant, MICROS } from "./dates.ts";
import { add, type Dec, divide, multiply, negate, rescale, toInt } from "./decimal.ts";
import type { At, Value } from "./types.ts";
import { compare, has, isEqual } from "./values.ts";

type Operator = (args: readonly Value[], at: At) => Value;

const num = (value: Value | undefined): Dec => value as Dec;

/** Null as soon as one side is null. */
function strict(run: Operator): Operator {
  return (args, at) => (args.includes(null) ? null : run(args, at));
}

function ordered(test: (order: number) => boolean): Operator {
  return ([a = null, b = null]) => a !== null && b !== null && test(compare(a, b));
}

function between([value = null, low = null, high = null]: readonly Value[]): Value {
  if (value === null || low === null || high === null) return false;
  return compare(low, value) <= 0 && compare(value, high) <= 0;
}

export const OPERATORS: Readonly<Record<string, Operator>> = {
  eq: ([a = null, b = null]) => isEqual(a, b),
  ne: ([a = null, b = null]) => !isEqual(a, b),
  same: ([a = null, b = null]) => a !== null && isEqual(a, b),
  lt: ordered((order) => order < 0),
  le: ordered((order) => order <= 0),
  gt: ordered((order) => order > 0),
  ge: ordered((order) => order >= 0),
  between,
  in: ([value = null, options]) => Array.isArray(options) && has(options, value),
  list: (args) => args,
  not: ([value]) => value !== true,
  concat: (args) => args.filter((one) => one !== null).join(""),
  neg: strict(([value]) => negate(num(value))),
  add: strict((args) => args.map(num).reduce(add)),
  mul: strict((args, at) => rescale(args.map(num).reduce(multiply), at.type.scale)),
  div: strict(([a, b], at) => divide(num(a), num(b), at.type.scale)),
  rescale: strict(([value]) => value ?? null),
  date_add: strict(([date, days]) => checkDay((date as number) + toInt(num(days)))),
  date_diff: strict(([a, b]) => ({ n: BigInt((a as number) - (b as number)), s: 0 })),
  instant_add: strict(([instant, span]) => checkInstant((instant as bigint) + num(span).n * MICROS)),
  instant_diff: strict(([a, b]) => ({ n: ((a as bigint) - (b as bigint)) / MICROS, s: 0 })),
};
