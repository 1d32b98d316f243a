/** What is done with several records at once: change a field, hand over, export, delete with undo. */

import { sumOf } from "../widgets/child-table.ts";
import { button, h, parse } from "../widgets/dom.ts";
import { type IconName, icon } from "../widgets/icons.ts";
import { make } from "../widgets/make.ts";
import { group } from "../widgets/number.ts";
import type { FieldSpec } from "../widgets/spec.ts";
import { inSentence, t } from "../widgets/texts.ts";
import { ApiFault, call, recordPath } from "./api.ts";
import { batch, type Picked, partly, remove, type Step, stopped, valuesOf, type Watch } from "./batch.ts";
import { download } from "./download.ts";
import { onKey } from "./keys.ts";
import type { ListSpec } from "./list-state.ts";
import { ask, type Question, toast } from "./overlay.ts";
import { pageChanged } from "./reload.ts";

export class BulkBar {
  readonly #entity: string;
  readonly #spec: ListSpec;
  readonly #host: HTMLElement;
  readonly #bar = h("div", { class: "lw-bulk", role: "toolbar", hidden: true });
  readonly #rows: () => HTMLTableRowElement[];
  readonly #clear: () => void;
  /** Every record that fits the list, when the person asked for more than the page. */
  #all: readonly Picked[] | undefined;
  #shown = "";
  /** While a dialog stands, what it works on stays, whatever the list shows by then. */
  #isAsking = false;

