/** Work of a dialog that takes a while: a bar with how far it is, and a button that stops it between two requests. */
import { h } from "../widgets/dom.ts";
import { group } from "../widgets/number.ts";
import { t } from "../widgets/texts.ts";
import type { Watch } from "./batch.ts";

export class LongWork {
  readonly #cancel: HTMLButtonElement | null;
  readonly #label: string;
  readonly #bar = h("progress", { class: "lw-progress", value: 0 });
  readonly #line = h("p", { class: "lw-meta lw-num", role: "status" });
  readonly #box = h("div", { class: "lw-stack lw-long", hidden: true }, this.#bar, this.#line);
  #stopper: AbortController | undefined;

  /** `before` is the part of the dialog below which the bar comes. */
  constructor(cancel: HTMLButtonElement | null, before: HTMLElement) {
    this.#cancel = cancel;
    this.#label = cancel?.textContent ?? "";
    before.before(this.#box);
  }

  /** `behind` is what cancel is called where the work goes on without the dialog. */
  begin(behind = ""): Watch {
    this.#stopper = new AbortController();
    if (behind && this.#cancel) this.#cancel.textContent = behind;
    return { signal: this.#stopper.signal, told: (done, of) => this.#told(done, of) };
  }

  end(): void {
    this.#stopper = undefined;
    this.#box.hidden = true;
    if (!this.#cancel) return;
    this.#cancel.textContent = this.#label;
    this.#cancel.removeAttribute("aria-busy");
  }

  /** Asks the work to stop; false where none is under way that could be stopped. */
  stop(): boolean {
    if (!this.#stopper || this.#box.hidden) return false;
    this.#stopper.abort();
    this.#cancel?.setAttribute("aria-busy", "true");
    return true;
  }

  #told(done: number, of: number): void {
    this.#box.hidden = false;
    if (this.#cancel && !this.#stopper?.signal.aborted) this.#cancel.textContent = t("stop");
    this.#bar.max = of;
    this.#bar.value = done;
    this.#line.textContent = t("progress", { n: group(String(done)), total: group(String(of)) });
    this.#bar.setAttribute("aria-label", this.#line.textContent);
  }
}
