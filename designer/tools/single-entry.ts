/**
 * A chunk that imports an entry would load it a second time: the page names the entry with its hash behind it
 * (`screens.js?v=…`), the chunk without, and to a browser these are two modules, so every click would count twice.
 */
import type { Plugin } from "vite";

export function singleEntry(): Plugin {
  return {
    name: "loomwork-single-entry",
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const entries = new Set(chunks.filter((chunk) => chunk.isEntry).map((chunk) => chunk.fileName));
      for (const chunk of chunks)
        for (const name of [...chunk.imports, ...chunk.dynamicImports])
          if (entries.has(name))
            this.error(`${chunk.fileName} imports the entry ${name}; put what they share into BASE`);
    },
  };
}
