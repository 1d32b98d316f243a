/** Where a refused form shows its faults: at fields, at the cells of child tables, and what has no place there. */

import type { ChildTableWidget } from "../widgets/child-table.ts";
import type { Widget } from "../widgets/widget.ts";
import type { FaultDetail } from "./api.ts";

export interface Placed {
  /** What to say below a field, a line for each fault. */
  readonly said: ReadonlyMap<string, string>;
  /** What the form has no field for. */
  readonly left: readonly FaultDetail[];
}

function asTable(widget: Widget | undefined): ChildTableWidget | undefined {
  return widget && "markAt" in widget ? (widget as ChildTableWidget) : undefined;
}

/**
 * Marks the cells that faults name. `has` tells whether the form shows a field, `widgetOf` gives what edits it.
 */
export function placeFaults(
  details: readonly FaultDetail[],
  has: (name: string) => boolean,
  widgetOf: (name: string) => Widget | undefined,
): Placed {
  const said = new Map<string, string>();
  const left: FaultDetail[] = [];
  for (const detail of details) {
    const [name = "", ...rest] = detail.path.split(".");
    if (!has(name)) {
      left.push(detail);
      continue;
    }
    const told = asTable(widgetOf(name))?.markAt(rest.join("."), detail.message) || detail.message;
    said.set(name, [...(said.get(name)?.split("\n") ?? []), told].join("\n"));
  }
  return { said, left };
}

/**
 * Whether a form that lacks something is sent all the same: it holds rows of which only the server knows what is
 * wrong, so that its answer names what is wrong with the record and with its rows at once.
 */
export function isAskedAnyway(widgets: readonly Widget[]): boolean {
  return (
    widgets.every((widget) => !widget.fault) &&
    widgets.some((widget) => asTable(widget) && Array.isArray(widget.value) && widget.value.length > 0)
  );
}
