/** The frame: menus, the reader's wishes, folded groups, the offline line. */

import { parse } from "../widgets/dom.ts";
import { place } from "../widgets/popup.ts";
import { t } from "../widgets/texts.ts";
import { ApiFault, call } from "./api.ts";
import { showShortcuts } from "./keys.ts";
import { openDrawer, toast } from "./overlay.ts";
import { openPalette } from "./palette.ts";

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
  const link = document.querySelector<HTMLAnchorElement>("main a[data-drawer][href$='/new']");
  if (link) void openDrawer(link.href);
  else openPalette(`${t("shortcut.create")} `);
}

function clicked(event: MouseEvent): void {
  const target = event.target as Element;
  const menu = target.closest<HTMLElement>("[data-menu]");
  if (menu) return toggleMenu(menu);
  const asked = target.closest<HTMLElement>("[data-wish]");
  if (asked) return void wish(asked);
  const drawer = target.closest<HTMLAnchorElement>("a[data-drawer]");
  if (drawer && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    return void openDrawer(drawer.href);
  }
  const action = target.closest<HTMLElement>("[data-action]");
  ACTIONS[action?.dataset["action"] ?? ""]?.(action as HTMLElement);
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
