/** A list as a file: made and fetched in sight of the person, stopped when he wants, and a refusal is a message. */
import { button, h } from "../widgets/dom.ts";
import { sizeText } from "../widgets/file-rules.ts";
import { t } from "../widgets/texts.ts";
import { ApiFault } from "./api.ts";
import { announce, toast } from "./overlay.ts";
import { signedOut } from "./session.ts";

const KEPT_MS = 10_000;

/** One export at a time, whichever of its buttons is pressed. */
let running: AbortController | undefined;

/** Fetches an export and hands it over as a file. A second press while one is being made does nothing. */
export async function download(trigger: HTMLElement, address: string, name: string): Promise<void> {
  if (running) return announce(t("exporting"));
  const stopper = new AbortController();
  running = stopper;
  trigger.ariaBusy = "true";
  const line = working(() => stopper.abort());
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, signal: stopper.signal });
    if (!answer.ok) throw new ApiFault(answer.status, await answer.json().catch(() => ({})));
    save(await received(answer, line.told), nameOf(answer) || name);
    line.end();
    toast(t("exported"));
  } catch (fault) {
    line.end();
    tell(fault, stopper.signal.aborted);
  } finally {
    running = undefined;
    trigger.ariaBusy = null;
    line.end();
  }
}

function tell(fault: unknown, isStopped: boolean): void {
  if (isStopped) toast(t("export_stopped"));
  else if (!(fault instanceof ApiFault)) toast(t(navigator.onLine ? "export_lost" : "export_offline"), undefined, true);
  else if (fault.status === 401) signedOut();
  else {
    const said = fault.status === 403 ? t("export_forbidden") : fault.message;
    toast(t("export_failed", { message: said.charAt(0).toUpperCase() + said.slice(1) }), undefined, true);
  }
}

/** The body, piece by piece, so that what comes is told. */
async function received(answer: Response, told: (bytes: number) => void): Promise<Blob> {
  const reader = answer.body?.getReader();
  if (!reader) return answer.blob();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    parts.push(piece.value);
    bytes += piece.value.byteLength;
    told(bytes);
  }
  return new Blob(parts, { type: answer.headers.get("Content-Type") ?? "" });
}

function nameOf(answer: Response): string {
  return /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "";
}

function save(body: Blob, name: string): void {
  const link = h("a", { href: URL.createObjectURL(body), download: name });
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}

/** A message that stays while the file is made: how far it is, and a button that stops it. */
function working(stop: () => void): { told: (bytes: number) => void; end: () => void } {
  const place = document.getElementById("lw-toasts");
  const words = h("span", { class: "lw-grow" }, t("exporting"));
  const bar = h("progress", { class: "lw-progress", "aria-label": t("exporting") });
  const text = h("div", { class: "lw-grow lw-working" }, words, bar);
  const line = h("div", { class: "lw-toast", role: "status" }, text);
  line.append(button("lw-btn lw-btn--small", "", stop, t("stop")));
  place?.append(line);
  if (place && !place.matches(":popover-open")) place.showPopover();
  return {
    told: (bytes) => {
      words.textContent = t("export_received", { size: sizeText(bytes) });
    },
    end: () => {
      line.remove();
      if (place?.matches(":popover-open") && !place.childElementCount) place.hidePopover();
    },
  };
}
