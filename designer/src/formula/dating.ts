/** Functions on dates, instants, times, durations and working days. */

import {
  addMonths,
  checkDay,
  checkInstant,
  dayNumber,
  daysInMonth,
  isLeap,
  isoWeek,
  MICROS,
  makeDate,
  monthsBetween,
  type Parts,
  parts,
  readDate,
  splitMicros,
  weekday,
  writeDate,
} from "./dates.ts";
import { type Dec, dec, toInt } from "./decimal.ts";
import { inUnits } from "./text.ts";
import { type At, type Env, type Fn, OutOfRange, type Value } from "./types.ts";
import { toInstant, toLocal } from "./zones.ts";

const MAX_DAYS = 40_000;
const int = (value: Value | undefined): number => toInt(value as Dec);
const day = (value: Value | undefined): number => value as number;
const zone = (at: At): string => at.env.zone ?? "UTC";
const quarterOf = ({ month }: Parts): number => Math.floor((month + 2) / 3);

function part(run: (found: Parts, number: number) => number): Fn {
  return { run: ([value]) => dec(run(parts(day(value)), day(value))) };
}

function moved(run: (found: Parts, number: number) => number): Fn {
  return { run: ([value]) => checkDay(run(parts(day(value)), day(value))) };
}

function addDays(factor: number): Fn {
  return { run: ([value, count]) => checkDay(day(value) + int(count) * factor) };
}

function months(factor: number): Fn {
  return { run: ([value, count]) => addMonths(day(value), int(count) * factor) };
}

function later(factor: number): Fn {
  return {
    run: ([value, count]) => checkInstant((value as bigint) + BigInt(int(count) * factor) * MICROS),
  };
}

function fiscalYear([value, start]: readonly Value[]): Value {
  const first = int(start);
  const { year, month } = parts(day(value));
  return first < 1 || first > 12 ? null : dec(year + (first > 1 && month >= first ? 1 : 0));
}

function nextWeekday([value, wanted]: readonly Value[]): Value {
  const target = int(wanted);
  if (target < 1 || target > 7) return null;
  return checkDay(day(value) + ((target - weekday(day(value)) + 6) % 7) + 1);
}

function isWorkday(env: Env, number: number): boolean {
  const date = writeDate(number);
  const calendar = env.calendar ?? { weekend: [6, 7], holidays: [], workdays: [] };
  if (calendar.workdays.includes(date)) return true;
  return !calendar.holidays.includes(date) && !calendar.weekend.includes(weekday(number));
}

function workdays(env: Env, start: number, end: number): number | null {
  if (end < start) {
    const found = workdays(env, end, start);
    return found === null ? null : -found;
  }
  if (end - start > MAX_DAYS) return null;
  let count = 0;
  for (let at = start; at <= end; at++) count += isWorkday(env, at) ? 1 : 0;
  return count;
}

function addWorkdays(env: Env, start: number, count: number): Value {
  if (Math.abs(count) > MAX_DAYS / 4) return null;
  const step = count >= 0 ? 1 : -1;
  let [at, left] = [start, Math.abs(count)];
  for (let tries = 0; tries < MAX_DAYS; tries++) {
    if (left === 0) return at;
    at = checkDay(at + step);
    left -= isWorkday(env, at) ? 1 : 0;
  }
  return null;
}

function workday(step: number): Fn {
  return {
    run: ([value], at) => {
      let found = day(value);
      for (let tries = 0; tries < 1000; tries++) {
        if (isWorkday(at.env, found)) return found;
        found = checkDay(found + step);
      }
      throw new OutOfRange();
    },
  };
}

/** The present instant in microseconds. */
export function now(env: Env, read: (raw: string) => bigint | null): bigint {
  return (env.now ? read(env.now) : null) ?? BigInt(Date.now()) * 1000n;
}

