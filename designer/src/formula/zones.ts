/**
 * A zone's clock, from the browser's own time zone data.
 *
 * Offsets are looked up between 1900 and 2100; before and after, those at the ends hold. Local times
 * that a change of the clock skips are read with the offset before it; those that occur twice mean
 * the first.
 */
import { checkDay, checkInstant, DAY_SECONDS, dayNumber, MICROS, splitMicros } from "./dates.ts";

const FIRST = dayNumber(1900, 1, 1) * DAY_SECONDS;
const LAST = dayNumber(2100, 1, 1) * DAY_SECONDS;
const clocks = new Map<string, Intl.DateTimeFormat>();

function clock(zone: string): Intl.DateTimeFormat {
  let found = clocks.get(zone);
  if (!found) {
    const two = "2-digit";
    found = new Intl.DateTimeFormat("en-US-u-ca-iso8601", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    });
    clocks.set(zone, found);
  }
  return found;
}

/** Seconds east of UTC at a moment in seconds since 1970. */
function offset(zone: string, seconds: number): number {
  if (zone === "UTC") return 0;
  const at = Math.min(Math.max(seconds, FIRST), LAST);
  const found: Record<string, number> = {};
  for (const part of clock(zone).formatToParts(at * 1000)) found[part.type] = Number(part.value);
  const get = (name: string): number => found[name] ?? 0;
  const day = dayNumber(get("year"), get("month"), get("day"));
  return day * DAY_SECONDS + get("hour") * 3600 + get("minute") * 60 + get("second") - at;
}

/** Day number and seconds since midnight that the zone's clock shows. */
export function toLocal(zone: string, micros: bigint): [number, number] {
  const [seconds] = splitMicros(micros);
  const local = seconds + offset(zone, seconds);
  const day = checkDay(Math.floor(local / DAY_SECONDS));
  return [day, local - day * DAY_SECONDS];
}

/** The instant at which the zone's clock shows a day and time. */
export function toInstant(zone: string, day: number, time: number): bigint {
  const local = day * DAY_SECONDS + time;
  const before = offset(zone, local - DAY_SECONDS);
  const after = offset(zone, local + DAY_SECONDS);
  const isAfter = before !== after && offset(zone, local - before) !== before && offset(zone, local - after) === after;
  return checkInstant(BigInt(local - (isAfter ? after : before)) * MICROS);
}
