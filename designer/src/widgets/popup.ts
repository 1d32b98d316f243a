/** A box that floats by an element: placed below it, or above where there is no room. */
import { h } from "./dom.ts";

const GAP = 4;

/** Places a popover by its anchor, inside the window. */
export function place(box: HTMLElement, anchor: Element, width: "match" | "own" = "own"): void {
  const at = anchor.getBoundingClientRect();
  if (width === "match") box.style.minWidth = `${at.width}px`;
  const size = box.getBoundingClientRect();
  const room = window.innerHeight - at.bottom - GAP - 8;
  const isAbove = room < Math.min(size.height, 200) && at.top > room;
  const top = isAbove ? Math.max(8, at.top - GAP - size.height) : at.bottom + GAP;
  const left = Math.max(8, Math.min(at.left, window.innerWidth - size.width - 8));
  box.style.top = `${top}px`;
  box.style.left = `${left}px`;
}

/** Opens a menu built on the spot by an anchor; it goes when it closes. */
export function openMenu(anchor: Element, ...content: Node[]): HTMLElement {
  const box = h("div", { class: "lw-menu", popover: "auto" }, ...content);
  const home = anchor.closest("dialog") ?? document.body;
  home.append(box);
  box.showPopover();
  place(box, anchor);
  box.addEventListener("toggle", (event) => {
    if ((event as ToggleEvent).newState !== "closed") return;
    box.remove();
    if (document.activeElement === document.body && anchor instanceof HTMLElement) anchor.focus();
  });
  box.querySelector<HTMLElement>("[autofocus], input, button, [tabindex]")?.focus();
  return box;
}

/** Moves focus with the arrow keys among the items of a menu. */
export function moveByArrows(box: HTMLElement, selector: string): void {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const items = [...box.querySelectorAll<HTMLElement>(selector)];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const step = event.key === "ArrowDown" ? 1 : -1;
    items[(at + step + items.length) % items.length]?.focus();
    event.preventDefault();
  });
}
