/** What is done with several records at once: change a field, hand over, export, delete with undo. */

import { sumOf } from "../widgets/child-table.ts";
import { button, h, parse } from "../widgets/dom.ts";
import { type IconName, icon } from "../widgets/icons.ts";
import { make } from "../widgets/make.ts";
import { group } from "../widgets/number.ts";
import type { FieldSpec } from "../widgets/spec.ts";
import { t } from "../widgets/texts.ts";
import { ApiFault, call, freshKey, recordPath } from "./api.ts";
import type { ListSpec } from "./list-state.ts";
import { ask, toast } from "./overlay.ts";
import { pageChanged } from "./reload.ts";

interface Step {
  readonly do: "update" | "delete" | "restore";
  readonly id: string;
  readonly row_version?: number;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Several changes in one request, all or none; gives the fault, or an empty text. */
export async function batch(entity: string, changes: readonly Step[]): Promise<string> {
  try {
    await call("POST", recordPath(entity, "batch"), { body: { changes }, key: freshKey() });
    return "";
  } catch (fault) {
    return fault instanceof ApiFault ? faultText(fault) : t("server_busy");
  }
}

function faultText(fault: ApiFault): string {
  return fault.details[0]?.message ?? fault.message;
}

/** Deletes records and offers to take it back. */
export async function remove(
  entity: string,
  rows: readonly { id: string; version: number }[],
  name: string,
): Promise<boolean> {
  const steps = rows.map((row): Step => ({ do: "delete", id: row.id, row_version: row.version }));
  const fault = await batch(entity, steps);
  if (fault) {
    toast(fault, undefined, true);
    return false;
  }
  const back = rows.map((row): Step => ({ do: "restore", id: row.id }));
  const undo = async (): Promise<void> => {
    const problem = await batch(entity, back);
    toast(problem || t("restored"), undefined, Boolean(problem));
    pageChanged();
  };
  toast(rows.length === 1 && name ? t("deleted", { name }) : t("deleted_many", { n: rows.length }), {
    label: t("undo"),
    run: undo,
  });
  return true;
}

export class BulkBar {
  readonly #entity: string;
  readonly #spec: ListSpec;
  readonly #host: HTMLElement;
  readonly #bar = h("div", { class: "lw-bulk", role: "toolbar", hidden: true });
  readonly #rows: () => HTMLTableRowElement[];
  readonly #clear: () => void;

  constructor(host: HTMLElement, entity: string, spec: ListSpec, rows: () => HTMLTableRowElement[], clear: () => void) {
    this.#host = host;
    this.#entity = entity;
    this.#spec = spec;
    this.#rows = rows;
    this.#clear = clear;
    host.append(this.#bar);
  }

  show(): void {
    const rows = this.#rows();
    this.#bar.hidden = rows.length === 0;
    if (rows.length === 0) return;
    const spec = this.#spec;
    const parts: (Node | null)[] = [
      h("b", {}, t("selected", { n: rows.length })),
      this.#sum(rows),
      h("span", { class: "lw-bulk__line" }),
      spec.may_update ? this.#action("edit", t("edit_field"), () => void this.#editField()) : null,
      spec.may_update ? this.#action("userShare", t("hand_over"), () => void this.#handOver()) : null,
      spec.may_export ? this.#action("download", t("export"), () => this.#export()) : null,
      spec.may_delete ? this.#action("trash", t("delete"), () => void this.#delete(), true) : null,
      h("span", { class: "lw-bulk__line" }),
      button("lw-btn lw-btn--icon", t("close"), () => this.#clear(), icon("x")),
    ];
    this.#bar.setAttribute("aria-label", t("selected", { n: rows.length }));
    this.#bar.replaceChildren(...parts.filter((part): part is Node => part !== null));
    this.#host.append(this.#bar);
  }

  #action(picture: IconName, label: string, run: () => void, isRisk = false): HTMLElement {
    const text = h("span", { class: "lw-desk" }, label);
    return button(`lw-btn ${isRisk ? "lw-btn--risk" : ""}`, label, run, icon(picture), text);
  }

  #sum(rows: readonly HTMLTableRowElement[]): HTMLElement | null {
    const path = this.#spec.sums[0];
    if (!path) return null;
    const texts = rows.map((row) => {
      const value = parse<unknown>(row.querySelector<HTMLElement>(`[data-path="${path}"]`)?.dataset["value"]);
      return typeof value === "object" && value && "amount" in value ? String(value.amount) : String(value ?? "0");
    });
    if (!rows[0]?.querySelector(`[data-path="${path}"]`)) return null;
    const total = group(sumOf(texts).replace(/\.00$/, ""));
    return h("span", { class: "lw-bulk__sum lw-desk" }, t("sum", { sum: total }));
  }

  #picked(): { id: string; version: number }[] {
    return this.#rows().map((row) => ({ id: row.dataset["id"] ?? "", version: Number(row.dataset["version"]) }));
  }

  async #change(data: Readonly<Record<string, unknown>>): Promise<string | undefined> {
    const rows = this.#picked();
    const steps = rows.map((row): Step => ({ do: "update", id: row.id, row_version: row.version, data }));
    const fault = await batch(this.#entity, steps);
    if (fault) return fault;
    toast(t("changed_many", { n: rows.length }));
    this.#clear();
    pageChanged();
    return undefined;
  }

  async #editField(): Promise<void> {
    const fields = this.#spec.fields.filter((field) => !field.readonly);
    const select = h(
      "select",
      { "aria-label": t("field") },
      ...fields.map((one) => h("option", { value: one.name }, one.label)),
    );
    const place = h("div");
    let widget = make(fields[0] as FieldSpec, null, "form");
    const draw = (): void => {
      const spec = fields.find((one) => one.name === select.value);
      if (!spec) return;
      widget = make({ ...spec, required: false }, null, "form");
      place.replaceChildren(widget);
    };
    select.addEventListener("change", draw);
    draw();
    await ask({
      title: `${t("edit_field")} · ${t("selected", { n: this.#picked().length })}`,
      body: h("div", { class: "lw-stack" }, h("div", { class: "lw-control" }, select), place),
      confirm: t("apply"),
      run: () => this.#change({ [select.value]: widget.value }),
    });
  }

  async #handOver(): Promise<void> {
    const spec = this.#spec.fields.find((field) => field.name === "owner_id");
    if (!spec) return;
    const widget = make({ ...spec, required: true }, null, "form");
    await ask({
      title: `${t("hand_over")} · ${t("selected", { n: this.#picked().length })}`,
      body: h("div", { class: "lw-stack" }, widget),
      confirm: t("hand_over"),
      run: () => (widget.value ? this.#change({ owner_id: widget.value }) : t("required", { name: spec.label })),
    });
  }

  #export(): void {
    const ids = this.#picked().map((row) => `'${row.id}'`);
    const query = new URLSearchParams({ format: "xlsx", filter: `id IN (${ids.join(", ")})` });
    location.assign(`${recordPath(this.#entity, "export")}?${query}`);
  }

  async #delete(): Promise<void> {
    const rows = this.#picked();
    const isYes = await ask({
      title: t("delete_ask", { n: rows.length, name: this.#spec.label }),
      text: t("delete_text"),
      confirm: t("delete_button", { n: rows.length }),
      isDanger: true,
    });
    if (!isYes || !(await remove(this.#entity, rows, ""))) return;
    this.#clear();
    pageChanged();
  }
}
