/** The box of the next step: ticking it completes that record in place, and the message takes it back. */
import { t } from "../widgets/texts.ts";
import { ApiFault, call, recordPath } from "./api.ts";
import { toast } from "./overlay.ts";
import { pageChanged } from "./reload.ts";

/** Completes the step of the box that was ticked; other elements are left alone. */
export async function tickOff(target: Element): Promise<void> {
  if (!(target instanceof HTMLInputElement) || !target.matches("[data-complete]") || target.ariaBusy) return;
  const { complete: field = "", entity = "", row = "", version = "", name = "" } = target.dataset;
  const path = recordPath(entity, row);
  target.ariaBusy = "true";
  try {
    const done = await call("PATCH", path, { body: { [field]: true }, version });
    toast(t("step_done", { name }), { label: t("undo"), run: () => reopen(path, field, done.version, name) });
  } catch (fault) {
    if (!(fault instanceof ApiFault)) throw fault;
    target.checked = false;
    target.ariaBusy = null;
    // What the record still needs is asked for in its form.
    const open = { label: t("shortcut.open"), run: () => location.assign(`/e/${entity}/${row}`) };
    toast(fault.details[0]?.message ?? fault.message, open, true);
    if (fault.code !== "stale_record") return;
  }
  pageChanged();
}

async function reopen(path: string, field: string, version: string, name: string): Promise<void> {
  try {
    await call("PATCH", path, { body: { [field]: false }, version });
    toast(t("step_open", { name }));
  } catch (fault) {
    if (!(fault instanceof ApiFault)) throw fault;
    toast(fault.details[0]?.message ?? fault.message, undefined, true);
  }
  pageChanged();
}
