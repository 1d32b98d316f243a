import { describe, expect, it } from "vitest";
import { placeOf, restsOpen, speedOf } from "./swipe.ts";

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

  it("is judged by what the finger did of late, not by its last two moves alone", () => {
    const moves = [0, 16, 32, 48].map((time) => ({ x: -time, time }));
    expect(speedOf(moves, 50)).toBe(-1);
    expect(speedOf([...moves, { x: -47, time: 48.5 }], 50)).toBeLessThan(-0.9);
  });

  it("has no speed once the finger rested before it left", () => {
    expect(
      speedOf(
        [0, 16, 32].map((time) => ({ x: -time, time })),
        400,
      ),
    ).toBe(0);
    expect(speedOf([{ x: 5, time: 7 }], 8)).toBe(0);
  });
});
