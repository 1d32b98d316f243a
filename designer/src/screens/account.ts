/** Drawers about an account: invite, send a link, switch off with a hand-over, switch on. */
import { h, parse } from "../widgets/dom.ts";
import { icon } from "../widgets/icons.ts";
import { make } from "../widgets/make.ts";
import type { FieldSpec } from "../widgets/spec.ts";
import { t } from "../widgets/texts.ts";
import { define, type Widget } from "../widgets/widget.ts";
import { ApiFault, call, freshKey } from "./api.ts";
import { toast } from "./overlay.ts";
import { pageChanged } from "./reload.ts";

interface Sent {
  readonly id: string;
  readonly email: string;
  readonly mailed: boolean;
  readonly link: string | null;
}

interface Piece {
  readonly moved: number;
  readonly kept: readonly { readonly id: string; readonly title: string; readonly reason: string }[];
  readonly after: string;
}

const LOOPBACK = /^https?:\/\/(127\.|localhost|\[::1\])/;

class LwAccount extends HTMLElement {
  readonly #widgets = new Map<string, Widget>();
  #isDone = false;

  connectedCallback(): void {
    const place = this.querySelector("[data-fields]");
    for (const spec of parse<FieldSpec[]>(this.dataset["specs"]) ?? []) place?.append(this.#field(spec));
    this.#offerSuccessor();
    this.#part("[data-go]")?.addEventListener("click", () => void this.#go());
    this.#part("[data-copy]")?.addEventListener("click", () => void this.#copy());
    this.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) void this.#go();
    });
    queueMicrotask(() => [...this.#widgets.values()][0]?.focus());
  }

  /** Whether closing would lose what was typed. */
  get isChanged(): boolean {
    return !this.#isDone && [...this.#widgets.values()].some((widget) => Boolean(widget.value));
  }

  #part<T extends HTMLElement>(selector: string): T | null {
    return this.querySelector<T>(selector);
  }

  #field(spec: FieldSpec): HTMLElement {
    const widget = make(spec, null, "form", `l-${spec.name}`);
    this.#widgets.set(spec.name, widget);
    const star = spec.required ? h("span", { class: "lw-field__req", "aria-hidden": "true" }, " *") : null;
    const fault = h("div", {
      class: "lw-field__error lw-error-line",
      id: `e-${spec.name}`,
      role: "alert",
      hidden: true,
    });
    const hint = spec.hint ? h("p", { class: "lw-field__hint" }, spec.hint) : null;
    const label = h("div", { class: "lw-field__label", id: `l-${spec.name}` }, spec.label, star);
    return h("div", { class: "lw-field", "data-item": spec.name }, label, widget, fault, hint);
  }

  #offerSuccessor(): void {
    const spec = parse<FieldSpec>(this.dataset["user"]);
    const place = this.#part("[data-place]");
    if (!spec || !place) return;
    const widget = make(spec, null, "form", "l-successor");
    this.#widgets.set("successor", widget);
    widget.addEventListener("lw-change", () => {
      const name = [...widget.querySelectorAll(".lw-who > span:last-child")].at(-1)?.textContent?.trim() || "–";
      for (const cell of this.querySelectorAll("[data-to]")) cell.textContent = widget.value ? name : "–";
    });
    place.append(widget);
  }

  async #go(): Promise<void> {
    if (this.#isDone) {
      this.closest("dialog")?.close();
      return;
    }
    const go = this.#part("[data-go]");
    go?.setAttribute("aria-busy", "true");
    this.#tell("");
    try {
      await this.#act();
    } catch (fault) {
      if (!(fault instanceof ApiFault)) throw fault;
      this.#refused(fault);
    } finally {
      go?.removeAttribute("aria-busy");
    }
  }

  #act(): Promise<void> {
    const kind = this.dataset["kind"];
    if (kind === "deactivate") return this.#deactivate();
    return kind === "plain" ? this.#plain() : this.#send();
  }

  async #plain(): Promise<void> {
    if (!this.#isFilled()) return;
    const values = Object.fromEntries([...this.#widgets].map(([name, widget]) => [name, widget.value]));
    const options = this.#widgets.size > 0 ? { body: values } : { key: freshKey() };
    await call(this.dataset["method"] === "PUT" ? "PUT" : "POST", this.dataset["url"] ?? "", options);
    if (this.dataset["back"]) {
      // What changed shows on every page, so this one is loaded anew.
      location.assign(this.dataset["back"]);
      return;
    }
    this.#leave();
    toast(this.dataset["done"] ?? t("saved"));
    pageChanged();
  }

  #leave(): void {
    const dialog = this.closest("dialog");
    if (dialog) dialog.close();
    else location.assign("/e/system.user");
  }

  async #send(): Promise<void> {
    if (!this.#isFilled()) return;
    const isNew = this.dataset["kind"] === "invite";
    const values = Object.fromEntries(
      [...this.#widgets].filter(([, w]) => w.value).map(([name, w]) => [name, w.value]),
    );
    const options = isNew ? { body: values, key: freshKey() } : { key: freshKey() };
    const { data } = await call<Sent>("POST", this.dataset["url"] ?? "", options);
    this.#part("[data-fields]")?.setAttribute("hidden", "");
    this.#part("[data-before]")?.setAttribute("hidden", "");
    this.#part("[data-sent]")?.removeAttribute("hidden");
    const line = data.mailed ? t("account_mailed", { email: data.email }) : t("account_link", { email: data.email });
    this.#part("[data-sent-line]")?.replaceChildren(icon("circleCheck"), line);
    if (data.link) this.#showLink(data.link);
    this.#finish();
  }

  #showLink(link: string): void {
    const input = this.#part<HTMLInputElement>("[data-link]");
    if (!input) return;
    // An installation whose public address nobody has set is reached under the address of this page.
    input.value = LOOPBACK.test(link) ? location.origin + new URL(link).pathname : link;
    this.#part("[data-link-box]")?.removeAttribute("hidden");
    this.#part("[data-link-hint]")?.removeAttribute("hidden");
    input.addEventListener("focus", () => input.select());
  }

  async #copy(): Promise<void> {
    const input = this.#part<HTMLInputElement>("[data-link]");
    if (!input) return;
    try {
      await navigator.clipboard.writeText(input.value);
      toast(t("copied_text"));
    } catch {
      input.focus(); // without the right to the clipboard the text is picked, ready for the keys
    }
  }

  #isFilled(): boolean {
    let first: Widget | undefined;
    for (const [name, widget] of this.#widgets) {
      const isMissing = Boolean(widget.spec.required) && !widget.value;
      this.#mark(name, isMissing ? t("required", { name: widget.spec.label }) : "");
      if (isMissing) first ??= widget;
    }
    first?.focus();
    return first === undefined;
  }

  #mark(name: string, message: string): boolean {
    const field = this.#part(`[data-item="${name}"]`);
    const place = field?.querySelector<HTMLElement>(".lw-field__error");
    if (!field || !place) {
      if (message) this.#tell(message);
      return false;
    }
    place.hidden = !message;
    place.replaceChildren(...(message ? [icon("alert", 14), h("span", {}, message)] : []));
    field.classList.toggle("lw-field--bad", Boolean(message));
    this.#widgets.get(name)?.mark(Boolean(message), place.id);
    return true;
  }

  #refused(fault: ApiFault): void {
    let isPlaced = false;
    for (const one of fault.details) isPlaced = this.#mark(one.path.split(".")[0] ?? "", one.message) || isPlaced;
    if (!isPlaced) this.#tell(fault.details[0]?.message ?? fault.message);
  }

  #tell(message: string): void {
    const line = this.#part("[data-fault]");
    if (!line) return;
    line.hidden = !message;
    line.replaceChildren(...(message ? [icon("alert", 14), message] : []));
  }

  #finish(): void {
    this.#isDone = true;
    const go = this.#part("[data-go]");
    if (go) {
      go.textContent = t("close");
      go.className = "lw-btn lw-btn--primary";
    }
    this.#part(".lw-drawer__foot [data-close]")?.setAttribute("hidden", "");
    pageChanged();
  }

  async #deactivate(): Promise<void> {
    const successor = this.#widgets.get("successor");
    if (successor && !successor.value) {
      this.#tell(t("required", { name: successor.spec.label }));
      successor.focus();
      return;
    }
    const url = this.dataset["url"] ?? "";
    await call("POST", `${url}/switch-off`, { key: freshKey() });
    const progress = this.#part<HTMLProgressElement>("[data-progress]");
    if (progress) progress.hidden = false;
    let moved = 0;
    const kept: Piece["kept"][number][] = [];
    for (const row of this.querySelectorAll<HTMLElement>("[data-entity]")) {
      const entity = row.dataset["entity"] ?? "";
      let after = "";
      do {
        const body = { successor: successor?.value, entity, after };
        const { data } = await call<Piece>("POST", `${url}/hand-over`, { body });
        moved += data.moved;
        kept.push(...data.kept);
        after = data.after;
        if (progress) progress.value = moved + kept.length;
      } while (after);
      row.querySelector("[data-to]")?.prepend(icon("check", 14));
    }
    if (progress) progress.hidden = true;
    this.#sum(moved, kept);
  }

  #sum(moved: number, kept: readonly Piece["kept"][number][]): void {
    const summary = this.#part("[data-summary]");
    if (summary) {
      summary.hidden = false;
      summary.replaceChildren(icon("circleCheck"), moved ? t("account_off_moved", { n: moved }) : t("account_off"));
    }
    if (kept.length > 0) {
      this.#part("[data-kept]")?.removeAttribute("hidden");
      const line = this.#part("[data-kept-line]");
      if (line) line.textContent = t("account_kept", { n: kept.length });
      const lines = kept
        .slice(0, 50)
        .map((one) =>
          h(
            "li",
            { class: "lw-line-item" },
            h("b", {}, one.title || one.id),
            h("span", { class: "lw-meta" }, one.reason),
          ),
        );
      this.#part("[data-kept-list]")?.replaceChildren(...lines);
    }
    this.#finish();
  }
}

define("lw-account", LwAccount);
