import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

interface Entry {
  /** First 12 hexadecimal digits of SHA-256 over the content; the server appends it as `?v=`. */
  readonly hash: string;
  readonly bytes: number;
  /** Size in bytes after gzip: what a page costs on the wire. */
  readonly gzip: number;
}

/** Writes `manifest.json`: each built file by its path with hash and sizes. */
export function manifest(): Plugin {
  return {
    name: "loomwork-manifest",
    apply: "build",
    writeBundle: {
      order: "post",
      sequential: true,
      handler(options) {
        const folder = options.dir ?? "";
        const files = listFiles(folder)
          .filter((path) => path !== "manifest.json")
          .sort();
        const entries = Object.fromEntries(files.map((path) => [path, describe(join(folder, path))]));
        writeFileSync(join(folder, "manifest.json"), `${JSON.stringify({ files: entries }, null, 2)}\n`);
      },
    },
  };
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
}

function describe(path: string): Entry {
  const content = readFileSync(path);
  return {
    hash: createHash("sha256").update(content).digest("hex").slice(0, 12),
    bytes: content.length,
    gzip: gzipSync(content, { level: 9 }).length,
  };
}
