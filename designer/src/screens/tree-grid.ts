/** A tree drawn as rows of a table: folding that a browser remembers, one row in the way of Tab, and the keys of a tree. */
import { parse } from "../widgets/dom.ts";

export type Row = HTMLTableRowElement;
const PAGE_ROWS = 10;

/**
 * Rows come drawn from the server, each below the one it belongs to: `data-id`, `data-parent`, and `aria-expanded` where
 * something is below. A button `data-toggle` in a row folds it.
 */
export class TreeGrid {
  readonly #host: HTMLElement;
  readonly #memory: string;
  readonly #closed: Set<string>;
  readonly #runs: Readonly<Record<string, (row: Row) => void>>;

  /** `memory` is where this browser remembers what is closed; `runs` are further keys. */
  constructor(host: HTMLElement, memory: string, runs: Readonly<Record<string, (row: Row) => void>>) {
    this.#host = host;
    this.#memory = memory;
    this.#runs = runs;
    this.#closed = new Set(parse<string[]>(localStorage.getItem(memory)) ?? []);
    host.addEventListener("keydown", (event) => this.#key(event));
    host.addEventListener("focusin", (event) => {
      if (event.target instanceof HTMLTableRowElement) this.enter(event.target, false);
    });
    host.addEventListener("click", (event) => {
      const target = event.target as Element;
      const row = target.closest<Row>("tbody > tr");
      if (row && target.closest("[data-toggle]")) this.toggle(row);
      if (row && !target.closest("button:not([data-toggle])")) this.enter(row);
    });
    this.#fold();
  }

  get #rows(): Row[] {
    return [...this.#host.querySelectorAll<Row>("tbody > tr")];
  }

  row(id: string): Row | undefined {
    return this.#rows.find((row) => row.dataset["id"] === id);
  }

  toggle(row: Row, isOpen = !isOpened(row)): void {
    const id = row.dataset["id"] ?? "";
    if (isOpen) this.#closed.delete(id);
    else if (row.hasAttribute("aria-expanded")) this.#closed.add(id);
    this.#keep();
  }

  toggleAll(isOpen: boolean): void {
    this.#closed.clear();
    if (!isOpen)
      for (const row of this.#rows) if (row.hasAttribute("aria-expanded")) this.#closed.add(row.dataset["id"] ?? "");
    this.#keep();
  }

  /** Makes a row the one that Tab reaches, and goes there. */
  enter(row: Row | undefined, hasFocus = true): void {
    if (!row) return;
    for (const one of this.#rows) one.tabIndex = one === row ? 0 : -1;
    if (!hasFocus) return;
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  #keep(): void {
    localStorage.setItem(this.#memory, JSON.stringify([...this.#closed]));
    this.#fold();
  }

  #fold(): void {
    const hidden = new Set<string>();
    for (const row of this.#rows) {
      const id = row.dataset["id"] ?? "";
      row.hidden = hidden.has(row.dataset["parent"] ?? "");
      if (row.hasAttribute("aria-expanded")) row.setAttribute("aria-expanded", String(!this.#closed.has(id)));
      if (row.hidden || this.#closed.has(id)) hidden.add(id);
    }
    const at = this.#rows.find((row) => row.tabIndex === 0);
    if (!at || at.hidden) this.enter(this.#rows[0], false);
  }

  #key(event: KeyboardEvent): void {
    const row = event.target;
    if (!(row instanceof HTMLTableRowElement) || event.metaKey || event.ctrlKey || event.altKey) return;
    const seen = this.#rows.filter((one) => !one.hidden);
    const at = seen.indexOf(row);
    const to = (place: number): void => this.enter(seen[Math.max(0, Math.min(seen.length - 1, place))]);
    const ways: Readonly<Record<string, () => void>> = {
      ArrowDown: () => to(at + 1),
      ArrowUp: () => to(at - 1),
      PageDown: () => to(at + PAGE_ROWS),
      PageUp: () => to(at - PAGE_ROWS),
      Home: () => to(0),
      End: () => to(seen.length - 1),
      ArrowRight: () => {
        if (isOpened(row)) to(at + 1);
        else this.toggle(row, true);
      },
      ArrowLeft: () => {
        if (isOpened(row)) this.toggle(row, false);
        else this.enter(this.row(row.dataset["parent"] ?? ""));
      },
    };
    const run = ways[event.key] ?? this.#runs[event.key];
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run(row);
  }
}

function isOpened(row: Row): boolean {
  return row.getAttribute("aria-expanded") === "true";
}
