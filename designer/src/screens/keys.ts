/** Keys for the whole product; off while somebody types or a layer is open. */
import { h } from "../widgets/dom.ts";
import { t } from "../widgets/texts.ts";
import { ask } from "./overlay.ts";
import { openPalette } from "./palette.ts";

export type KeyRun = (event: KeyboardEvent) => void;
const runs = new Map<string, KeyRun>();

/** Gives a key a meaning on this page. */
export function onKey(key: string, run: KeyRun): void {
  runs.set(key, run);
}

/** Whether Enter already means something where the focus is. */
function isPressable(target: EventTarget | null): boolean {
  return (target as HTMLElement | null)?.closest("a, button, summary, [data-field]") !== null;
}

/** Whether keys belong to an input at the moment. */
export function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return Boolean(
    element?.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog, [popover]"),
  );
}

/** Keys of an input method choose characters: Enter there saves nothing, Escape closes nothing. */
function startComposing(): void {
  document.addEventListener(
    "keydown",
    (event) => {
      // Safari says so by the key code alone.
      if (event.isComposing || event.keyCode === 229) event.stopImmediatePropagation();
    },
    { capture: true },
  );
}

function isWithModifier(event: KeyboardEvent, key: string): boolean {
  return (event.metaKey || event.ctrlKey) && !event.shiftKey && event.key.toLowerCase() === key;
}

/** Takes back what the newest message offers to take back: its button lies far away from whoever has no mouse. */
function pressUndo(event: KeyboardEvent): void {
  const offered = [...document.querySelectorAll<HTMLElement>("#lw-toasts [data-undoes]")].at(-1);
  if (!offered) return;
  event.preventDefault();
  offered.click();
}

/**
 * A press beside the fields takes the focus out of a layer, and still whatever is pressed then means the layer.
 * Gives whether one is open.
 */
function isForLayer(event: KeyboardEvent): boolean {
  const layer = [...document.querySelectorAll<HTMLElement>("dialog:modal")].at(-1);
  if (!layer || (event.target !== document.body && event.target !== layer)) return false;
  if (isWithModifier(event, "enter")) layer.querySelector<HTMLElement>("[data-save], [data-go]")?.click();
  return true;
}

function pressed(event: KeyboardEvent): void {
  if (isForLayer(event) || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
  if (isWithModifier(event, "z")) pressUndo(event);
  if (event.metaKey || event.ctrlKey || (event.key === "Enter" && isPressable(event.target))) return;
  const run = runs.get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
  if (!run) return;
  event.preventDefault();
  run(event);
}

export function startKeys(): void {
  startComposing();
  document.addEventListener("keydown", (event) => {
    if (!isWithModifier(event, "k")) return pressed(event);
    event.preventDefault();
    openPalette();
  });
  onKey("?", () => showShortcuts());
}

/** The key that goes with others: what it is called depends on the machine, as it does on the server. */
export const MODIFIER = /Mac OS|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl ";

export function showShortcuts(): void {
  const lines: [string, string][] = [
    [`${MODIFIER}K`, "search"],
    ["C", "create"],
    ["/", "search_list"],
    ["F", "filter"],
    ["J", "down"],
    ["K", "up"],
    ["X", "pick"],
    ["A", "picked"],
    ["Del", "delete"],
    [`${MODIFIER}Z`, "undo"],
    ["Enter", "open"],
    ["E", "edit"],
    [`${MODIFIER}↵`, "save"],
    ["Esc", "close"],
    ["?", "help"],
  ];
  const body = h("dl", { class: "lw-shortcuts" });
  for (const [key, name] of lines) body.append(h("dt", {}, h("kbd", {}, key)), h("dd", {}, t(`shortcut.${name}`)));
  void ask({ title: t("shortcuts"), body, confirm: t("close"), cancel: false });
}
