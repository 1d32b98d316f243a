/**
 * Base of all field widgets: light DOM, form-associated, one value in the wire form.
 *
 * A widget is made from a `FieldSpec` and a value, in three modes: `form`, `cell` (inside a table
 * cell) and `filter`. It tells `lw-change` when its value changes and `lw-done` when a quick choice
 * ends an edit in a cell.
 */
import { freshId, h, parse } from "./dom.ts";
import type { FieldSpec } from "./spec.ts";

export type Mode = "form" | "cell" | "filter";

export abstract class Widget extends HTMLElement {
  static readonly formAssociated = true;
  mode: Mode = "form";
  protected readonly internals: ElementInternals | undefined;
  #spec: FieldSpec | undefined;
  #value: unknown = null;
  #isBuilt = false;
  #locked = false;
  #fault = "";
  /** Id of the element that holds the label, for screen readers. */
  labelledBy = "";
  /** The first value as people read it, where its wire form reads badly. */
  typed = "";

  constructor() {
    super();
    this.internals = "attachInternals" in this ? this.attachInternals() : undefined;
  }

  get spec(): FieldSpec {
    this.#spec ??= parse<FieldSpec>(this.dataset["spec"]) ?? {
      name: this.getAttribute("name") ?? "",
      label: "",
      widget: "text",
      type: "text",
      props: {},
    };
    return this.#spec;
  }

  set spec(spec: FieldSpec) {
    this.#spec = spec;
  }

  /** The wire value as it is sent; null when empty. */
  get value(): unknown {
    return this.#value;
  }

  set value(value: unknown) {
    this.#fault = "";
    this.#value = value ?? null;
    if (this.#isBuilt) this.show(this.#value);
  }

  /** Why what was typed cannot be read; empty when it can. Whoever saves asks first: `value` is the one before. */
  get fault(): string {
    return this.#fault;
  }

  /** The value as formulas of the form see it. */
  get formulaValue(): unknown {
    return this.value;
  }

  get locked(): boolean {
    return this.#locked;
  }

  set locked(locked: boolean) {
    this.#locked = locked;
    for (const part of this.querySelectorAll<HTMLInputElement>("input, select, textarea, button"))
      part.disabled = locked;
    this.querySelector(".lw-control")?.classList.toggle("lw-control--off", locked);
  }

  connectedCallback(): void {
    if (this.#isBuilt) return;
    this.#isBuilt = true;
    const name = this.spec.name; // reads the attribute before it goes
    const given = parse<unknown>(this.dataset["value"]);
    if (given !== undefined) this.#value = given;
    this.typed ||= this.dataset["typed"] ?? "";
    delete this.dataset["spec"];
    delete this.dataset["value"];
    this.labelledBy ||= this.getAttribute("aria-labelledby") ?? `l-${name}`;
    this.build();
    this.show(this.#value);
    this.addEventListener("click", (event) => {
      if (event.target === this) this.focus();
    });
  }

  /** Makes the inner controls; called once. */
  protected abstract build(): void;

  /** Brings a value into the controls. */
  protected abstract show(value: unknown): void;

  /** Takes a value that the person gave. */
  protected take(value: unknown): void {
    this.#fault = "";
    const next = value === "" || value === undefined ? null : value;
    if (JSON.stringify(next) === JSON.stringify(this.#value)) return;
    this.#value = next;
    this.dispatchEvent(new CustomEvent("lw-change", { bubbles: true, detail: next }));
  }

  /** Takes a value that came after a fault, also where it is the one that was there before. */
  protected accept(value: unknown): void {
    const isSame = JSON.stringify(value ?? null) === JSON.stringify(this.#value);
    this.take(value);
    if (isSame) this.dispatchEvent(new CustomEvent("lw-change", { bubbles: true, detail: value }));
  }

  /** What was typed cannot be read: nothing is saved until it can. `isQuiet` while somebody may be half-way. */
  protected refuse(message: string, isQuiet = false): void {
    this.#fault = message;
    if (isQuiet) return;
    this.mark(true);
    this.dispatchEvent(new CustomEvent("lw-fault", { bubbles: true, detail: message }));
  }

  /** Ends an edit that one gesture completes (a choice was made). */
  protected done(): void {
    this.dispatchEvent(new CustomEvent("lw-done", { bubbles: true }));
  }

  override focus(options?: FocusOptions): void {
    this.querySelector<HTMLElement>("input, select, textarea, [contenteditable], button")?.focus(options);
  }

  /** Shows or clears a fault on the control itself; the text stands under the field. */
  mark(isBad: boolean, describedBy = ""): void {
    this.querySelector(".lw-control, .lw-rich-box")?.classList.toggle("lw-control--bad", isBad);
    const part = this.querySelector("input, select, textarea, [contenteditable]");
    if (isBad) part?.setAttribute("aria-invalid", "true");
    else part?.removeAttribute("aria-invalid");
    if (isBad && describedBy) part?.setAttribute("aria-describedby", describedBy);
    else part?.removeAttribute("aria-describedby");
  }

  /** Attributes every inner control needs for its name. */
  protected naming(): Record<string, string> {
    return document.getElementById(this.labelledBy)
      ? { "aria-labelledby": this.labelledBy }
      : { "aria-label": this.spec.label };
  }

  /** The frame that every control stands in. */
  protected control(className: string, ...children: (Node | string)[]): HTMLElement {
    const frame = h("div", { class: `lw-control ${className}` }, ...children);
    this.append(frame);
    return frame;
  }

  protected input(attributes: Record<string, string | number | boolean> = {}): HTMLInputElement {
    return h("input", {
      autocomplete: "off",
      id: freshId("w"),
      required: Boolean(this.spec.required) && this.mode === "form",
      ...this.naming(),
      ...attributes,
    });
  }
}

/** Registers an element once, also when two bundles bring it. */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
