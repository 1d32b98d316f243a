/** Files and images: chosen or dropped, looked at before they are sent, shown, replaced, removed. */
import { call } from "../screens/api.ts";
import { button, h } from "./dom.ts";
import { fitsType, kindNames, PICTURES, sizeText, tooBig } from "./file-rules.ts";
import { icon } from "./icons.ts";
import { t } from "./texts.ts";
import { define, Widget } from "./widget.ts";

export interface StoredFile {
  readonly id: string;
  readonly name?: string;
  readonly type?: string;
  readonly size?: number;
}

/** Sends a file to the server; the record refers to it by id. */
export async function upload(file: Blob, name: string): Promise<StoredFile> {
  const body = new FormData();
  body.append("file", file, name);
  const { data } = await call<StoredFile>("POST", "/api/v1/files", { body });
  return data;
}

export class FileWidget extends Widget {
  #shown: HTMLElement | undefined;
  #choose: HTMLButtonElement | undefined;
  #remove: HTMLButtonElement | undefined;
  #again: HTMLButtonElement | undefined;
  /** What did not reach the server; it is kept to be sent again. */
  #failed: File | undefined;
  /** Counts what was begun, so that an upload that ends late does not take the place of a newer choice. */
  #turn = 0;
  #hadFocus = false;

  protected build(): void {
    const picker = h("input", { type: "file", class: "lw-hide", tabindex: "-1", ...this.naming() });
    const types = this.#types;
    if (types.length > 0) picker.accept = types.join();
    this.#shown = h("span", { class: "lw-file" });
    this.#choose = button("lw-btn lw-btn--small", "", () => picker.click());
    this.#again = button(
      "lw-btn lw-btn--small",
      "",
      () => this.#failed && void this.#send(this.#failed),
      t("upload_again"),
    );
    this.#remove = button("lw-x", t("remove"), () => this.#set(null), icon("x", 14));
    picker.addEventListener("change", () => {
      const [file] = picker.files ?? [];
      if (file) void this.#send(file);
      picker.value = ""; // the same file may be chosen again after it was mended
    });
    const frame = this.control("lw-control--file", this.#shown, picker, this.#again, this.#choose, this.#remove);
    this.#takeDrops(frame);
  }

  get #types(): readonly string[] {
    const given = this.spec.props["types"];
    if (Array.isArray(given)) return given.map(String);
    return this.spec.widget === "image" ? PICTURES : [];
  }

  #takeDrops(frame: HTMLElement): void {
    const isFile = (event: DragEvent): boolean =>
      !this.locked && Boolean(event.dataTransfer && [...event.dataTransfer.types].includes("Files"));
    for (const name of ["dragenter", "dragover"] as const)
      frame.addEventListener(name, (event) => {
        if (!isFile(event)) return;
        event.preventDefault();
        frame.classList.add("lw-control--drop");
      });
    frame.addEventListener("dragleave", (event) => {
      if (!frame.contains(event.relatedTarget as Node | null)) frame.classList.remove("lw-control--drop");
    });
    frame.addEventListener("drop", (event) => {
      if (!isFile(event)) return;
      event.preventDefault();
      frame.classList.remove("lw-control--drop");
      const file = event.dataTransfer?.files[0];
      if (file) void this.#send(file);
    });
  }

  protected show(value: unknown): void {
    const file = (typeof value === "string" ? { id: value } : value) as StoredFile | null;
    this.#shown?.replaceChildren(
      ...(file ? this.#drawn(file) : [h("span", { class: "lw-meta lw-desk" }, t("drop_here"))]),
    );
    this.#choose?.replaceChildren(t(file ? "replace" : "upload"));
    this.#remove?.toggleAttribute("hidden", !file);
    this.#again?.toggleAttribute("hidden", !this.#failed);
    this.#keepFocus();
  }

  /** The button that was pressed may be gone by now; the way to the next choice is not. */
  #keepFocus(): void {
    if (this.#hadFocus && (this.#again?.hidden || this.#remove?.hidden)) this.#choose?.focus();
    this.#hadFocus = false;
  }

  /** A picture of it where it is one, and its name, which leads to it. */
  #drawn(file: StoredFile): HTMLElement[] {
    const address = `/api/v1/files/${file.id}`;
    const name = file.name || t("upload");
    const isPicture = PICTURES.includes(file.type ?? "");
    const picture = isPicture ? h("img", { class: "lw-file__picture", src: address, alt: "" }) : icon("download", 14);
    const link = h("a", { class: "lw-link lw-cut", href: address, title: name }, name);
    const size = file.size === undefined ? null : h("span", { class: "lw-meta" }, sizeText(file.size));
    return [h("span", { class: "lw-file__one" }, picture, link, size)];
  }

  async #send(file: File): Promise<void> {
    const turn = ++this.#turn;
    this.#failed = undefined;
    const why = this.#refusal(file.name, file.size);
    if (why) return this.#tell(why);
    this.#hadFocus = this.contains(document.activeElement);
    this.#shown?.replaceChildren(h("span", { class: "lw-meta", role: "status" }, `${t("uploading")} ${file.name}`));
    this.#again?.toggleAttribute("hidden", true);
    this.refuse(t("upload_wait", { name: file.name }), true);
    try {
      const stored = await upload(file, file.name);
      if (turn !== this.#turn) return;
      const wrong = this.#refusal(file.name, file.size, stored.type);
      if (wrong) this.#tell(wrong);
      else this.#set({ size: file.size, ...stored });
    } catch (fault) {
      if (turn !== this.#turn) return;
      this.#failed = file;
      const message = fault instanceof Error ? fault.message : t("server_busy");
      this.#tell(t("upload_failed", { name: file.name, message }));
    }
  }

  /** Why a file cannot be taken; empty when it can. The type is told by the server, which looks into it. */
  #refusal(name: string, size: number, type?: string): string {
    if (size === 0) return t("upload_empty", { name });
    const limit = tooBig(size, this.spec.props["max_size"]);
    if (limit) return t("upload_big", { name, size: sizeText(size), limit: sizeText(limit) });
    if (type === undefined || fitsType(type, this.#types)) return "";
    return t("upload_type", { name, types: kindNames(this.#types) });
  }

  /** What was there stays, and the reason stands below until another choice is made. */
  #tell(message: string): void {
    this.show(super.value);
    this.refuse(message);
  }

  #set(file: StoredFile | null): void {
    this.#turn += 1;
    this.#failed = undefined;
    this.#hadFocus ||= this.contains(document.activeElement);
    this.accept(file);
    this.show(file);
    if (this.mode === "cell") this.done();
  }

  override get value(): unknown {
    const file = super.value as StoredFile | string | null;
    return file && typeof file === "object" ? file.id : file;
  }

  override set value(value: unknown) {
    this.#turn += 1;
    this.#failed = undefined;
    super.value = value;
  }
}

define("lw-file", class extends FileWidget {});
define("lw-image", class extends FileWidget {});