export const DATING: Record<string, Fn> = {
  DATE: { run: ([year, month, number]) => makeDate(int(year), int(month), int(number)) },
  YEAR: part(({ year }) => year),
  MONTH: part(({ month }) => month),
  DAY: part((found) => found.day),
  WEEKDAY: part((_, number) => weekday(number)),
  QUARTER: part(quarterOf),
  ISOWEEK: part((_, number) => isoWeek(number)[1]),
  ISOYEAR: part((_, number) => isoWeek(number)[0]),
  DAYOFYEAR: part(({ year }, number) => number - dayNumber(year, 1, 1) + 1),
  DAYSINMONTH: part(({ year, month }) => daysInMonth(year, month)),
  ISLEAPYEAR: { run: ([value]) => isLeap(parts(day(value)).year) },
  ADDDAYS: addDays(1),
  ADDWEEKS: addDays(7),
  ADDMONTHS: months(1),
  ADDYEARS: months(12),
  MONTHSTART: moved((found, number) => number - found.day + 1),
  MONTHEND: moved(({ year, month }) => dayNumber(year, month, daysInMonth(year, month))),
  WEEKSTART: moved((_, number) => number - weekday(number) + 1),
  QUARTERSTART: moved((found) => dayNumber(found.year, quarterOf(found) * 3 - 2, 1)),
  QUARTEREND: moved((found) => {
    const month = quarterOf(found) * 3;
    return dayNumber(found.year, month, daysInMonth(found.year, month));
  }),
  YEARSTART: moved(({ year }) => dayNumber(year, 1, 1)),
  YEAREND: moved(({ year }) => dayNumber(year, 12, 31)),
  DAYSBETWEEN: { run: ([start, end]) => dec(day(end) - day(start)) },
  MONTHSBETWEEN: { run: ([start, end]) => dec(monthsBetween(day(start), day(end))) },
  YEARSBETWEEN: { run: ([start, end]) => dec(Math.trunc(monthsBetween(day(start), day(end)) / 12)) },
  NEXTWEEKDAY: { run: nextWeekday },
  FISCALYEAR: { run: fiscalYear },
  YEARMONTH: { run: ([value]) => writeDate(day(value)).slice(0, 7) },
  YEARQUARTER: {
    run: ([value]) => `${writeDate(day(value)).slice(0, 4)}-Q${quarterOf(parts(day(value)))}`,
  },
  TODATE: { run: ([value]) => readDate(String(value).replace(/^ +| +$/g, "")) },
  LOCALDATE: { run: ([value], at) => toLocal(zone(at), value as bigint)[0] },
  LOCALTIME: { run: ([value], at) => toLocal(zone(at), value as bigint)[1] },
  INSTANTAT: { run: ([date, time], at) => toInstant(zone(at), day(date), time === undefined ? 0 : day(time)) },
  HOUR: { run: ([value]) => dec(Math.floor(day(value) / 3600)) },
  MINUTE: { run: ([value]) => dec(Math.floor(day(value) / 60) % 60) },
  SECOND: { run: ([value]) => dec(day(value) % 60) },
  TIME: {
    run: ([hour, minute, second]) => {
      const [h, m, s] = [int(hour), int(minute), second === undefined ? 0 : int(second)];
      const exists = h >= 0 && h <= 23 && m >= 0 && m <= 59 && s >= 0 && s <= 59;
      return exists ? h * 3600 + m * 60 + s : null;
    },
  },
  DURATION: {
    run: ([hours, minutes, seconds]) => {
      const whole = (value: Value | undefined): bigint => (value === undefined ? 0n : (value as Dec).n);
      return dec(whole(hours) * 3600n + whole(minutes) * 60n + whole(seconds));
    },
  },
  SECONDS: { run: ([value]) => value ?? null },
  MINUTES: { run: ([value]) => inUnits(value, 60) },
  HOURS: { run: ([value]) => inUnits(value, 3600) },
  DAYS: { run: ([value]) => inUnits(value, 86_400) },
  ADDSECONDS: later(1),
  ADDMINUTES: later(60),
  ADDHOURS: later(3600),
  EPOCH: { run: ([value]) => dec(splitMicros(value as bigint)[0]) },
  ISWORKDAY: { run: ([value], at) => isWorkday(at.env, day(value)) },
  WORKDAYS: {
    run: ([start, end], at) => {
      const found = workdays(at.env, day(start), day(end));
      return found === null ? null : dec(found);
    },
  },
  ADDWORKDAYS: { run: ([value, count], at) => addWorkdays(at.env, day(value), int(count)) },
  NEXTWORKDAY: workday(1),
  PREVWORKDAY: workday(-1),
};
