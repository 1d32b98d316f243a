/** What the rules of a child table's row give after a change, asked of the server and shown at once. */
import type { ChildTableWidget } from "../widgets/child-table.ts";
import { compute, type FormLogic, type Values } from "./form-logic.ts";

export type LineEvent = CustomEvent<{
  readonly table: ChildTableWidget;
  readonly row: object;
  readonly field: string;
  readonly values: Values;
}>;

/** Asks what the rules of a child table's row give after a change of one of its fields, and shows it. */
export async function giveToLine(event: LineEvent, logic: FormLogic): Promise<void> {
  const { table, row, field, values } = event.detail;
  const entity = logic.lineEntity(table.spec.name, field);
  if (!entity) return;
  try {
    const found = await compute(entity, values, [field]);
    table.give(row, found.set ?? {});
  } catch {
    // The server's rules give the values on save; a missing preview stops nobody.
  }
}
