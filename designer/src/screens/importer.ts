/** The import page: file → columns → dry run → import → undo. Nothing is written before the last step. */
import { h, parse } from "../widgets/dom.ts";
import { t } from "../widgets/texts.ts";
import { define } from "../widgets/widget.ts";
import { ApiFault, call, freshKey } from "./api.ts";
import { toast } from "./overlay.ts";

interface FieldOption {
  readonly name: string;
  readonly label: string;
  readonly required: boolean;
}

interface Spec {
  readonly entity: string;
  readonly fields: readonly FieldOption[];
}

interface Heads {
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly example: string; readonly field: string }[];
}

interface Report {
  readonly id: string;
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly skipped: number;
  readonly fault_count: number;
  readonly faults: readonly { readonly row: number; readonly column: string; readonly message: string }[];
}

class LwImport extends HTMLElement {
  #spec!: Spec;
  #file: File | undefined;
  #report: Report | undefined;

  connectedCallback(): void {
    this.#spec = parse<Spec>(this.querySelector("script.lw-spec")?.textContent) ?? { entity: "", fields: [] };
    const on = (selector: string, event: string, run: () => Promise<void>): void =>
      this.querySelector(selector)?.addEventListener(event, () => void this.#try(run));
    on("[data-file]", "change", () => this.#chosen());
    // A file may have been chosen before this script was there.
    if (this.#part<HTMLInputElement>("[data-file]").files?.length) void this.#try(() => this.#chosen());
    on("[data-check]", "click", () => this.#send(true));
    on("[data-run]", "click", () => this.#send(false));
    on("[data-undo]", "click", () => this.#undo());
  }

  #part<T extends HTMLElement>(selector: string): T {
    return this.querySelector(selector) as T;
  }

  async #try(run: () => Promise<void>): Promise<void> {
    const progress = this.#part<HTMLProgressElement>("[data-progress]");
    progress.hidden = false;
    try {
      await run();
    } catch (fault) {
      if (!(fault instanceof ApiFault)) throw fault;
      const report = fault.extra["report"] as Report | undefined;
      if (report) this.#show(report, true);
      else toast(fault.details[0]?.message ?? fault.message, undefined, true);
    } finally {
      progress.hidden = true;
    }
  }

  #step(name: string, stage: string): void {
    for (const step of this.querySelectorAll("[data-step]")) step.removeAttribute("aria-current");
    this.querySelector(`[data-step="${name}"]`)?.setAttribute("aria-current", "step");
    for (const part of this.querySelectorAll<HTMLElement>("[data-stage]"))
      part.hidden = part.dataset["stage"] !== stage;
  }

  async #chosen(): Promise<void> {
    this.#file = this.#part<HTMLInputElement>("[data-file]").files?.[0];
    if (!this.#file) return;
    const body = new FormData();
    body.append("file", this.#file);
    const { data } = await call<Heads>("POST", `/e/${this.#spec.entity}/import/columns`, { body });
    this.#part("[data-columns]").replaceChildren(...data.columns.map((column) => this.#row(column)));
    this.#offerMatch();
    this.#step("map", "map");
  }

  #row(column: Heads["columns"][number]): HTMLElement {
    const options = this.#spec.fields.map((field) =>
      h(
        "option",
        { value: field.name, selected: field.name === column.field },
        field.label + (field.required ? " *" : ""),
      ),
    );
    const select = h(
      "select",
      { "data-column": column.name, "aria-label": column.name },
      h("option", { value: "" }, t("import_skip")),
      ...options,
    );
    select.addEventListener("change", () => this.#offerMatch());
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, column.name),
      h("td", { class: "lw-meta" }, column.example),
      h("td", {}, h("div", { class: "lw-control" }, select)),
    );
  }

  get #chosenFields(): [string, string][] {
    return [...this.querySelectorAll<HTMLSelectElement>("[data-column]")]
      .filter((select) => select.value)
      .map((select) => [select.dataset["column"] ?? "", select.value]);
  }

  #offerMatch(): void {
    const match = this.#part<HTMLSelectElement>("[data-match]");
    const present = match.value;
    const labels = new Map(this.#spec.fields.map((field) => [field.name, field.label]));
    const first = match.options[0];
    match.replaceChildren(
      ...(first ? [first] : []),
      ...this.#chosenFields.map(([, name]) =>
        h("option", { value: name, selected: name === present }, labels.get(name) ?? name),
      ),
    );
  }

  #mapping(): Record<string, unknown> {
    const match = this.#part<HTMLSelectElement>("[data-match]").value;
    const columns = Object.fromEntries(
      this.#chosenFields.map(([column, name]) => [column, { field: name, trim: true }]),
    );
    return {
      type: "import",
      entity: this.#spec.entity,
      columns,
      ...(match ? { match: [match], on_match: this.#part<HTMLSelectElement>("[data-on-match]").value } : {}),
    };
  }

  async #send(isDry: boolean): Promise<void> {
    if (!this.#file) return;
    const body = new FormData();
    body.append("file", this.#file);
    body.append("mapping", JSON.stringify(this.#mapping()));
    body.append("dry_run", String(isDry));
    const path = `/e/${this.#spec.entity}/import/run`;
    const { data } = await call<{ report: Report }>("POST", path, isDry ? { body } : { body, key: freshKey() });
    this.#show(data.report, isDry);
  }

  #show(report: Report, isDry: boolean): void {
    this.#report = report;
    this.#step(isDry ? "check" : "run", "report");
    const figures: [string, number][] = [
      ["import_created", report.created],
      ["import_updated", report.updated],
      ["import_skipped", report.skipped],
      ["import_refused", report.fault_count],
    ];
    this.#part("[data-figures]").replaceChildren(
      ...figures.map(([key, n]) =>
        h(
          "div",
          { class: "lw-card lw-tile" },
          h("span", { class: "lw-tile__label" }, t(key)),
          h("div", { class: "lw-tile__figure" }, String(n)),
        ),
      ),
    );
    const isClean = report.fault_count === 0;
    const line = !isDry
      ? t("import_done", { n: report.rows })
      : isClean
        ? t("import_clean")
        : t("import_faults", { n: report.fault_count });
    this.#part("[data-line]").textContent = line;
    const run = this.#part<HTMLButtonElement>("[data-run]");
    run.hidden = !isDry || !isClean;
    run.textContent = t("import_run", { n: report.rows });
    this.#part("[data-undo]").hidden = isDry;
    const table = this.#part("[data-faults]");
    table.hidden = isClean;
    table
      .querySelector("tbody")
      ?.replaceChildren(
        ...report.faults.map((fault) =>
          h(
            "tr",
            {},
            h("td", { class: "lw-num" }, String(fault.row)),
            h("td", {}, fault.column),
            h("td", {}, fault.message),
          ),
        ),
      );
  }

  async #undo(): Promise<void> {
    if (!this.#report) return;
    await call("POST", `/api/v1/imports/${this.#report.id}/undo`, { key: freshKey() });
    toast(t("undone"));
    this.#part("[data-undo]").hidden = true;
  }
}

define("lw-import", LwImport);
