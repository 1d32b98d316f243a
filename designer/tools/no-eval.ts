import type { Plugin } from "vite";

/** A call that turns text into code; `isFunction(` and `.eval(` are other things. */
const RUNS_TEXT = /(?<![\w.$])(?:new\s+)?(?:eval|Function)\(/g;
const REFUSE = "loomworkRefusesText";

/**
 * Takes the ways of running text as code out of htmx, and fails the build if any bundle has one.
 *
 * htmx keeps them behind its setting `allowEval`, and the content security policy forbids them as
 * well; with the calls gone neither can be weakened by accident. `hx-on`, trigger filters and
 * `js:` values therefore throw: behaviour is written in TypeScript.
 */
export function noEval(): Plugin {
  return {
    name: "loomwork-no-eval",
    apply: "build",
    transform(code, id) {
      if (!id.includes("/htmx.org/")) return null;
      const refusal = `function ${REFUSE}() { throw new Error("text is never run as code"); }`;
      return { code: `${code.replace(RUNS_TEXT, `${REFUSE}(`)}\n${refusal}\n`, map: null };
    },
    generateBundle(_options, bundle) {
      for (const part of Object.values(bundle)) {
        const found = part.type === "chunk" ? part.code.match(RUNS_TEXT) : null;
        if (found) this.error(`${part.fileName} runs text as code: ${found.join(", ")}`);
      }
    },
  };
}
