/** Rows that belong to a record, edited inside its form: add, remove, reorder, totals under the columns. */
// The elements of the cells come first: a table that is on the page already draws its rows at once.
import "./choice.ts";
import "./dates.ts";
import "./lookup.ts";
import "./media.ts";
import "./parts.ts";
import "./text.ts";
import { button, freshId, h } from "./dom.ts";
import { GivenValues } from "./given-values.ts";
import { icon } from "./icons.ts";
import { make } from "./make.ts";
import { group } from "./number.ts";
import type { FieldSpec } from "./spec.ts";
import { t } from "./texts.ts";
import { define, Widget } from "./widget.ts";

type Line = Record<string, unknown>;

interface ShownLine {
  readonly given: Line;
  /** Fields that the person has changed here. */
  readonly touched: Set<string>;
  readonly byRule: GivenValues;
  readonly row: HTMLTableRowElement;
  readonly widgets: ReadonlyMap<string, Widget>;
  readonly read: ReadonlyMap<string, HTMLElement>;
}

export class ChildTableWidget extends Widget {
  readonly #lines: ShownLine[] = [];
  #body: HTMLElement | undefined;
  #count: HTMLElement | undefined;
  #totals: HTMLElement | undefined;

  get #columns(): readonly FieldSpec[] {
    return this.spec.columns ?? [];
  }

  protected build(): void {
    const heads = this.#columns.map((column) =>
      h(
        "th",
        { scope: "col", class: columnClass(column), id: `${this.id}-${column.name}` },
        column.label,
        column.required ? h("span", { class: "lw-line-req", "aria-hidden": "true" }, " *") : null,
      ),
    );
    this.#body = h("tbody", {});
    this.#totals = h("tfoot", {});
    this.#count = h("span", { class: "lw-count" });
    const add = button("lw-btn lw-btn--small", "", () => this.#add(), icon("plus", 14), t("add_line"));
    const empty = () => h("th", { scope: "col" }, h("span", { class: "lw-hide" }, t("remove_line")));
    const table = h(
      "table",
      { class: "lw-table", "aria-labelledby": this.labelledBy },
      h("thead", {}, h("tr", {}, empty(), ...heads, empty())),
      this.#body,
      this.#totals,
    );
    this.append(h("div", { class: "lw-section-head" }, this.#count, add), h("div", { class: "lw-lines-box" }, table));
    this.addEventListener("lw-change", (event) => {
      if (event.target !== this) {
        event.stopPropagation();
        this.#changed(event.target as Element);
        this.#told();
      }
    });
  }

  protected show(value: unknown): void {
    this.#lines.length = 0;
    this.#body?.replaceChildren();
    for (const line of Array.isArray(value) ? (value as Line[]) : []) this.#append(line);
    this.#sum();
  }

  /**
   * Rows as they are sent: known rows carry their id and what the person changed, so that they are
   * kept and not made anew. New ones send what was filled in, like a new form. The rest, and what
   * rules have given, is left to the server's defaults and rules.
   */
  override get value(): unknown {
    return this.#lines.map((line) => {
      const isKnown = Boolean(line.given["id"]);
      const wire: Line = isKnown ? { id: line.given["id"] } : {};
      for (const [name, widget] of line.widgets) {
        const isOwn = isKnown ? line.touched.has(name) : widget.value !== null;
        if (isOwn && !line.byRule.holds(name, widget.value)) wire[name] = widget.value;
      }
      return wire;
    });
  }

  override set value(value: unknown) {
    super.value = value;
  }

  /** The first cell that cannot be read. */
  override get fault(): string {
    for (const line of this.#lines)
      for (const widget of line.widgets.values())
        if (widget.fault) return t("fault_of", { name: widget.spec.label, message: widget.fault });
    return "";
  }

  /** Rows as formulas see them: every known value, computed ones too. */
  override get formulaValue(): unknown {
    return this.#lines.map((line) => {
      const row: Line = { ...line.given };
      for (const [name, widget] of line.widgets) row[name] = widget.formulaValue;
      return row;
    });
  }

  /** Takes the values that the form computed for the rows. */
  setComputed(
    rows: readonly Readonly<Record<string, unknown>>[],
    shown: (name: string, value: unknown) => string,
  ): void {
    rows.forEach((computed, at) => {
      const line = this.#lines[at];
      if (!line) return;
      for (const [name, value] of Object.entries(computed)) {
        line.given[name] = value;
        const place = line.read.get(name);
        if (place) place.textContent = shown(name, value);
      }
    });
    this.#sum();
  }

  /** Shows values that rules give a row, where the person gave none; the row is the one that told of its change. */
  give(row: object, values: Readonly<Record<string, unknown>>): void {
    const line = this.#lines.find((one) => one === row);
    if (line && line.byRule.put(line.widgets.values(), values, line.touched).length > 0) this.#told();
  }

  #changed(target: Element): void {
    const line = this.#lines.find((one) => one.row.contains(target));
    const field = line && [...line.widgets].find(([, widget]) => widget.contains(target))?.[0];
    if (!line || !field) return;
    line.touched.add(field);
    const cell = line.widgets.get(field);
    cell?.mark(Boolean(cell.fault));
    cell?.removeAttribute("title");
    const values: Line = { ...line.given };
    for (const [name, widget] of line.widgets) values[name] = widget.value;
    const detail = { table: this, row: line, field, values };
    this.dispatchEvent(new CustomEvent("lw-line-change", { bubbles: true, detail }));
  }

  /** Shows a fault at a cell, and says it with the row and column; empty when the path names no row. */
  markAt(path: string, message: string): string {
    const [at = "", name = ""] = path.split(".");
    const line = this.#lines[Number(at || "-1")];
    if (!line) return "";
    const widget = line.widgets.get(name);
    if (widget) {
      widget.mark(true);
      widget.title = message;
    }
    const column = this.#columns.find((one) => one.name === name);
    const row = t("row_n", { n: Number(at) + 1 });
    return t("fault_of", { name: column ? `${row} · ${column.label}` : row, message });
  }

  /** Cells carry their own marks. */
  override mark(): void {}

  override focus(): void {
    const last = this.#lines.at(-1);
    const bad = this.querySelector<HTMLElement>("[aria-invalid]");
    if (bad) bad.focus();
    else if (last) [...last.widgets.values()][0]?.focus();
    else this.querySelector<HTMLElement>("button")?.focus();
  }

  #append(given: Line): ShownLine {
    const widgets = new Map<string, Widget>();
    const read = new Map<string, HTMLElement>();
    const row = h("tr", { draggable: "false" });
    const grip = h("span", { class: "lw-handle", title: t("hand") }, icon("grip", 14));
    grip.addEventListener("pointerdown", () => row.setAttribute("draggable", "true"));
    row.append(h("td", {}, grip));
    for (const column of this.#columns) {
      const cell = h("td", { class: columnClass(column) });
      if (column.readonly) {
        const text = h("b", { class: "lw-num" }, shownText(given[column.name], column));
        read.set(column.name, text);
        cell.append(text);
      } else {
        const widget = make(column, given[column.name] ?? null, "cell", `${this.id}-${column.name}`);
        widgets.set(column.name, widget);
        cell.append(widget);
      }
      row.append(cell);
    }
    const byRule = new GivenValues();
    const line: ShownLine = { given: { ...given }, touched: new Set(), byRule, row, widgets, read };
    const off = button("lw-x lw-line-off", t("remove_line"), () => this.#remove(line), icon("trash", 14));
    row.append(h("td", {}, off));
    this.#dragging(line);
    this.#body?.append(row);
    this.#lines.push(line);
    return line;
  }

  #add(): void {
    const line = this.#append(Object.fromEntries(this.#columns.map((column) => [column.name, column.default ?? null])));
    [...line.widgets.values()][0]?.focus();
    this.#told();
  }

  #remove(line: ShownLine): void {
    this.#lines.splice(this.#lines.indexOf(line), 1);
    line.row.remove();
    this.#told();
  }

  #dragging(line: ShownLine): void {
    line.row.addEventListener("dragstart", (event) => {
      event.dataTransfer?.setData("text/plain", freshId("row"));
      this.#body?.toggleAttribute("data-dragging", true);
      line.row.dataset["dragged"] = "1";
    });
    line.row.addEventListener("dragover", (event) => {
      event.preventDefault();
      const dragged = this.#lines.find((one) => one.row.dataset["dragged"]);
      if (!dragged || dragged === line) return;
      const at = this.#lines.indexOf(line);
      const isDown = this.#lines.indexOf(dragged) < at;
      this.#lines.splice(this.#lines.indexOf(dragged), 1);
      this.#lines.splice(at, 0, dragged);
      if (isDown) line.row.after(dragged.row);
      else line.row.before(dragged.row);
    });
    line.row.addEventListener("dragend", () => {
      delete line.row.dataset["dragged"];
      line.row.setAttribute("draggable", "false");
      this.#told();
    });
  }

  #told(): void {
    this.dispatchEvent(new CustomEvent("lw-change", { bubbles: true, detail: this.value }));
    this.#sum();
  }

  /** Sums under the columns that hold amounts. */
  #sum(): void {
    if (this.#count) this.#count.textContent = t("count_lines", { n: this.#lines.length });
    const rows = this.formulaValue as Line[];
    // The record's own totals stand below the table; a second sum would only repeat the last of them.
    const hasTotals = Array.isArray(this.spec.props["totals"]);
    const cells = this.#columns.map((column) => {
      // A sum makes sense under results, not under unit prices.
      const isSum = Boolean(column.readonly && column.is_end) || column.props["sum"] === true;
      const total = isSum && !hasTotals && rows.length > 0 ? sumOf(rows.map((row) => amountOf(row[column.name]))) : "";
      return h("td", { class: `lw-end ${total ? "lw-total" : ""}` }, total && `${column.sign ?? ""}${group(total)}`);
    });
    if (!hasTotals) this.#totals?.replaceChildren(h("tr", {}, h("td"), ...cells, h("td")));
  }
}

