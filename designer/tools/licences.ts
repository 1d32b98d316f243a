import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** Packages of which style sheets, fonts or drawings are taken, which are no modules. */
const COPIED = ["@fontsource-variable/inter", "@tabler/core", "@tabler/icons"];

/**
 * Emits `licences.txt`: name, version, licence and licence text of each package in the bundles.
 *
 * Most open-source licences ask that their text travels with every copy, minified or not.
 */
export function licences(root: string): Plugin {
  return {
    name: "loomwork-licences",
    apply: "build",
    generateBundle() {
      const used = [...this.getModuleIds()].flatMap((id) => packageOf(id) ?? []);
      const names = [...new Set([...used, ...COPIED])].sort();
      const source = names.map((name) => describe(root, name)).join("\n\n");
      this.emitFile({ type: "asset", fileName: "licences.txt", source: `${source}\n` });
    },
  };
}

function packageOf(moduleId: string): string | undefined {
  const inside = moduleId.split("node_modules/").at(-1);
  if (inside === undefined || inside === moduleId) return undefined;
  const [first = "", second = ""] = inside.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}

function describe(root: string, name: string): string {
  const folder = join(root, "node_modules", name);
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const text = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  const title = `${name} ${about.version} (${about.license})`;
  const body = text && existsSync(join(folder, text)) ? readFileSync(join(folder, text), "utf8") : "";
  return `${title}\n${"=".repeat(title.length)}\n${body.trim()}`;
}
