import { describe, expect, it } from "vitest";
import { fromLocal, readDay, toLocal } from "./dates.ts";

describe("readDay", () => {
  const now = "2026-11-28";
  it.each([
    ["", ""],
    ["2026-12-05", "2026-12-05"],
    ["20261205", "2026-12-05"],
    ["2026/1/5", "2026-01-05"],
    ["12月5日", "2026-12-05"],
    ["12-5", "2026-12-05"],
    ["今天", now],
    ["+3", "2026-12-01"],
    ["-28d", "2026-10-31"],
  ])("reads %s as %s", (typed, wanted) => {
    expect(readDay(typed, now)).toBe(wanted);
  });

  it.each(["2026-02-29", "13-01", "soon", "1", "2026-1-1-1"])("refuses %s", (typed) => {
    expect(readDay(typed, now)).toBeUndefined();
  });
});

describe("instants", () => {
  it("go through a zone's clock and back, over the change of summer time too", () => {
    expect(toLocal("2026-11-22T02:42:00Z", "Asia/Shanghai")).toBe("2026-11-22T10:42");
    for (const zone of ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Asia/Kolkata"])
      for (const instant of ["2026-03-08T12:00:00Z", "2026-10-25T12:30:00Z", "2026-07-01T00:00:00Z"])
        expect(fromLocal(toLocal(instant, zone), zone)).toBe(instant);
  });

  it("in the hour that does not exist the clock has moved on", () => {
    const found = fromLocal("2026-03-08T02:30", "America/New_York");
    expect(["2026-03-08T06:30:00Z", "2026-03-08T07:30:00Z"]).toContain(found);
  });
});
