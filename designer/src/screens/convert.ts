/** A conversion: which records to make with which values, or which to link to; then what was made. */
import { h } from "../widgets/dom.ts";
import { icon } from "../widgets/icons.ts";
import { LinkWidget } from "../widgets/lookup.ts";
import type { Target } from "../widgets/spec.ts";
import { t } from "../widgets/texts.ts";
import { Widget } from "../widgets/widget.ts";
import { ApiFault, call, type FaultDetail, freshKey } from "./api.ts";
import { pageChanged } from "./reload.ts";

interface Made {
  readonly targets: Readonly<
    Record<string, { readonly entity: string; readonly id: string; readonly created: boolean }>
  >;
}

type Values = Record<string, unknown>;

/** One record of the conversion: made, linked to or left out. */
class Section {
  readonly box: HTMLElement;
  readonly #start: Values;

  constructor(box: HTMLElement) {
    this.box = box;
    this.#start = this.values;
  }

  get key(): string {
    return this.box.dataset["target"] ?? "";
  }

  get how(): string {
    return this.box.dataset["how"] ?? "create";
  }

  get #widgets(): Widget[] {
    const all = [...this.box.querySelectorAll<Widget>('[data-panel="create"] [name]')];
    return all.filter((one) => one instanceof Widget);
  }

  get values(): Values {
    return Object.fromEntries(this.#widgets.map((one) => [one.spec.name, one.value]));
  }

  /** What the person changed. */
  get changed(): Values {
    const entries = Object.entries(this.values);
    return Object.fromEntries(
      entries.filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(this.#start[name])),
    );
  }

  /** The record to link to: one found by the look-up, else the one that is ticked. */
  get used(): Target | null {
    const found = this.box.querySelector<LinkWidget>('[data-panel="use"] [name]:not(input)');
    if (found instanceof LinkWidget && found.target) return found.target;
    const ticked = this.box.querySelector<HTMLInputElement>('[data-panel="use"] input[type="radio"]:checked');
    return ticked ? { id: ticked.value, label: ticked.dataset["label"] ?? "" } : null;
  }

  /** What the record is called, as far as that is known now. */
  get title(): string {
    if (this.how === "skip") return t("convert_without");
    if (this.how === "use") return this.used?.label ?? t("convert_choose");
    return t("convert_fresh", { name: this.name });
  }

  /** The title of the record that is made or used; what kind it is where nothing else is known. */
  get name(): string {
    if (this.how === "use") return this.used?.label ?? "";
    const value = this.values[this.box.dataset["title"] ?? ""];
    const parts = typeof value === "object" && value ? (value as Readonly<Record<string, string>>) : {};
    const whole = parts["full"] ?? [parts["given"], parts["family"]].filter(Boolean).join(" ");
    const text = typeof value === "string" ? value : whole;
    return text || (this.box.dataset["label"] ?? "");
  }

  set(how: string): void {
    this.box.dataset["how"] = how;
    for (const one of this.box.querySelectorAll<HTMLElement>(".lw-segments [data-set]"))
      one.setAttribute("aria-pressed", String(one.dataset["set"] === how));
    for (const one of this.box.querySelectorAll<HTMLElement>("[data-panel]")) one.hidden = one.dataset["panel"] !== how;
  }

  /** What was typed and cannot be read, or what is missing. */
  check(): boolean {
    if (this.how === "use" && !this.used) return false;
    if (this.how !== "create") return true;
    let isFine = true;
    for (const one of this.#widgets) {
      const isEmpty = one.value === null || one.value === "";
      const text = one.fault || (one.spec.required && isEmpty ? t("required", { name: one.spec.label }) : "");
      this.say(one.spec.name, text);
      isFine &&= !text;
    }
    return isFine;
  }

  say(name: string, message: string): boolean {
    const field = this.box.querySelector<HTMLElement>(`[data-item="${CSS.escape(name)}"]`);
    const place = field?.querySelector<HTMLElement>(".lw-field__error");
    if (!field || !place) return false;
    place.hidden = !message;
    place.replaceChildren(...(message ? [icon("alert", 14), h("span", {}, message)] : []));
    field.classList.toggle("lw-field--bad", Boolean(message));
    this.#widgets.find((one) => one.spec.name === name)?.mark(Boolean(message), place.id);
    return true;
  }
}

export class LwConvert extends HTMLElement {
  #key = freshKey();
  #sections: Section[] = [];

  connectedCallback(): void {
    // The widgets inside are made after this element.
    queueMicrotask(() => {
      const boxes = [...this.querySelectorAll<HTMLElement>("[data-target]")];
      this.#sections = boxes.map((box) => new Section(box));
      this.#tell();
    });
    this.addEventListener("click", (event) => this.#clicked(event.target as Element));
    this.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) void this.#go();
    });
    this.addEventListener("lw-change", (event) => this.#chosen(event.target as Element));
    this.addEventListener("change", (event) => this.#chosen(event.target as Element));
  }

  #clicked(target: Element): void {
    const how = target.closest<HTMLElement>("[data-set]")?.dataset["set"];
    const box = target.closest<HTMLElement>("[data-target]");
    const section = this.#sections.find((one) => one.box === box);
    if (how && section) {
      section.set(how);
      this.#tell();
    } else if (target.closest("[data-go]")) void this.#go();
  }

  /** A record found by the look-up takes the tick away, a tick empties the look-up. */
  #chosen(target: Element): void {
    const box = target.closest<HTMLElement>("[data-target]");
    const found = box?.querySelector<LinkWidget>('[data-panel="use"] [name]:not(input)');
    if (target instanceof HTMLInputElement && target.type === "radio" && found) found.value = null;
    if (found && target === found && found.target)
      for (const one of box?.querySelectorAll<HTMLInputElement>('input[type="radio"]') ?? []) one.checked = false;
    this.#tell();
  }

  /** Links to records of this conversion say what they lead to; the foot says what will be done. */
  #tell(): void {
    for (const place of this.querySelectorAll<HTMLElement>("[data-of]"))
      place.textContent = this.#sections.find((one) => one.key === place.dataset["of"])?.title ?? "–";
    const count = (how: string): number => this.#sections.filter((one) => one.how === how).length;
    const sum = this.querySelector("[data-sum]");
    if (sum) sum.textContent = t("convert_sum", { made: count("create"), used: count("use") });
  }

  #body(): Values {
    const of = (how: string): Section[] => this.#sections.filter((one) => one.how === how);
    return {
      create: of("create").map((one) => one.key),
      skip: of("skip").map((one) => one.key),
      use: Object.fromEntries(of("use").map((one) => [one.key, one.used?.id])),
      values: Object.fromEntries(of("create").map((one) => [one.key, one.changed])),
    };
  }

  async #go(): Promise<void> {
    const go = this.querySelector("[data-go]");
    if (go?.getAttribute("aria-busy")) return;
    this.#fault("");
    const bad = this.#sections.filter((one) => !one.check());
    if (bad[0]) {
      if (bad[0].how === "use") this.#fault(t("convert_choose"));
      bad[0].box.scrollIntoView({ block: "start" });
      return;
    }
    go?.setAttribute("aria-busy", "true");
    try {
      const { data } = await call<Made>("POST", this.dataset["url"] ?? "", { body: this.#body(), key: this.#key });
      this.#show(data);
      pageChanged();
    } catch (found) {
      if (!(found instanceof ApiFault)) throw found;
      this.#key = freshKey();
      const left = found.details.filter((one) => !this.#place(one));
      if (left.length > 0 || found.details.length === 0)
        this.#fault(left.map((one) => one.message).join("; ") || found.message);
      this.querySelector(".lw-field--bad")?.scrollIntoView({ block: "center" });
    } finally {
      go?.removeAttribute("aria-busy");
    }
  }

  #place(detail: FaultDetail): boolean {
    const [area, key, name] = detail.path.split(".");
    const section = this.#sections.find((one) => one.key === key);
    return area === "values" && Boolean(name) && Boolean(section?.say(name ?? "", detail.message));
  }

  #fault(text: string): void {
    const fault = this.querySelector<HTMLElement>("[data-fault]");
    fault?.replaceChildren(...(text ? [icon("alert", 14), text] : []));
    fault?.toggleAttribute("hidden", !text);
  }

  /** What was made, each with its link. */
  #show(made: Made): void {
    const entries = Object.entries(made.targets);
    const lines = entries.map(([key, one]) => {
      const section = this.#sections.find((other) => other.key === key);
      const sign = section?.box.querySelector("h3 .lw-icon")?.cloneNode(true);
      const badge = h(
        "span",
        { class: `lw-badge lw-c-${one.created ? "green" : "sky"}` },
        t(one.created ? "convert_created" : "convert_linked"),
      );
      const link = h("a", { href: `/e/${one.entity}/${one.id}`, class: "lw-grow lw-to" }, section?.name || "–");
      const label = h("span", { class: "lw-meta lw-convert__kind" }, section?.box.dataset["label"] ?? "");
      return h("li", { class: "lw-line-item" }, sign ?? null, label, link, badge);
    });
    const body = this.querySelector(".lw-drawer__body");
    body?.replaceChildren(h("ul", { class: "lw-card lw-lines", "data-made": "" }, ...lines));
    const heading = this.querySelector<HTMLElement>(".lw-drawer__head h2");
    heading?.setAttribute("tabindex", "-1");
    this.querySelector(".lw-drawer__head .lw-meta")?.replaceChildren(t("convert_done"));
    const last = entries.at(-1)?.[1];
    const open = last
      ? h("a", { class: "lw-btn lw-btn--primary", href: `/e/${last.entity}/${last.id}` }, t("convert_open"))
      : null;
    const close = this.querySelector(".lw-drawer__foot [data-close]");
    if (close) close.textContent = t("close");
    this.querySelector("[data-go]")?.replaceWith(...(open ? [open] : []));
    this.querySelector("[data-sum]")?.replaceChildren();
    heading?.focus();
  }
}
