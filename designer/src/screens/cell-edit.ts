/**
 * Editing a value where it stands, in a list or on a record page.
 *
 * The cell gets a ring and nothing moves. Enter saves, Tab saves and goes on, Esc takes back. A
 * refused value stays in the box with the reason below; a stale one opens the two sides.
 */
import { h, parse } from "../widgets/dom.ts";
import { icon } from "../widgets/icons.ts";
import { make } from "../widgets/make.ts";
import { labelOf } from "../widgets/said.ts";
import type { FieldSpec } from "../widgets/spec.ts";
import { t } from "../widgets/texts.ts";
import type { Widget } from "../widgets/widget.ts";
import { ApiFault, call, recordPath } from "./api.ts";
import { settle } from "./conflict.ts";
import { MODIFIER } from "./keys.ts";
import { toast } from "./overlay.ts";
import { EDIT_OVER } from "./reload.ts";

export interface Editable {
  readonly entity: string;
  readonly id: string;
  version(): string;
  /** Called with the saved record's version after each save. */
  saved(version: string): Promise<void> | void;
  /** The cell that Tab goes to. */
  next(isBack: boolean): HTMLElement | null;
  edit(cell: HTMLElement): void;
  /** What another field is called, for faults that name it. */
  labelOf(name: string): string;
}

/** The cell beside one that is edited in a list. */
export function nextCell(cell: HTMLElement, isBack: boolean): HTMLElement | null {
  const cells = [...(cell.parentElement?.querySelectorAll<HTMLElement>("[data-field]") ?? [])];
  return cells[cells.indexOf(cell) + (isBack ? -1 : 1)] ?? null;
}

const QUICK = new Set(["choice", "link", "user", "unit", "switch", "tree-parent", "link-any"]);

export class CellEdit {
  readonly #cell: HTMLElement;
  readonly #spec: FieldSpec;
  readonly #owner: Editable;
  readonly #widget: Widget;
  readonly #box: HTMLElement;
  readonly #before: string;
  readonly #shown = h("span", { hidden: true });
  #isOver = false;
  #isSaving = false;
  /** What was refused already is not sent again because the person works elsewhere. */
  #refusedValue = "";

