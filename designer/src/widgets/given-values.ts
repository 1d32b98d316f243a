/**
 * Values that rules take from other records, shown while somebody types.
 *
 * They are shown and not sent: on save the server's rules give them by the same formulas, with all
 * that they may read. A value that the person changed afterwards is his own and is sent.
 */
import type { Widget } from "./widget.ts";

/** What rules have put into the widgets of a form or of a row. */
export class GivenValues {
  readonly #given = new Map<string, string>();

  /** Puts values in where the person gave none; the names of the fields that have changed. */
  put(widgets: Iterable<Widget>, values: Readonly<Record<string, unknown>>, kept: ReadonlySet<string>): string[] {
    const changed: string[] = [];
    for (const widget of widgets) {
      const { name } = widget.spec;
      const value = values[name];
      // Nothing may also mean that the reader does not see it: the server decides on save.
      if (value === undefined || value === null || kept.has(name)) continue;
      widget.value = value;
      this.#given.set(name, JSON.stringify(widget.value));
      changed.push(name);
    }
    return changed;
  }

  /** Whether a field still holds what a rule gave it. */
  holds(name: string, value: unknown): boolean {
    return this.#given.has(name) && this.#given.get(name) === JSON.stringify(value);
  }
}
