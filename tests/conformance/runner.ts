/** Evaluates many formulas in one process: a JSON list of { ir, env } on stdin, results on stdout. */
import { readFileSync } from "node:fs";
import { evaluate } from "../../designer/src/formula/evaluate.ts";
import type { Env } from "../../designer/src/formula/types.ts";

const jobs = JSON.parse(readFileSync(0, "utf8")) as { ir: unknown; env: Env }[];
const results = jobs.map(({ ir, env }) => {
  const faults: string[] = [];
  try {
    return { value: evaluate(ir, { ...env, faults }), faults };
  } catch (fault) {
    return { error: String(fault), faults };
  }
});
process.stdout.write(JSON.stringify(results));
