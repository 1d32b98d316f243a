/** The drawer in which a record is shared. */
import { button, parse } from "../widgets/dom.ts";
import { make } from "../widgets/make.ts";
import type { FieldSpec } from "../widgets/spec.ts";
import { t } from "../widgets/texts.ts";
import { ApiFault, call, recordPath } from "./api.ts";
import { toast } from "./overlay.ts";

/** Sharing a record: with whom, and what they may do. */
export class LwShare extends HTMLElement {
  connectedCallback(): void {
    const spec = parse<FieldSpec>(this.dataset["user"]);
    const place = this.querySelector("[data-place]");
    if (!spec || !place || place.childElementCount > 0) return;
    const path = recordPath(this.dataset["entity"] ?? "", this.dataset["id"] ?? "", "share");
    const widget = make({ ...spec, required: true }, null, "form");
    const mayWrite = this.querySelector<HTMLInputElement>("[name=write]");
    place.append(widget);
    const send = async (principal: unknown, level: string): Promise<void> => {
      try {
        if (level) await call("POST", path, { body: { principal, level } });
        else await call("DELETE", `${path}/${principal}`);
        this.closest("dialog")?.close();
        toast(t("saved"));
      } catch (fault) {
        if (fault instanceof ApiFault) toast(fault.details[0]?.message ?? fault.message, undefined, true);
      }
    };
    const go = button(
      "lw-btn lw-btn--primary",
      "",
      () => {
        if (widget.value) void send(widget.value, mayWrite?.checked ? "write" : "read");
        else widget.focus();
      },
      this.dataset["button"] ?? "",
    );
    this.querySelector("[data-buttons]")?.append(go);
    this.addEventListener("click", (event) => {
      const off = (event.target as Element).closest<HTMLElement>("[data-unshare]");
      if (off) void send(off.dataset["unshare"], "");
    });
  }
}
