/** Text with emphasis and lists. What is pasted is reduced to what the field keeps; the server cleans it again. */
import DOMPurify from "dompurify";
import { button, h } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";
import { t } from "./texts.ts";
import { define, Widget } from "./widget.ts";

const KEPT = ["p", "br", "b", "strong", "i", "em", "u", "s", "ul", "ol", "li", "a", "h3", "h4", "blockquote", "code"];

function clean(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: KEPT,
    ALLOWED_ATTR: ["href"],
    RETURN_DOM_FRAGMENT: true,
  });
}

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
    area.addEventListener("paste", (event) => this.#paste(event));
    this.append(h("div", { class: "lw-rich-box" }, bar, area));
  }

  protected show(value: unknown): void {
    this.#area?.replaceChildren(clean(typeof value === "string" ? value : ""));
  }

  #run(command: string): void {
    this.#area?.focus();
    document.execCommand(command);
    this.#typed();
  }

  #typed(): void {
    const area = this.#area;
    if (area) this.take(area.textContent?.trim() ? area.innerHTML : null);
  }

  #paste(event: ClipboardEvent): void {
    const html = event.clipboardData?.getData("text/html");
    if (!html) return;
    event.preventDefault();
    const box = h("div", {}, clean(html));
    document.execCommand("insertHTML", false, box.innerHTML);
  }
}

define("lw-rich-text", RichTextWidget);
