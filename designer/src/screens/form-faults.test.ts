// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import "../widgets/index.ts";
import type { ChildTableWidget } from "../widgets/child-table.ts";
import { make } from "../widgets/make.ts";
import type { FieldSpec } from "../widgets/spec.ts";
import type { Widget } from "../widgets/widget.ts";
import { isAskedAnyway, placeFaults } from "./form-faults.ts";

const texts = document.createElement("script");
texts.id = "lw-texts";
texts.type = "application/json";
texts.textContent = JSON.stringify({ fault_of: "{name}: {message}", row_n: "Row {n}", count_lines: "{n} lines" });
document.head.append(texts);

const column = (name: string, label: string): FieldSpec => ({ name, label, widget: "text", type: "text", props: {} });

function table(rows: readonly unknown[]): ChildTableWidget {
  const columns = [column("item", "Item"), column("price", "Price")];
  const spec = { name: "lines", label: "Lines", widget: "child-table", type: "child_table", props: {}, columns };
  const made = make(spec, rows, "form");
  document.body.append(made);
  return made as ChildTableWidget;
}

afterEach(() => document.body.replaceChildren());

const fault = (path: string, message: string) => ({ path, code: "x", message });
const cells = (of: ChildTableWidget): HTMLInputElement[] => [...of.querySelectorAll<HTMLInputElement>("tbody input")];

it("says each fault at its field, those of rows with row and column, and leaves the rest", () => {
  const lines = table([{ item: "a" }, { item: "b", price: "x" }]);
  const found = placeFaults(
    [fault("title", "fill in"), fault("lines.1.price", "no number"), fault("lines.0.item", "taken"), fault("x", "odd")],
    (name) => name === "title" || name === "lines",
    (name) => (name === "lines" ? (lines as unknown as Widget) : undefined),
  );
  expect(Object.fromEntries(found.said)).toEqual({
    title: "fill in",
    lines: "Row 2 · Price: no number\nRow 1 · Item: taken",
  });
  expect(found.left).toEqual([fault("x", "odd")]);
  expect(cells(lines).map((one) => one.getAttribute("aria-invalid"))).toEqual(["true", null, null, "true"]);
});

it("takes the mark of a cell away once it has another value", () => {
  const lines = table([{ item: "a", price: "x" }]);
  lines.markAt("0.price", "no number");
  const cell = cells(lines)[1] as HTMLInputElement;
  expect(cell.getAttribute("aria-invalid")).toBe("true");
  cell.value = "y";
  cell.dispatchEvent(new Event("input", { bubbles: true }));
  cell.dispatchEvent(new Event("change", { bubbles: true }));
  expect(cell.getAttribute("aria-invalid")).toBeNull();
});

it("asks the server of a form with rows only, and of no form whose values cannot be read", () => {
  const plain = make(column("title", "Title"), null, "form");
  expect(isAskedAnyway([plain])).toBe(false);
  expect(isAskedAnyway([plain, table([])])).toBe(false);
  expect(isAskedAnyway([plain, table([{ item: "a" }])])).toBe(true);
});
