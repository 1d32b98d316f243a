/** Badges, avatars and marks as the server draws them, for what scripts show. */
import { h } from "./dom.ts";
import type { ChoiceSpec } from "./spec.ts";

const COLOURS = ["indigo", "sky", "teal", "green", "olive", "amber", "orange", "rose", "plum", "grey"];
const SVG = "http://www.w3.org/2000/svg";

/** The palette name that the server gives the same text. */
export function colourOf(seed: string): string {
  let sum = 0;
  [...seed.slice(0, 24)].forEach((c, at) => {
    sum += (at + 1) * (c.codePointAt(0) ?? 0);
  });
  return COLOURS[sum % COLOURS.length] ?? "grey";
}

export function mark(label: string): HTMLElement {
  const text = (label.trim()[0] ?? "?").toUpperCase();
  return h("span", { class: `lw-mark lw-c-${colourOf(label)}`, "aria-hidden": "true" }, text);
}

export function avatar(label: string, seed: string): HTMLElement {
  return h("span", { class: `lw-avatar lw-c-${colourOf(seed || label)}`, "aria-hidden": "true" }, initials(label));
}

/** First character of a Chinese name, first and last initial of others. */
export function initials(name: string): string {
  const text = name.trim();
  if (!text) return "?";
  if (/\p{Script=Han}/u.test(text[0] ?? "")) return text[0] ?? "?";
  const words = text.split(/[\s-]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words.slice(0, 1);
  return (
    ends
      .map((word) => word?.[0] ?? "")
      .join("")
      .toUpperCase() || (text[0] ?? "?").toUpperCase()
  );
}

function shape(tag: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

function glyph(choice: ChoiceSpec): SVGElement | null {
  const hasShare = choice.share !== null && choice.share !== undefined;
  if (!hasShare && !choice.closes) return null;
  const root = shape("svg", { class: "lw-glyph", viewBox: "0 0 12 12", "aria-hidden": "true" });
  if (choice.closes) {
    const line = choice.closes === "won" ? "M3.4 6.2l1.8 1.8 3.4-3.6" : "M4 4l4 4M8 4l-4 4";
    const stroke = { fill: "none", stroke: "var(--c-bg)", "stroke-width": 1.4, "stroke-linecap": "round" };
    root.append(shape("circle", { cx: 6, cy: 6, r: 6, fill: "currentColor" }), shape("path", { d: line, ...stroke }));
  } else {
    const ring = { cx: 6, cy: 6, fill: "none", stroke: "currentColor" };
    root.append(
      shape("circle", { ...ring, r: 5.2, "stroke-width": 1.4 }),
      shape("circle", {
        ...ring,
        r: 1.75,
        "stroke-width": 3.5,
        "stroke-dasharray": `${((choice.share ?? 0) * 0.11).toFixed(2)} 11`,
        transform: "rotate(-90 6 6)",
      }),
    );
  }
  return root;
}

export function badge(choice: ChoiceSpec): HTMLElement {
  return h(
    "span",
    { class: `lw-badge lw-c-${choice.colour || "grey"}` },
    glyph(choice),
    h("span", { class: "lw-cut" }, choice.label),
  );
}