  constructor(host: HTMLElement, entity: string, spec: ListSpec, rows: () => HTMLTableRowElement[], clear: () => void) {
    this.#host = host;
    this.#entity = entity;
    this.#spec = spec;
    this.#rows = rows;
    this.#clear = clear;
    host.append(this.#bar);
    onKey("a", () => this.#bar.querySelector<HTMLElement>("button")?.focus());
    onKey("Delete", () => {
      if (!this.#bar.hidden && spec.may_delete) void this.#delete();
    });
  }

  show(): void {
    if (this.#isAsking) return;
    const rows = this.#rows();
    const ids = rows.map((row) => row.dataset["id"]).join();
    if (ids !== this.#shown) this.#all = undefined;
    this.#shown = ids;
    this.#bar.hidden = rows.length === 0;
    if (rows.length === 0) return;
    const spec = this.#spec;
    const label = t("selected", { n: group(String(this.#picked().length)) });
    const parts: (Node | null)[] = [
      h("b", {}, label),
      this.#all ? null : this.#sum(rows),
      this.#wider(rows.length),
      h("span", { class: "lw-bulk__line" }),
      ...(spec.may_update ? this.#own() : []),
      spec.may_update ? this.#action("edit", t("edit_field"), () => void this.#editField()) : null,
      spec.may_update ? this.#action("userShare", t("hand_over"), () => void this.#handOver()) : null,
      spec.may_export ? this.#action("download", t("export"), (event) => this.#export(event)) : null,
      spec.may_delete ? this.#action("trash", t("delete"), () => void this.#delete(), true) : null,
      h("span", { class: "lw-bulk__line" }),
      button("lw-btn lw-btn--icon", t("close"), () => this.#clear(), icon("x")),
    ];
    this.#bar.setAttribute("aria-label", label);
    this.#bar.replaceChildren(...parts.filter((part): part is Node => part !== null));
    this.#host.append(this.#bar);
  }

  /** Once the whole page is picked, the way to all records that fit. */
  #wider(picked: number): HTMLElement | null {
    const total = this.#host.querySelector("#lw-count")?.textContent?.trim() ?? "";
    const isPage = picked === this.#host.querySelectorAll("#lw-rows > tr").length;
    if (this.#all || !isPage || !this.#host.querySelector(".lw-foot a[href]")) return null;
    const takeAll = (event: MouseEvent): void => void this.#takeAll(event.currentTarget as HTMLElement);
    return button("lw-btn lw-bulk__all", "", takeAll, t("pick_fitting", { n: total }));
  }

  async #takeAll(trigger: HTMLElement): Promise<void> {
    if (trigger.ariaBusy) return;
    trigger.ariaBusy = "true";
    const shown = this.#shown;
    try {
      const path = `${this.#host.dataset["url"]}/fitting${location.search}`;
      const { data } = await call<{ rows: Picked[]; is_all: boolean }>("GET", path);
      if (this.#shown !== shown || this.#bar.hidden) return; // another page by now, or nothing is picked any more
      this.#all = data.rows;
      this.show();
      if (!data.is_all) toast(t("picked_most", { n: group(String(data.rows.length)) }));
    } catch (fault) {
      if (fault instanceof ApiFault) toast(fault.message, undefined, true);
    } finally {
      trigger.ariaBusy = null;
    }
  }

  async #ask(question: Question): Promise<void> {
    this.#isAsking = true;
    try {
      await ask(question);
    } finally {
      this.#isAsking = false;
      this.show();
    }
  }

  #action(picture: IconName, label: string, run: (event: MouseEvent) => void, isRisk = false): HTMLElement {
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
    const sign = this.#spec.fields.find((field) => field.name === path)?.sign ?? "";
    const total = sign + group(sumOf(texts).replace(/\.00$/, ""));
    return h("span", { class: "lw-bulk__sum lw-desk" }, t("sum", { sum: total }));
  }

  #picked(): readonly Picked[] {
    if (this.#all) return this.#all;
    return this.#rows().map((row) => ({ id: row.dataset["id"] ?? "", version: Number(row.dataset["version"]) }));
  }

  /** The buttons of fields that the entity names: one press less than choosing among all. */
  #own(): HTMLElement[] {
    return this.#spec.bulk.flatMap((name) => {
      const field = this.#spec.fields.find((one) => one.name === name);
      if (!field) return [];
      const isMore = field.widget === "tags";
      const label = t(isMore ? "add_to_field" : "change_field", { name: inSentence(field.label) });
      return [this.#action(isMore ? "tag" : "progress", label, () => void this.#changeOne(field, label, isMore))];
    });
  }

  /** One field of all picked records; what holds many values gets more of them and loses none. */
  async #changeOne(field: FieldSpec, label: string, isMore: boolean): Promise<void> {
    const widget = make({ ...field, required: true }, null, "form");
    await this.#ask({
      title: `${label} · ${t("selected", { n: group(String(this.#picked().length)) })}`,
      body: h("div", { class: "lw-stack" }, widget),
      confirm: label,
      run: async (watch) => {
        const { value } = widget;
        if (widget.fault) return widget.fault;
        if (value === null || (Array.isArray(value) && value.length === 0)) return t("required", { name: field.label });
        if (!isMore) return this.#change(() => ({ [field.name]: value }), watch);
        try {
          const known = await valuesOf(this.#entity, field.name, this.#picked());
          const given = value as readonly string[];
          return await this.#change(
            (id) => ({ [field.name]: [...new Set([...(known.get(id) ?? []), ...given])] }),
            watch,
          );
        } catch (fault) {
          if (fault instanceof ApiFault) return fault.message;
          throw fault;
        }
      },
    });
  }

  async #change(data: (id: string) => Readonly<Record<string, unknown>>, watch: Watch): Promise<string | undefined> {
    const rows = this.#picked();
    const steps = rows.map((row): Step => ({ do: "update", id: row.id, row_version: row.version, data: data(row.id) }));
    const outcome = await batch(this.#entity, steps, watch);
    if (outcome.fault) {
      this.#all = rows.slice(outcome.done); // once more means the others
      if (outcome.done > 0) pageChanged();
      return partly(outcome, rows.length);
    }
    const { done } = outcome;
    this.#isAsking = false;
    if (outcome.isStopped) toast(done ? stopped("changed_some", done, rows.length) : t("stopped_none"));
    else toast(t("changed_many", { n: group(String(done)) }));
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
    await this.#ask({
      title: `${t("edit_field")} · ${t("selected", { n: group(String(this.#picked().length)) })}`,
      body: h("div", { class: "lw-stack" }, h("div", { class: "lw-control" }, select), place),
      confirm: t("apply"),
      run: (watch) => widget.fault || this.#change(() => ({ [select.value]: widget.value }), watch),
    });
  }

  async #handOver(): Promise<void> {
    const spec = this.#spec.fields.find((field) => field.name === "owner_id");
    if (!spec) return;
    const widget = make({ ...spec, required: true }, null, "form");
    await this.#ask({
      title: `${t("hand_over")} · ${t("selected", { n: group(String(this.#picked().length)) })}`,
      body: h("div", { class: "lw-stack" }, widget),
      confirm: t("hand_over"),
      run: (watch) =>
        widget.value ? this.#change(() => ({ owner_id: widget.value }), watch) : t("required", { name: spec.label }),
    });
  }

  #export(event: MouseEvent): void {
    const trigger = event.currentTarget as HTMLElement;
    const name = `${this.#entity}.xlsx`;
    if (this.#all) return void download(trigger, `${this.#host.dataset["url"]}/export${location.search}`, name);
    // A tree of conditions: a formula of this many ids would be longer than formulas may be.
    const filter = { field: "id", op: "in", value: this.#picked().map((row) => row.id) };
    const query = new URLSearchParams({ format: "xlsx", filter: JSON.stringify(filter) });
    void download(trigger, `${recordPath(this.#entity, "export")}?${query}`, name);
  }

  async #delete(): Promise<void> {
    const rows = this.#picked();
    let isDone = false;
    await this.#ask({
      title: t("delete_ask", { n: group(String(rows.length)), name: this.#spec.label }),
      text: t("delete_text"),
      confirm: t("delete_button", { n: group(String(rows.length)) }),
      isDanger: true,
      run: async (watch) => {
        isDone = await remove(this.#entity, rows, "", watch);
        return undefined;
      },
    });
    if (!isDone) return;
    this.#clear();
    pageChanged();
  }
}
