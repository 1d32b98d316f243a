// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiFault, call } from "./api.ts";
import { CreateOnce } from "./create-once.ts";

// The page part of the module reaches htmx, which wants a real browser.
vi.mock("htmx.org", () => ({ default: {} }));

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly key: string;
  readonly body: unknown;
}

/** A server whose answers are given in order; "lost" is one that never comes. */
function serve(...answers: ("lost" | [status: number, body: unknown])[]): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (path: string, options: RequestInit) => {
    const headers = options.headers as Record<string, string>;
    const body = options.body ? JSON.parse(String(options.body)) : null;
    asked.push({ method: String(options.method), path, key: headers["Idempotency-Key"] ?? "", body });
    const next = answers.shift() ?? "lost";
    if (next === "lost") throw new TypeError("connection reset");
    const [status, told] = next;
    return new Response(JSON.stringify(told), {
      status,
      headers: { "Content-Type": "application/json", ETag: '"1"' },
    });
  });
  return asked;
}

let turn = 0;
const note = (key: string): Promise<unknown> => call("POST", `/notes/${turn}`, { body: { body: "x" }, key });

beforeEach(() => {
  turn += 1;
});
afterEach(() => vi.unstubAllGlobals());

describe("a change whose answer was lost", () => {
  it("comes again under the key that it had", async () => {
    const asked = serve("lost", [201, {}], [201, {}]);
    await expect(note("a")).rejects.toThrow(ApiFault);
    await note("b");
    await note("c");
    expect(asked.map((one) => one.key)).toEqual(["a", "a", "c"]);
  });

  it("keeps its key while the session is renewed, and when something in between answers", async () => {
    const asked = serve([502, null], [503, { error: { code: "locked" } }], [201, {}]);
    await expect(note("a")).rejects.toThrow(ApiFault);
    await expect(note("b")).rejects.toThrow(ApiFault);
    await note("c");
    expect(asked.map((one) => one.key)).toEqual(["a", "a", "a"]);
  });

  it("is another one where it says something else", async () => {
    const asked = serve("lost", [201, {}]);
    await expect(note("a")).rejects.toThrow(ApiFault);
    await call("POST", `/notes/${turn}`, { body: { body: "y" }, key: "b" });
    expect(asked.map((one) => one.key)).toEqual(["a", "b"]);
  });
});

describe("a record that may have been made already", () => {
  it("gets what was changed since", async () => {
    const asked = serve("lost", [201, { id: "7" }], [200, { id: "7" }]);
    const creation = new CreateOnce();
    await expect(creation.send("x.y", { name: "A", town: "B", turn })).rejects.toThrow(ApiFault);
    await creation.send("x.y", { name: "A", age: 3, turn });
    expect(asked.map((one) => one.method)).toEqual(["POST", "POST", "PATCH"]);
    expect(asked[1]?.key).toBe(asked[0]?.key);
    expect(asked[1]?.body).toEqual(asked[0]?.body);
    expect(asked[2]?.path).toBe("/api/v1/records/x.y/7");
    expect(asked[2]?.body).toEqual({ town: null, age: 3 });
  });

  it("is made anew where the first try would have been refused", async () => {
    const asked = serve("lost", [422, { error: { code: "invalid" } }], [201, { id: "8" }]);
    const creation = new CreateOnce();
    await expect(creation.send("x.y", { name: "", turn })).rejects.toThrow(ApiFault);
    const made = await creation.send("x.y", { name: "A", turn });
    expect(made.data).toEqual({ id: "8" });
    expect(asked.map((one) => one.method)).toEqual(["POST", "POST", "POST"]);
  });
});
