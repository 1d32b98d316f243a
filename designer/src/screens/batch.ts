/** Many changes at once, in requests of a size that the server takes; each request is done whole or not at all. */
import { group } from "../widgets/number.ts";
import { t } from "../widgets/texts.ts";
import { ApiFault, call, freshKey, recordPath } from "./api.ts";
import { ask, toast, watched } from "./overlay.ts";
import { pageChanged } from "./reload.ts";

/** Steps in one request: few enough that stopping is felt at once, many enough that it is not slow. */
export const PIECE = 50;

const ROLES = "system.role_assignment";

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
  /** Whether the person stopped it on its way. */
  readonly isStopped: boolean;
}

/** What long work listens to and tells. */
export interface Watch {
  /** Aborted once the person wants no more; the request under way is still done. */
  readonly signal: AbortSignal;
  readonly told: (done: number, of: number) => void;
}

/** Does the steps in order; ends at the first refusal, or between two requests once the person stops it. */
export async function batch(entity: string, steps: readonly Step[], watch?: Watch): Promise<Outcome> {
  for (let done = 0; done < steps.length; done += PIECE) {
    if (watch?.signal.aborted) return { done, fault: "", isStopped: true };
    try {
      if (steps.length > PIECE) watch?.told(done, steps.length);
      const changes = steps.slice(done, done + PIECE);
      await call("POST", recordPath(entity, "batch"), { body: { changes }, key: freshKey() });
    } catch (fault) {
      return { done, fault: fault instanceof ApiFault ? faultText(fault) : t("server_busy"), isStopped: false };
    }
  }
  return { done: steps.length, fault: "", isStopped: false };
}

/** What a field with many values holds in each of the records now. */
export async function valuesOf(entity: string, field: string, rows: readonly Picked[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (let at = 0; at < rows.length; at += PIECE) {
    const ids = rows.slice(at, at + PIECE).map((row) => `'${row.id}'`);
    const query = new URLSearchParams({ filter: `id IN (${ids.join(", ")})`, fields: field, limit: String(PIECE) });
    const { data } = await call<{ records: Record<string, unknown>[] }>("GET", `${recordPath(entity)}?${query}`);
    for (const one of data.records) {
      const value = one[field];
      found.set(String(one["id"]), Array.isArray(value) ? value.map(String) : []);
    }
  }
  return found;
}

function faultText(fault: ApiFault): string {
  return fault.details[0]?.message ?? fault.message;
}

/** What to say of a change that was refused on its way. */
export function partly(outcome: Outcome, of: number): string {
  return outcome.done > 0
    ? t("partly", { done: group(String(outcome.done)), left: group(String(of - outcome.done)), why: outcome.fault })
    : outcome.fault;
}

/** Deletes records and offers to take it back; says what was done where it was refused or stopped on its way. */
export async function remove(entity: string, rows: readonly Picked[], name: string, watch?: Watch): Promise<boolean> {
  const steps = rows.map((row): Step => ({ do: "delete", id: row.id, row_version: row.version }));
  const outcome = await batch(entity, steps, watch);
  if (outcome.fault) toast(partly(outcome, rows.length), undefined, true);
  const { done } = outcome;
  if (done === 0) {
    if (outcome.isStopped) toast(t("stopped_none"));
    return false;
  }
  const back = rows.slice(0, done).map((row): Step => ({ do: "restore", id: row.id }));
  const undo = async (): Promise<void> => {
    const title = t("restoring", { n: group(String(done)) });
    const undone = await watched(title, (undoing) => batch(entity, back, undoing));
    toast(restoredWords(undone, done), undefined, Boolean(undone.fault));
    pageChanged();
  };
  const all = done === 1 && name ? t("deleted", { name }) : t("deleted_many", { n: group(String(done)) });
  toast(outcome.isStopped ? stopped("deleted_some", done, rows.length) : all, { label: t("undo"), run: undo });
  return true;
}

/** What came of bringing records back. */
function restoredWords(outcome: Outcome, of: number): string {
  if (outcome.fault) return partly(outcome, of);
  if (outcome.isStopped) return outcome.done ? stopped("restored_some", outcome.done, of) : t("stopped_none");
  return of === 1 ? t("restored") : t("restored_many", { n: group(String(of)) });
}

/**
 * Takes a record off a related list: one press, and the message takes it back. Of his own roles a person is asked, for
 * without the role he may not be able to take it back.
 */
export async function removeRelated(trigger: HTMLElement): Promise<void> {
  const { entity = "", row = "", version, name = "" } = trigger.dataset;
  if (trigger.ariaBusy) return;
  const me = document.querySelector<HTMLMetaElement>("meta[name=lw-user]")?.content;
  const isOwn = entity === ROLES && trigger.closest<HTMLElement>("lw-record")?.dataset["id"] === me;
  const question = { title: t("own_role", { name }), text: t("own_role_text"), confirm: t("own_role_button") };
  if (isOwn && !(await ask({ ...question, isDanger: true }))) return;
  trigger.ariaBusy = "true";
  if (await remove(entity, [{ id: row, version: Number(version) }], name)) pageChanged();
  trigger.ariaBusy = null;
}

/** What to say of work that a person stopped: how much of it stands. */
export function stopped(key: "changed_some" | "deleted_some" | "restored_some", done: number, of: number): string {
  return t(key, { n: group(String(done)), total: group(String(of)) });
}
