/** Small helpers to build DOM without markup strings, so that no value is ever read as HTML. */

export type Child = Node | string | null | undefined | false;
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Makes an element: attributes that are null or false are left out, true gives an empty attribute. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

/** A button that never submits a form by accident. */
export function button(
  className: string,
  label: string,
  onClick: (event: MouseEvent) => void,
  ...children: Child[]
): HTMLButtonElement {
  const made = h("button", { type: "button", class: className, "aria-label": label || null }, ...children);
  made.addEventListener("click", onClick);
  return made;
}

/** Hears what is typed, once it is whole: the letters of an input method on their way to a character are nothing yet. */
export function onTyped(element: HTMLElement, run: (event: Event) => void): void {
  element.addEventListener("input", (event) => {
    if (!(event as InputEvent).isComposing) run(event);
  });
  element.addEventListener("compositionend", run);
}

/** JSON text or undefined when there is none or it is broken. */
export function parse<T>(text: string | null | undefined): T | undefined {
  if (!text) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

let counter = 0;
/** An id that is free on this page. */
export function freshId(prefix: string): string {
  counter += 1;
  return `${prefix}-${counter}`;
}
