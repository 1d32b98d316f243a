// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import "./index.ts";
import { make } from "./make.ts";
import type { Widget } from "./widget.ts";

function typed(widget: Widget, text: string): void {
  const input = widget.querySelector("input") as HTMLInputElement;
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("blur"));
}

function field(widget: string, value: unknown): Widget {
  const made = make({ name: "one", label: "One", widget, type: widget, props: {} }, value, "form");
  document.body.append(made);
  return made;
}

afterEach(() => document.body.replaceChildren());

// Words come with the page; the first one asked for keeps what is there.
const texts = document.createElement("script");
texts.id = "lw-texts";
texts.type = "application/json";
texts.textContent = JSON.stringify({ fault_of: "{name}: {message}" });
document.head.append(texts);

describe("what cannot be read", () => {
  it.each([
    ["money", { amount: "5", currency: "CNY" }, "abc", "12"],
    ["number", "5", "1.2.3", "12"],
    ["date", "2026-11-28", "2026-02-31", "2026-12-01"],
  ])("stays in a %s field as a fault, until it can be", (widget, value, bad, good) => {
    const one = field(widget, value);
    typed(one, bad);
    expect(one.fault).not.toBe("");
    expect(one.querySelector("input")?.value).toBe(bad);
    expect(one.value).toEqual(value);
    typed(one, good);
    expect(one.fault).toBe("");
    expect(JSON.stringify(one.value)).toContain(good);
  });
});

describe("rows of a child table", () => {
  const columns = [
    { name: "quantity", label: "Quantity", widget: "number", type: "decimal", props: {}, default: "1" },
    { name: "price", label: "Price", widget: "number", type: "decimal", props: {} },
  ];

  it("start with defaults, send what is filled in, and tell which cell cannot be read", () => {
    const table = make(
      { name: "l", label: "L", widget: "child-table", type: "children", props: {}, columns },
      [],
      "form",
    );
    document.body.append(table);
    table.querySelector<HTMLButtonElement>(".lw-btn")?.click();
    expect(table.value).toEqual([{ quantity: "1" }]);
    const input = table.querySelector("tbody input") as HTMLInputElement;
    input.value = "many";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    expect(table.fault).toContain("Quantity");
  });
});
