/** Where somebody was on a record page, kept while the page is drawn anew: tab, scroll, the note and its caret. */
export class PlaceOnRecord {
  #tab = "details";
  #top = 0;
  #note = "";
  #from = 0;
  #to = 0;

  take(page: HTMLElement): void {
    this.#tab = page.querySelector<HTMLElement>(".lw-record__body")?.dataset["tab"] ?? "details";
    this.#top = page.querySelector(".lw-record__left")?.scrollTop ?? 0;
    const box = page.querySelector<HTMLTextAreaElement>("[data-note]");
    if (!box) return;
    this.#note = box.value;
    this.#from = box.selectionStart;
    this.#to = box.selectionEnd;
  }

  give(page: HTMLElement): void {
    page.querySelector(".lw-record__left")?.scrollTo({ top: this.#top });
    const box = page.querySelector<HTMLTextAreaElement>("[data-note]");
    if (box && this.#note) {
      box.value = this.#note;
      box.setSelectionRange(this.#from, this.#to);
    }
    page.querySelector<HTMLElement>(`[data-record-tab="${this.#tab}"]`)?.click();
  }
}
