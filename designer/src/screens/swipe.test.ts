import { describe, expect, it } from "vitest";
import { placeOf, restsOpen } from "./swipe.ts";

describe("a card under a finger", () => {
  it("follows to the left, and reluctantly past its actions", () => {
    expect(placeOf(-60, 144)).toBe(-60);
    expect(placeOf(-144, 144)).toBe(-144);
    expect(placeOf(-194, 144)).toBe(-154);
  });

  it("never leaves its place to the right", () => {
    expect(placeOf(40, 144)).toBe(0);
  });

  it("stays open past the middle", () => {
    expect(restsOpen(-73, 144, 0)).toBe(true);
    expect(restsOpen(-72, 144, 0)).toBe(false);
  });

  it("goes where a flick sends it, however short the way", () => {
    expect(restsOpen(-20, 144, -0.6)).toBe(true);
    expect(restsOpen(-140, 144, 0.6)).toBe(false);
  });
});
