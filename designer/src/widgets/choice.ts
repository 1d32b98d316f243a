/** One of a list, several of a list, tags. */
import { Combo, type ComboOwner, type Option } from "./combo.ts";
import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { badge } from "./marks.ts";
import type { ChoiceSpec } from "./spec.ts";
import { t } from "./texts.ts";
import { define, Widget } from "./widget.ts";

function asOption(choice: ChoiceSpec): Option {
  return { value: choice.value, label: choice.label, source: choice, draw: () => badge(choice) };
}

function matching(choices: readonly ChoiceSpec[], query: string, keep: (c: ChoiceSpec) => boolean): Option[] {
  const wanted = query.toLocaleLowerCase();
  return choices.filter((c) => keep(c) && `${c.label} ${c.value}`.toLocaleLowerCase().includes(wanted)).map(asOption);
}

export class ChoiceWidget extends Widget implements ComboOwner {
  #input: HTMLInputElement | undefined;
  #shown: HTMLElement | undefined;
  #combo: Combo | undefined;

  protected build(): void {
    this.#shown = h("span", { class: "lw-who" });
    this.#input = this.input({ class: "lw-combo__input" });
    const clear = button("lw-x", t("clear"), () => this.#set(null), icon("x", 14));
    const frame = this.control("", this.#shown, this.#input, clear, icon("chevronDown"));
    if (this.spec.required || this.mode === "cell") clear.remove();
    this.#combo = new Combo(this.#input, this, () => frame);
    frame.addEventListener("click", (event) => {
      if (!(event.target as Element).closest("button")) this.#input?.focus();
      if (event.target !== this.#input && !(event.target as Element).closest("button")) void this.#combo?.open();
    });
    this.#input.addEventListener("input", () => this.#makeRoom());
    this.#input.addEventListener("blur", () => {
      if (this.#input) this.#input.value = "";
      this.#makeRoom();
    });
  }

  /** What is typed takes the place of the present value: in a narrow cell there is room for one of them. */
  #makeRoom(): void {
    this.#shown?.toggleAttribute("hidden", Boolean(this.#input?.value));
  }

  protected show(value: unknown): void {
    const found = this.spec.choices?.find((choice) => choice.value === value);
    this.#shown?.replaceChildren(...(found ? [badge(found)] : value ? [String(value)] : []));
    this.querySelector<HTMLElement>(".lw-x")?.toggleAttribute("hidden", !value);
    if (this.#input) this.#input.placeholder = found ? "" : t("choose");
  }

  find(query: string): Option[] {
    const isOffered = (c: ChoiceSpec): boolean => c.active && (!c.by_action || this.mode === "filter");
    return matching(this.spec.choices ?? [], query, (c) => isOffered(c) || c.value === this.value);
  }

  choose(option: Option): void {
    if (this.#input) this.#input.value = "";
    this.#makeRoom();
    this.#set(option.value);
    this.done();
  }

  erase(): void {
    if (!this.spec.required) this.#set(null);
  }

  startOpen(): void {
    void this.#combo?.open();
  }

  #set(value: string | null): void {
    this.show(value);
    this.take(value);
  }
}

/** Several values, each a badge with a cross. */
abstract class ManyWidget extends Widget implements ComboOwner {
  #chips: HTMLElement | undefined;
  protected field: HTMLInputElement | undefined;

  abstract find(query: string): Option[];
  protected abstract draw(value: string): HTMLElement;

  protected build(): void {
    this.field = this.input({ required: false, placeholder: t("add") });
    this.#chips = h("div", { class: "lw-chips" }, this.field);
    const frame = this.control("", this.#chips);
    new Combo(this.field, this, () => frame);
  }

  protected get list(): string[] {
    return Array.isArray(this.value) ? this.value.map(String) : [];
  }

  protected show(): void {
    const chips = this.list.map((value) => {
      const chip = this.draw(value);
      const label = `${t("remove")} ${chip.textContent ?? ""}`;
      chip.append(button("lw-x", label, () => this.#without(value), icon("x", 12)));
      return chip;
    });
    if (this.#chips && this.field) this.#chips.replaceChildren(...chips, this.field);
  }

  choose(option: Option): void {
    this.add(option.value);
    this.field?.focus();
  }

  protected add(value: string): void {
    if (this.field) this.field.value = "";
    if (!this.list.includes(value)) this.#set([...this.list, value]);
  }

  erase(): void {
    this.#set(this.list.slice(0, -1));
  }

  #without(value: string): void {
    this.#set(this.list.filter((one) => one !== value));
    this.field?.focus();
  }

  #set(list: string[]): void {
    this.take(list.length > 0 ? list : null);
    this.show();
  }
}

export class MultiChoiceWidget extends ManyWidget {
  find(query: string): Option[] {
    return matching(this.spec.choices ?? [], query, (c) => c.active && !this.list.includes(c.value));
  }

  protected draw(value: string): HTMLElement {
    const found = this.spec.choices?.find((choice) => choice.value === value);
    return badge(found ?? { value, label: value, colour: "grey", active: true });
  }
}

export class TagsWidget extends ManyWidget {
  protected override build(): void {
    super.build();
    this.field?.addEventListener("keydown", (event) => {
      const text = this.field?.value.trim() ?? "";
      if (!text || (event.key !== "," && event.key !== "，" && event.key !== "Enter")) return;
      this.add(text);
      // With Ctrl or ⌘ it saves what it stands in as well.
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
    });
    // What was typed counts, whatever is pressed next.
    this.field?.addEventListener("blur", () => {
      const text = this.field?.value.trim() ?? "";
      if (text) this.add(text);
    });
  }

  find(query: string): Option[] {
    const text = query.trim();
    return text ? [{ value: text, label: t("create_named", { name: text }) }] : [];
  }

  protected draw(value: string): HTMLElement {
    return h("span", { class: "lw-badge lw-c-grey" }, value);
  }
}

/** Yes or no. */
export class SwitchWidget extends Widget {
  #box: HTMLInputElement | undefined;

  protected build(): void {
    this.#box = h("input", { type: "checkbox", class: "lw-tick", ...this.naming() });
    this.#box.addEventListener("change", () => {
      this.take(this.#box?.checked ?? false);
      this.done();
    });
    this.control("lw-control--plain", this.#box);
  }

  protected show(value: unknown): void {
    if (this.#box) this.#box.checked = value === true;
  }

  override get value(): unknown {
    return super.value === true;
  }

  override set value(value: unknown) {
    super.value = value;
  }
}

define("lw-choice", ChoiceWidget);
define("lw-multi-choice", MultiChoiceWidget);
define("lw-tags", TagsWidget);
define("lw-switch", SwitchWidget);
