/** Text in one line or several: text, e-mail, phone, address on the web, code, secret. */
import { h } from "./dom.ts";
import { numberProp } from "./spec.ts";
import { t } from "./texts.ts";
import { define, Widget } from "./widget.ts";

const INPUT_TYPES: Readonly<Record<string, string>> = { email: "email", phone: "tel", url: "url" };

export class TextWidget extends Widget {
  protected field: HTMLInputElement | undefined;
  /** The value that `typed` is the readable form of. */
  #given: unknown = null;

  protected build(): void {
    if (this.typed) this.#given = this.value;
    const type = INPUT_TYPES[this.spec.widget] ?? "text";
    const most = numberProp(this.spec, "max_length");
    this.field = this.input({
      type,
      inputmode: type === "tel" ? "tel" : type === "email" ? "email" : type,
      spellcheck: type === "text",
    });
    this.field.addEventListener("input", () => {
      const text = this.field?.value ?? "";
      // The browser's own limit would cut what is pasted without a word, and counts rare characters twice.
      const length = [...text].length;
      this.mark(false);
      if (most && length > most) this.refuse(t("too_long", { most, length }));
      else this.take(this.typed && text === this.typed ? this.#given : text);
    });
    this.control("", this.field);
  }

  protected show(value: unknown): void {
    const known = typeof value === "string" ? this.spec.readable?.[value] : undefined;
    if (known && this.typed !== known) {
      this.typed = known;
      this.#given = value;
    }
    const text = this.typed && value === this.#given ? this.typed : value;
    if (this.field) this.field.value = typeof text === "string" ? text : "";
  }
}

export class LongTextWidget extends Widget {
  #area: HTMLTextAreaElement | undefined;

  protected build(): void {
    this.#area = h("textarea", { rows: this.mode === "form" ? 3 : 2, ...this.naming() });
    this.#area.addEventListener("input", () => this.take(this.#area?.value ?? ""));
    this.control("", this.#area);
  }

  protected show(value: unknown): void {
    if (this.#area) this.#area.value = typeof value === "string" ? value : "";
  }
}

/** A value that is never shown again: an empty box means "as it was". */
export class SecretWidget extends Widget {
  #field: HTMLInputElement | undefined;

  protected build(): void {
    this.#field = this.input({ type: "password", autocomplete: "new-password" });
    this.#field.addEventListener("input", () => this.take(this.#field?.value ?? ""));
    this.control("", this.#field);
  }

  protected show(value: unknown): void {
    if (!this.#field) return;
    this.#field.value = "";
    if (value) this.#field.placeholder = t("secret_set");
  }
}

/** JSON as text; broken text is shown as a fault and not taken. */
export class JsonWidget extends Widget {
  #area: HTMLTextAreaElement | undefined;

  protected build(): void {
    this.#area = h("textarea", { rows: 5, spellcheck: "false", ...this.naming() });
    // Read at each key, for Ctrl Enter saves before the field is left; what is half-way is told on leaving only.
    this.#area.addEventListener("input", () => this.#read(true));
    this.#area.addEventListener("change", () => this.#read(false));
    this.control("", this.#area);
  }

  protected show(value: unknown): void {
    if (this.#area) this.#area.value = value === null ? "" : JSON.stringify(value, null, 2);
  }

  #read(isQuiet: boolean): void {
    const text = this.#area?.value.trim() ?? "";
    try {
      this.take(text ? JSON.parse(text) : null);
      this.mark(false);
    } catch (fault) {
      this.refuse(t("bad_json", { message: fault instanceof Error ? fault.message : "" }), isQuiet);
    }
  }
}

for (const name of ["text", "email", "phone", "url", "code", "auto-number"])
  define(`lw-${name}`, class extends TextWidget {});
define("lw-long-text", LongTextWidget);
define("lw-secret", SecretWidget);
define("lw-json", JsonWidget);
