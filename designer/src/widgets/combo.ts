/**
 * The box behind every choice: type to find, arrows to move, Enter to take.
 *
 * It follows the combobox pattern of WAI-ARIA: the input keeps the focus, the option is named by
 * `aria-activedescendant`.
 */
import { freshId, h, onTyped } from "./dom.ts";
import { place } from "./popup.ts";
import { t } from "./texts.ts";

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly sub?: string;
  readonly draw?: () => Node;
  /** The thing that the option stands for. */
  readonly source?: unknown;
  readonly isNew?: boolean;
}

export interface ComboOwner {
  /** Options for what was typed; an empty text means all or the most likely. */
  find(query: string): Promise<readonly Option[]> | readonly Option[];
  choose(option: Option): void;
  /** Backspace in an empty input. */
  erase?(): void;
  closed?(): void;
}

const WAIT_MS = 160;

export class Combo {
  readonly #owner: ComboOwner;
  readonly #box: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #anchor: () => Element;
  #options: readonly Option[] = [];
  #at = -1;
  #timer = 0;
  #asked = 0;

  constructor(input: HTMLInputElement, owner: ComboOwner, anchor: () => Element) {
    this.#input = input;
    this.#owner = owner;
    this.#anchor = anchor;
    const id = freshId("options");
    this.#box = h("div", { class: "lw-options", id, role: "listbox", popover: "manual", "aria-label": t("choose") });
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": id,
    }))
      input.setAttribute(name, value);
    onTyped(input, () => this.#soon());
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => this.close());
    input.addEventListener("click", () => void this.open());
    this.#box.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#box.addEventListener("click", (event) => {
      const row = (event.target as Element).closest<HTMLElement>("[role=option]");
      if (row) this.#take(Number(row.dataset["at"]));
    });
  }

  get isOpen(): boolean {
    return this.#input.getAttribute("aria-expanded") === "true";
  }

  async open(): Promise<void> {
    if (this.#input.disabled) return;
    this.#asked += 1;
    const mine = this.#asked;
    const found = await this.#owner.find(this.#input.value.trim());
    if (mine !== this.#asked || document.activeElement !== this.#input) return;
    this.#options = found;
    this.#draw();
  }

  close(): void {
    window.clearTimeout(this.#timer);
    this.#asked += 1;
    if (!this.isOpen) return;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
    if (this.#box.isConnected) this.#box.hidePopover();
    this.#box.remove();
    this.#owner.closed?.();
  }

  #soon(): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.open(), WAIT_MS);
  }

  #draw(): void {
    const rows = this.#options.map((option, at) =>
      h(
        "div",
        { class: "lw-option", role: "option", id: `${this.#box.id}-${at}`, "data-at": at },
        option.draw ? option.draw() : option.label,
        option.sub ? h("small", {}, option.sub) : null,
      ),
    );
    if (rows.length === 0) rows.push(h("div", { class: "lw-option lw-option--none" }, t("no_match")));
    this.#box.replaceChildren(...rows);
    if (!this.#box.isConnected) {
      (this.#input.closest("dialog, [popover]") ?? document.body).append(this.#box);
      this.#box.showPopover();
    }
    place(this.#box, this.#anchor(), "match");
    this.#input.setAttribute("aria-expanded", "true");
    this.#move(this.#options.length > 0 ? 0 : -1);
  }

  #move(at: number): void {
    this.#at = at;
    this.#box.querySelectorAll("[role=option]").forEach((row, n) => {
      row.setAttribute("aria-selected", String(n === at));
      if (n === at) row.scrollIntoView({ block: "nearest" });
    });
    if (at >= 0) this.#input.setAttribute("aria-activedescendant", `${this.#box.id}-${at}`);
  }

  #take(at: number): void {
    const option = this.#options[at];
    if (!option) return;
    this.close();
    this.#owner.choose(option);
  }

  #key(event: KeyboardEvent): void {
    const count = this.#options.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!this.isOpen) void this.open();
      else if (count > 0) this.#move((this.#at + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
    } else if (event.key === "Enter" && this.isOpen && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      event.stopPropagation();
      this.#take(this.#at);
    } else if (event.key === "Escape" && this.isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Backspace" && this.#input.value === "") {
      this.#owner.erase?.();
    }
  }
}
