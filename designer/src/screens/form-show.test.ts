import { describe, expect, it } from "vitest";
import { shownValue } from "./form-show.ts";

describe("shownValue", () => {
  it("says lengths of time in words", () => {
    const page = { span_days: "{n} d", span_hours: "{n} h", span_minutes: "{n} min", span_seconds: "{n} s" };
    document.body.append(Object.assign(document.createElement("script"), { id: "lw-texts", type: "application/json" }));
    document.getElementById("lw-texts")?.append(JSON.stringify(page));
    const said = [7200, 7500, 90, 0, -60, 90_060, null].map((one) => shownValue(one, "", "duration"));
    expect(said).toEqual(["2 h", "2 h 5 min", "1 min 30 s", "0 min", "−1 min", "1 d 1 h 1 min", ""]);
  });

  it.each([
    ["3888000.00", "¥ ", "¥ 3,888,000"],
    ["-12.50", "¥", "−¥12.50"],
    ["12.50", "", "12.50"],
    [null, "¥", ""],
    [{ amount: "1200.00", currency: "CNY" }, "¥", "¥1,200"],
  ])("shows %o with the sign “%s” as %s", (value, sign, wanted) => {
    expect(shownValue(value, sign)).toBe(wanted);
  });
});
