/** Fresh parts of the present page, without losing place or focus. */
import htmx from "htmx.org";

/** Swaps an element for what an address gives. */
export async function refresh(target: string | Element, address: string): Promise<void> {
  const place = typeof target === "string" ? document.querySelector(target) : target;
  place?.classList.add("lw-loading");
  await htmx.ajax("get", address, { target, swap: "outerHTML" });
  place?.classList.remove("lw-loading");
}

/** Brings the list or record page up to date after a change. */
export function pageChanged(): void {
  document.dispatchEvent(new CustomEvent("lw-page-changed"));
}
