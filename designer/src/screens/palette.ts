/** Search over everything and jump anywhere: one box, arrows and Enter. */
import { h, onTyped } from "../widgets/dom.ts";
import { icon } from "../widgets/icons.ts";
import { t } from "../widgets/texts.ts";
import { openDrawer } from "./overlay.ts";
import { signedOut } from "./session.ts";

const WAIT_MS = 140;
let open: HTMLDialogElement | undefined;

/** Opens the palette; a second call closes it. */
export function openPalette(start = ""): void {
  if (open) {
    open.close();
    return;
  }
  const input = h("input", {
    type: "search",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "lw-found",
    "aria-label": t("shortcut.search"),
    autocomplete: "off",
    placeholder: t("search"),
  });
  input.value = start;
  const list = h("div", {
    class: "lw-palette__list",
    id: "lw-found",
    role: "listbox",
    "aria-label": t("shortcut.search"),
  });
  const dialog = h(
    "dialog",
    { class: "lw-palette", "aria-label": t("shortcut.search") },
    h("div", { class: "lw-palette__input" }, icon("search", 18), input, h("kbd", {}, "Esc")),
    list,
  );
  open = dialog;
  document.body.append(dialog);
  dialog.showModal();
  const palette = new Palette(input, list, () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    open = undefined;
    dialog.remove();
  });
  void palette.load();
}

class Palette {
  readonly #input: HTMLInputElement;
  readonly #list: HTMLElement;
  readonly #close: () => void;
  #timer = 0;
  #asked = 0;
  #at = 0;

  constructor(input: HTMLInputElement, list: HTMLElement, close: () => void) {
    this.#input = input;
    this.#list = list;
    this.#close = close;
    onTyped(input, () => {
      window.clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => void this.load(), WAIT_MS);
    });
    input.addEventListener("keydown", (event) => this.#key(event));
    list.addEventListener("click", (event) => {
      const link = (event.target as Element).closest("a");
      if (link) this.#go(link, event);
    });
  }

  get #links(): HTMLAnchorElement[] {
    return [...this.#list.querySelectorAll("a")];
  }

  async load(): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    const answer = await fetch(`/search?q=${encodeURIComponent(this.#input.value.trim())}`, {
      headers: { "HX-Request": "true" },
    }).catch(() => undefined);
    if (mine !== this.#asked) return;
    if (!answer?.ok) return this.#failed(answer?.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    this.#list.replaceChildren(...page.body.childNodes);
    this.#move(0);
  }

  #failed(status: number | undefined): void {
    if (status === 401) {
      this.#close();
      signedOut();
      return;
    }
    const why = t(status === undefined ? "offline_load" : "not_loaded");
    this.#list.replaceChildren(h("p", { class: "lw-option lw-option--none", role: "alert" }, why));
  }

  #move(at: number): void {
    const links = this.#links;
    this.#at = links.length ? (at + links.length) % links.length : 0;
    links.forEach((link, n) => {
      link.setAttribute("aria-selected", String(n === this.#at));
      link.id = `lw-found-${n}`;
      if (n === this.#at) link.scrollIntoView({ block: "nearest" });
    });
    this.#input.setAttribute("aria-activedescendant", links.length ? `lw-found-${this.#at}` : "");
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.#move(this.#at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Escape") {
      // The browser would clear the box first; one key closes one layer.
      event.preventDefault();
      this.#close();
    } else if (event.key === "Enter") {
      event.preventDefault();
      const link = this.#links[this.#at];
      if (link) this.#go(link, event);
    }
  }

  #go(link: HTMLAnchorElement, event: Event): void {
    event.preventDefault();
    event.stopPropagation();
    this.#close();
    if (link.dataset["drawer"] !== undefined) void openDrawer(link.href);
    else location.assign(link.href);
  }
}
