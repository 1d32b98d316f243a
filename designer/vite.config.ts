/**
 * Builds every `src/<bundle>/main.ts` into the platform's static folder.
 *
 * A bundle keeps a fixed name (`screens.js`, `screens.css`) so that templates can write it down;
 * `manifest.json` beside it holds the content hash that the server puts behind the name. Chunks
 * that only other chunks load carry their hash in the name. Fonts stay files: nothing is inlined,
 * so pages work under `default-src 'self'`.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { icons } from "./tools/icons.ts";
import { licences } from "./tools/licences.ts";
import { manifest } from "./tools/manifest.ts";
import { noEval } from "./tools/no-eval.ts";
import { singleEntry } from "./tools/single-entry.ts";

const root = import.meta.dirname;
const source = join(root, "src");

const bundles = Object.fromEntries(
  readdirSync(source, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(source, entry.name, "main.ts")))
    .map((entry) => [entry.name, join(source, entry.name, "main.ts")]),
);

/** What the entry and the scripts of rare pages share; it stands in a chunk of its own, so that nobody imports an entry. */
const BASE = /\/src\/widgets\/(?!cleaner\.)|\/src\/screens\/(api|overlay|reload)\.ts|\/htmx\.org\//;

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [noEval(), singleEntry(), icons(root), licences(root), manifest()],
  build: {
    outDir: join(root, "../platform/loomwork/web/static"),
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: bundles,
      // Advice for authors of plugins; on a busy machine it would be the loudest thing a newcomer reads.
      checks: { pluginTimings: false },
      output: {
        entryFileNames: "[name].js",
        codeSplitting: { groups: [{ name: "base", test: BASE }] },
        chunkFileNames: "chunks/[name]-[hash].js",
        assetFileNames: ({ names }) =>
          names.some((name) => name.endsWith(".woff2")) ? "fonts/[name][extname]" : "[name][extname]",
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    passWithNoTests: false,
    restoreMocks: true,
  },
});
