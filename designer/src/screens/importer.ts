/** The import page: file → columns → dry run → import → undo. Nothing is written before the last step. */
import { h, parse } from "../widgets/dom.ts";
import { icon } from "../widgets/icons.ts";
import { csrf, t } from "../widgets/texts.ts";
import { define } from "../widgets/widget.ts";
import { ApiFault, call } from "./api.ts";
import { type Heads, type MappingOption, type Spec, saveMapping } from "./import-mapping.ts";
import { askUndo, drawRows, figures, follow, grouped, sentence, type Told, withRefused } from "./import-result.ts";

class LwImport extends HTMLElement {
  #spec!: Spec;
  #file: File | undefined;
  #heads: Heads | undefined;
  #told: Told | undefined;
  /** Whether a file is being tried or imported: it is not begun twice. */
  #isSending = false;

  connectedCallback(): void {
    const none: Spec = { entity: "", fields: [], mappings: [] };
    this.#spec = parse<Spec>(this.querySelector("script.lw-spec")?.textContent) ?? none;
    const on = (selector: string, event: string, run: () => Promise<void> | void): void =>
      this.querySelector(selector)?.addEventListener(event, () => void this.#try(run));
    on("[data-file]", "change", () => this.#chosen());
    // A file may have been chosen before this script was there.
    if (this.#part<HTMLInputElement>("[data-file]").files?.length) void this.#try(() => this.#chosen());
    on("[data-sheet]", "change", () => this.#read());
    on("[data-mapping]", "change", () => this.#drawColumns());
    on("[data-check]", "click", () => this.#send(true));
    on("[data-run]", "click", () => this.#send(false));
    on("[data-skip]", "click", () => this.#send(false, true));
    on("[data-back]", "click", () => this.#step("map", "map"));
    this.#part("[data-undo]").addEventListener("click", () => void this.#undo(this.#told?.report.id ?? ""));
    on("[data-save-mapping]", "click", () => this.#saveMapping());
    on("[data-only]", "change", () => {
      const isOnly = this.#part<HTMLInputElement>("[data-only]").checked;
      this.#part("[data-rows]").toggleAttribute("data-only", isOnly);
    });
    this.addEventListener("click", (event) => {
      const found = (event.target as Element).closest<HTMLElement>("[data-undo-id], [data-get]");
      if (found?.dataset["undoId"]) void this.#undo(found.dataset["undoId"]);
      if (found?.dataset["get"]) void this.#try(() => this.#download(found.dataset["get"] ?? "csv"));
    });
  }

  #part<T extends HTMLElement>(selector: string): T {
    return this.querySelector(selector) as T;
  }

  async #try(run: () => Promise<void> | void): Promise<void> {
    this.#tell("");
    try {
      await run();
    } catch (fault) {
      if (!(fault instanceof ApiFault)) throw fault;
      const lines = fault.details.slice(0, 3).map((one) => one.message);
      this.#tell([fault.message, ...lines.filter((line) => line !== fault.message)].join(" "));
    } finally {
      if (!this.#isSending) this.#rest();
    }
  }

  #rest(): void {
    this.#part("[data-busy]").hidden = true;
    for (const one of this.querySelectorAll("button[aria-busy]")) one.removeAttribute("aria-busy");
    for (const one of this.#parts()) one.inert = false;
  }

  #tell(message: string): void {
    const line = this.#part("[data-fault]");
    line.hidden = !message;
    line.replaceChildren(...(message ? [icon("alert"), message] : []));
  }

  #busy(): void {
    this.#part<HTMLProgressElement>("[data-progress]").removeAttribute("value");
    this.#part("[data-busy-line]").textContent = t("import_checking");
    this.#part("[data-busy]").hidden = false;
    // One thing at a time: nothing else can be begun with the file meanwhile.
    for (const one of this.#parts()) one.inert = true;
  }

  #parts(): NodeListOf<HTMLElement> {
    return this.querySelectorAll<HTMLElement>("[data-stage]");
  }

  #step(name: string, stage: string): void {
    for (const step of this.querySelectorAll("[data-step]")) step.removeAttribute("aria-current");
    this.querySelector(`[data-step="${name}"]`)?.setAttribute("aria-current", "step");
    for (const part of this.#parts()) part.hidden = part.dataset["stage"] !== stage;
  }

  #form(): FormData {
    const body = new FormData();
    if (this.#file) body.append("file", this.#file);
    body.append("sheet", this.#part<HTMLSelectElement>("[data-sheet]").value);
    return body;
  }

  async #chosen(): Promise<void> {
    const input = this.#part<HTMLInputElement>("[data-file]");
    this.#file = input.files?.[0];
    if (!this.#file) return;
    this.#part("[data-sheet]").replaceChildren();
    try {
      await this.#read();
    } finally {
      input.value = ""; // the same file may be chosen again after it was mended
    }
  }

  async #read(): Promise<void> {
    this.#busy();
    const { data } = await call<Heads>("POST", `/e/${this.#spec.entity}/import/columns`, { body: this.#form() });
    this.#heads = data;
    this.#part("[data-file-line]").textContent = t("import_file", {
      name: this.#file?.name ?? "",
      n: grouped(data.rows),
    });
    const sheets = data.sheets.map((name) => h("option", { value: name, selected: name === data.sheet }, name));
    this.#part("[data-sheet]").replaceChildren(...sheets);
    this.#part("[data-sheets]").hidden = sheets.length < 2;
    const mapping = this.#part<HTMLSelectElement>("[data-mapping]");
    if (!mapping.value && data.fits[0]) mapping.value = data.fits[0];
    this.#drawColumns();
    this.#step("map", "map");
  }

  get #mappingOption(): MappingOption | undefined {
    const key = this.#part<HTMLSelectElement>("[data-mapping]").value;
    return this.#spec.mappings.find((one) => one.key === key);
  }

  #drawColumns(): void {
    const heads = this.#heads?.columns ?? [];
    const chosen = this.#mappingOption;
    const isApp = chosen?.kind === "app";
    const help = this.#part("[data-mapping-help]");
    help.textContent = chosen?.help ?? "";
    help.hidden = !chosen?.help;
    this.#part("[data-own]").hidden = isApp;
    this.querySelector("[data-save-mapping]")?.toggleAttribute("hidden", isApp);
    const rows = isApp
      ? (chosen.columns ?? []).map((one) => this.#fixedRow(one.column, one.label))
      : heads.map((one) => this.#row(one, chosen?.body?.columns?.[one.name]?.field ?? (chosen ? "" : one.field)));
    this.#part("[data-columns]").replaceChildren(...rows);
    this.#offerMatch();
    const match = chosen?.body?.match?.[0];
    if (match) this.#part<HTMLSelectElement>("[data-match]").value = match;
    if (chosen?.body?.on_match) this.#part<HTMLSelectElement>("[data-on-match]").value = chosen.body.on_match;
  }

  #fixedRow(name: string, label: string): HTMLElement {
    const found = this.#heads?.columns.find((one) => one.name === name);
    const missing = h("span", { class: "lw-badge lw-c-rose" }, t("import_missing"));
    const example = h("td", { class: "lw-meta" }, found ? found.example : missing);
    return h("tr", {}, h("th", { scope: "row" }, name), example, h("td", {}, label));
  }

  #row(column: Heads["columns"][number], present: string): HTMLElement {
    const options = this.#spec.fields.map((field) =>
      h("option", { value: field.name, selected: field.name === present }, field.label + (field.required ? " *" : "")),
    );
    const none = h("option", { value: "" }, t("import_skip"));
    const select = h("select", { "data-column": column.name, "aria-label": column.name }, none, ...options);
    const hint = h("span", { class: "lw-meta" });
    const tell = (): void => {
      hint.textContent = this.#spec.fields.find((field) => field.name === select.value)?.by ?? "";
    };
    tell();
    select.addEventListener("change", () => {
      tell();
      this.#offerMatch();
    });
    const control = h("td", {}, h("div", { class: "lw-control" }, select), hint);
    return h("tr", {}, h("th", { scope: "row" }, column.name), h("td", { class: "lw-meta" }, column.example), control);
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
    const options = this.#chosenFields.map(([, name]) =>
      h("option", { value: name, selected: name === present }, labels.get(name) ?? name),
    );
    match.replaceChildren(...(match.options[0] ? [match.options[0]] : []), ...options);
  }

  #mapping(): Record<string, unknown> {
    const match = this.#part<HTMLSelectElement>("[data-match]").value;
    const onMatch = this.#part<HTMLSelectElement>("[data-on-match]").value;
    const columns = Object.fromEntries(
      this.#chosenFields.map(([column, name]) => [column, { field: name, trim: true }]),
    );
    const matching = match ? { match: [match], on_match: onMatch } : {};
    return { type: "import", entity: this.#spec.entity, columns, ...matching };
  }

  async #saveMapping(): Promise<void> {
    if (this.#chosenFields.length === 0) {
      this.#tell(t("mapping_empty"));
      return;
    }
    await saveMapping(this.#spec.entity, this.#mapping());
  }

  async #send(isDry: boolean, isSkipping = false): Promise<void> {
    if (!this.#file || this.#isSending) return;
    this.#isSending = true;
    const chosen = this.#mappingOption;
    const body = this.#form();
    body.append("mapping", chosen?.kind === "app" ? chosen.key : JSON.stringify(this.#mapping()));
    body.append("dry_run", String(isDry));
    body.append("skip", String(isSkipping));
    const id = this.#told?.report.id ?? "";
    if (!isDry) body.append("id", id);
    this.#part(isDry ? "[data-check]" : isSkipping ? "[data-skip]" : "[data-run]").setAttribute("aria-busy", "true");
    this.#busy();
    if (!isDry) this.#step("run", "report");
    const stop = isDry
      ? () => {}
      : follow(this.#spec.entity, id, this.#part("[data-progress]"), this.#part("[data-busy-line]"));
    try {
      const { data } = await call<Told>("POST", `/e/${this.#spec.entity}/import/run`, { body });
      // What was refused in the check stays to be downloaded after the others went in.
      this.#told = isSkipping ? withRefused(data, this.#told) : data;
      this.#show(isDry);
    } catch (fault) {
      if (!isDry) this.#step("check", "report");
      throw fault;
    } finally {
      this.#isSending = false;
      stop();
    }
  }

  #show(isDry: boolean): void {
    const told = this.#told;
    if (!told) return;
    const { report } = told;
    const left = report.rows - report.refused_rows;
    this.#step(isDry ? "check" : "run", "report");
    this.#part("[data-figures]").replaceChildren(...figures(report));
    this.#part("[data-line]").textContent = sentence(report, isDry);
    const show = (selector: string, isShown: boolean, text = ""): void => {
      const part = this.#part(selector);
      part.hidden = !isShown;
      if (text) part.textContent = text;
    };
    show(
      "[data-run]",
      isDry && report.refused_rows === 0 && report.rows > 0,
      t("import_run", { n: grouped(report.rows) }),
    );
    show("[data-skip]", isDry && report.refused_rows > 0 && left > 0, t("import_skip_refused", { n: grouped(left) }));
    show("[data-back]", isDry);
    show("[data-undo]", !isDry);
    show("[data-list]", !isDry);
    show("[data-tools]", told.refused.length > 0);
    show("[data-rows]", told.preview.length > 0);
    drawRows(this.#part("[data-rows]"), told);
  }

  async #download(kind: string): Promise<void> {
    const body = this.#form();
    body.append("format", kind);
    body.append("reasons", new Blob([JSON.stringify(this.#told?.refused ?? [])], { type: "application/json" }));
    const path = `/e/${this.#spec.entity}/import/refused`;
    const answer = await fetch(path, { method: "POST", body, headers: { "X-CSRF-Token": csrf() } });
    if (!answer.ok) throw new ApiFault(answer.status, await answer.json());
    const link = h("a", {
      href: URL.createObjectURL(await answer.blob()),
      download: `${this.#spec.entity}.refused.${kind}`,
    });
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  async #undo(id: string): Promise<void> {
    const isShown = this.#told?.report.id === id;
    const buttons = [isShown && "[data-undo]", `[data-undo-id="${id}"]`].flatMap(
      (one) => (one && this.querySelector<HTMLButtonElement>(one)) || [],
    );
    const words = await askUndo(this.#spec.entity, id, buttons);
    if (!words) return;
    if (isShown && this.#told?.report.id === id) {
      this.#part("[data-line]").textContent = words;
      this.#part("[data-undo]").hidden = true;
    }
    this.querySelector(`[data-undo-id="${id}"]`)?.remove();
  }
}

define("lw-import", LwImport);
