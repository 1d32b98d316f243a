/** The tree of units: folding and keys of a tree, and making, renaming, moving and removing a unit. */
import { h, parse } from "../widgets/dom.ts";
import { make } from "../widgets/make.ts";
import { group } from "../widgets/number.ts";
import { place } from "../widgets/popup.ts";
import type { FieldSpec } from "../widgets/spec.ts";
import { t } from "../widgets/texts.ts";
import { define } from "../widgets/widget.ts";
import { ApiFault, call, freshKey, recordPath } from "./api.ts";
import { ask, toast } from "./overlay.ts";
import { refresh } from "./reload.ts";
import { type Row, TreeGrid } from "./tree-grid.ts";

const ENTITY = "system.unit";
const ADDRESS = "/settings/units";

interface UnitsSpec {
  readonly parent: FieldSpec;
  readonly labels: Readonly<Record<"name" | "code" | "parent", string>>;
  readonly lengths: Readonly<Record<"name" | "code", number>>;
}

class LwUnits extends HTMLElement {
  #spec!: UnitsSpec;
  #tree!: TreeGrid;
  #chosen: Row | undefined;

  connectedCallback(): void {
    const spec = parse<UnitsSpec>(this.querySelector("script.lw-spec")?.textContent);
    if (!spec) return;
    this.#spec = spec;
    this.addEventListener("click", (event) => this.#clicked(event.target as Element));
    this.#tree = new TreeGrid(this, "lw-units-closed", {
      Enter: (row) => this.#openMenu(row, row),
      " ": (row) => this.#openMenu(row, row),
      F2: (row) => this.#do("rename", row),
      Delete: (row) => this.#do("remove", row),
    });
  }

  #clicked(target: Element): void {
    const row = target.closest<Row>("tbody > tr") ?? undefined;
    const fold = target.closest<HTMLElement>("[data-fold]");
    const trigger = target.closest<HTMLElement>("[data-do]");
    if (fold) this.#tree.toggleAll(fold.dataset["fold"] === "open");
    else if (target.closest("[data-row-menu]") && row) this.#openMenu(row, target.closest("button") ?? row);
    else if (trigger) {
      this.querySelector<HTMLElement>("#lw-unit-menu:popover-open")?.hidePopover();
      this.#do(trigger.dataset["do"] ?? "", trigger.dataset["id"] === "" ? undefined : this.#chosen);
    }
  }

  #openMenu(row: Row, beside: HTMLElement): void {
    const menu = this.querySelector<HTMLElement>("#lw-unit-menu");
    if (!menu) return;
    this.#chosen = row;
    this.#tree.enter(row, false);
    menu.showPopover();
    place(
      menu,
      beside instanceof HTMLTableRowElement ? (beside.querySelector<HTMLElement>("[data-row-menu]") ?? beside) : beside,
    );
    menu.querySelector<HTMLElement>("button")?.focus();
  }

  /** What the menu offers this reader, by its buttons. */
  #do(what: string, row: Row | undefined): void {
    if (row && !this.querySelector(`#lw-unit-menu [data-do="${what}"]`)) return;
    if (what === "create") void this.#create(row);
    else if (!row) return;
    else if (what === "visit") location.assign(`/e/${ENTITY}/${row.dataset["id"]}`);
    else if (what === "rename") void this.#rename(row);
    else if (what === "move") void this.#move(row);
    else if (what === "remove") void this.#remove(row);
  }

  // Changes.

  #field(name: "name" | "code", value: string): HTMLElement {
    const id = `lw-unit-${name}`;
    const input = h("input", {
      id,
      name,
      type: "text",
      maxlength: this.#spec.lengths[name],
      required: name === "name",
    });
    input.value = value;
    const label = h("label", { class: "lw-field__label", for: id }, this.#spec.labels[name]);
    return h("div", { class: "lw-field" }, label, h("div", { class: "lw-control" }, input));
  }

  #names(body: HTMLElement): { name: string; code: string | null } {
    const read = (name: string): string => body.querySelector<HTMLInputElement>(`[name=${name}]`)?.value.trim() ?? "";
    return { name: read("name"), code: read("code") || null };
  }

  async #create(above: Row | undefined): Promise<void> {
    const body = h("div", { class: "lw-stack" }, this.#field("name", ""), this.#field("code", ""));
    const parent = above?.dataset["id"] ?? null;
    let made = "";
    const isYes = await ask({
      title: above ? t("unit_new_below", { name: nameOf(above) }) : t("unit_new"),
      body,
      confirm: t("unit_create"),
      run: async () => {
        const names = this.#names(body);
        if (!names.name) return t("required", { name: this.#spec.labels.name });
        return said(async () => {
          const values = { body: { ...names, parent }, key: freshKey() };
          made = (await call<{ id: string }>("POST", recordPath(ENTITY), values)).data.id;
        });
      },
    });
    if (!isYes) return;
    if (above) this.#tree.toggle(above, true);
    toast(t("created", { name: this.#names(body).name }));
    await reloaded(made);
  }

  async #rename(row: Row): Promise<void> {
    const body = h(
      "div",
      { class: "lw-stack" },
      this.#field("name", nameOf(row)),
      this.#field("code", row.dataset["code"] ?? ""),
    );
    const isYes = await ask({
      title: t("unit_rename", { name: nameOf(row) }),
      body,
      confirm: t("save"),
      run: () => {
        const names = this.#names(body);
        return names.name ? said(() => this.#patch(row, names)) : t("required", { name: this.#spec.labels.name });
      },
    });
    if (!isYes) return;
    toast(t("saved"));
    await reloaded(row.dataset["id"] ?? "");
  }

  async #patch(row: Row, values: Readonly<Record<string, unknown>>): Promise<string> {
    const path = recordPath(ENTITY, row.dataset["id"]);
    return (await call("PATCH", path, { body: values, version: row.dataset["version"] })).version;
  }

  #picker(row: Row, name: string, hint: string): { body: HTMLElement; value: () => string; label: () => string } {
    const above = this.#tree.row(row.dataset["parent"] ?? "");
    const now = above ? { id: above.dataset["id"], label: nameOf(above) } : null;
    const widget = make(this.#spec.parent, now, "form", "l-unit-place");
    const label = h("div", { class: "lw-field__label", id: "l-unit-place" }, name);
    const body = h("div", { class: "lw-field" }, label, widget, h("p", { class: "lw-field__hint" }, hint));
    const value = (): string => {
      const found = widget.value as { id?: string } | string | null;
      return typeof found === "string" ? found : (found?.id ?? "");
    };
    return { body, value, label: () => nameOf(this.#tree.row(value())) };
  }

  async #move(row: Row): Promise<void> {
    const picker = this.#picker(row, this.#spec.labels.parent, this.#spec.parent.hint ?? "");
    const before = row.dataset["parent"] || null;
    let version = "";
    const isYes = await ask({
      title: t("unit_move", { name: nameOf(row) }),
      body: picker.body,
      confirm: t("unit_move_button"),
      run: () =>
        said(
          async () => {
            version = await this.#patch(row, { parent: picker.value() || null });
          },
          { cycle: t("unit_cycle", { name: nameOf(row), place: picker.label() }) },
        ),
    });
    if (!isYes || (picker.value() || null) === before) return;
    const id = row.dataset["id"] ?? "";
    toast(
      picker.value()
        ? t("unit_moved", { name: nameOf(row), place: picker.label() })
        : t("unit_on_top", { name: nameOf(row) }),
      {
        label: t("undo"),
        run: async () => {
          const fault = await said(() => call("PATCH", recordPath(ENTITY, id), { body: { parent: before }, version }));
          toast(fault ?? t("undone"), undefined, Boolean(fault));
          await reloaded(id);
        },
      },
    );
    await reloaded(id);
  }

  /** An empty unit goes at once and may come back; from one that holds people or units these go elsewhere first. */
  async #remove(row: Row): Promise<void> {
    const [people, children] = [Number(row.dataset["people"]), Number(row.dataset["children"])];
    const next = row.dataset["parent"] ?? "";
    const path = `/api/v1/units/${row.dataset["id"]}/remove`;
    const send = (to: string): Promise<unknown> =>
      call("POST", path, { body: to ? { move_to: to } : {}, version: row.dataset["version"], key: freshKey() });
    if (people + children === 0) {
      const fault = await said(() => send(""));
      if (fault) toast(fault, undefined, true);
      else this.#removed(row, true);
      await reloaded(next);
      return;
    }
    const picker = this.#picker(row, t("unit_remove_to"), t("unit_remove_hint"));
    const isYes = await ask({
      title: t("unit_remove", { name: nameOf(row) }),
      text: t("unit_remove_text", { people: group(String(people)), units: group(String(children)) }),
      body: picker.body,
      confirm: t("unit_remove_button"),
      isDanger: true,
      run: () => {
        const to = picker.value();
        if (!to) return t("required", { name: t("unit_remove_to") });
        return said(() => send(to), { unit_inside: t("unit_cycle", { name: nameOf(row), place: picker.label() }) });
      },
    });
    if (!isYes) return;
    this.#removed(row, false);
    await reloaded(next);
  }

  #removed(row: Row, canUndo: boolean): void {
    const id = row.dataset["id"] ?? "";
    const undo = async (): Promise<void> => {
      const fault = await said(() => call("POST", recordPath(ENTITY, id, "restore"), { key: freshKey() }));
      toast(fault ?? t("restored"), undefined, Boolean(fault));
      await reloaded(id);
    };
    toast(t("deleted", { name: nameOf(row) }), canUndo ? { label: t("undo"), run: undo } : undefined);
  }
}

/** The tree as it is now, with the focus on a unit. */
async function reloaded(id: string): Promise<void> {
  await refresh("lw-units", ADDRESS);
  document.querySelector<HTMLElement>(`lw-units tr[data-id="${id}"]:not([hidden])`)?.focus();
}

function nameOf(row: Row | undefined): string {
  return row?.dataset["name"] ?? "–";
}

/** Runs a change; the reason in words where it was refused, `words` for codes that this page knows better. */
async function said(
  run: () => Promise<unknown>,
  words: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (fault) {
    if (!(fault instanceof ApiFault)) throw fault;
    const detail = fault.details[0];
    return words[detail?.code ?? ""] ?? (fault.details.map((one) => one.message).join(" ") || fault.message);
  }
}

define("lw-units", LwUnits);
