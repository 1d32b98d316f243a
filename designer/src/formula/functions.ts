/** All functions that the browser has, by name. */

import { readInstant } from "./dates.ts";
import { DATING, now } from "./dating.ts";
import { type Dec, dec, toInt } from "./decimal.ts";
import { NUMBER } from "./number.ts";
import { TEXT } from "./text.ts";
import type { Env, Fn, User, Value } from "./types.ts";
import { compare, has, isEqual } from "./values.ts";
import { toLocal } from "./zones.ts";

const list = (value: Value | undefined): readonly Value[] => (Array.isArray(value) ? value : []);
const int = (value: Value | undefined): number => toInt(value as Dec);
const user = (env: Env): User => env.user ?? {};

function context(run: (env: Env) => Value): Fn {
  return { own: true, run: (_, at) => run(at.env) };
}

function coalesce(args: readonly Value[]): Value {
  return args.find((one) => one !== null) ?? null;
}

function known(values: readonly Value[]): Value[] {
  return values.filter((one) => one !== null);
}

function unique(values: readonly Value[]): Value[] {
  return values.filter((one, at) => values.findIndex((other) => isEqual(one, other)) === at);
}

const OTHERS: Record<string, Fn> = {
  COALESCE: { own: true, run: coalesce },
  IFNULL: { own: true, run: coalesce },
  NULLIF: { own: true, run: ([value = null, other = null]) => (isEqual(value, other) ? null : value) },
  XOR: { own: true, run: (args) => args.filter((one) => one === true).length % 2 === 1 },
  SIZE: { run: ([values]) => dec(list(values).length) },
  HAS: { own: true, run: ([values, value = null]) => value !== null && has(list(values), value) },
  HASANY: { own: true, run: ([a, b]) => known(list(b)).some((one) => has(list(a), one)) },
  HASALL: {
    own: true,
    run: ([a, b]) => a !== null && known(list(b)).every((one) => has(list(a), one)),
  },
  JOIN: {
    own: true,
    run: ([values, separator]) => (values === null ? null : known(list(values)).join(String(separator ?? ""))),
  },
  ITEM: { run: ([values, position]) => list(values)[int(position) - 1] ?? null },
  SORTED: { run: ([values]) => known(list(values)).sort(compare) },
  UNIQUE: { run: ([values]) => unique(list(values)) },
  SPLIT: { run: ([value, separator]) => String(value).split(String(separator)) },
  CHOOSE: {
    own: true,
    run: ([position, ...values]) => (position === null ? null : (values[int(position) - 1] ?? null)),
  },
  POSITION: {
    run: ([values, value = null]) => {
      const at = list(values).findIndex((one) => isEqual(one, value));
      return at < 0 ? null : dec(at + 1);
    },
  },
  NOW: context((env) => now(env, readInstant)),
  TODAY: context((env) => toLocal(env.zone ?? "UTC", now(env, readInstant))[0]),
  CURRENT_USER: context((env) => user(env).id ?? null),
  USER_UNIT: context((env) => user(env).unit ?? null),
  USER_UNITS: context((env) => user(env).units ?? []),
  USER_TEAMS: context((env) => user(env).teams ?? []),
  USER_ROLES: context((env) => user(env).roles ?? []),
  HAS_ROLE: { run: ([role = null], at) => has(user(at.env).roles ?? [], role) },
  IN_UNIT: { run: ([unit = null], at) => has(user(at.env).units ?? [], unit) },
  IN_TEAM: { run: ([team = null], at) => has(user(at.env).teams ?? [], team) },
};

export const FUNCTIONS: Readonly<Record<string, Fn>> = { ...TEXT, ...NUMBER, ...DATING, ...OTHERS };
