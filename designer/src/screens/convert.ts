/** A conversion: which records to make, then make them and open the last one. */
import { icon } from "../widgets/icons.ts";
import { ApiFault, call, freshKey } from "./api.ts";

interface Made {
  readonly targets: Readonly<Record<string, { readonly entity: string; readonly id: string }>>;
}

export class LwConvert extends HTMLElement {
  readonly #key = freshKey();

  connectedCallback(): void {
    this.querySelector("[data-go]")?.addEventListener("click", () => void this.#go());
  }

  async #go(): Promise<void> {
    const go = this.querySelector("[data-go]");
    const fault = this.querySelector<HTMLElement>("[data-fault]");
    const boxes = [...this.querySelectorAll<HTMLInputElement>("input[type=checkbox]")];
    const skip = boxes.filter((box) => !box.checked).map((box) => box.name);
    go?.setAttribute("aria-busy", "true");
    try {
      const { data } = await call<Made>("POST", this.dataset["url"] ?? "", { body: { skip }, key: this.#key });
      const last = Object.values(data.targets).at(-1);
      location.assign(last ? `/e/${last.entity}/${last.id}` : location.href);
    } catch (found) {
      if (!(found instanceof ApiFault) || !fault) throw found;
      const text = found.details.map((one) => one.message).join("; ") || found.message;
      fault.replaceChildren(icon("alert", 14), text);
      fault.hidden = false;
    } finally {
      go?.removeAttribute("aria-busy");
    }
  }
}
