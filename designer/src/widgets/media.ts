/** Files, images, colours, signatures. */
import { call } from "../screens/api.ts";
import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { t } from "./texts.ts";
import { define, Widget } from "./widget.ts";

interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly type?: string;
}

/** Sends a file to the server; the record refers to it by id. */
async function upload(file: Blob, name: string): Promise<StoredFile> {
  const body = new FormData();
  body.append("file", file, name);
  const { data } = await call<StoredFile>("POST", "/api/v1/files", { body });
  return data;
}

export class FileWidget extends Widget {
  #name: HTMLElement | undefined;

  protected build(): void {
    const picker = h("input", { type: "file", class: "lw-hide", ...this.naming() });
    if (this.spec.widget === "image") picker.accept = "image/*";
    this.#name = h("span", { class: "lw-grow lw-cut" });
    const choose = button("lw-btn lw-btn--small", "", () => picker.click(), t("upload"));
    const clear = button("lw-x", t("clear"), () => this.#set(null), icon("x", 14));
    picker.addEventListener("change", () => void this.#send(picker));
    this.control("", this.#name, picker, choose, clear);
  }

  protected show(value: unknown): void {
    const file = value as StoredFile | null;
    if (this.#name) this.#name.textContent = file?.name ?? (file ? t("upload") : "");
    this.querySelector<HTMLElement>(".lw-x")?.toggleAttribute("hidden", !file);
  }

  async #send(picker: HTMLInputElement): Promise<void> {
    const [file] = picker.files ?? [];
    if (!file || !this.#name) return;
    this.#name.textContent = t("uploading");
    try {
      this.#set(await upload(file, file.name));
    } catch (fault) {
      this.show(this.value);
      this.mark(true);
      const detail = fault instanceof Error ? fault.message : t("server_busy");
      this.dispatchEvent(new CustomEvent("lw-fault", { bubbles: true, detail }));
    }
    picker.value = "";
  }

  #set(file: StoredFile | null): void {
    this.show(file);
    this.take(file);
  }

  override get value(): unknown {
    const file = super.value as StoredFile | string | null;
    return file && typeof file === "object" ? file.id : file;
  }

  override set value(value: unknown) {
    super.value = value;
  }
}

export class ColourWidget extends Widget {
  #text: HTMLInputElement | undefined;
  #picker: HTMLInputElement | undefined;

  protected build(): void {
    this.#picker = h("input", { type: "color", class: "lw-swatch", tabindex: "-1", "aria-label": t("choose") });
    this.#text = this.input({ type: "text", placeholder: "#3b54c5", maxlength: 7 });
    this.#picker.addEventListener("input", () => this.#set(this.#picker?.value ?? ""));
    this.#text.addEventListener("input", () => {
      const typed = this.#text?.value.trim().toLowerCase() ?? "";
      if (/^(#[0-9a-f]{6})?$/.test(typed)) this.take(typed);
    });
    this.control("", this.#picker, this.#text);
  }

  protected show(value: unknown): void {
    if (this.#text) this.#text.value = typeof value === "string" ? value : "";
    if (this.#picker && typeof value === "string") this.#picker.value = value.toLowerCase();
  }

  #set(value: string): void {
    this.show(value);
    this.take(value);
  }
}

/** A signature drawn with mouse, finger or pen; kept as an image file. */
export class SignatureWidget extends Widget {
  #canvas: HTMLCanvasElement | undefined;
  #isDrawing = false;

  protected build(): void {
    this.#canvas = h("canvas", { width: 640, height: 180, role: "img", ...this.naming() });
    const clear = button("lw-btn lw-btn--small", "", () => this.#clear(), t("clear"));
    this.append(h("div", { class: "lw-stack lw-signature" }, this.#canvas, h("div", {}, clear)));
    this.#canvas.addEventListener("pointerdown", (event) => this.#start(event));
    this.#canvas.addEventListener("pointermove", (event) => this.#draw(event));
    this.#canvas.addEventListener("pointerup", () => void this.#end());
  }

  protected show(): void {
    if (this.#canvas) this.#canvas.title = this.value ? this.spec.label : t("sign_here");
  }

  #at(event: PointerEvent): [number, number] {
    const box = this.#canvas?.getBoundingClientRect();
    if (!box || !this.#canvas) return [0, 0];
    const scale = this.#canvas.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  #start(event: PointerEvent): void {
    const pen = this.#canvas?.getContext("2d");
    if (!pen) return;
    this.#canvas?.setPointerCapture(event.pointerId);
    this.#isDrawing = true;
    pen.lineWidth = 2.5;
    pen.lineCap = "round";
    pen.beginPath();
    pen.moveTo(...this.#at(event));
  }

  #draw(event: PointerEvent): void {
    const pen = this.#canvas?.getContext("2d");
    if (!pen || !this.#isDrawing) return;
    pen.lineTo(...this.#at(event));
    pen.stroke();
  }

  async #end(): Promise<void> {
    this.#isDrawing = false;
    const image = await new Promise<Blob | null>((give) => this.#canvas?.toBlob(give, "image/png"));
    if (image) this.take((await upload(image, "signature.png")).id);
  }

  #clear(): void {
    this.#canvas?.getContext("2d")?.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.take(null);
  }
}

define("lw-file", class extends FileWidget {});
define("lw-image", class extends FileWidget {});
define("lw-colour", ColourWidget);
define("lw-color", class extends ColourWidget {});
define("lw-signature", SignatureWidget);
