/** Colours and signatures. */
import { button, h } from "./dom.ts";
import { upload } from "./files.ts";
import { t } from "./texts.ts";
import { define, Widget } from "./widget.ts";

/** The names that the server takes beside #RRGGBB; they follow the theme. */
const PALETTE = ["grey", "indigo", "sky", "teal", "green", "olive", "amber", "orange", "rose", "plum"];

export class ColourWidget extends Widget {
  #text: HTMLInputElement | undefined;
  #picker: HTMLInputElement | undefined;

  protected build(): void {
    this.#picker = h("input", { type: "color", class: "lw-swatch", tabindex: "-1", "aria-label": t("choose") });
    this.#text = this.input({ type: "text", placeholder: "#3b54c5", maxlength: 7 });
    this.#picker.addEventListener("input", () => this.#set(this.#picker?.value ?? ""));
    this.#text.addEventListener("input", () => {
      const typed = this.#text?.value.trim().toLowerCase() ?? "";
      this.mark(false);
      if (/^(#[0-9a-f]{6})?$/.test(typed) || PALETTE.includes(typed)) this.take(typed);
      else this.refuse(t("bad_colour"), true);
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
    if (!image) return;
    this.refuse(t("upload_wait", { name: this.spec.label }), true);
    try {
      const { id } = await upload(image, "signature.png");
      this.accept(id);
    } catch (fault) {
      const message = fault instanceof Error ? fault.message : t("server_busy");
      this.refuse(t("upload_failed", { name: this.spec.label, message }));
    }
  }

  #clear(): void {
    this.#canvas?.getContext("2d")?.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.take(null);
  }
}

define("lw-colour", ColourWidget);
define("lw-color", class extends ColourWidget {});
define("lw-signature", SignatureWidget);
