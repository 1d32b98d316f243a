/** Dates as day numbers since 1970 in the Gregorian calendar, without the Date object's time zones. */
import { OutOfRange } from "./types.ts";

export const DAY_SECONDS = 86_400;
export const MICROS = 1_000_000n;
const FIRST_DAY = -719_162;
const LAST_DAY = 2_932_896;
const FIRST_MICRO = BigInt(FIRST_DAY) * BigInt(DAY_SECONDS) * MICROS;
const LAST_MICRO = BigInt(LAST_DAY + 1) * BigInt(DAY_SECONDS) * MICROS - 1n;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})$/;

export interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The day number; the month is 1 to 12. */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export function parts(number: number): Parts {
  const shifted = number + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

export function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** The day number of a date that exists, else null. */
export function makeDate(year: number, month: number, day: number): number | null {
  if (year < 1 || year > 9999 || month < 1 || month > 12) return null;
  return day < 1 || day > daysInMonth(year, month) ? null : dayNumber(year, month, day);
}

function digits(value: number, count = 2): string {
  return String(value).padStart(count, "0");
}

export function readDate(raw: string): number | null {
  const found = DATE.exec(raw);
  return found ? makeDate(Number(found[1]), Number(found[2]), Number(found[3])) : null;
}

export function writeDate(number: number): string {
  const { year, month, day } = parts(number);
  return `${digits(year, 4)}-${digits(month)}-${digits(day)}`;
}

/** Seconds since midnight of `08:30` or `08:30:15`. */
export function readTime(raw: string): number | null {
  const found = TIME.exec(raw);
  if (!found) return null;
  const [hour, minute, second] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
  return hour > 23 || minute > 59 || second > 59 ? null : hour * 3600 + minute * 60 + second;
}

export function writeTime(seconds: number): string {
  return `${digits(Math.floor(seconds / 3600))}:${digits(Math.floor(seconds / 60) % 60)}:${digits(seconds % 60)}`;
}

export function readInstant(raw: string): bigint | null {
  const found = INSTANT.exec(raw);
  if (!found) return null;
  const day = readDate(found[1] ?? "");
  const time = readTime(found[2] ?? "");
  if (day === null || time === null) return null;
  const fraction = BigInt((found[3] ?? "").slice(0, 6).padEnd(6, "0"));
  return BigInt(day * DAY_SECONDS + time - zoneSeconds(found[4] ?? "Z")) * MICROS + fraction;
}

function zoneSeconds(raw: string): number {
  if (raw === "Z") return 0;
  const plain = raw.replace(":", "");
  const seconds = Number(plain.slice(1, 3)) * 3600 + Number(plain.slice(3, 5)) * 60;
  return plain.startsWith("-") ? -seconds : seconds;
}

/** Whole seconds and the rest in microseconds, downwards. */
export function splitMicros(micros: bigint): [number, number] {
  let seconds = micros / MICROS;
  let rest = micros % MICROS;
  if (rest < 0n) {
    rest += MICROS;
    seconds -= 1n;
  }
  return [Number(seconds), Number(rest)];
}

export function writeInstant(micros: bigint, withFraction = true): string {
  const [seconds, rest] = splitMicros(micros);
  const day = Math.floor(seconds / DAY_SECONDS);
  const fraction = withFraction && rest ? `.${digits(rest, 6)}` : "";
  return `${writeDate(day)}T${writeTime(seconds - day * DAY_SECONDS)}${fraction}Z`;
}

export function checkDay(number: number): number {
  if (number < FIRST_DAY || number > LAST_DAY) throw new OutOfRange();
  return number;
}

export function checkInstant(micros: bigint): bigint {
  if (micros < FIRST_MICRO || micros > LAST_MICRO) throw new OutOfRange();
  return micros;
}

export function addMonths(number: number, months: number): number {
  const { year, month, day } = parts(number);
  const count = year * 12 + month - 1 + months;
  const newYear = Math.floor(count / 12);
  const newMonth = count - newYear * 12 + 1;
  if (newYear < 1 || newYear > 9999) throw new OutOfRange();
  return dayNumber(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)));
}

/** 1 Monday to 7 Sunday. */
export function weekday(number: number): number {
  return ((((number + 3) % 7) + 7) % 7) + 1;
}

/** Year and week by ISO 8601. */
export function isoWeek(number: number): [number, number] {
  const thursday = number - weekday(number) + 4;
  const { year } = parts(thursday);
  return [year, Math.floor((thursday - dayNumber(year, 1, 1)) / 7) + 1];
}

export function monthsBetween(start: number, end: number): number {
  if (end < start) return -monthsBetween(end, start);
  const a = parts(start);
  const b = parts(end);
  const months = (b.year - a.year) * 12 + b.month - a.month;
  return b.day >= Math.min(a.day, daysInMonth(b.year, b.month)) ? months : months - 1;
}
