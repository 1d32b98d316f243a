/** Many changes at once, in requests of a size that the server takes; each request is done whole or not at all. */
import { t } from "../widgets/texts.ts";
import { ApiFault, call, freshKey, recordPath } from "./api.ts";
import { toast } from "./overlay.ts";
import { pageChanged } from "./reload.ts";

const MOST = 200;

export interface Step {
  readonly do: "update" | "delete" | "restore";
  readonly id: string;
  readonly row_version?: number;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface Picked {
  readonly id: string;
  readonly version: number;
}

export interface Outcome {
  /** Steps that were done before anything was refused. */
  readonly done: number;
  /** Why the rest was not done, or an empty text. */
  readonly fault: string;
}

/** Does the steps in order and stops at the first refusal; `told` hears how far it got. */
export async function batch(entity: string, steps: readonly Step[], told?: (done: number) => void): Promise<Outcome> {
  for (let done = 0; done < steps.length; done += MOST) {
    try {
      const changes = steps.slice(done, done + MOST);
      await call("POST", recordPath(entity, "batch"), { body: { changes }, key: freshKey() });
      told?.(Math.min(done + MOST, steps.length));
    } catch (fault) {
      return { done, fault: fault instanceof ApiFault ? faultText(fault) : t("server_busy") };
    }
  }
  return { done: steps.length, fault: "" };
}

function faultText(fault: ApiFault): string {
  return fault.details[0]?.message ?? fault.message;
}

/** What to say of a change that was refused on its way. */
export function partly(outcome: Outcome, of: number): string {
  return outcome.done > 0
    ? t("partly", { done: outcome.done, left: of - outcome.done, why: outcome.fault })
    : outcome.fault;
}

/** Deletes records and offers to take it back. */
export async function remove(
  entity: string,
  rows: readonly Picked[],
  name: string,
  told?: (done: number) => void,
): Promise<boolean> {
  const steps = rows.map((row): Step => ({ do: "delete", id: row.id, row_version: row.version }));
  const outcome = await batch(entity, steps, told);
  if (outcome.fault) toast(partly(outcome, rows.length), undefined, true);
  if (outcome.done === 0) return false;
  const back = rows.slice(0, outcome.done).map((row): Step => ({ do: "restore", id: row.id }));
  const undo = async (): Promise<void> => {
    const undone = await batch(entity, back);
    toast(undone.fault ? partly(undone, back.length) : t("restored"), undefined, Boolean(undone.fault));
    pageChanged();
  };
  toast(back.length === 1 && name ? t("deleted", { name }) : t("deleted_many", { n: back.length }), {
    label: t("undo"),
    run: undo,
  });
  return true;
}
