import { describe, expect, it } from "vitest";
import { GivenValues } from "./given-values.ts";
import type { Widget } from "./widget.ts";

const widget = (name: string, value: unknown): Widget => ({ spec: { name }, value }) as unknown as Widget;

describe("GivenValues", () => {
  it("puts what rules give where the person gave none, and knows it until it is changed", () => {
    const [price, item] = [widget("price", null), widget("item", "own")];
    const given = new GivenValues();
    const values = { price: { amount: "2.00" }, item: "Bolt", unit: "box" };
    expect(given.put([price, item], values, new Set(["item"]))).toEqual(["price"]);
    expect([price.value, item.value]).toEqual([{ amount: "2.00" }, "own"]);
    expect(given.holds("price", { amount: "2.00" })).toBe(true);
    expect(given.holds("price", { amount: "3.00" })).toBe(false);
    expect(given.holds("item", "own")).toBe(false);
  });

  it("leaves a field alone for which rules say nothing: the reader may not see what they take", () => {
    const price = widget("price", { amount: "9.00" });
    expect(new GivenValues().put([price], { price: null }, new Set())).toEqual([]);
    expect(price.value).toEqual({ amount: "9.00" });
  });
});
