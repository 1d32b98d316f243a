import { afterEach, describe, expect, it, vi } from "vitest";
import { batch, PIECE, type Step, type Watch } from "./batch.ts";

const steps = (count: number): Step[] => Array.from({ length: count }, (_, n) => ({ do: "delete", id: `${n}` }));

/** A server that takes every piece, or refuses the one with this number. */
function serve(refused = -1): ReturnType<typeof vi.fn> {
  const answer = vi.fn(async () => {
    const isRefused = answer.mock.calls.length - 1 === refused;
    const body = isRefused ? { error: { code: "stale", message: "somebody was faster" } } : {};
    return new Response(JSON.stringify(body), {
      status: isRefused ? 409 : 200,
      headers: { "Content-Type": "application/json" },
    });
  });
  vi.stubGlobal("fetch", answer);
  return answer;
}

function watch(told: (done: number, stop: () => void) => void): Watch {
  const stopper = new AbortController();
  return { signal: stopper.signal, told: (done) => told(done, () => stopper.abort()) };
}

// The page part of the module reaches htmx, which wants a real browser.
vi.mock("htmx.org", () => ({ default: {} }));

afterEach(() => vi.unstubAllGlobals());

describe("batch", () => {
  it("does everything in pieces and tells how far it is", async () => {
    const answer = serve();
    const heard: number[] = [];
    const count = 2 * PIECE + 1;
    expect(
      await batch(
        "x.y",
        steps(count),
        watch((done) => heard.push(done)),
      ),
    ).toEqual({
      done: count,
      fault: "",
      isStopped: false,
    });
    expect(heard).toEqual([0, PIECE, 2 * PIECE]);
    expect(answer).toHaveBeenCalledTimes(3);
  });

  it("stops between two pieces and says how many stand", async () => {
    const answer = serve();
    const stopping = watch((done, stop) => done === PIECE && stop());
    expect(await batch("x.y", steps(8 * PIECE), stopping)).toEqual({ done: 2 * PIECE, fault: "", isStopped: true });
    expect(answer).toHaveBeenCalledTimes(2);
  });

  it("ends at the first refusal with its reason", async () => {
    serve(1);
    expect(await batch("x.y", steps(3 * PIECE))).toEqual({
      done: PIECE,
      fault: "somebody was faster",
      isStopped: false,
    });
  });
});
