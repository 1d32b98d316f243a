/** The form: collects values, shows rules and computed values while typing, saves, puts faults at their place. */

import type { ChildTableWidget } from "../widgets/child-table.ts";
import { h, parse } from "../widgets/dom.ts";
import { GivenValues } from "../widgets/given-values.ts";
import { icon } from "../widgets/icons.ts";
import { linkedName } from "../widgets/said.ts";
import type { FieldSpec } from "../widgets/spec.ts";
import { t } from "../widgets/texts.ts";
import { Widget } from "../widgets/widget.ts";
import { ApiFault, call, notSaved, recordPath } from "./api.ts";
import { settle } from "./conflict.ts";
import { CreateOnce } from "./create-once.ts";
import { createTarget, type WantedTarget } from "./create-target.ts";
import { isAskedAnyway, placeFaults } from "./form-faults.ts";
import { FormLogic, type Logic, type Outcome, type Values } from "./form-logic.ts";
import { shownValue } from "./form-show.ts";
import { giveToLine, type LineEvent } from "./given.ts";
import { toast } from "./overlay.ts";
import { pageChanged } from "./reload.ts";

interface Saved {
  readonly id: string;
  readonly [name: string]: unknown;
}

export class LwForm extends HTMLElement {
  #logic: FormLogic | undefined;
  #record: Values = {};
  #start = "";
  readonly #creation = new CreateOnce<Saved>();
  #specs = new Map<string, FieldSpec>();
  #faults = new Map<string, string>();
  #isSaved = false;
  /** Fields that the person has changed here: rules leave them alone. */
  readonly #touched = new Set<string>();
  readonly #given = new GivenValues();

  connectedCallback(): void {
    const logic = parse<Logic>(this.querySelector("script.lw-logic")?.textContent);
    this.#record = parse<Values>(this.querySelector("script.lw-record-json")?.textContent) ?? {};
    if (logic) this.#logic = new FormLogic(logic);
    this.addEventListener("lw-change", (event) => this.#changed(event));
    this.addEventListener("lw-fault", (event) => this.#widgetFault(event as CustomEvent<string>));
    this.addEventListener("focusout", (event) => this.#left(event));
    this.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) void this.save();
    });
    this.addEventListener("click", (event) => this.#clicked(event.target as Element));
    this.addEventListener("lw-line-change", (event) => {
      if (this.#logic) void giveToLine(event as LineEvent, this.#logic);
    });
    this.addEventListener("lw-create-target", (event) => this.#createTarget(event as CustomEvent));
    window.addEventListener("beforeunload", (event) => {
      if (this.isConnected && this.isChanged && !this.closest("dialog")) event.preventDefault();
    });
    queueMicrotask(() => {
      for (const widget of this.widgets) this.#specs.set(widget.spec.name, widget.spec);
      if (!this.dataset["id"]) this.#setByRules(new Set(Object.keys(this.plainValues)));
      this.#start = JSON.stringify(this.values);
      this.#work();
    });
  }

  get widgets(): Widget[] {
    return [...this.querySelectorAll<Widget>(".lw-field > [name]")].filter((one) => one instanceof Widget);
  }

  /** Wire values of all fields that can be changed here. */
  get values(): Values {
    return Object.fromEntries(this.widgets.map((widget) => [widget.spec.name, widget.value]));
  }

  /** All values that are known, as formulas see them; dependent look-ups get them too. */
  get plainValues(): Values {
    const own = this.widgets.map((widget) => [widget.spec.name, widget.formulaValue] as const);
    return { ...this.#record, ...Object.fromEntries(own) };
  }

  get isChanged(): boolean {
    return !this.#isSaved && this.#start !== "" && JSON.stringify(this.values) !== this.#start;
  }

  #widget(name: string): Widget | undefined {
    return this.widgets.find((widget) => widget.spec.name === name);
  }

  #changed(event: Event): void {
    const widget = (event.target as Element).closest<Widget>(".lw-field > [name]");
    if (widget) {
      this.#touched.add(widget.spec.name);
      if (this.#faults.has(widget.spec.name)) this.#check(widget);
      this.#setByRules(new Set([widget.spec.name]));
    }
    this.#work(widget ? [widget.spec.name] : []);
  }

  #setByRules(changed: ReadonlySet<string>): void {
    const given = this.#logic?.given(this.plainValues, changed, this.#touched) ?? {};
    for (const [name, value] of Object.entries(given)) {
      const widget = this.#widget(name);
      if (widget) widget.value = widget.spec.widget === "money" && value !== null ? { amount: value } : value;
    }
  }

  #work(changed: readonly string[] = []): void {
    const logic = this.#logic;
    if (!logic) return;
    this.#apply(logic.run(this.plainValues), true);
    logic.ask(
      () => this.plainValues,
      changed,
      (given) => {
        for (const name of this.#given.put(this.widgets, given, this.#touched)) this.#say(name, "");
        this.#apply(logic.run(this.plainValues), true);
      },
    );
  }

  #apply(outcome: Outcome, isLive: boolean): void {
    for (const field of this.querySelectorAll<HTMLElement>("[data-item]")) {
      const name = field.dataset["item"] ?? "";
      field.hidden = outcome.hidden.has(name);
      const isRequired = outcome.required.has(name) || field.dataset["required"] === "1";
      field.querySelector<HTMLElement>(".lw-field__req")?.toggleAttribute("hidden", !isRequired);
      const widget = this.#widget(name);
      if (widget && widget.locked !== outcome.locked.has(name)) widget.locked = outcome.locked.has(name);
      if (name in outcome.computed) this.#showComputed(field, outcome.computed[name], isLive);
    }
    for (const section of this.querySelectorAll<HTMLElement>(".lw-form__section"))
      section.hidden = section.querySelector("[data-item]:not([hidden])") === null;
    for (const [name, rows] of Object.entries(outcome.lines)) {
      const table = this.#widget(name) as ChildTableWidget | undefined;
      table?.setComputed?.(rows, (_, value) => shownValue(value));
    }
  }

  #showComputed(field: HTMLElement, value: unknown, isLive: boolean): void {
    const place = field.querySelector<HTMLElement>("[data-computed]");
    const next = shownValue(value, place?.dataset["sign"], place?.dataset["kind"]);
    if (!place || place.dataset["computed"] === next) return;
    const isFirst = !isLive || place.dataset["computed"] === "";
    place.dataset["computed"] = next;
    if (isFirst && place.textContent?.trim() && !this.isChanged) return;
    place.replaceChildren(h("b", { class: "lw-num" }, next || "–"));
    if (this.isChanged) place.append(h("span", { class: "lw-badge lw-c-green" }, t("computed")));
  }

