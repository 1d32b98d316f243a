/**
 * The built bundles keep their promises: no text runs as code, nothing is loaded from elsewhere, and the
 * script of a page stays small. `make test` builds before it tests; by hand run `npm run build` first.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { noEval } from "../tools/no-eval.ts";

const STATIC = join(import.meta.dirname, "../../platform/loomwork/web/static");
const SCRIPT_BUDGET_BYTES = 120_000;

interface Manifest {
  files: Record<string, { hash: string; bytes: number; gzip: number }>;
}

function read(name: string): string {
  return readFileSync(join(STATIC, name), "utf8");
}

const manifest = JSON.parse(read("manifest.json")) as Manifest;
const named = (suffix: string) => Object.keys(manifest.files).filter((name) => name.endsWith(suffix));

test("the manifest names every file, and only those", () => {
  const there = readdirSync(STATIC, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.includes(".") && name !== "manifest.json");
  expect(Object.keys(manifest.files).sort()).toEqual(there.sort());
  for (const file of Object.values(manifest.files)) expect(file.hash).toMatch(/^[0-9a-f]{12}$/);
});

test("the screens' script fits its budget", () => {
  const screens = manifest.files["screens.js"];
  expect(screens?.gzip).toBeLessThanOrEqual(SCRIPT_BUDGET_BYTES);
});

test("no script runs text as code", () => {
  for (const name of named(".js")) {
    expect(read(name)).not.toMatch(/(?<![\w.$])(?:new\s+)?(?:eval|Function)\(/);
  }
});

test("style sheets load nothing from elsewhere, and what they load exists", () => {
  const sheets = named(".css");
  expect(sheets.length).toBeGreaterThan(0);
  for (const sheet of sheets) {
    const addresses = [...read(sheet).matchAll(/url\(\s*["']?([^"')]+)/g)].map((found) => found[1] ?? "");
    const outside = addresses.filter((address) => !address.startsWith("data:") && !address.startsWith("#"));
    for (const address of outside) {
      expect(address).not.toMatch(/^(?:[a-z]+:)?\/\//);
      expect(existsSync(join(STATIC, address.replace(/[?#].*$/, "")))).toBe(true);
    }
    expect(read(sheet)).not.toMatch(/@import/);
  }
});

test("licences of what is bundled travel with it", () => {
  for (const name of ["htmx.org", "@tabler/core", "@tabler/icons", "@fontsource-variable/inter"]) {
    expect(read("licences.txt")).toContain(name);
  }
});

test("icons are plain drawings", () => {
  const icons = JSON.parse(read("icons.json")) as Record<string, string>;
  expect(Object.keys(icons).length).toBeGreaterThan(5000);
  for (const markup of Object.values(icons)) {
    expect(markup).toMatch(/^(?:<(?:path|circle|rect|line|polyline|polygon|ellipse)(?: [a-z0-9-]+="[^"<>]*")*\/>)+$/);
  }
});

test("a planted eval is taken out of htmx and refused anywhere else", () => {
  const plugin = noEval();
  const transform = plugin.transform as (code: string, id: string) => { code: string } | null;
  const made = transform("a(eval(text)); b(new Function('x', text)); isFunction(c)", "/x/node_modules/htmx.org/a.js");
  expect(made?.code).not.toMatch(/(?<![\w.$])(?:new\s+)?(?:eval|Function)\(/);
  expect(made?.code).toContain("isFunction(c)");
  expect(transform("eval(text)", "/x/node_modules/other/a.js")).toBeNull();

  const refused: string[] = [];
  const check = plugin.generateBundle as (options: unknown, bundle: unknown) => void;
  const context = { error: (message: string) => refused.push(message) };
  check.call(context as never, {}, { "a.js": { type: "chunk", fileName: "a.js", code: "eval(x)" } });
  check.call(context as never, {}, { "b.js": { type: "chunk", fileName: "b.js", code: "medieval(x)" } });
  expect(refused).toHaveLength(1);
});
