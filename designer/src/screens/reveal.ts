/** Shows a masked value for a while, on a record page and in its form; the server writes down who looked. */
import { t } from "../widgets/texts.ts";
import { ApiFault, call, recordPath } from "./api.ts";
import { announce, toast } from "./overlay.ts";

const SHOWN_MS = 30_000;

export async function reveal(trigger: HTMLElement): Promise<void> {
  const record = trigger.closest<HTMLElement>("[data-entity][data-id]");
  const shown = trigger.closest(".lw-value")?.querySelector<HTMLElement>("[data-masked]");
  const field = trigger.dataset["reveal"] ?? "";
  if (!record || !shown) return;
  try {
    const path = recordPath(record.dataset["entity"] ?? "", record.dataset["id"] ?? "", "reveal");
    const { data } = await call<{ value: unknown }>("POST", path, { body: { field } });
    const masked = shown.textContent ?? "";
    shown.textContent = String(data.value ?? "");
    announce(shown.textContent);
    trigger.hidden = true;
    toast(t("revealed"));
    window.setTimeout(() => {
      shown.textContent = masked;
      trigger.hidden = false;
    }, SHOWN_MS);
  } catch (fault) {
    if (!(fault instanceof ApiFault)) throw fault;
    toast(fault.details[0]?.message ?? fault.message, undefined, true);
  }
}
