/** Where the focus was, found again after a part of the page was drawn anew. */

/** What tells a control from its neighbours; ids made on the spot say nothing, and addresses may change with the page. */
const TELLING = [
  "data-action",
  "data-menu",
  "data-note",
  "data-narrow",
  "data-record-tab",
  "data-do",
  "aria-label",
  "name",
];
const SCOPES = ["data-id", "data-path", "data-group"];

export type Way = () => HTMLElement | null;

function match(element: Element, name: string): string {
  return element.hasAttribute(name) ? `[${name}="${CSS.escape(element.getAttribute(name) ?? "")}"]` : "";
}

/** Selectors that tell an element, the narrowest first; none for an element like any other. */
function selectorsOf(element: Element): string[] {
  const telling = [...TELLING, ...SCOPES].map((name) => match(element, name)).join("");
  const above = element.parentElement;
  const scopes = SCOPES.map((name) => above?.closest(`[${name}]`)).filter((one) => one !== null && one !== undefined);
  const scope = scopes.reduce<Element | undefined>(
    (inner, one) => (inner?.contains(one) || !inner ? one : inner),
    undefined,
  );
  const within = scope ? `${SCOPES.map((name) => match(scope, name)).join("")} ` : "";
  const href = match(element, "href");
  const tries = [href || telling ? `${within}${element.localName}${href}${telling}` : ""];
  if (href || telling) tries.push(`${element.localName}${href}${telling}`);
  if (href && (telling || within)) tries.push(`${within}${element.localName}${telling}`);
  return tries.filter(Boolean);
}

/** A way to an element, or to what has its meaning in the page by then; undefined where nothing has the focus. */
export function wayTo(element: Element | null | undefined): Way | undefined {
  if (!(element instanceof HTMLElement) || element === document.body) return undefined;
  // A box that edits a value goes; the value that it was put on stays.
  const found = element.closest(".lw-cell-edit")?.closest<HTMLElement>("[tabindex]") ?? element;
  const selectors = selectorsOf(found);
  const places = selectors.map((one) => [...document.querySelectorAll(one)].indexOf(found));
  return () => {
    if (found.isConnected && found.checkVisibility()) return found;
    for (const [n, selector] of selectors.entries()) {
      const alike = [...document.querySelectorAll<HTMLElement>(selector)];
      const one = alike[places[n] ?? 0] ?? alike[0];
      if (one?.checkVisibility()) return one;
    }
    return null;
  };
}

/** Puts the focus at the end of a way, where it is nowhere else by now. */
export function focusBack(way: Way | undefined): void {
  if (way && (!document.activeElement || document.activeElement === document.body))
    way()?.focus({ preventScroll: true });
}
