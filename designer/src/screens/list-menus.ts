/** The bar above a list: conditions, sort order, columns, views that people keep. */
import Sortable from "sortablejs";
import { button, h } from "../widgets/dom.ts";
import { icon } from "../widgets/icons.ts";
import { moveByArrows, openMenu } from "../widgets/popup.ts";
import type { FieldSpec } from "../widgets/spec.ts";
import { t } from "../widgets/texts.ts";
import { ApiFault, call, recordPath } from "./api.ts";
import { buildConditions } from "./conditions.ts";
import { download } from "./download.ts";
import { chooseField, chooseOperator, editValue, likelyOperator } from "./filter.ts";
import type { LwList } from "./list.ts";
import { addressOf, type Condition, type Group, isFlat, isGroup, partsOf } from "./list-state.ts";
import { ask, toast } from "./overlay.ts";

const VIEWS = "system.saved_view";
const FAVOURITES = "system.favourite";

/** Every drag has a key: Alt with an arrow moves the line whose box has the focus. */
function moveByKeys(event: KeyboardEvent): void {
  const row = (event.target as Element).closest("label");
  if (!row || !event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  event.preventDefault();
  if (event.key === "ArrowUp") row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  row.querySelector("input")?.focus();
}

export class ListMenus {
  readonly #list: LwList;
  /** The button that was pressed by a key. */
  #pressed = "";

  constructor(list: LwList) {
    this.#list = list;
    const runs: Readonly<Record<string, (trigger: HTMLElement) => void>> = {
      "add-filter": (trigger) => this.#add(trigger),
      conditions: () => void this.#build(),
      sort: (trigger) => this.#sort(trigger),
      columns: (trigger) => this.#columns(trigger),
      "save-view": (trigger) => void this.#save(trigger.closest(".lw-tabs") !== null),
      "delete-view": () => void this.#deleteView(),
      export: (trigger) => this.#export(trigger as HTMLAnchorElement),
      favourite: (trigger) => void this.#favourite(trigger),
    };
    list.addEventListener("click", (event) => {
      const target = event.target as Element;
      const part = target.closest<HTMLElement>("[data-part]");
      if (part) return this.#chip(part);
      const trigger = target.closest<HTMLElement>("[data-action]");
      // A click without a pointer comes from a key.
      this.#pressed = event.detail === 0 ? (trigger?.dataset["action"] ?? "") : "";
      if (trigger?.dataset["action"] === "export" && !event.ctrlKey && !event.metaKey) event.preventDefault();
      if (trigger) runs[trigger.dataset["action"] ?? ""]?.(trigger);
    });
  }

  /** The bar has been drawn anew: who works with keys goes on where he was. */
  focusBack(): void {
    if (!this.#pressed || document.activeElement !== document.body) return;
    this.#list.querySelector<HTMLElement>(`[data-action="${this.#pressed}"]`)?.focus();
  }

  get #filterable(): FieldSpec[] {
    return this.#list.spec.fields.filter((field) => (field.operators?.length ?? 0) > 0);
  }

  #nodes(): Condition[] {
    return partsOf(this.#list.state.filter).filter((node): node is Condition => !isGroup(node));
  }

  async #set(nodes: readonly Condition[]): Promise<void> {
    await this.#list.go({ filter: { and: nodes } });
  }

  #add(trigger: HTMLElement): void {
    if (!isFlat(this.#list.state.filter)) return void this.#build();
    chooseField(
      trigger,
      this.#filterable,
      (field) => this.#begin(trigger, field),
      () => void this.#build(),
    );
  }

  #begin(trigger: Element, field: FieldSpec): void {
    const operator = likelyOperator(field);
    if (!operator) return;
    editValue(trigger, field, operator, undefined, (made) => void this.#set([...this.#nodes(), made]));
  }

  /** A part of a chip was pressed: field, operator, value, or the cross. */
  #chip(part: HTMLElement): void {
    const at = Number(part.closest<HTMLElement>("[data-chip]")?.dataset["chip"]);
    const nodes = this.#nodes();
    const node = nodes[at];
    if (!node) return;
    const field = this.#list.field(node.field);
    const put = (made: Condition): void => void this.#set(nodes.map((one, n) => (n === at ? made : one)));
    if (part.dataset["part"] === "off") void this.#set(nodes.filter((_, n) => n !== at));
    else if (part.dataset["part"] === "field" || !field) this.#otherField(part, put);
    else if (part.dataset["part"] === "operator") this.#otherOperator(part, field, node, put);
    else this.#otherValue(part, field, node, put);
  }

  #otherField(part: HTMLElement, put: (made: Condition) => void): void {
    chooseField(part, this.#filterable, (chosen) => {
      const operator = likelyOperator(chosen);
      if (operator) editValue(part, chosen, operator, undefined, put);
    });
  }

  #otherOperator(part: HTMLElement, field: FieldSpec, node: Condition, put: (made: Condition) => void): void {
    const present = field.operators?.find((one) => one.name === node.op);
    chooseOperator(part, field, (chosen) => {
      if (chosen.arity === 0) put({ field: field.name, op: chosen.name });
      else if (present?.arity === chosen.arity) put({ ...node, op: chosen.name });
      else editValue(part, field, chosen, undefined, put);
    });
  }

  #otherValue(part: HTMLElement, field: FieldSpec, node: Condition, put: (made: Condition) => void): void {
    const operator = field.operators?.find((one) => one.name === node.op);
    if (operator) editValue(part, field, operator, node, put);
  }

  async #build(): Promise<void> {
    const start: Group = this.#list.state.filter;
    const made = await buildConditions(this.#filterable, start);
    if (made) await this.#list.go({ filter: made });
  }

  #sort(trigger: HTMLElement): void {
    const [present = ""] = this.#list.state.sort;
    const name = present.replace(/^-/, "");
    const item = (field: FieldSpec): HTMLElement => {
      const isNow = field.name === name;
      const isDown = isNow && present.startsWith("-");
      return button(
        "lw-menu__item",
        "",
        () => {
          box.remove();
          void this.#list.go({ sort: [isNow && !isDown ? `-${field.name}` : field.name] });
        },
        field.label,
        isNow ? h("span", { class: "lw-check" }, icon(isDown ? "arrowDown" : "arrowUp", 14)) : null,
      );
    };
    const items = this.#list.spec.fields.filter((field) => field.may_sort).map(item);
    const reset = button(
      "lw-menu__item",
      "",
      () => {
        box.remove();
        void this.#list.go({ sort: this.#list.spec.base.sort });
      },
      t("default_order"),
    );
    const box = openMenu(
      trigger,
      h("p", { class: "lw-menu__title" }, t("sort")),
      ...items,
      h("div", { class: "lw-menu__line" }),
      reset,
    );
    moveByArrows(box, ".lw-menu__item");
  }

  #columns(trigger: HTMLElement): void {
    const shown = new Set(this.#list.state.columns);
    const byPath = new Map(this.#list.spec.columns.map((one) => [one.path, one]));
    const order = [
      ...this.#list.state.columns.flatMap((path) => byPath.get(path) ?? []),
      ...this.#list.spec.columns.filter((one) => !shown.has(one.path)),
    ];
    const rows = order.map((column) => {
      const box = h("input", {
        type: "checkbox",
        class: "lw-tick",
        value: column.path,
        checked: shown.has(column.path),
      });
      return h(
        "label",
        { class: "lw-menu__item" },
        h("span", { class: "lw-handle" }, icon("grip", 14)),
        box,
        column.label,
      );
    });
    const list = h("div", {}, ...rows);
    const take = button(
      "lw-btn lw-btn--primary lw-btn--small",
      "",
      () => {
        const columns = [...list.querySelectorAll<HTMLInputElement>("input:checked")].map((one) => one.value);
        menu.remove();
        if (columns.length > 0) void this.#list.go({ columns });
      },
      t("apply"),
    );
    const title = h("p", { class: "lw-menu__title" }, t("columns_hint"));
    const menu = openMenu(trigger, title, list, h("div", { class: "lw-menu__foot lw-menu__pad" }, take));
    Sortable.create(list, { handle: ".lw-handle", animation: 120 });
    list.addEventListener("keydown", moveByKeys);
  }

  async #save(isNew: boolean): Promise<void> {
    const { state, label } = this.#list.spec;
    const saved = isNew ? undefined : this.#list.spec.saved;
    const name = h("input", { type: "text", maxlength: "80", "aria-label": t("view_name") });
    name.value = saved?.name ?? "";
    const body = h("div", { class: "lw-stack" }, h("div", { class: "lw-control" }, name));
    let made = saved?.id ?? "";
    const isYes = await ask({
      title: t("save_view"),
      body,
      confirm: saved ? t("update_view", { name: saved.name }) : t("save"),
      run: async () => {
        if (!name.value.trim()) return t("required", { name: t("view_name") });
        const values = {
          name: name.value.trim(),
          entity: this.#list.entity,
          columns: state.columns,
          filter: {
            view: state.view.startsWith("own:") ? "" : state.view,
            conditions: state.filter,
            search: state.search,
          },
          sort: state.sort,
        };
        try {
          if (saved) await call("PATCH", recordPath(VIEWS, saved.id), { body: values, version: saved.version });
          else made = (await call<{ id: string }>("POST", recordPath(VIEWS), { body: values })).data.id;
          return undefined;
        } catch (fault) {
          return fault instanceof ApiFault ? (fault.details[0]?.message ?? fault.message) : label;
        }
      },
    });
    if (isYes) location.assign(`${this.#list.dataset["url"]}?view=own:${made}`);
  }

  /** The file holds what the list shows now. */
  #export(link: HTMLAnchorElement): void {
    const { state, base } = this.#list.spec;
    link.href = addressOf(`${this.#list.dataset["url"]}/export`, state, base);
    void download(link, link.href, `${this.#list.dataset["entity"]}.xlsx`);
  }

  async #deleteView(): Promise<void> {
    const { saved } = this.#list.spec;
    if (!saved) return;
    const title = t("delete_view_ask", { name: saved.name });
    if (!(await ask({ title, text: t("delete_view_text"), confirm: t("delete_view"), isDanger: true }))) return;
    try {
      await call("DELETE", recordPath(VIEWS, saved.id), { version: saved.version });
      location.assign(this.#list.dataset["url"] ?? "/");
    } catch (fault) {
      if (fault instanceof ApiFault) toast(fault.message, undefined, true);
    }
  }

  async #favourite(trigger: HTMLElement): Promise<void> {
    try {
      const known = this.#list.spec.favourite;
      if (known) await call("DELETE", recordPath(FAVOURITES, known.id), { version: known.version });
      else
        await call("POST", recordPath(FAVOURITES), {
          body: { label: document.querySelector("h1")?.textContent ?? "", entity: this.#list.entity },
        });
      location.reload();
    } catch (fault) {
      if (fault instanceof ApiFault) toast(fault.message, undefined, true);
      trigger.focus();
    }
  }
}
