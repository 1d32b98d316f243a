import { describe, expect, it } from "vitest";
import {
  addMonths,
  dayNumber,
  isoWeek,
  monthsBetween,
  parts,
  readDate,
  readInstant,
  readTime,
  weekday,
  writeDate,
  writeInstant,
  writeTime,
} from "./dates.ts";
import { OutOfRange } from "./types.ts";
import { toInstant, toLocal } from "./zones.ts";

const day = (text: string): number => readDate(text) ?? Number.NaN;
const instant = (text: string): bigint => readInstant(text) ?? 0n;

describe("dates", () => {
  it("walks through every day of the calendar", () => {
    for (let number = day("0001-01-01"), steps = 0; number <= day("9999-12-31"); number += 97, steps++) {
      const { year, month, day: date } = parts(number);
      expect(dayNumber(year, month, date)).toBe(number);
      if (steps % 100 === 0) expect(readDate(writeDate(number))).toBe(number);
    }
    expect(day("1970-01-01")).toBe(0);
    expect(weekday(day("2026-11-22"))).toBe(7);
    expect(weekday(day("0001-01-01"))).toBe(1);
  });

  it("refuses days, times and instants that are none", () => {
    for (const text of ["2026-02-29", "2026-13-01", "0000-01-01", "2026-1-1", "x"]) expect(readDate(text)).toBeNull();
    for (const text of ["24:00", "12:60", "1:00"]) expect(readTime(text)).toBeNull();
    for (const text of ["2026-01-01", "2026-01-01T00:00:00", "2026-01-01T25:00:00Z"])
      expect(readInstant(text)).toBeNull();
  });

  it("keeps microseconds and takes offsets", () => {
    expect(writeInstant(instant("2026-01-31T08:00:00.000001+08:00"))).toBe("2026-01-31T00:00:00.000001Z");
    expect(writeInstant(instant("1969-12-31T23:59:59.5Z"))).toBe("1969-12-31T23:59:59.500000Z");
    expect(writeInstant(instant("0001-01-01T00:00:00Z"))).toBe("0001-01-01T00:00:00Z");
    expect(writeTime(readTime("08:30") ?? 0)).toBe("08:30:00");
  });

  it("clamps months to their last day", () => {
    expect(writeDate(addMonths(day("2026-01-31"), 1))).toBe("2026-02-28");
    expect(writeDate(addMonths(day("2024-02-29"), 12))).toBe("2025-02-28");
    expect(writeDate(addMonths(day("2024-03-31"), -1))).toBe("2024-02-29");
    expect(() => addMonths(day("9999-12-01"), 1)).toThrow(OutOfRange);
    expect(monthsBetween(day("2026-01-31"), day("2026-02-28"))).toBe(1);
    expect(isoWeek(day("2027-01-01"))).toEqual([2026, 53]);
  });

  it("moves between a zone's clock and UTC, also where the clock jumps", () => {
    const local = (zone: string, text: string): string => {
      const [date, time] = toLocal(zone, instant(text));
      return `${writeDate(date)} ${writeTime(time)}`;
    };
    expect(local("Asia/Shanghai", "2026-11-22T23:30:00Z")).toBe("2026-11-23 07:30:00");
    expect(local("Europe/Berlin", "2026-03-29T01:00:00Z")).toBe("2026-03-29 03:00:00");
    expect(local("Asia/Kathmandu", "2026-01-01T00:00:00Z")).toBe("2026-01-01 05:45:00");
    const utc = (zone: string, date: string, time: string): string =>
      writeInstant(toInstant(zone, day(date), readTime(time) ?? 0));
    expect(utc("Europe/Berlin", "2026-03-29", "02:30")).toBe("2026-03-29T01:30:00Z");
    expect(utc("Europe/Berlin", "2026-10-25", "02:30")).toBe("2026-10-25T00:30:00Z");
    expect(utc("America/New_York", "2026-11-01", "01:30")).toBe("2026-11-01T05:30:00Z");
  });
});
