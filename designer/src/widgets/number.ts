/**
 * Figures: whole numbers, decimals, percent, rates, progress.
 *
 * What is typed is kept as text: `1,200.5`, full-width digits and `1.2万` are understood; the wire
 * form is a plain decimal text, so that nothing is rounded on the way.
 */
import { h } from "./dom.ts";
import { type FieldSpec, numberProp, textProp } from "./spec.ts";
import { t } from "./texts.ts";
import { define, Widget } from "./widget.ts";

const WIDE = "０１２３４５６７８９．－，";
const PLAIN = "0123456789.-,";
const STEPS: Readonly<Record<string, number>> = { 万: 4, 亿: 8, k: 3, m: 6, b: 9 };
export const SYMBOLS: Readonly<Record<string, string>> = { CNY: "¥", USD: "$", EUR: "€", GBP: "£" };

/** Typed text as a plain decimal; empty text when nothing was typed, undefined when it is no number. */
export function readNumber(typed: string): string | undefined {
  let text = typed.trim().replace(/[−–]/g, "-");
  text = [...text].map((c) => PLAIN[WIDE.indexOf(c)] ?? c).join("");
  text = text.replace(/[,\s_¥$€£%]/g, "");
  if (text === "") return "";
  const step = STEPS[text.slice(-1).toLowerCase()];
  if (step !== undefined) text = text.slice(0, -1);
  if (!/^-?(\d+\.?\d*|\.\d+)$/.test(text)) return undefined;
  return step === undefined ? tidy(text) : shift(text, step);
}

function tidy(text: string): string {
  const sign = text.startsWith("-") ? "-" : "";
  const [whole = "", rest = ""] = text.replace("-", "").split(".");
  const head = whole.replace(/^0+(?=\d)/, "") || "0";
  return sign + (rest ? `${head}.${rest}` : head);
}

/** The decimal point moved to the right, on digits alone. */
function shift(text: string, places: number): string {
  const sign = text.startsWith("-") ? "-" : "";
  const [whole = "", rest = ""] = text.replace("-", "").split(".");
  const digits = rest.padEnd(places, "0");
  return tidy(`${sign}${whole}${digits.slice(0, places)}.${digits.slice(places)}`.replace(/\.$/, ""));
}

/** A decimal text with grouping, as far as it is one. */
export function group(text: string): string {
  const found = /^(-?)(\d+)(\.\d+)?$/.exec(text);
  if (!found) return text;
  return `${found[1]}${(found[2] ?? "").replace(/\B(?=(\d{3})+$)/g, ",")}${found[3] ?? ""}`;
}

/** An amount with its sign, without zeros that say nothing: `¥222,000`. */
export function moneyText(amount: string, currency: string): string {
  return `${SYMBOLS[currency] ?? `${currency} `}${group(amount.replace(/\.0+$/, "")).replace("-", "−")}`;
}

export class NumberWidget extends Widget {
  protected field: HTMLInputElement | undefined;

  protected build(): void {
    this.field = this.input({ type: "text", inputmode: "decimal" });
    this.field.addEventListener("input", () => this.#typed());
    this.field.addEventListener("blur", () => this.#settle());
    const parts: (Node | string)[] = [this.field];
    const unit = this.unit(this.spec);
    if (unit) parts.push(h("span", { class: "lw-suffix" }, unit));
    this.control(this.mode === "cell" ? "lw-control--end" : "", ...parts);
  }

  protected unit(spec: FieldSpec): string {
    return textProp(spec, "unit") || (/percent|progress/.test(spec.widget) ? "%" : "");
  }

  protected show(value: unknown): void {
    if (!this.field) return;
    // Zeros behind the point say nothing to somebody who types; the server keeps its scale.
    const text = String(value ?? "")
      .replace(/(\.\d*?)0+$/, "$1")
      .replace(/\.$/, "");
    // Numbers that cannot reach five digits (years, floors) stand without grouping, as they do on pages.
    this.field.value = (numberProp(this.spec, "max") ?? 10_000) < 10_000 ? text : group(text);
  }

  /** Wire form of a read number; whole numbers travel as JSON numbers. */
  protected wire(text: string): unknown {
    if (text === "") return null;
    return this.spec.type === "integer" || this.spec.type === "rating" ? Number(text) : text;
  }

  #typed(): void {
    const read = readNumber(this.field?.value ?? "");
    this.mark(false);
    if (read === undefined) this.refuse(t("bad_number"));
    else this.take(this.wire(read));
  }

  #settle(): void {
    if (!this.fault) this.show(this.value);
  }
}

export class RatingWidget extends Widget {
  #row: HTMLElement | undefined;

  protected build(): void {
    this.#row = h("div", { class: "lw-stars", role: "group", ...this.naming() });
    const most = numberProp(this.spec, "max") ?? 5;
    for (let n = 1; n <= most; n += 1) {
      const star = h("button", { type: "button", "aria-label": t("rating", { n, max: most }) }, "★");
      star.addEventListener("click", () => {
        this.value = this.value === n ? null : n;
        this.dispatchEvent(new CustomEvent("lw-change", { bubbles: true, detail: this.value }));
        this.done();
      });
      this.#row.append(star);
    }
    this.append(this.#row);
  }

  protected show(value: unknown): void {
    this.#row?.querySelectorAll("button").forEach((star, at) => {
      star.classList.toggle("lw-on", at < Number(value ?? 0));
      star.setAttribute("aria-pressed", String(at < Number(value ?? 0)));
    });
  }
}

for (const name of ["number", "integer", "decimal", "percent", "rate", "progress"])
  define(`lw-${name}`, class extends NumberWidget {});
define("lw-rating", RatingWidget);
