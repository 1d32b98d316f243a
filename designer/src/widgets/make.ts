/** Makes the widget of a field, wherever it is needed. */
import type { FieldSpec } from "./spec.ts";
import type { Mode, Widget } from "./widget.ts";

/** A widget with its value; fields of unknown kind are edited as text. */
export function make(spec: FieldSpec, value: unknown, mode: Mode, labelledBy = ""): Widget {
  const name = `lw-${spec.widget}`;
  const element = document.createElement(customElements.get(name) ? name : "lw-text") as Widget;
  element.spec = spec;
  element.mode = mode;
  element.labelledBy = labelledBy;
  element.value = value;
  return element;
}
