/** The list page: selection, keys, editing in the cell, and everything that changes its state. */
import { h, onTyped, parse } from "../widgets/dom.ts";
import type { FieldSpec } from "../widgets/spec.ts";
import { t } from "../widgets/texts.ts";
import { call } from "./api.ts";
import { BulkBar } from "./bulk.ts";
import { CellEdit, type Editable, nextCell } from "./cell-edit.ts";
import { ColumnWidths } from "./column-width.ts";
import { onKey } from "./keys.ts";
import { ListMenus } from "./list-menus.ts";
import { addressOf, followHistory, here, type ListSpec, type ListState, loadedFrom } from "./list-state.ts";
import { announce } from "./overlay.ts";
import { refresh } from "./reload.ts";
import { Swipes } from "./swipe.ts";
import { keepTrail } from "./trail.ts";

const FIND_MS = 220;

export class LwList extends HTMLElement {
  spec!: ListSpec;
  #bulk: BulkBar | undefined;
  #menus: ListMenus | undefined;
  #widths: ColumnWidths | undefined;
  #at = -1;
  #findTimer = 0;
  /** Address of what is shown; a jump within the page is no reason to load it again. */
  #shown = loadedFrom();
  /** An address that was not reached, for when the connection is back. */
  #missed = "";
  readonly #picked = new Set<string>();
  #lastPick = -1;

  connectedCallback(): void {
    const spec = parse<ListSpec>(this.querySelector("script.lw-spec")?.textContent);
    if (!spec || this.spec) return;
    this.spec = spec;
    this.style.setProperty("position", "relative");
    this.#bulk = new BulkBar(
      this,
      this.entity,
      spec,
      () => this.#pickedRows(),
      () => this.#pickNone(),
    );
    this.#widths = new ColumnWidths(this, this.entity, spec.state.view);
    this.#menus = new ListMenus(this);
    new Swipes(this);
    document.body.addEventListener("htmx:oobBeforeSwap", (event) => this.#drawBar(event as CustomEvent));
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("dblclick", (event) => this.#doubled(event));
    this.addEventListener("change", (event) => this.#changed(event));
    onTyped(this, (event) => this.#typed(event));
    this.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("lw-page-changed", () => void this.reload());
    followHistory(() => this.#shown);
    window.addEventListener("online", () => {
      if (this.#missed) void this.load(this.#missed, this.#missed !== this.#shown);
    });
    this.#keys();
    this.#shownNow();
    this.#showTab();
    void this.#countTabs().then(() => this.#showTab());
  }

  #showTab(): void {
    const tab = this.querySelector<HTMLElement>(".lw-tabs [aria-current]");
    const bar = tab?.parentElement;
    if (!tab || !bar) return;
    const room = bar.clientWidth - tab.offsetWidth;
    bar.scrollLeft = Math.max(0, tab.offsetLeft - bar.offsetLeft - Math.max(16, room / 2));
  }

  get entity(): string {
    return this.dataset["entity"] ?? "";
  }

  get state(): ListState {
    return this.spec.state;
  }

  field(name: string): FieldSpec | undefined {
    return this.spec.fields.find((one) => one.name === name);
  }

  /** Shows the list in another state. */
  async go(change: Partial<ListState>): Promise<void> {
    this.spec = { ...this.spec, state: { ...this.spec.state, ...change } };
    await this.load(addressOf(this.dataset["url"] ?? "", this.spec.state, this.spec.base));
  }

  /** Loads the table from an address and writes it into the browser's history. */
  async load(address: string, isNew = true): Promise<void> {
    this.#missed = address;
    if (!(await refresh("#lw-table", address))) return;
    this.#missed = "";
    if (isNew) history.pushState(null, "", address);
    this.#shown = here();
    this.#at = -1;
    this.#restorePicks();
    announce(t("rows", { n: this.rows.length }));
    this.#widths?.draw();
    this.#shownNow();
    this.#menus?.focusBack();
  }

  /** The bar above the table is drawn anew around the search box, for somebody may be typing in it. */
  #drawBar(event: CustomEvent<{ target: Element; fragment: ParentNode; shouldSwap: boolean }>): void {
    const { target, fragment } = event.detail;
    const fresh = fragment.querySelector("#lw-filters");
    const find = target.querySelector(":scope > .lw-find");
    const copy = fresh?.querySelector(":scope > .lw-find");
    if (target.id !== "lw-filters" || !fresh || !find || !copy) return;
    event.detail.shouldSwap = false;
    for (const old of [...target.childNodes]) if (old !== find) old.remove();
    const parts = [...fresh.childNodes];
    find.before(...parts.slice(0, parts.indexOf(copy)));
    find.after(...parts.slice(parts.indexOf(copy) + 1));
  }

  async reload(): Promise<void> {
    await this.load(here(), false);
    void this.#countTabs();
  }

  #shownNow(): void {
    keepTrail(this.entity, this.rows, this.querySelector("#lw-count")?.textContent?.trim() ?? "");
  }

  /** Counts come after the page, so that nobody waits for them. */
  async #countTabs(): Promise<void> {
    try {
      const { data } = await call<{ counts: Record<string, string> }>("GET", `${this.dataset["url"]}/counts`);
      for (const tab of this.querySelectorAll<HTMLElement>("[data-view]")) {
        const count = data.counts[tab.dataset["view"] ?? ""];
        const place = tab.querySelector(".lw-count") ?? tab.appendChild(h("span", { class: "lw-count" }));
        place.textContent = count ?? "";
      }
    } catch {
      // Tabs without counts still lead to their views.
    }
  }

  get rows(): HTMLTableRowElement[] {
    return [...this.querySelectorAll<HTMLTableRowElement>("#lw-rows > tr")];
  }

  // Selection.

  #pickedRows(): HTMLTableRowElement[] {
    return this.rows.filter((row) => this.#picked.has(row.dataset["id"] ?? ""));
  }

  #pick(row: HTMLTableRowElement, isOn: boolean): void {
    const id = row.dataset["id"] ?? "";
    if (isOn) this.#picked.add(id);
    else this.#picked.delete(id);
    row.setAttribute("aria-selected", String(isOn));
    const box = row.querySelector<HTMLInputElement>("[data-pick]");
    if (box) box.checked = isOn;
  }

