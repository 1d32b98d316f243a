import { describe, expect, it } from "vitest";
import { evaluate, NotLoaded } from "./index.ts";
import type { Env, Node } from "./types.ts";

const env = (record: Record<string, unknown>, more: Partial<Env> = {}): Env => ({ record, ...more });
const field = (path: string, type: string, up = 0): Node => ({ op: "field", type, path, up });
const constant = (value: unknown, type: string): Node => ({ op: "const", type, value });
const call = (op: string, type: string, ...args: Node[]): Node => ({ op, type, args });

describe("evaluate", () => {
  it("computes exactly, where floating point does not", () => {
    const sum = call("add", "number(2)", field("a", "number(2)"), field("b", "number(2)"));
    expect(evaluate(sum, env({ a: "0.10", b: "0.20" }))).toBe("0.30");
    expect(evaluate(sum, env({ a: "9007199254740993.01", b: "0.01" }))).toBe("9007199254740993.02");
  });

  it("gives whole numbers as numbers, and far ones as text", () => {
    const whole = field("a", "integer");
    expect(evaluate(whole, env({ a: "42" }))).toBe(42);
    expect(evaluate(whole, env({ a: 42 }))).toBe(42);
    expect(evaluate(whole, env({ a: "123456789012345678" }))).toBe("123456789012345678");
  });

  it("rounds half up, away from zero", () => {
    const rounded = (value: string) => evaluate(call("ROUND", "integer", field("a", "number(1)")), env({ a: value }));
    expect([rounded("2.5"), rounded("-2.5"), rounded("2.4")]).toEqual([3, -3, 2]);
  });

  it("takes empty text for null", () => {
    const empty = call("eq", "boolean", field("a", "text"), constant(null, "text"));
    expect(evaluate(empty, env({ a: "" }))).toBe(true);
    expect(evaluate(empty, env({ a: null }))).toBe(true);
    expect(evaluate(call("not", "boolean", empty), env({ a: "x" }))).toBe(true);
  });

  it("tells a value that is not on the page from null", () => {
    expect(() => evaluate(field("a", "text"), env({}))).toThrow(NotLoaded);
    expect(() => evaluate(field("toString", "text"), env({}))).toThrow(NotLoaded);
    expect(() => evaluate(field("__proto__", "text"), env({}))).toThrow(NotLoaded);
    expect(() => evaluate(call("NOSUCH", "text"), env({}))).toThrow(NotLoaded);
    expect(evaluate(field("a", "text"), env({ a: null }))).toBeNull();
  });

  it("adds up the rows of a child table", () => {
    const product = call("mul", "number(2)", field("count", "integer"), field("price", "number(2)"));
    const total: Node = {
      op: "aggregate",
      type: "number(2)",
      name: "SUM",
      path: "lines",
      up: 0,
      value: product as unknown as undefined,
      where: field("active", "boolean"),
      order: null,
    };
    const lines = [
      { count: 2, price: "1.25", active: true },
      { count: 5, price: "9.99", active: false },
      { count: null, price: "1.00", active: true },
    ];
    expect(evaluate(total, env({ lines }))).toBe("2.50");
    expect(evaluate(total, env({ lines: [] }))).toBe("0.00");
    expect(() => evaluate(total, env({}))).toThrow(NotLoaded);
  });

  it("does not look at the branch that is not taken", () => {
    const choice = call("if", "text", field("a", "boolean"), constant("x", "text"), field("b", "text"));
    expect(evaluate(choice, env({ a: true }))).toBe("x");
    expect(() => evaluate(choice, env({ a: false }))).toThrow(NotLoaded);
  });

  it("reports why a value became null", () => {
    const faults: string[] = [];
    const far = call("add", "integer", field("a", "integer"), field("a", "integer"));
    expect(evaluate(far, env({ a: "999999999999999999" }, { faults }))).toBeNull();
    const later = call("date_add", "date", field("d", "date"), constant("1", "integer"));
    expect(evaluate(later, env({ d: "9999-12-31" }, { faults }))).toBeNull();
    expect(faults).toEqual(["overflow", "date_range"]);
  });

  it("knows the reader and his zone", () => {
    const mine = call("same", "boolean", field("owner", "link"), call("CURRENT_USER", "link"));
    expect(evaluate(mine, env({ owner: "u1" }, { user: { id: "u1" } }))).toBe(true);
    expect(evaluate(mine, env({ owner: { id: "u1", label: "Li" } }, { user: { id: "u1" } }))).toBe(true);
    expect(evaluate(mine, env({ owner: null }, { user: {} }))).toBe(false);
    const now = "2026-11-22T23:30:00Z";
    const today = call("TODAY", "date");
    expect(evaluate(today, env({}, { now, zone: "UTC" }))).toBe("2026-11-22");
    expect(evaluate(today, env({}, { now, zone: "Asia/Shanghai" }))).toBe("2026-11-23");
  });

  it("never changes what it is given", () => {
    const record = { tags: Object.freeze(["b", "a"]), lines: Object.freeze([Object.freeze({ x: "1" })]) };
    const sorted = call("SORTED", "list(text)", field("tags", "list(text)"));
    expect(evaluate(sorted, env(Object.freeze(record)))).toEqual(["a", "b"]);
    expect(record.tags).toEqual(["b", "a"]);
  });
});
