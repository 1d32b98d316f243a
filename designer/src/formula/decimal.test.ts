import { describe, expect, it } from "vitest";
import {
  add,
  compareDec,
  dec,
  divide,
  floor,
  formatDec,
  modulo,
  multiply,
  plainDec,
  readDec,
  rescale,
  roundAt,
  toInt,
} from "./decimal.ts";

const read = (text: string) => readDec(text) ?? dec(0);

describe("decimals", () => {
  it("reads plain numbers and nothing else", () => {
    expect(readDec("-12.50")).toEqual({ n: -1250n, s: 2 });
    expect(readDec(7)).toEqual({ n: 7n, s: 0 });
    for (const text of ["", "1e5", "abc", "1,000", " 1", "0x10"]) expect(readDec(text)).toBeNull();
    expect(readDec(Number.NaN)).toBeNull();
    expect(readDec(Number.POSITIVE_INFINITY)).toBeNull();
  });

  it("writes with all digits or without zeros at the end", () => {
    expect(formatDec(read("-0.05"), 4)).toBe("-0.0500");
    expect(formatDec(read("1.005"), 2)).toBe("1.01");
    expect(plainDec(read("100.00"))).toBe("100");
    expect(plainDec(read("-0.10"))).toBe("-0.1");
    expect(plainDec(read("-0.00"))).toBe("0");
    expect(plainDec(read("100"))).toBe("100");
  });

  it("rounds half up at every digit", () => {
    expect(rescale(read("-0.125"), 2)).toEqual({ n: -13n, s: 2 });
    expect(plainDec(roundAt(read("1250"), -2))).toBe("1300");
    expect(plainDec(roundAt(read("2.341"), 2, "away"))).toBe("2.35");
    expect(plainDec(roundAt(read("-2.349"), 2, "cut"))).toBe("-2.34");
    expect(plainDec(floor(read("-2.1")))).toBe("-3");
  });

  it("computes with mixed digits", () => {
    expect(plainDec(add(read("0.1"), read("0.25")))).toBe("0.35");
    expect(plainDec(multiply(read("1.5"), read("-0.02")))).toBe("-0.03");
    expect(divide(read("2"), read("-3"), 6)).toEqual({ n: -666667n, s: 6 });
    expect(divide(read("1"), read("0"), 6)).toBeNull();
    expect(plainDec(modulo(read("-7"), read("3")) ?? dec(99))).toBe("2");
    expect(modulo(read("1"), read("0.0"))).toBeNull();
    expect(compareDec(read("1.50"), read("1.5"))).toBe(0);
    expect(toInt(read("99999999999999999999"))).toBe(10 ** 13);
  });
});
