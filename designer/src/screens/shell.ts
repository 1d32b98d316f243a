/** The frame: menus, the reader's wishes, folded groups, the offline line. */

import { parse } from "../widgets/dom.ts";
import { place } from "../widgets/popup.ts";
import { t } from "../widgets/texts.ts";
import { ApiFault, call, freshKey } from "./api.ts";
import { showShortcuts } from "./keys.ts";
import { openDrawer, toast } from "./overlay.ts";
import { openPalette } from "./palette.ts";
import { reveal } from "./reveal.ts";

const FOLDED = "lw-folded";

function foldGroups(): void {
  const folded = new Set(parse<string[]>(localStorage.getItem(FOLDED)) ?? []);
  for (const group of document.querySelectorAll<HTMLDetailsElement>(".lw-group")) {
    const key = group.dataset["group"] ?? "";
    if (folded.has(key)) group.open = false;
    group.addEventListener("toggle", () => {
      if (group.open) folded.delete(key);
      else folded.add(key);
      localStorage.setItem(FOLDED, JSON.stringify([...folded]));
    });
  }
}

function toggleMenu(trigger: HTMLElement): void {
  const menu = document.getElementById(trigger.dataset["menu"] ?? "");
  if (!menu) return;
  trigger.closest("dialog")?.close();
  menu.togglePopover();
  if (!menu.matches(":popover-open")) return;
  place(menu, trigger.isConnected && trigger.checkVisibility() ? trigger : document.body);
  menu.querySelector<HTMLElement>("a, button")?.focus();
}

/** Applies a wish at once and keeps it with the person. */
async function wish(trigger: HTMLElement): Promise<void> {
  const name = trigger.dataset["wish"] ?? "";
  const value = trigger.dataset["value"] ?? "";
  if (name !== "language") {
    document.documentElement.dataset[name] = value;
    for (const other of trigger.parentElement?.querySelectorAll("button") ?? [])
      other.setAttribute("aria-pressed", String(other === trigger));
  }
  try {
    await call("POST", "/settings/wishes", { body: { [name]: value } });
    if (name === "language") location.reload();
  } catch (fault) {
    if (fault instanceof ApiFault) toast(fault.message, undefined, true);
  }
}

const ACTIONS: Readonly<Record<string, (trigger: HTMLElement) => void>> = {
  palette: () => openPalette(),
  shortcuts: () => showShortcuts(),
  create: () => createHere(),
  more: () => document.querySelector<HTMLDialogElement>("#lw-more")?.showModal(),
};

/** Creates where the page says what; elsewhere the palette offers all that may be created. */
export function createHere(): void {
  const link = document.querySelector<HTMLAnchorElement>("main a[data-create], main a[data-drawer][href$='/new']");
  if (link) void openDrawer(link.href, link);
  else openPalette(`${t("shortcut.create")} `);
}

/** Takes a record out of the trash. */
async function restore(trigger: HTMLElement): Promise<void> {
  trigger.setAttribute("aria-busy", "true");
  try {
    await call("POST", trigger.dataset["restore"] ?? "", { key: freshKey() });
    trigger.closest("tr")?.remove();
    toast(t("restored"));
  } catch (fault) {
    if (fault instanceof ApiFault) toast(fault.details[0]?.message ?? fault.message, undefined, true);
  } finally {
    trigger.removeAttribute("aria-busy");
  }
}

/** What a click means, by the attribute of the nearest element that has one. */
const MEANINGS: readonly (readonly [string, (trigger: HTMLElement, event: MouseEvent) => void])[] = [
  ["[data-menu]", (trigger) => toggleMenu(trigger)],
  ["[data-wish]", (trigger) => void wish(trigger)],
  ["[data-restore]", (trigger) => void restore(trigger)],
  ["[data-reveal]", (trigger) => void reveal(trigger)],
  ["a[data-drawer]", (trigger, event) => followInDrawer(trigger as HTMLAnchorElement, event)],
  ["[data-action]", (trigger) => ACTIONS[trigger.dataset["action"] ?? ""]?.(trigger)],
];

function followInDrawer(link: HTMLAnchorElement, event: MouseEvent): void {
  if (event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  void openDrawer(link.href, link);
}

/** A menu that has been chosen from goes; the focus is back on its button, where drawers return it to later. */
function closeMenu(target: Element): void {
  const item = target.closest(".lw-menu__item");
  item?.closest<HTMLElement>(".lw-menu[id]:popover-open")?.hidePopover();
}

function clicked(event: MouseEvent): void {
  closeMenu(event.target as Element);
  for (const [selector, run] of MEANINGS) {
    const trigger = (event.target as Element).closest<HTMLElement>(selector);
    if (trigger) {
      run(trigger, event);
      return;
    }
  }
}

function watchConnection(): void {
  const line = document.getElementById("lw-offline");
  const show = (): void => {
    if (line) line.hidden = navigator.onLine;
  };
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  show();
}

export function startShell(): void {
  foldGroups();
  watchConnection();
  document.addEventListener("click", clicked);
  const sheet = document.querySelector<HTMLDialogElement>("#lw-more");
  sheet?.addEventListener("click", (event) => {
    if (event.target === sheet) sheet.close();
  });
}
