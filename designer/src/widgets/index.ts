/** All widgets: importing this registers the elements. */
import "./child-table.ts";
import "./choice.ts";
import "./dates.ts";
import "./files.ts";
import "./lookup.ts";
import "./media.ts";
import "./money.ts";
import "./number.ts";
import "./parts.ts";
import "./rich.ts";
import "./text.ts";

export { make } from "./make.ts";
export type { FieldSpec, Target } from "./spec.ts";
export { Widget } from "./widget.ts";
