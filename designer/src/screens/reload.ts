/** Fresh parts of the present page, without losing place, focus or anything that somebody is typing. */
import htmx from "htmx.org";
import { t } from "../widgets/texts.ts";
import { focusBack, wayTo } from "./focus.ts";
import { toast } from "./overlay.ts";
import { signedOut } from "./session.ts";

/** A cell that is being edited. One that waits for the server with a saved value is not. */
const EDITED = ".lw-cell-edit:not([data-saved])";

/** Told by a cell when nobody edits it any more. */
export const EDIT_OVER = "lw-edit-over";

/** The newest request for a place; an older one that comes late is of no interest. */
const newest = new WeakMap<Element, AbortController>();

/** Swaps an element for what an address gives; false when it was not: refused, not reached, or asked again meanwhile. */
export async function refresh(target: string | Element, address: string, keep?: () => void): Promise<boolean> {
  const place = typeof target === "string" ? document.querySelector(target) : target;
  if (!place) return false;
  newest.get(place)?.abort();
  const mine = new AbortController();
  newest.set(place, mine);
  place.classList.add("lw-loading");
  const content = await load(place, address, mine.signal);
  if (mine.signal.aborted || !place.isConnected) return false;
  place.classList.remove("lw-loading");
  if (content === undefined) return false;
  keep?.();
  const back = place.contains(document.activeElement) ? wayTo(document.activeElement) : undefined;
  htmx.swap(place, content, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 });
  focusBack(back);
  return true;
}

/** What is fetched while somebody edits a cell of the place is old when he is done: it is fetched again. */
async function load(place: Element, address: string, signal: AbortSignal): Promise<string | undefined> {
  let content: string | undefined;
  do {
    await editsOver(place, signal);
    content = await fetchPart(address, signal);
  } while (content !== undefined && !signal.aborted && place.querySelector(EDITED));
  return content;
}

async function editsOver(place: Element, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && place.querySelector(EDITED))
    await new Promise<void>((done) => {
      place.addEventListener(EDIT_OVER, () => done(), { once: true });
      signal.addEventListener("abort", () => done(), { once: true });
    });
}

async function fetchPart(address: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal });
    if (answer.ok) return await answer.text();
    if (answer.status === 401) signedOut();
    else toast(t("not_loaded"), undefined, true);
  } catch {
    if (!signal.aborted) toast(t("offline_load"), undefined, true);
  }
  return undefined;
}

/** Brings the list or record page up to date after a change. */
export function pageChanged(): void {
  document.dispatchEvent(new CustomEvent("lw-page-changed"));
}
