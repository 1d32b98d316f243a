/** The record page: editing in place, stage path, notes, masks, sharing, deleting with undo. */
import { h, parse } from "../widgets/dom.ts";
import { make } from "../widgets/make.ts";
import type { FieldSpec } from "../widgets/spec.ts";
import { t } from "../widgets/texts.ts";
import { ApiFault, call, freshKey, recordPath } from "./api.ts";
import { remove, removeRelated } from "./batch.ts";
import { CellEdit, type Editable } from "./cell-edit.ts";
import { onKey } from "./keys.ts";
import type { Mark } from "./list-state.ts";
import { tickOff } from "./next-step.ts";
import { ask, openDrawer, toast } from "./overlay.ts";
import { PlaceOnRecord } from "./record-place.ts";
import { refresh } from "./reload.ts";
import { keepSeen, showTrail } from "./trail.ts";

interface RecordSpec {
  readonly fields: readonly FieldSpec[];
  readonly title: string;
  readonly list_url: string;
  readonly path?: { readonly field: string; readonly value: string; readonly label: string };
  readonly favourite?: Mark | null;
}

export class LwRecord extends HTMLElement {
  #spec!: RecordSpec;
  /** Ends what this element hears from the document, for a reload puts another one in its place. */
  #heard = new AbortController();

  disconnectedCallback(): void {
    this.#heard.abort();
  }

  connectedCallback(): void {
    const spec = parse<RecordSpec>(this.querySelector("script.lw-spec")?.textContent);
    if (!spec) return;
    this.#spec = spec;
    const runs: Readonly<Record<string, (trigger: HTMLElement) => void>> = {
      delete: () => void this.#delete(),
      "remove-related": (trigger) => void removeRelated(trigger),
      restore: () => void this.#restore(),
      advance: () => void this.#advance(),
      note: () => void this.#note(),
      "copy-link": () => void this.#copy(),
      share: () => void this.#share(),
      favourite: () => void this.#favourite(),
      earlier: (trigger) => void this.#earlier(trigger),
    };
    this.addEventListener("click", (event) => {
      const target = event.target as Element;
      const trigger = target.closest<HTMLElement>("[data-action]");
      if (trigger) runs[trigger.dataset["action"] ?? ""]?.(trigger);
      const narrow = target.closest<HTMLElement>("[data-narrow]");
      if (narrow) this.#narrow(narrow);
      const tab = target.closest<HTMLElement>("[data-record-tab]");
      if (tab) this.#tab(tab.dataset["recordTab"] ?? "details");
      if (target.closest("a, button, input, .lw-cell-edit")) return;
      const value = target.closest<HTMLElement>(".lw-value[data-field]");
      if (value) this.#edit(value);
    });
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("change", (event) => void tickOff(event.target as Element));
    onKey("e", () => this.querySelector<HTMLElement>("[data-edit]")?.click());
    onKey("j", () => this.querySelector<HTMLElement>(".lw-way-on[href]")?.click());
    onKey("k", () => this.querySelector<HTMLElement>(".lw-way-back[href]")?.click());
    this.#heard = new AbortController();
    document.addEventListener("lw-page-changed", () => void this.#reload(), { signal: this.#heard.signal });
    showTrail(this, this.#entity, this.#id);
    keepSeen(this.#entity, this.#id);
  }

  get #entity(): string {
    return this.dataset["entity"] ?? "";
  }

  get #id(): string {
    return this.dataset["id"] ?? "";
  }

  #path(tail = ""): string {
    return recordPath(this.#entity, this.#id, tail);
  }

  async #reload(): Promise<void> {
    const place = new PlaceOnRecord();
    if (!(await refresh(this, location.pathname + location.search, () => place.take(this)))) return;
    const fresh = document.querySelector<LwRecord>("lw-record");
    if (fresh) place.give(fresh);
  }

