import { describe, expect, it } from "vitest";
import { countries, countryCode, countryName } from "./countries.ts";

describe("countries", () => {
  it("are found by name and by code, whatever the case", () => {
    expect(countryCode("Germany")).toBe("DE");
    expect(countryCode(" germany ")).toBe("DE");
    expect(countryCode("de")).toBe("DE");
    expect(countryName("CN")).toBe("China");
  });

  it("leave what they do not know as it stands", () => {
    expect(countryCode("Atlantis")).toBe("Atlantis");
    expect(countryName("Atlantis")).toBe("Atlantis");
  });

  it("know the world", () => {
    expect(countries().size).toBeGreaterThan(200);
  });
});
