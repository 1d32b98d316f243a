import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** One drawing instruction as the icon package stores it: element name and attributes. */
type IconNode = readonly [string, Readonly<Record<string, string | number>>];
type IconSet = Readonly<Record<string, readonly IconNode[]>>;

/**
 * Emits `icons.json`: icon name → inner markup of a 24 × 24 SVG.
 *
 * The server draws icons into the page, so a page loads none. Outline icons keep their name
 * (`calendar`), filled ones end in `-filled`.
 */
export function icons(root: string): Plugin {
  return {
    name: "loomwork-icons",
    apply: "build",
    generateBundle() {
      const outline = readSet(root, "outline");
      const filled = readSet(root, "filled");
      const markup = Object.fromEntries([
        ...Object.entries(outline).map(([name, nodes]) => [name, draw(nodes)] as const),
        ...Object.entries(filled).map(([name, nodes]) => [`${name}-filled`, draw(nodes)] as const),
      ]);
      this.emitFile({ type: "asset", fileName: "icons.json", source: JSON.stringify(markup) });
    },
  };
}

function readSet(root: string, style: "outline" | "filled"): IconSet {
  const path = join(root, `node_modules/@tabler/icons/tabler-nodes-${style}.json`);
  return JSON.parse(readFileSync(path, "utf8")) as IconSet;
}

function draw(nodes: readonly IconNode[]): string {
  return nodes
    .map(([element, attributes]) => {
      const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
      return `<${element}${written.join("")}/>`;
    })
    .join("");
}
