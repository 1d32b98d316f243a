/**
 * Widths of a list's columns: those that the view gives, over them what the person has drawn.
 *
 * Drawn widths are a matter of this screen and stay in the browser, by person, list and view. They
 * stand in a style sheet made here, so rows that come later have them at once.
 */
import { parse } from "../widgets/dom.ts";
import { t } from "../widgets/texts.ts";
import { announce } from "./overlay.ts";

const LEAST = 56;
const MOST = 800;
const STEP = 16;
/** Below this the rows are cards. */
const WIDE = "(width >= 640px)";

type Widths = Record<string, number>;

export function clamped(width: number): number {
  return Math.round(Math.max(LEAST, Math.min(MOST, width)));
}

export class ColumnWidths {
  readonly #list: HTMLElement;
  readonly #key: string;
  readonly #sheet = new CSSStyleSheet();
  #own: Widths;

  constructor(list: HTMLElement, entity: string, view: string) {
    const who = document.querySelector<HTMLMetaElement>("meta[name=lw-user]")?.content ?? "";
    this.#list = list;
    this.#key = `lw-widths:${who}:${entity}:${view}`;
    this.#own = parse<Widths>(localStorage.getItem(this.#key)) ?? {};
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.#sheet];
    list.addEventListener("pointerdown", (event) => this.#grab(event));
    list.addEventListener("dblclick", (event) => this.#reset(event));
    list.addEventListener("keydown", (event) => this.#step(event));
    this.draw();
  }

  /** Puts the widths on what the list shows now. */
  draw(): void {
    const rules: string[] = [];
    for (const head of this.#list.querySelectorAll<HTMLElement>("thead th[data-path]")) {
      const path = head.dataset["path"] ?? "";
      const width = this.#own[path] ?? Number(head.dataset["width"] ?? 0);
      if (!width) continue;
      const px = `${clamped(width)}px`;
      const cells = `#lw-table .lw-table :is(th, td)[data-path="${CSS.escape(path)}"]`;
      rules.push(`${cells} { width: ${px}; min-width: ${px}; max-width: ${px}; }`);
    }
    this.#sheet.replaceSync(`@media ${WIDE} { ${rules.join("\n")} }`);
  }

  #headAt(target: EventTarget | null): HTMLElement | null {
    return (target as Element).closest<HTMLElement>("thead th[data-path]");
  }

  #set(head: HTMLElement, width: number | undefined): void {
    const path = head.dataset["path"] ?? "";
    const { [path]: _, ...others } = this.#own;
    this.#own = width === undefined ? others : { ...others, [path]: clamped(width) };
    this.draw();
  }

  #keep(): void {
    localStorage.setItem(this.#key, JSON.stringify(this.#own));
  }

  #grab(event: PointerEvent): void {
    const handle = (event.target as Element).closest<HTMLElement>("[data-size]");
    const head = handle && this.#headAt(handle);
    if (!handle || !head || event.button !== 0) return;
    event.preventDefault();
    const from = event.clientX;
    const width = head.offsetWidth;
    const over = new AbortController();
    const { signal } = over;
    let isMoved = false;
    handle.setPointerCapture(event.pointerId);
    handle.addEventListener(
      "pointermove",
      (moved) => {
        isMoved ||= Math.abs(moved.clientX - from) > 2;
        if (isMoved) this.#set(head, width + moved.clientX - from);
      },
      { signal },
    );
    const end = (): void => {
      over.abort();
      if (isMoved) this.#keep();
    };
    handle.addEventListener("pointerup", end, { signal });
    handle.addEventListener("pointercancel", end, { signal });
  }

  #reset(event: MouseEvent): void {
    const head = (event.target as Element).closest("[data-size]") && this.#headAt(event.target);
    if (!head) return;
    this.#set(head, undefined);
    this.#keep();
  }

  /** Every drag has a key: Alt with an arrow on the heading. */
  #step(event: KeyboardEvent): void {
    const head = this.#headAt(event.target);
    if (!head || !event.altKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
    event.preventDefault();
    this.#set(head, head.offsetWidth + (event.key === "ArrowLeft" ? -STEP : STEP));
    this.#keep();
    announce(t("width", { name: head.textContent?.trim() ?? "", n: head.offsetWidth }));
  }
}
