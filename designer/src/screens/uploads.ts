/** Files on their way to a record, one after the other: each a line with how far it is, or why it was not taken. */
import { button, h } from "../widgets/dom.ts";
import { sizeText } from "../widgets/file-rules.ts";
import { icon } from "../widgets/icons.ts";
import { csrf, t } from "../widgets/texts.ts";
import { freshKey } from "./api.ts";
import { renewToken, signedOut } from "./session.ts";

type State = "waiting" | "sending" | "done" | "refused" | "lost";

export interface Item {
  readonly file: File;
  /** The same key for each try, so that a file whose answer was lost is not there twice. */
  readonly key: string;
  readonly line: HTMLElement;
  state: State;
  request?: XMLHttpRequest;
}

interface Refusal {
  readonly message: string;
  readonly isLost: boolean;
}

export class Uploads {
  readonly #path: string;
  readonly #told: (done: readonly Item[], refused: number) => void;
  #items: Item[] = [];
  #place: HTMLElement | null = null;
  #isRunning = false;
  readonly #stay = (event: BeforeUnloadEvent): void => event.preventDefault();

  /** `told` is called when nothing is on its way any more. */
  constructor(path: string, told: (done: readonly Item[], refused: number) => void) {
    this.#path = path;
    this.#told = told;
  }

  /** Shows the lines in a list; what was done stands among the files of the page by now. */
  shownIn(place: HTMLElement | null): void {
    this.#place = place;
    if (!this.#isRunning) this.#items = this.#items.filter((one) => one.state !== "done");
    place?.replaceChildren(...this.#items.map((one) => one.line));
  }

  /** Takes files; one with a reason is refused at once. */
  add(given: readonly { readonly file: File; readonly why: string }[]): void {
    for (const { file, why } of given) {
      const item: Item = { file, key: freshKey(), line: h("li", { class: "lw-attached" }), state: "waiting" };
      this.#items.push(item);
      this.#place?.append(item.line);
      if (why) this.#refuse(item, { message: why, isLost: false });
      else this.#draw(item, t("file_waiting"));
    }
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    window.addEventListener("beforeunload", this.#stay);
    for (let one = this.#next(); one; one = this.#next()) await this.#send(one);
    window.removeEventListener("beforeunload", this.#stay);
    this.#isRunning = false;
    const done = this.#items.filter((one) => one.state === "done");
    this.#told(done, this.#items.filter((one) => one.state === "refused" || one.state === "lost").length);
  }

  #next(): Item | undefined {
    return this.#items.find((one) => one.state === "waiting");
  }

  async #send(item: Item, isAgain = false): Promise<void> {
    item.state = "sending";
    const bar = h("progress", { class: "lw-progress", max: item.file.size, value: 0, "aria-label": item.file.name });
    this.#draw(item, "", bar);
    const said = await new Promise<Refusal | undefined>((done) => this.#ask(item, bar, done));
    if (!this.#items.includes(item)) return;
    if (said?.message === "csrf" && !isAgain && (await renewToken())) return this.#send(item, true);
    if (said) return this.#refuse(item, said);
    item.state = "done";
    item.line.replaceChildren(icon("circleCheck", 18), this.#words(item, t("saved")));
  }

  /** One request. `XMLHttpRequest`, for `fetch` does not tell how much of a body has been sent. */
  #ask(item: Item, bar: HTMLProgressElement, done: (refusal?: Refusal) => void): void {
    const request = new XMLHttpRequest();
    item.request = request;
    const line = (): HTMLElement | null => item.line.querySelector(".lw-meta");
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.max = total;
      bar.value = loaded;
      const parts = { done: sizeText(loaded), total: sizeText(total) };
      line()?.replaceChildren(loaded < total ? t("file_sent", parts) : t("file_storing"));
    });
    request.addEventListener("load", () => done(request.status < 300 ? undefined : refusalOf(request, item.file.name)));
    request.addEventListener("error", () =>
      done({
        isLost: true,
        message: t("upload_failed", { name: item.file.name, message: t(navigator.onLine ? "server_busy" : "offline") }),
      }),
    );
    request.addEventListener("abort", () => done());
    request.open("POST", this.#path);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRF-Token", csrf());
    request.setRequestHeader("Idempotency-Key", item.key);
    const body = new FormData();
    body.append("file", item.file, item.file.name);
    request.send(body);
  }

  #refuse(item: Item, { message, isLost }: Refusal): void {
    item.state = isLost ? "lost" : "refused";
    const { name } = item.file;
    const again = button("lw-btn lw-btn--small", "", () => this.#again(item), t("upload_again"));
    const off = button("lw-x", t("file_dismiss", { name }), () => this.#drop(item), icon("x"));
    const words = h("p", { class: "lw-grow lw-attached__fault", role: "alert" }, message);
    item.line.replaceChildren(icon("alert", 18), words, ...(isLost ? [again, off] : [off]));
  }

  #again(item: Item): void {
    item.state = "waiting";
    this.#draw(item, t("file_waiting"));
    item.line.querySelector("button")?.focus();
    void this.#run();
  }

  #draw(item: Item, meta: string, bar?: HTMLElement): void {
    const name = t("file_cancel", { name: item.file.name });
    const off = button("lw-x", name, () => this.#drop(item), icon("x"));
    const hadFocus = item.line.contains(document.activeElement);
    item.line.replaceChildren(icon("progress", 18), this.#words(item, meta, bar), off);
    if (hadFocus) off.focus();
  }

  #words(item: Item, meta: string, bar?: HTMLElement): HTMLElement {
    const name = h("span", { class: "lw-strong lw-cut", title: item.file.name }, item.file.name);
    return h("div", { class: "lw-grow" }, name, bar, h("p", { class: "lw-meta lw-num" }, meta));
  }

  /** Forgets one: it is not sent, or no more, or its reason was read. */
  #drop(item: Item): void {
    const next = (item.line.nextElementSibling ?? item.line.previousElementSibling)?.querySelector<HTMLElement>(
      "button",
    );
    const add = this.#place?.closest("lw-files")?.querySelector<HTMLElement>('[data-do="add-files"]');
    this.#items = this.#items.filter((one) => one !== item);
    item.line.remove();
    item.request?.abort();
    (next ?? add)?.focus();
  }
}

/** What the server said, or that nobody knows what became of it. */
function refusalOf(request: XMLHttpRequest, name: string): Refusal {
  const error = errorOf(request.responseText);
  if (request.status === 401) signedOut();
  if (error?.code === "csrf") return { message: "csrf", isLost: true };
  const isLost = (request.status >= 500 && !error?.code) || request.status === 503 || request.status === 401;
  const said = request.status === 401 ? t("signed_out") : (error?.message ?? t("server_busy"));
  return { isLost, message: t("upload_failed", { name, message: said.charAt(0).toUpperCase() + said.slice(1) }) };
}

interface Told {
  readonly code?: string;
  readonly message?: string;
}

function errorOf(text: string): Told | undefined {
  try {
    return (JSON.parse(text) as { error?: Told }).error;
  } catch {
    return undefined;
  }
}
