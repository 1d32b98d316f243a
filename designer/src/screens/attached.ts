/** The files of a record: chosen or dropped, sent one after the other with how far they are, taken away and brought back. */
import { parse } from "../widgets/dom.ts";
import { sizeText } from "../widgets/file-rules.ts";
import { t } from "../widgets/texts.ts";
import { define } from "../widgets/widget.ts";
import { ApiFault, call, freshKey, recordPath } from "./api.ts";
import { announce, toast } from "./overlay.ts";
import { pageChanged } from "./reload.ts";
import { type Item, Uploads } from "./uploads.ts";

interface Rules {
  readonly limit?: number;
  readonly programs?: readonly string[];
}

/** What is on its way outlives the element, for the page is drawn anew after each change. */
const queues = new Map<string, Uploads>();

const isDirectory = (one: DataTransferItem): boolean => one.webkitGetAsEntry()?.isDirectory ?? false;

class LwFiles extends HTMLElement {
  #heard = new AbortController();
  #rules: Rules = {};

  connectedCallback(): void {
    this.#rules = parse<Rules>(this.querySelector("script.lw-spec")?.textContent) ?? {};
    this.#heard = new AbortController();
    const { signal } = this.#heard;
    this.addEventListener("click", (event) => this.#press(event.target as Element), { signal });
    if (!this.#rules.limit) return;
    const picker = this.querySelector<HTMLInputElement>("input[type=file]");
    picker?.addEventListener(
      "change",
      () => {
        this.#take([...(picker.files ?? [])]);
        picker.value = ""; // the same file may be chosen again after it was mended
      },
      { signal },
    );
    this.#hearDrops(signal);
    this.#uploads.shownIn(this.querySelector<HTMLElement>("[data-coming]"));
  }

  disconnectedCallback(): void {
    this.#heard.abort();
  }

  get #path(): string {
    return recordPath(this.dataset["entity"] ?? "", this.dataset["record"] ?? "", "files");
  }

  get #uploads(): Uploads {
    const path = this.#path;
    const found = queues.get(path) ?? new Uploads(path, (done, refused) => this.#told(done, refused));
    queues.set(path, found);
    return found;
  }

  #press(target: Element): void {
    const trigger = target.closest<HTMLElement>("[data-do]");
    const runs: Readonly<Record<string, () => void>> = {
      "add-files": () => this.querySelector<HTMLInputElement>("input[type=file]")?.click(),
      "remove-file": () => trigger && void this.#remove(trigger),
      "more-files": () => trigger && void this.#more(trigger),
    };
    runs[trigger?.dataset["do"] ?? ""]?.();
  }

  /** Files may be dropped anywhere on the record; a field that takes files has them before. */
  #hearDrops(signal: AbortSignal): void {
    const page = this.closest<HTMLElement>("lw-record") ?? this;
    const holds = (event: DragEvent): boolean =>
      !event.defaultPrevented && Boolean(event.dataTransfer && [...event.dataTransfer.types].includes("Files"));
    const end = (): void => this.classList.remove("lw-files--drop");
    for (const name of ["dragenter", "dragover"] as const)
      page.addEventListener(
        name,
        (event) => {
          end();
          if (!holds(event)) return;
          event.preventDefault();
          this.classList.add("lw-files--drop");
          if (name === "dragenter") this.#show();
        },
        { signal },
      );
    page.addEventListener("dragleave", (event) => page.contains(event.relatedTarget as Node | null) || end(), {
      signal,
    });
    page.addEventListener(
      "drop",
      (event) => {
        end();
        if (!holds(event)) return;
        event.preventDefault();
        const items = [...(event.dataTransfer?.items ?? [])].filter((one) => one.kind === "file");
        const folders = items.filter(isDirectory).flatMap((one) => one.getAsFile()?.name ?? []);
        this.#take([...(event.dataTransfer?.files ?? [])], folders);
        this.#show();
      },
      { signal },
    );
  }

  #show(): void {
    const fold = this.querySelector("details");
    if (fold) fold.open = true;
    if (this.checkVisibility()) this.scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  #take(files: readonly File[], folders: readonly string[] = []): void {
    const fold = this.querySelector("details");
    if (fold) fold.open = true;
    this.#uploads.add(files.map((file) => ({ file, why: this.#refusal(file, folders.includes(file.name)) })));
  }

  /** Why a file cannot be taken, as far as that is known before it is sent. */
  #refusal(file: File, isFolder: boolean): string {
    const { name, size } = file;
    if (isFolder) return t("file_folder", { name });
    const limit = this.#rules.limit ?? 0;
    if (size > limit) return t("upload_big", { name, size: sizeText(size), limit: sizeText(limit) });
    if (size === 0) return t("upload_empty", { name });
    const ending = name.includes(".") ? (name.split(".").at(-1) ?? "").trim().toLowerCase() : "";
    return ending && this.#rules.programs?.includes(ending) ? t("file_program", { name }) : "";
  }

  /** All that was asked for is done or refused. */
  #told(done: readonly Item[], refused: number): void {
    const [first] = done;
    const words =
      first && done.length === 1 ? t("file_added", { name: first.file.name }) : t("files_added", { n: done.length });
    if (refused) announce(t("files_refused", { n: refused }));
    else if (first) announce(words);
    if (first) pageChanged();
  }

  async #remove(trigger: HTMLElement): Promise<void> {
    if (trigger.ariaBusy) return;
    trigger.ariaBusy = "true";
    const name = trigger.dataset["name"] ?? "";
    const path = `${this.#path}/${trigger.closest<HTMLElement>("[data-id]")?.dataset["id"]}`;
    await tried(async () => {
      await call("DELETE", path);
      toast(t("file_removed", { name }), { label: t("undo"), run: () => restore(path, name) });
      this.querySelector<HTMLElement>('[data-do="add-files"]')?.focus();
      pageChanged();
    });
    trigger.ariaBusy = null;
  }

  /** All files instead of the newest, then what follows them. */
  async #more(trigger: HTMLElement): Promise<void> {
    const list = this.querySelector("[data-lines]");
    const address = trigger.dataset["url"] ?? "";
    if (!list || trigger.ariaBusy) return;
    trigger.ariaBusy = "true";
    const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => undefined);
    trigger.ariaBusy = null;
    if (!answer?.ok) return toast(t(answer ? "not_loaded" : "offline_load"), undefined, true);
    const part = document.createElement("template");
    part.innerHTML = await answer.text();
    const lines = [...part.content.querySelectorAll("li")];
    const known = list.childElementCount;
    if (address.includes("?")) list.append(...lines);
    else list.replaceChildren(...lines);
    const more = part.content.querySelector("button[data-url]");
    if (more) trigger.replaceWith(more);
    else trigger.remove();
    list.children[known]?.querySelector<HTMLElement>("a")?.focus();
  }
}

async function restore(path: string, name: string): Promise<void> {
  await tried(async () => {
    await call("POST", `${path}/restore`, { key: freshKey() });
    toast(t("file_restored", { name }));
    pageChanged();
  });
}

async function tried(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (fault) {
    if (!(fault instanceof ApiFault)) throw fault;
    toast(fault.details[0]?.message ?? fault.message, undefined, true);
  }
}

define("lw-files", LwFiles);