  #tab(name: string): void {
    const body = this.querySelector<HTMLElement>(".lw-record__body");
    if (body) body.dataset["tab"] = name;
    for (const tab of this.querySelectorAll<HTMLElement>("[data-record-tab]"))
      tab.setAttribute("aria-selected", String(tab.dataset["recordTab"] === name));
    const key = name.startsWith("related:") ? name.slice(8) : "";
    const place = name === "files" ? "#lw-files" : key && `#related-${CSS.escape(key)}`;
    const part = place ? this.querySelector<HTMLElement>(place) : null;
    const left = this.querySelector<HTMLElement>(".lw-record__left");
    if (part && left && left.scrollHeight > left.clientHeight)
      left.scrollTo({ top: part.offsetTop - left.offsetTop - 8, behavior: "instant" });
    else part?.scrollIntoView({ block: "start" });
  }

  /** Shows one kind of event in the timeline; days without any go with it. */
  #narrow(chosen: HTMLElement): void {
    const kind = chosen.dataset["narrow"] ?? "";
    for (const one of this.querySelectorAll<HTMLElement>("[data-narrow]"))
      one.setAttribute("aria-pressed", String(one === chosen));
    for (const event of this.querySelectorAll<HTMLElement>(".lw-event"))
      event.hidden = kind !== "" && !(event.dataset["kind"] ?? "").split(" ").includes(kind);
    for (const day of this.querySelectorAll<HTMLElement>(".lw-timeline__day")) {
      const list = day.nextElementSibling;
      day.hidden = !list?.querySelector(".lw-event:not([hidden])");
    }
    const none = this.querySelector<HTMLElement>("[data-narrow-none]");
    if (none) none.hidden = kind === "" || this.querySelector(".lw-event:not([hidden])") !== null;
  }

  #key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const value = target.closest<HTMLElement>(".lw-value[data-field]");
    if (value && target === value && (event.key === "Enter" || event.key === "F2")) {
      event.preventDefault();
      this.#edit(value);
    }
    if (target.matches("[data-note]") && event.key === "Enter" && (event.metaKey || event.ctrlKey)) void this.#note();
  }

  // Editing.

  #edit(cell: HTMLElement): void {
    const spec = this.#spec.fields.find((one) => one.name === cell.dataset["path"]);
    if (!spec || cell.classList.contains("lw-editing")) return;
    const places = [...this.querySelectorAll<HTMLElement>(".lw-value[data-field]")];
    const owner: Editable = {
      entity: this.#entity,
      id: this.#id,
      version: () => this.dataset["version"] ?? "",
      saved: (version) => {
        if (version) this.dataset["version"] = version;
        return this.#reload();
      },
      next: (isBack) => places[places.indexOf(cell) + (isBack ? -1 : 1)] ?? null,
      edit: (next) => this.#edit(next),
      labelOf: (name) => this.#spec.fields.find((one) => one.name === name)?.label ?? "",
    };
    new CellEdit(cell, spec, owner);
  }

  async #patch(values: Readonly<Record<string, unknown>>): Promise<void> {
    await call("PATCH", this.#path(), { body: values, version: this.dataset["version"] ?? "" });
  }

  /** The next stage; what it still needs is asked here. */
  async #advance(): Promise<void> {
    const path = this.#spec.path;
    if (!path) return;
    try {
      await this.#patch({ [path.field]: path.value });
      toast(t("moved", { name: path.label }));
      await this.#reload();
    } catch (fault) {
      if (!(fault instanceof ApiFault)) throw fault;
      const missing = fault.details.flatMap(
        (detail) => this.#spec.fields.find((one) => one.name === detail.path.split(".")[0]) ?? [],
      );
      if (missing.length === 0) toast(fault.details[0]?.message ?? fault.message, undefined, true);
      else await this.#askMissing(path, missing, fault);
    }
  }

  async #askMissing(
    path: NonNullable<RecordSpec["path"]>,
    missing: readonly FieldSpec[],
    fault: ApiFault,
  ): Promise<void> {
    const widgets = missing.map((spec) => make({ ...spec, required: true }, null, "form"));
    const body = h("div", { class: "lw-stack" });
    missing.forEach((spec, at) => {
      const widget = widgets[at];
      const message = fault.details.find((one) => one.path.startsWith(spec.name))?.message ?? "";
      if (widget)
        body.append(
          h(
            "div",
            { class: "lw-field" },
            h("div", { class: "lw-field__label" }, spec.label),
            widget,
            h("p", { class: "lw-field__hint" }, message),
          ),
        );
    });
    const isYes = await ask({
      title: t("missing_for", { name: path.label }),
      body,
      confirm: path.label,
      run: async () => {
        const broken = widgets.find((widget) => widget.fault);
        if (broken) return broken.fault;
        const values = Object.fromEntries(widgets.map((widget) => [widget.spec.name, widget.value]));
        try {
          await this.#patch({ ...values, [path.field]: path.value });
          return undefined;
        } catch (again) {
          return again instanceof ApiFault ? (again.details[0]?.message ?? again.message) : t("server_busy");
        }
      },
    });
    if (!isYes) return;
    toast(t("moved", { name: path.label }));
    await this.#reload();
  }

  // Life and death.

  async #delete(): Promise<void> {
    const row = { id: this.#id, version: Number(this.dataset["version"]) };
    if (await remove(this.#entity, [row], this.#spec.title)) await this.#reload();
  }

  async #restore(): Promise<void> {
    await this.#try(async () => {
      await call("POST", this.#path("restore"), { key: freshKey() });
      toast(t("restored"));
      await this.#reload();
    });
  }

  async #try(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (fault) {
      if (!(fault instanceof ApiFault)) throw fault;
      toast(fault.details[0]?.message ?? fault.message, undefined, true);
    }
  }

  async #note(): Promise<void> {
    const box = this.querySelector<HTMLTextAreaElement>("[data-note]");
    const body = box?.value.trim();
    if (!box || !body) return box?.focus();
    await this.#try(async () => {
      await call("POST", this.#path("notes"), { body: { body }, key: freshKey() });
      box.value = "";
      toast(t("note_saved"));
      await this.#reload();
    });
  }

  async #earlier(trigger: HTMLElement): Promise<void> {
    const address = trigger.dataset["url"];
    if (address) await refresh(trigger, address);
  }

  async #copy(): Promise<void> {
    await navigator.clipboard.writeText(location.origin + location.pathname);
    toast(t("copied"));
  }

  async #share(): Promise<void> {
    await openDrawer(`/e/${this.#entity}/${this.#id}/share`);
  }

  async #favourite(): Promise<void> {
    const path = "system.favourite";
    await this.#try(async () => {
      const known = this.#spec.favourite;
      if (known) await call("DELETE", recordPath(path, known.id), { version: known.version });
      else
        await call("POST", recordPath(path), {
          body: { label: this.#spec.title, entity: this.#entity, record_id: this.#id },
        });
      location.reload();
    });
  }
}