/** Figures stand on the right; the kind of widget says how much room a column needs. */
function columnClass(column: FieldSpec): string {
  return `lw-col-${column.readonly && column.is_end ? "computed" : column.widget}${column.is_end ? " lw-end" : ""}`;
}

function amountOf(value: unknown): string {
  if (typeof value === "object" && value !== null && "amount" in value) return String(value.amount);
  return value === null || value === undefined ? "0" : String(value);
}

function shownText(value: unknown, column: FieldSpec): string {
  if (value === null || value === undefined) return "";
  const readable = column.readable?.[String(value)];
  if (readable) return readable;
  if (typeof value === "object" && "label" in value) return String(value.label);
  return group(typeof value === "object" ? amountOf(value) : String(value));
}

/** The sum of decimal texts to six places, on whole numbers, so that 0.1 + 0.2 is 0.3. */
export function sumOf(texts: readonly string[]): string {
  let sum = 0n;
  for (const text of texts) {
    const found = /^(-?)(\d+)(?:\.(\d{1,6}))?/.exec(text);
    if (!found) continue;
    const units = BigInt(`${found[2]}${(found[3] ?? "").padEnd(6, "0")}`);
    sum += found[1] ? -units : units;
  }
  const sign = sum < 0n ? "-" : "";
  const digits = String(sum < 0n ? -sum : sum).padStart(7, "0");
  const rest = digits.slice(-6).replace(/0+$/, "").padEnd(2, "0");
  return `${sign}${digits.slice(0, -6)}.${rest}`;
}

define("lw-child-table", ChildTableWidget);
