/** Days, moments, times of day and spans of time. Days are typed or picked; moments are shown in the reader's zone. */
import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { t, zone } from "./texts.ts";
import { define, Widget } from "./widget.ts";

const pad = (n: number): string => String(n).padStart(2, "0");

/** The parts of an instant on the clock of a zone: `YYYY-MM-DDTHH:MM`. */
export function toLocal(instant: string, inZone: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return "";
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-CA", {
      timeZone: inZone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    })
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  );
  return `${parts["year"]}-${parts["month"]}-${parts["day"]}T${parts["hour"]}:${parts["minute"]}`;
}

/** The instant at which a zone's clock shows a local time; in a gap of summer time the later one. */
export function fromLocal(local: string, inZone: string): string {
  const wanted = Date.parse(`${local}:00Z`);
  if (Number.isNaN(wanted)) return "";
  let guess = wanted;
  for (let round = 0; round < 3; round += 1)
    guess += wanted - Date.parse(`${toLocal(new Date(guess).toISOString(), inZone)}:00Z`);
  return new Date(guess).toISOString().replace(".000Z", "Z");
}

/** Today for the reader. */
export const today = (): string => toLocal(new Date().toISOString(), zone()).slice(0, 10);

/** A typed day as `YYYY-MM-DD`: also `20261128`, `11-28`, `2026/11/28`, `11月28日`, `today`, `+3`. */
export function readDay(typed: string, now: string): string | undefined {
  const text = typed.trim().toLowerCase();
  if (text === "") return "";
  if (text === "today" || text === "今天") return now;
  const step = /^([+-]\d{1,4})d?$/.exec(text);
  if (step) return addDays(now, Number(step[1]));
  const numbers = text.match(/\d+/g) ?? [];
  if (numbers.length === 1 && numbers[0]?.length === 8)
    return whole(numbers[0].slice(0, 4), numbers[0].slice(4, 6), numbers[0].slice(6));
  if (numbers.length === 2) return whole(now.slice(0, 4), numbers[0], numbers[1]);
  if (numbers.length === 3 && numbers[0]?.length === 4) return whole(...numbers);
  return undefined;
}

function whole(year?: string, month?: string, day?: string): string | undefined {
  const text = `${year}-${pad(Number(month))}-${pad(Number(day))}`;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) ? text : undefined;
}

function addDays(day: string, count: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + count);
  return at.toISOString().slice(0, 10);
}

export class DateWidget extends Widget {
  #field: HTMLInputElement | undefined;
  #picker: HTMLInputElement | undefined;

  protected build(): void {
    this.#field = this.input({ type: "text", inputmode: "numeric", placeholder: "YYYY-MM-DD" });
    this.#picker = h("input", { type: "date", tabindex: "-1", "aria-hidden": "true", class: "lw-hide" });
    const open = button("lw-x", t("choose"), () => this.#picker?.showPicker(), icon("calendar"));
    open.tabIndex = -1;
    this.#field.addEventListener("input", () => this.#typed(false));
    this.#field.addEventListener("blur", () => this.#typed(true));
    this.#picker.addEventListener("change", () => {
      this.show(this.#picker?.value || null);
      this.take(this.#picker?.value ?? "");
      this.done();
    });
    this.control("", this.#field, this.#picker, open);
  }

  protected show(value: unknown): void {
    const text = typeof value === "string" ? value : "";
    if (this.#field) this.#field.value = text;
    if (this.#picker) this.#picker.value = text;
  }

  #typed(isFinal: boolean): void {
    const read = readDay(this.#field?.value ?? "", today());
    if (read === undefined) {
      this.refuse(t("bad_day"), !isFinal);
      return;
    }
    if (isFinal) this.mark(false);
    this.take(read);
    if (isFinal) this.show(read || null);
  }
}

export class InstantWidget extends Widget {
  #field: HTMLInputElement | undefined;

  protected build(): void {
    this.#field = this.input({ type: "datetime-local" });
    this.#field.addEventListener("input", () => {
      const local = this.#field?.value ?? "";
      this.take(local ? fromLocal(local.slice(0, 16), zone()) : null);
    });
    // Half a moment reads as none: it is told, not taken for an empty field.
    this.#field.addEventListener("blur", () => {
      if (this.#field?.validity?.badInput) this.refuse(t("bad_moment"));
    });
    this.control("", this.#field);
  }

  protected show(value: unknown): void {
    if (this.#field) this.#field.value = typeof value === "string" ? toLocal(value, zone()) : "";
  }
}

export class TimeWidget extends Widget {
  #field: HTMLInputElement | undefined;

  protected build(): void {
    this.#field = this.input({ type: "time" });
    this.#field.addEventListener("input", () => this.take(this.#field?.value ?? ""));
    this.control("", this.#field);
  }

  protected show(value: unknown): void {
    if (this.#field) this.#field.value = typeof value === "string" ? value.slice(0, 5) : "";
  }
}

/** Seconds in words, as the server writes them: `2 h 5 min`; seconds only below an hour. */
export function spanText(value: number): string {
  const size = Math.abs(Math.trunc(value));
  const days = Math.floor(size / 86_400);
  const hours = Math.floor((size % 86_400) / 3600);
  const parts: [string, number][] = [
    ["span_days", days],
    ["span_hours", hours],
    ["span_minutes", Math.floor((size % 3600) / 60)],
    ["span_seconds", days || hours ? 0 : size % 60],
  ];
  const words = parts.filter(([, n]) => n > 0).map(([key, n]) => t(key, { n }));
  return words.length === 0 ? t("span_minutes", { n: 0 }) : (value < 0 ? "−" : "") + words.join(" ");
}

/** A span of time in hours and minutes; the wire form is seconds. */
export class DurationWidget extends Widget {
  #hours: HTMLInputElement | undefined;
  #minutes: HTMLInputElement | undefined;

  protected build(): void {
    this.#hours = this.input({ type: "number", min: 0, "aria-label": `${this.spec.label} ${t("hours")}` });
    this.#minutes = this.input({
      type: "number",
      min: 0,
      required: false,
      "aria-label": `${this.spec.label} ${t("minutes")}`,
    });
    for (const field of [this.#hours, this.#minutes]) {
      field.removeAttribute("aria-labelledby");
      field.addEventListener("input", () => this.#typed());
    }
    const unit = (text: string) => h("span", { class: "lw-suffix" }, text);
    this.control("", this.#hours, unit(t("hours")), this.#minutes, unit(t("minutes")));
  }

  protected show(value: unknown): void {
    if (!this.#hours || !this.#minutes) return;
    const seconds = Number(value ?? 0);
    this.#hours.value = value === null ? "" : String(Math.floor(seconds / 3600));
    this.#minutes.value = value === null ? "" : String(Math.round((seconds % 3600) / 60));
  }

  #typed(): void {
    const hours = this.#hours?.value ?? "";
    const minutes = this.#minutes?.value ?? "";
    this.take(hours || minutes ? Number(hours) * 3600 + Number(minutes) * 60 : null);
  }
}

define("lw-date", DateWidget);
define("lw-instant", InstantWidget);
define("lw-time", TimeWidget);
define("lw-duration", DurationWidget);