  constructor(cell: HTMLElement, spec: FieldSpec, owner: Editable) {
    this.#cell = cell;
    this.#spec = spec;
    this.#owner = owner;
    this.#widget = make(spec, parse(cell.dataset["value"]) ?? null, "cell");
    this.#widget.typed = cell.dataset["typed"] ?? "";
    this.#box = h("div", { class: "lw-cell-edit" }, this.#widget, this.#hint());
    cell.classList.add("lw-editing");
    // On a page the box takes the place of the value; in a list it lies over it, so that columns keep their width.
    if (cell.matches(".lw-value")) this.#shown.append(...cell.childNodes);
    cell.append(this.#shown, this.#box);
    const enter = this.#isText ? this.#box.querySelector("kbd") : null;
    if (enter) enter.textContent = `${MODIFIER}↵`;
    this.#before = JSON.stringify(this.#widget.value);
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#box.addEventListener("lw-done", () => void this.#save(false));
    this.#box.addEventListener("dblclick", (event) => event.stopPropagation());
    this.#box.addEventListener("focusout", (event) => this.#left(event));
    this.#widget.focus();
    this.#box.querySelector<HTMLInputElement>("input[type=text]")?.select();
    if (QUICK.has(spec.widget)) (this.#widget as Widget & { startOpen?: () => void }).startOpen?.();
  }

  /** Whether Enter begins a line here. */
  get #isText(): boolean {
    return this.#widget.querySelector("textarea, [contenteditable]") !== null;
  }

  #hint(): HTMLElement {
    const key = (name: string, text: string) => [h("kbd", {}, name), h("span", {}, text)];
    return h(
      "div",
      { class: "lw-cell-hint lw-desk", hidden: QUICK.has(this.#spec.widget) },
      ...key("Enter", t("save")),
      ...key("Tab", t("next_cell")),
      ...key("Esc", t("cancel")),
    );
  }

  #key(event: KeyboardEvent): void {
    const isPlainEnter = event.key === "Enter" && (!this.#isText || event.metaKey || event.ctrlKey);
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.#end();
      this.#cell.closest<HTMLElement>("[tabindex]")?.focus();
    } else if (isPlainEnter) {
      event.preventDefault();
      void this.#save(false);
    } else if (event.key === "Tab") {
      event.preventDefault();
      void this.#save(true, event.shiftKey);
    }
    event.stopPropagation();
  }

  #left(event: FocusEvent): void {
    const to = event.relatedTarget as Node | null;
    if (this.#isOver || this.#isSaving || (to && this.#box.contains(to))) return;
    window.setTimeout(() => {
      const isGone = !this.#box.contains(document.activeElement) && document.hasFocus();
      if (isGone && JSON.stringify(this.#widget.value) !== this.#refusedValue) void this.#save(false);
    }, 80);
  }

  async #save(goesOn: boolean, isBack = false): Promise<void> {
    if (this.#isOver || this.#isSaving) return;
    if (this.#widget.fault) return this.#tell(this.#widget.fault);
    const next = goesOn ? this.#owner.next(isBack) : null;
    if (JSON.stringify(this.#widget.value) !== this.#before && !(await this.#send())) return;
    this.#end();
    const path = next?.dataset["path"] ?? "";
    const place = next?.isConnected ? next : this.#again(path);
    if (place) this.#owner.edit(place);
  }

  /** The row may have been drawn anew meanwhile: the same cell by its path. */
  #again(path: string): HTMLElement | null {
    return path ? document.querySelector(`[data-id="${this.#owner.id}"] [data-path="${path}"]`) : null;
  }

  async #send(): Promise<boolean> {
    this.#isSaving = true;
    try {
      await this.#patch({ [this.#spec.name]: this.#widget.value }, this.#owner.version());
      return true;
    } catch (fault) {
      this.#refused(fault as ApiFault);
      return false;
    } finally {
      this.#isSaving = false;
    }
  }

  async #patch(values: Record<string, unknown>, version: string): Promise<void> {
    try {
      const answer = await call("PATCH", recordPath(this.#owner.entity, this.#owner.id), { body: values, version });
      this.#box.dataset["saved"] = "";
      this.#over();
      await this.#owner.saved(answer.version);
    } catch (fault) {
      if (!(fault instanceof ApiFault) || fault.code !== "stale_record") throw fault;
      const decision = await settle(fault, values, new Map([[this.#spec.name, this.#spec]]), () =>
        labelOf(this.#widget),
      );
      if (decision && Object.keys(decision.values).length > 0) await this.#patch(decision.values, decision.version);
      else await this.#owner.saved("");
    }
  }

  #refused(fault: ApiFault): void {
    const detail = fault.details.find((one) => one.path.split(".")[0] === this.#spec.name) ?? fault.details[0];
    const isOwn = !detail?.path || detail.path.split(".")[0] === this.#spec.name;
    const where = isOwn ? "" : this.#owner.labelOf(detail?.path.split(".")[0] ?? "");
    const why = detail?.message ?? fault.message;
    const message = where ? t("fault_of", { name: where, message: why }) : why;
    this.#refusedValue = JSON.stringify(this.#widget.value);
    this.#tell(message);
    if (!(fault instanceof ApiFault)) toast(message, undefined, true);
  }

  /** The value stays in the box, the reason stands below. */
  #tell(message: string): void {
    this.#box.classList.add("lw-bad");
    this.#widget.mark(true);
    this.#box.querySelector(".lw-cell-hint")?.remove();
    this.#box.append(
      h("div", { class: "lw-cell-hint lw-error-line", role: "alert" }, icon("alert", 14), h("span", {}, message)),
    );
    // Who has gone on to another cell stays there: the red edge is seen, and nothing typed goes astray.
    if (!document.activeElement?.closest("input, textarea, select, [contenteditable]")) this.#widget.focus();
  }

  #end(): void {
    this.#isOver = true;
    this.#box.remove();
    this.#shown.replaceWith(...this.#shown.childNodes);
    this.#cell.classList.remove("lw-editing");
    this.#over();
  }

  /** What waits to draw the page anew may go on. */
  #over(): void {
    this.#cell.dispatchEvent(new CustomEvent(EDIT_OVER, { bubbles: true }));
  }
}