  #showPicks(): void {
    const all = this.querySelector<HTMLInputElement>("[data-pick-all]");
    const count = this.#pickedRows().length;
    if (all) {
      all.checked = count > 0 && count === this.rows.length;
      all.indeterminate = count > 0 && count < this.rows.length;
    }
    this.#bulk?.show();
  }

  #pickNone(): void {
    for (const row of this.rows) this.#pick(row, false);
    this.#picked.clear();
    this.#showPicks();
  }

  #restorePicks(): void {
    for (const row of this.#pickedRows()) this.#pick(row, true);
    this.#showPicks();
  }

  #changed(event: Event): void {
    const box = event.target as HTMLInputElement;
    if (box.matches("[data-pick-all]")) for (const row of this.rows) this.#pick(row, box.checked);
    const row = box.matches("[data-pick]") ? box.closest("tr") : null;
    if (row) {
      const at = this.rows.indexOf(row);
      const isRange = this.#lastPick >= 0 && (window.event as MouseEvent | undefined)?.shiftKey;
      const [from, to] = isRange ? [Math.min(at, this.#lastPick), Math.max(at, this.#lastPick)] : [at, at];
      for (const one of this.rows.slice(from, to + 1)) this.#pick(one, box.checked);
      this.#lastPick = at;
    }
    if (box.matches("[data-pick], [data-pick-all]")) this.#showPicks();
  }

  // Keys and clicks.

  #keys(): void {
    onKey("j", () => this.#move(1));
    onKey("k", () => this.#move(-1));
    onKey("ArrowDown", () => this.#move(1));
    onKey("ArrowUp", () => this.#move(-1));
    onKey("x", () => {
      const row = this.rows[this.#at];
      if (!row) return;
      this.#pick(row, !this.#picked.has(row.dataset["id"] ?? ""));
      this.#showPicks();
    });
    onKey("Enter", () => this.rows[this.#at]?.querySelector<HTMLAnchorElement>(".lw-name a")?.click());
    onKey("e", () => {
      const cell = this.rows[this.#at]?.querySelector<HTMLElement>("[data-field]");
      if (cell) this.edit(cell);
    });
    onKey("/", () => this.querySelector<HTMLElement>("[data-find]")?.focus());
    onKey("f", () => this.querySelector<HTMLElement>("[data-action=add-filter]")?.click());
    onKey("Escape", () => this.#pickNone());
  }

  #move(step: number): void {
    this.rows[this.#at]?.classList.remove("lw-at");
    // Enter opens the row from now on, and presses no button that was used before.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    this.#at = Math.max(0, Math.min(this.rows.length - 1, this.#at + step));
    const row = this.rows[this.#at];
    row?.classList.add("lw-at");
    row?.scrollIntoView({ block: "nearest" });
    if (row) announce(row.querySelector(".lw-name")?.textContent ?? "");
  }

  #clicked(event: MouseEvent): void {
    const target = event.target as Element;
    const link = target.closest<HTMLAnchorElement>("a[data-state-link]");
    if (link && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      const sort = new URL(link.href).searchParams.get("sort");
      if (sort !== null) this.spec = { ...this.spec, state: { ...this.spec.state, sort: sort.split(",") } };
      void this.load(link.pathname + link.search);
      return;
    }
    const cell = target.closest<HTMLElement>("td[data-path]");
    if (cell && !target.closest("a, button, input, .lw-cell-edit")) {
      this.rows[this.#at]?.classList.remove("lw-at");
      this.#at = this.rows.indexOf(cell.parentElement as HTMLTableRowElement);
      this.rows[this.#at]?.classList.add("lw-at");
    }
  }

  #doubled(event: MouseEvent): void {
    const cell = (event.target as Element).closest<HTMLElement>("[data-field]");
    if (cell) this.edit(cell);
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "F2") return;
    const cell = this.rows[this.#at]?.querySelector<HTMLElement>("[data-field]");
    if (cell) this.edit(cell);
  }

  #typed(event: Event): void {
    const find = event.target as HTMLInputElement;
    if (!find.matches("[data-find]")) return;
    window.clearTimeout(this.#findTimer);
    this.#findTimer = window.setTimeout(() => void this.go({ search: find.value.trim() }), FIND_MS);
  }

  // Editing.

  edit(cell: HTMLElement): void {
    const spec = this.field(cell.dataset["path"] ?? "");
    const row = cell.closest("tr");
    if (!spec || !row || cell.classList.contains("lw-editing")) return;
    const at = this.rows.indexOf(row);
    const owner: Editable = {
      entity: this.entity,
      id: row.dataset["id"] ?? "",
      version: () => this.rows[at]?.dataset["version"] ?? "",
      saved: (version) => {
        if (version) row.dataset["version"] = version;
        return this.#freshRow(row.dataset["id"] ?? "");
      },
      next: (isBack) => nextCell(cell, isBack),
      edit: (next) => this.edit(next),
      labelOf: (name) => this.field(name)?.label ?? "",
    };
    new CellEdit(cell, spec, owner);
  }

  async #freshRow(id: string): Promise<void> {
    const row = this.rows.find((one) => one.dataset["id"] === id);
    if (!row) return;
    const query = new URLSearchParams(location.search);
    query.set("only", id);
    query.set("no", row.dataset["no"] ?? "1");
    await refresh(row, `${this.dataset["url"]}?${query}`);
    this.#restorePicks();
  }
}
