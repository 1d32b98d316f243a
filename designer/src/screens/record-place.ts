/** Where somebody was on a record page, kept while the page is drawn anew: tab, scroll, next step, the note and its caret. */
/** What scrolls: on the phone the page itself, else its two sides. */
const SCROLLED = ["", ".lw-record__left", ".lw-record__right"];

const at = (page: HTMLElement, place: string): Element | null => (place ? page.querySelector(place) : page);

export class PlaceOnRecord {
  #tab = "details";
  #tops: readonly number[] = [];
  #isOnStep = false;
  #note = "";
  #from = 0;
  #to = 0;

  take(page: HTMLElement): void {
    this.#tab = page.querySelector<HTMLElement>(".lw-record__body")?.dataset["tab"] ?? "details";
    this.#tops = SCROLLED.map((one) => at(page, one)?.scrollTop ?? 0);
    this.#isOnStep = page.querySelector(".lw-todo")?.contains(document.activeElement) ?? false;
    const box = page.querySelector<HTMLTextAreaElement>("[data-note]");
    if (!box) return;
    this.#note = box.value;
    this.#from = box.selectionStart;
    this.#to = box.selectionEnd;
  }

  give(page: HTMLElement): void {
    page.querySelector<HTMLElement>(`[data-record-tab="${this.#tab}"]`)?.click();
    SCROLLED.forEach((one, n) => {
      at(page, one)?.scrollTo({ top: this.#tops[n] ?? 0, behavior: "instant" });
    });
    // The step is done and gone: its place is the next one, or what follows it.
    if (this.#isOnStep)
      (
        page.querySelector<HTMLElement>(".lw-todo .lw-tick") ?? page.querySelector<HTMLElement>(".lw-record__right")
      )?.focus({ preventScroll: true });
    const box = page.querySelector<HTMLTextAreaElement>("[data-note]");
    if (box && this.#note) {
      box.value = this.#note;
      box.setSelectionRange(this.#from, this.#to);
    }
  }
}
