import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { toast } from "./overlay.ts";

describe("a message in passing", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "requestAnimationFrame", "cancelAnimationFrame"] });
    document.body.innerHTML = '<div id="lw-toasts" popover="manual"></div>';
    const place = document.getElementById("lw-toasts") as HTMLElement;
    place.showPopover = () => undefined;
    place.hidePopover = () => undefined;
  });
  afterEach(() => vi.useRealTimers());
  const shown = (): number => document.querySelectorAll(".lw-toast").length;

  it("goes by itself", () => {
    toast("Saved");
    vi.advanceTimersByTime(5_900);
    expect(shown()).toBe(1);
    vi.advanceTimersByTime(200);
    expect(shown()).toBe(0);
  });

  it("leaves more time for an undo and for what went wrong", () => {
    toast("Deleted", { label: "Undo", run: () => undefined });
    toast("Refused", undefined, true);
    vi.advanceTimersByTime(11_900);
    expect(shown()).toBe(2);
    vi.advanceTimersByTime(200);
    expect(shown()).toBe(0);
  });

  it("stays while a pointer is on it", () => {
    toast("Deleted", { label: "Undo", run: () => undefined });
    const line = document.querySelector(".lw-toast") as HTMLElement;
    line.dispatchEvent(new Event("pointerenter"));
    vi.advanceTimersByTime(60_000);
    expect(shown()).toBe(1);
    line.dispatchEvent(new Event("pointerleave"));
    vi.advanceTimersByTime(12_100);
    expect(shown()).toBe(0);
  });
});
