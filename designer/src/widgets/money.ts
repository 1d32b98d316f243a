/**
 * Amounts of money. Most are in the company's currency: a sign and a figure.
 *
 * Another currency is chosen on the sign, in forms; what the amount is worth in the company's is then typed below, for
 * no rate is guessed. It belongs to its amount: who changes the one says the other anew.
 */
import { h } from "./dom.ts";
import { group, readNumber, SYMBOLS } from "./number.ts";
import { textProp } from "./spec.ts";
import { companyCurrency, language, t } from "./texts.ts";
import { define, Widget } from "./widget.ts";

interface Amount {
  readonly amount: string;
  readonly currency?: string;
  readonly base?: string;
}

const bare = (text: string): string => group(text.replace(/\.0+$/, ""));
const signOf = (currency: string): string => SYMBOLS[currency] ?? currency;

export class MoneyWidget extends Widget {
  #field: HTMLInputElement | undefined;
  #sign: HTMLElement | undefined;
  #choice: HTMLSelectElement | undefined;
  #worth: HTMLInputElement | undefined;
  #currency = "";

  protected build(): void {
    this.#currency = this.#home;
    this.#field = this.input({ type: "text", inputmode: "decimal" });
    this.#field.addEventListener("input", () => {
      if (this.#worth) this.#worth.value = "";
      this.#typed();
    });
    this.#field.addEventListener("blur", () => {
      if (!this.fault) this.show(this.value);
    });
    this.#sign = h("span", { class: "lw-suffix" }, signOf(this.#currency));
    if (this.mode === "cell") this.control("lw-control--end", this.#field);
    else this.#build(this.#field, this.#sign);
  }

  protected show(value: unknown): void {
    const amount = typeof value === "object" && value !== null ? (value as Amount) : undefined;
    if (amount?.currency) this.#turn(amount.currency);
    if (this.#worth) this.#worth.value = bare(amount?.base ?? "");
    if (this.#field) this.#field.value = bare(amount ? amount.amount : value === null ? "" : String(value));
  }

  override get formulaValue(): unknown {
    const value = this.value as Amount | string | null;
    return value && typeof value === "object" ? (value.base ?? value.amount) : value;
  }

  /** The currency of a field without another one. */
  get #home(): string {
    return textProp(this.spec, "currency") || companyCurrency();
  }

  get #isForeign(): boolean {
    return this.#currency !== companyCurrency();
  }

  #build(field: HTMLInputElement, sign: HTMLElement): void {
    const frame = this.control("", sign, field);
    const codes = this.closest<HTMLElement>("lw-form")?.dataset["currencies"]?.split(" ") ?? [];
    if (this.mode !== "form") return;
    if (codes.length > 0 && !textProp(this.spec, "currency")) frame.append(this.#currencies(codes));
    const name = t("worth_in", { currency: companyCurrency() });
    this.#worth = h("input", { type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": name });
    this.#worth.addEventListener("input", () => this.#typed());
    const own = h("span", { class: "lw-suffix" }, `= ${signOf(companyCurrency())}`);
    const box = h("div", { class: "lw-control lw-worth", hidden: !this.#isForeign }, own, this.#worth);
    this.#worth.placeholder = name;
    this.append(box);
  }

  #currencies(codes: readonly string[]): HTMLSelectElement {
    const names = new Intl.DisplayNames([language()], { type: "currency" });
    const home = companyCurrency();
    const option = (code: string): HTMLOptionElement => h("option", { value: code }, `${code} ${names.of(code)}`);
    const choice = h("select", { class: "lw-currency", "aria-label": t("currency") });
    choice.append(option(home), ...codes.filter((code) => code !== home).map(option));
    choice.addEventListener("change", () => {
      this.#turn(choice.value);
      if (this.#worth) this.#worth.value = "";
      this.#typed();
    });
    this.#choice = choice;
    return choice;
  }

  #turn(currency: string): void {
    this.#currency = currency;
    if (this.#sign) this.#sign.textContent = signOf(currency);
    if (this.#choice) this.#choice.value = currency;
    this.querySelector<HTMLElement>(".lw-worth")?.toggleAttribute("hidden", !this.#isForeign);
  }

  #typed(): void {
    const amount = readNumber(this.#field?.value ?? "");
    this.mark(false);
    if (amount === undefined) this.refuse(t("bad_number"));
    else if (this.mode === "filter") this.take(amount);
    else if (amount === "") this.take(null);
    else if (this.#isForeign) this.#takeForeign(amount);
    else this.take({ amount, currency: this.#currency });
  }

  #takeForeign(amount: string): void {
    const currency = companyCurrency();
    const base = readNumber(this.#worth?.value ?? "");
    if (!this.#worth) this.refuse(t("worth_in_form", { currency: this.#currency }));
    else if (base === undefined) this.refuse(t("bad_number"));
    else if (base === "") this.refuse(t("worth_wanted", { currency }), true);
    else this.take({ amount, currency: this.#currency, base });
  }
}

define("lw-money", MoneyWidget);