  // Faults.

  #check(widget: Widget): void {
    const name = widget.spec.name;
    const field = widget.closest<HTMLElement>("[data-item]");
    const isRequired = field?.querySelector(".lw-field__req:not([hidden])") && !field.hidden;
    const value = widget.value;
    const isEmpty = value === null || value === "" || (Array.isArray(value) && value.length === 0);
    this.#say(name, widget.fault || (isRequired && isEmpty ? t("required", { name: widget.spec.label }) : ""));
  }

  #left(event: FocusEvent): void {
    const widget = (event.target as Element).closest<Widget>(".lw-field > [name]");
    if (!widget || widget.contains(event.relatedTarget as Node | null)) return;
    if (this.isChanged && !(event.relatedTarget as Element | null)?.closest("[data-close]")) this.#check(widget);
  }

  #widgetFault(event: CustomEvent<string>): void {
    const widget = (event.target as Element).closest<Widget>(".lw-field > [name]");
    if (widget) this.#say(widget.spec.name, event.detail);
  }

  #say(name: string, message: string): void {
    const field = this.querySelector<HTMLElement>(`[data-item="${CSS.escape(name)}"]`);
    if (message) this.#faults.set(name, message);
    else this.#faults.delete(name);
    const place = field?.querySelector<HTMLElement>(".lw-field__error");
    if (field && place) {
      place.hidden = !message;
      place.replaceChildren(...(message ? [icon("alert", 14), h("span", {}, message)] : []));
      field.classList.toggle("lw-field--bad", Boolean(message));
      this.#widget(name)?.mark(Boolean(message), place.id);
    }
    this.#count();
  }

  #count(): void {
    const n = this.#faults.size;
    const jump = this.querySelector<HTMLElement>("[data-to-fix]");
    if (!jump) return;
    jump.hidden = n === 0;
    const text = jump.querySelector("span");
    if (text) text.textContent = n === 1 ? t("to_fix") : t("to_fix_many", { n });
  }

  #jump(): void {
    const first = this.querySelector<HTMLElement>(".lw-field--bad");
    const tab = first?.closest<HTMLElement>("[data-tab-panel]");
    if (tab?.hidden) this.#openTab(tab.dataset["tabPanel"] ?? "");
    first?.scrollIntoView({ block: "center", behavior: "smooth" });
    this.#widget(first?.dataset["item"] ?? "")?.focus();
  }

  #openTab(name: string): void {
    for (const panel of this.querySelectorAll<HTMLElement>("[data-tab-panel]"))
      panel.hidden = panel.dataset["tabPanel"] !== name;
    for (const tab of this.querySelectorAll<HTMLElement>("[data-form-tab]"))
      tab.setAttribute("aria-selected", String(tab.dataset["formTab"] === name));
  }

  #clicked(target: Element): void {
    const tab = target.closest<HTMLElement>("[data-form-tab]");
    if (tab) this.#openTab(tab.dataset["formTab"] ?? "");
    else if (target.closest("[data-to-fix]")) this.#jump();
    else if (target.closest("[data-save]")) void this.save();
  }

  // Saving.

  async save(): Promise<void> {
    const button = this.querySelector<HTMLElement>("[data-save]");
    if (button?.getAttribute("aria-busy") === "true") return;
    for (const widget of this.widgets) if (!widget.closest<HTMLElement>("[data-item]")?.hidden) this.#check(widget);
    if (this.#faults.size > 0 && !isAskedAnyway(this.widgets)) return this.#jump();
    button?.setAttribute("aria-busy", "true");
    try {
      await this.#send(this.#toSend(), this.dataset["version"] ?? "");
    } catch (fault) {
      this.#refused(fault);
    } finally {
      button?.removeAttribute("aria-busy");
    }
  }

  /** New records send all that was filled in; others only what changed. */
  #toSend(): Values {
    const before = (parse<Values>(this.#start) ?? {}) as Values;
    const isNew = !this.dataset["id"];
    return Object.fromEntries(
      Object.entries(this.values).filter(([name, value]) => {
        if (this.#given.holds(name, value)) return false;
        if (isNew) return value !== null && JSON.stringify(value) !== "[]";
        return JSON.stringify(value) !== JSON.stringify(before[name]);
      }),
    );
  }

  async #send(values: Values, version: string): Promise<void> {
    const { entity = "", id = "" } = this.dataset;
    try {
      const fixed = parse<Values>(this.dataset["fixed"]) ?? {};
      const answer = id
        ? await call<Saved>("PATCH", recordPath(entity, id), { body: values, version })
        : await this.#creation.send(entity, { ...fixed, ...values });
      this.#done(answer.data);
    } catch (fault) {
      if (!(fault instanceof ApiFault) || fault.code !== "stale_record") throw fault;
      const decision = await settle(fault, values, this.#specs, (name) => linkedName(this.#widget(name)));
      if (decision) await this.#send(decision.values, decision.version);
    }
  }

  #done(saved: Saved | null): void {
    this.#isSaved = true;
    const isNew = !this.dataset["id"];
    const detail = { id: saved?.id ?? this.dataset["id"] ?? "", record: saved };
    this.dispatchEvent(new CustomEvent("lw-saved", { bubbles: true, detail }));
    const dialog = this.closest("dialog");
    const address = `/e/${this.dataset["entity"]}/${detail.id}`;
    if (!dialog) {
      location.assign(address);
      return;
    }
    dialog.close();
    if (dialog.dataset["quiet"]) return;
    const label = String(saved?.[this.dataset["title"] ?? ""] ?? "");
    const open = { label: t("shortcut.open"), run: () => location.assign(address) };
    toast(isNew && label ? t("created", { name: label }) : t("saved"), isNew ? open : undefined);
    pageChanged();
  }

  #refused(fault: unknown): void {
    if (!(fault instanceof ApiFault)) throw fault;
    const isShown = (name: string) => Boolean(this.querySelector(`[data-item="${CSS.escape(name)}"]`));
    const { said, left } = placeFaults(fault.details, isShown, (name) => this.#widget(name));
    for (const [name, message] of said) this.#say(name, message);
    if (fault.details.length === 0 || left.length > 0) toast(notSaved(fault, left[0]?.message), undefined, true);
    if (this.#faults.size > 0) this.#jump();
  }

  /** A look-up wants a record that is not there yet. */
  #createTarget(event: CustomEvent): void {
    const wanted = event.detail as WantedTarget;
    wanted.taken = createTarget(wanted);
  }
}
