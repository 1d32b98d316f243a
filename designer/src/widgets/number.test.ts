import { describe, expect, it } from "vitest";
import { sumOf } from "./child-table.ts";
import { group, readNumber } from "./number.ts";

describe("readNumber", () => {
  it.each([
    ["", ""],
    ["1,250.50", "1250.50"],
    ["１２．５", "12.5"],
    ["¥ 4,860,000", "4860000"],
    ["−3", "-3"],
    ["007", "7"],
    [".5", "0.5"],
    ["1.2万", "12000"],
    ["1.28亿", "128000000"],
    ["0.5k", "500"],
    ["12345678901234567.89", "12345678901234567.89"],
  ])("reads %s as %s", (typed, wanted) => {
    expect(readNumber(typed)).toBe(wanted);
  });

  it.each(["abc", "1.2.3", "--1", "1e5", "万", "0x10"])("refuses %s", (typed) => {
    expect(readNumber(typed)).toBeUndefined();
  });
});

describe("group", () => {
  it("groups whole digits only and leaves other texts alone", () => {
    expect(group("-1234567.8901")).toBe("-1,234,567.8901");
    expect(group("****")).toBe("****");
  });
});

describe("sumOf", () => {
  it("adds without floating point", () => {
    expect(sumOf(["0.1", "0.2"])).toBe("0.30");
    expect(sumOf(["99999999999999.99", "0.01"])).toBe("100000000000000.00");
    expect(sumOf(["-5", "2.5", "nonsense"])).toBe("-2.50");
  });
});
