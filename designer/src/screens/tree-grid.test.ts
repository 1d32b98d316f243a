import { beforeEach, describe, expect, it, vi } from "vitest";
import { TreeGrid } from "./tree-grid.ts";

const UNITS = [
  ["house", "", true],
  ["east", "house", true],
  ["harbour", "east", false],
  ["west", "house", false],
] as const;

function draw(): HTMLElement {
  const rows = UNITS.map(
    ([id, above, isOpen], at) =>
      `<tr data-id="${id}" data-parent="${above}" tabindex="${at ? -1 : 0}" ${isOpen ? 'aria-expanded="true"' : ""}></tr>`,
  );
  document.body.innerHTML = `<div><table><tbody>${rows.join("")}</tbody></table></div>`;
  return document.body.firstElementChild as HTMLElement;
}

const seen = (): string[] =>
  [...document.querySelectorAll<HTMLElement>("tbody > tr:not([hidden])")].map((row) => row.dataset["id"] ?? "");
const press = (key: string): boolean =>
  (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
const here = (): string => (document.activeElement as HTMLElement).dataset["id"] ?? "";

describe("TreeGrid", () => {
  beforeEach(() => localStorage.clear());

  it("folds and unfolds with the arrows and goes to what is above", () => {
    const tree = new TreeGrid(draw(), "closed", {});
    tree.enter(tree.row("harbour"));
    press("ArrowLeft");
    expect(here()).toBe("east");
    press("ArrowLeft");
    expect(seen()).toEqual(["house", "east", "west"]);
    press("ArrowDown");
    expect(here()).toBe("west");
    press("Home");
    press("ArrowRight");
    expect(here()).toBe("east");
    press("ArrowRight");
    expect(seen()).toHaveLength(4);
  });

  it("remembers what is closed, hides all below it, and keeps one row in the way of Tab", () => {
    const tree = new TreeGrid(draw(), "closed", {});
    tree.enter(tree.row("harbour"));
    tree.toggleAll(false);
    expect(seen()).toEqual(["house"]);
    expect([...document.querySelectorAll('tr[tabindex="0"]')].map((row) => (row as HTMLElement).dataset["id"])).toEqual(
      ["house"],
    );
    new TreeGrid(draw(), "closed", {});
    expect(seen()).toEqual(["house"]);
  });

  it("hands further keys to the page, but not with Ctrl", () => {
    const rename = vi.fn();
    const tree = new TreeGrid(draw(), "closed", { F2: rename });
    tree.enter(tree.row("west"));
    press("F2");
    expect(rename).toHaveBeenCalledWith(tree.row("west"));
  });
});
