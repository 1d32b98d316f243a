/** Fresh parts of the present page, without losing place or focus. */
import htmx from "htmx.org";
import { t } from "../widgets/texts.ts";
import { toast } from "./overlay.ts";

/** Swaps an element for what an address gives; false when the server could not be reached or refused. */
export async function refresh(target: string | Element, address: string): Promise<boolean> {
  const place = typeof target === "string" ? document.querySelector(target) : target;
  if (!place) return false;
  let isFine = true;
  const failed = (event: Event): void => {
    isFine = false;
    const status = (event as CustomEvent<{ xhr?: XMLHttpRequest }>).detail.xhr?.status ?? 0;
    toast(status === 0 ? t("offline") : t("failed", { message: String(status) }), undefined, true);
  };
  const names = ["htmx:sendError", "htmx:responseError"];
  for (const name of names) document.body.addEventListener(name, failed);
  place.classList.add("lw-loading");
  try {
    await htmx.ajax("get", address, { target: place, swap: "outerHTML" });
  } catch {
    isFine = false;
  } finally {
    place.classList.remove("lw-loading");
    for (const name of names) document.body.removeEventListener(name, failed);
  }
  return isFine;
}

/** Brings the list or record page up to date after a change. */
export function pageChanged(): void {
  document.dispatchEvent(new CustomEvent("lw-page-changed"));
}
