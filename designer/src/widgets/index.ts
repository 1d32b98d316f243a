/** All widgets: importing this registers the elements. */
import "./child-table.ts";
import "./choice.ts";
import "./dates.ts";
import "./files.ts";
import "./lookup.ts";
import "./media.ts";
import "./number.ts";
import "./parts.ts";
import "./text.ts";

// Rich text brings its cleaner along, so it comes only when a page has such a field.
if (document.querySelector("lw-rich-text")) void import("./rich.ts");
else
  document.addEventListener("htmx:afterSettle", () => {
    if (document.querySelector("lw-rich-text")) void import("./rich.ts");
  });

export { make } from "./make.ts";
export type { FieldSpec, Target } from "./spec.ts";
export { Widget } from "./widget.ts";
