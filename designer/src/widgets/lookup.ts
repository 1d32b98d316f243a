/** Links to other records: one, several, one of several entities; people and units. */
import { call } from "../screens/api.ts";
import { Combo, type ComboOwner, type Option } from "./combo.ts";
import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { avatar, mark } from "./marks.ts";
import type { Target } from "./spec.ts";
import { t } from "./texts.ts";
import { define, Widget } from "./widget.ts";

interface Found {
  readonly items: readonly Target[];
  readonly may_create?: boolean;
}

/** The form around a widget gives its present values to dependent look-ups. */
export interface ValueSource extends HTMLElement {
  readonly plainValues: Readonly<Record<string, unknown>>;
}

function drawTarget(target: Target, isPerson: boolean): HTMLElement {
  const sign = isPerson ? avatar(target.label, target.id) : mark(target.label);
  return h("span", { class: "lw-who" }, sign, h("span", {}, target.label));
}

async function findTargets(widget: Widget, query: string): Promise<Option[]> {
  const form = widget.closest<ValueSource>("lw-form");
  const address = new URL(widget.spec.lookup ?? "", location.origin);
  address.searchParams.set("q", query);
  if (form && widget.spec.props["filter"]) address.searchParams.set("record", JSON.stringify(form.plainValues));
  const { data } = await call<Found>("GET", address.pathname + address.search);
  const isPerson = widget.spec.widget === "user";
  const options: Option[] = data.items.map((target) => ({
    value: target.id,
    label: target.label,
    source: target,
    ...(target.sub ? { sub: target.sub } : {}),
    draw: () => drawTarget(target, isPerson),
  }));
  if (data.may_create && query && widget.mode === "form")
    options.push({ value: "", label: t("create_named", { name: query }), isNew: true, source: query });
  return options;
}

async function createTarget(widget: Widget, name: string): Promise<Target | undefined> {
  const detail = {
    entity: widget.spec.target ?? "",
    name,
    taken: undefined as Promise<Target | undefined> | undefined,
  };
  widget.dispatchEvent(new CustomEvent("lw-create-target", { bubbles: true, detail }));
  return detail.taken;
}

export class LinkWidget extends Widget implements ComboOwner {
  #input: HTMLInputElement | undefined;
  #shown: HTMLElement | undefined;
  #combo: Combo | undefined;
  #target: Target | null = null;

  protected build(): void {
    this.#shown = h("span", { class: "lw-who" });
    this.#input = this.input({ class: "lw-combo__input" });
    const clear = button("lw-x", t("clear"), () => this.#set(null), icon("x", 14));
    const frame = this.control("", this.#shown, this.#input, clear, icon("chevronDown"));
    this.#combo = new Combo(this.#input, this, () => frame);
    frame.addEventListener("click", (event) => {
      if ((event.target as Element).closest("button") || event.target === this.#input) return;
      this.#input?.focus();
      void this.#combo?.open();
    });
    this.#input.addEventListener("input", () => {
      if (this.#shown) this.#shown.hidden = Boolean(this.#input?.value);
    });
    this.#input.addEventListener("blur", () => {
      if (this.#input) this.#input.value = "";
      if (this.#shown) this.#shown.hidden = false;
    });
  }

  protected show(value: unknown): void {
    this.#target = asTarget(value);
    const isPerson = this.spec.widget === "user";
    this.#shown?.replaceChildren(...(this.#target ? [drawTarget(this.#target, isPerson)] : []));
    this.querySelector<HTMLElement>(".lw-x")?.toggleAttribute(
      "hidden",
      !this.#target || Boolean(this.spec.required) || this.mode === "cell",
    );
    if (this.#input) this.#input.placeholder = this.#target ? "" : t("search");
  }

  /** What is sent: the id, or id and entity for links to one of several entities. */
  override get value(): unknown {
    const held = super.value;
    const target = asTarget(held);
    if (!target) return null;
    return this.spec.type === "link_any" ? { entity: target.entity, id: target.id } : target.id;
  }

  override set value(value: unknown) {
    super.value = value;
  }

  /** The chosen record with its label. */
  get target(): Target | null {
    return this.#target;
  }

  find(query: string): Promise<Option[]> {
    return findTargets(this, query);
  }

  async choose(option: Option): Promise<void> {
    if (this.#input) this.#input.value = "";
    const target = option.isNew ? await createTarget(this, String(option.source)) : (option.source as Target);
    if (!target) return;
    this.#set(target);
    this.done();
  }

  erase(): void {
    if (!this.spec.required) this.#set(null);
  }

  startOpen(): void {
    void this.#combo?.open();
  }

  #set(target: Target | null): void {
    super.value = target;
    this.dispatchEvent(new CustomEvent("lw-change", { bubbles: true, detail: target?.id ?? null }));
  }
}

/** What a link without a label is called: its record is not seen, or gone. */
const UNSEEN = "–";

function asTarget(value: unknown): Target | null {
  if (typeof value === "string" && value) return { id: value, label: UNSEEN };
  if (typeof value !== "object" || value === null || !("id" in value)) return null;
  const found = value as Target;
  return { ...found, label: found.label || UNSEEN };
}

export class ManyLinksWidget extends Widget implements ComboOwner {
  #chips: HTMLElement | undefined;
  #input: HTMLInputElement | undefined;

  protected build(): void {
    this.#input = this.input({ required: false, placeholder: t("search") });
    this.#chips = h("div", { class: "lw-chips" }, this.#input);
    const frame = this.control("", this.#chips);
    new Combo(this.#input, this, () => frame);
  }

  get #targets(): Target[] {
    const held = super.value;
    return Array.isArray(held) ? held.map(asTarget).filter((one): one is Target => one !== null) : [];
  }

  protected show(): void {
    const chips = this.#targets.map((target) =>
      h(
        "span",
        { class: "lw-badge lw-c-grey" },
        target.label,
        button("lw-x", `${t("remove")} ${target.label}`, () => this.#without(target.id), icon("x", 12)),
      ),
    );
    if (this.#chips && this.#input) this.#chips.replaceChildren(...chips, this.#input);
  }

  override get value(): unknown {
    const ids = this.#targets.map((target) => target.id);
    return ids.length > 0 ? ids : null;
  }

  override set value(value: unknown) {
    super.value = value;
  }

  async find(query: string): Promise<Option[]> {
    const taken = new Set(this.#targets.map((target) => target.id));
    return (await findTargets(this, query)).filter((option) => !taken.has(option.value) && !option.isNew);
  }

  choose(option: Option): void {
    if (this.#input) this.#input.value = "";
    this.#set([...this.#targets, option.source as Target]);
  }

  erase(): void {
    this.#set(this.#targets.slice(0, -1));
  }

  #without(id: string): void {
    this.#set(this.#targets.filter((target) => target.id !== id));
  }

  #set(targets: Target[]): void {
    super.value = targets;
    this.dispatchEvent(new CustomEvent("lw-change", { bubbles: true, detail: this.value }));
  }
}

for (const name of ["link", "link-any", "user", "unit", "tree-parent", "look-up", "look-up-any"])
  define(`lw-${name}`, class extends LinkWidget {});
for (const name of ["many-to-many", "look-up-many", "links"]) define(`lw-${name}`, class extends ManyLinksWidget {});
