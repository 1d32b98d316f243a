/**
 * Text with emphasis and lists. What is pasted is reduced to what the field keeps; the server cleans it again.
 *
 * The element is there from the start, so that forms know its value; what cleans markup comes when there is some.
 */
import { button, h } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";
import { t } from "./texts.ts";
import { define, Widget } from "./widget.ts";

const cleaner = () => import("./cleaner.ts");

export class RichTextWidget extends Widget {
  #area: HTMLElement | undefined;

  protected build(): void {
    const area = h("div", {
      class: "lw-rich",
      contenteditable: "true",
      role: "textbox",
      "aria-multiline": "true",
      ...this.naming(),
    });
    this.#area = area;
    const tools: [IconName, string, string][] = [
      ["bold", "bold", "bold"],
      ["italic", "italic", "italic"],
      ["list", "list", "insertUnorderedList"],
      ["numbers", "numbered", "insertOrderedList"],
    ];
    const bar = h("div", { class: "lw-rich-bar", role: "toolbar", "aria-label": this.spec.label });
    for (const [picture, label, command] of tools)
      bar.append(button("lw-x", t(label), () => this.#run(command), icon(picture)));
    area.addEventListener("input", () => this.#typed());
    area.addEventListener("paste", (event) => void this.#paste(event));
    this.append(h("div", { class: "lw-rich-box" }, bar, area));
  }

  protected show(value: unknown): void {
    if (typeof value === "string") void this.#fill(value);
    else this.#area?.replaceChildren();
  }

  override set locked(locked: boolean) {
    super.locked = locked;
    this.#area?.setAttribute("contenteditable", String(!locked));
  }

  override get locked(): boolean {
    return super.locked;
  }

  /** Nothing can be typed before the markup is there: it would take its place. */
  async #fill(html: string): Promise<void> {
    const area = this.#area;
    area?.setAttribute("contenteditable", "false");
    try {
      const { clean } = await cleaner();
      if (this.value !== html) return;
      area?.replaceChildren(clean(html));
      area?.setAttribute("contenteditable", String(!this.locked));
    } catch {
      area?.replaceChildren(t("not_loaded"));
    }
  }

  #run(command: string): void {
    if (this.#area?.getAttribute("contenteditable") !== "true") return;
    this.#area.focus();
    document.execCommand(command);
    this.#typed();
  }

  #typed(): void {
    const area = this.#area;
    if (area) this.take(area.textContent?.trim() ? area.innerHTML : null);
  }

  async #paste(event: ClipboardEvent): Promise<void> {
    const html = event.clipboardData?.getData("text/html");
    if (!html) return;
    event.preventDefault();
    const { clean } = await cleaner();
    document.execCommand("insertHTML", false, h("div", {}, clean(html)).innerHTML);
  }
}

define("lw-rich-text", RichTextWidget);
