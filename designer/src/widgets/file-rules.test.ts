import { describe, expect, it } from "vitest";
import { fitsType, kindNames, PICTURES, sizeText, tooBig } from "./file-rules.ts";

describe("what a field takes of files", () => {
  it("is limited by the field and by the server", () => {
    expect(tooBig(1000, 1000)).toBe(0);
    expect(tooBig(1001, 1000)).toBe(1000);
    expect(tooBig(25_000_001, undefined)).toBe(25_000_000);
    expect(tooBig(25_000_001, 90_000_000)).toBe(25_000_000);
  });

  it("is of the types that are named, or of any", () => {
    expect(fitsType("text/plain", [])).toBe(true);
    expect(fitsType("text/plain", PICTURES)).toBe(false);
    expect(kindNames(PICTURES)).toBe("PNG, JPEG, WEBP, GIF");
  });

  it("is told in sizes that people read", () => {
    expect([0, 999, 1000, 25_000_000, 28_500_000].map(sizeText)).toEqual(["0 B", "999 B", "1 KB", "25 MB", "28.5 MB"]);
  });
});
