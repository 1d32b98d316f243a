import { describe, expect, it } from "vitest";
import { shownValue } from "./form-show.ts";

describe("shownValue", () => {
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
