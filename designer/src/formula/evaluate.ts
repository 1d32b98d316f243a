/** Evaluates the typed form of a formula on the values of a page; no text is parsed, no code made. */

import { add, type Dec, dec, divide } from "./decimal.ts";
import { FUNCTIONS } from "./functions.ts";
import { OPERATORS } from "./operators.ts";
import { type Env, type Node, NotLoaded, OutOfRange, readType, type Value } from "./types.ts";
import { compare, finish, isEqual, read, write } from "./values.ts";

/**
 * The wire value of a formula.
 *
 * Throws NotLoaded where the tree needs a value that the record does not hold.
 */
export function evaluate(ir: unknown, env: Env): unknown {
  const node = ir as Node;
  return write(run(node, env), readType(node.type));
}

function run(node: Node, env: Env): Value {
  switch (node.op) {
    case "const":
      return read(node.value, readType(node.type));
    case "field":
      return read(look(outer(env, node).record, node.path ?? ""), readType(node.type));
    case "param":
      return read(look(env.params ?? {}, node.name ?? ""), readType(node.type));
    case "aggregate":
      return aggregate(node, env);
    case "and":
      return (node.args ?? []).every((arg) => run(arg, env) === true);
    case "or":
      return (node.args ?? []).some((arg) => run(arg, env) === true);
    case "if":
      return choose(node.args ?? [], env);
    default:
      return apply(node, env);
  }
}

function outer(env: Env, node: Node): Env {
  let found = env;
  for (let up = node.up ?? 0; up > 0; up--) found = found.parent ?? found;
  return found;
}

function look(values: Readonly<Record<string, unknown>>, path: string): unknown {
  const value = values[path];
  if (value === undefined || !Object.hasOwn(values, path)) throw new NotLoaded(path);
  return value;
}

function choose(args: readonly Node[], env: Env): Value {
  for (let at = 0; at + 1 < args.length; at += 2) {
    const [condition, value] = [args[at], args[at + 1]];
    if (condition && value && run(condition, env) === true) return run(value, env);
  }
  const last = args.at(-1);
  return last ? run(last, env) : null;
}

function apply(node: Node, env: Env): Value {
  const nodes = node.args ?? [];
  const args = nodes.map((arg) => run(arg, env));
  const type = readType(node.type);
  const at = { env, type, types: nodes.map((arg) => readType(arg.type)) };
  const operator = OPERATORS[node.op];
  const fn = FUNCTIONS[node.op];
  if (!operator && !fn) throw new NotLoaded(node.op);
  if (fn && !fn.own && args.includes(null)) return type.kind === "boolean" ? false : null;
  try {
    return finish(operator ? operator(args, at) : (fn?.run(args, at) ?? null), type, env);
  } catch (fault) {
    if (!(fault instanceof OutOfRange)) throw fault;
    env.faults?.push("date_range");
    return null;
  }
}

function rowsOf(node: Node, env: Env): Env[] {
  const from = outer(env, node);
  const rows = look(from.record, node.path ?? "");
  if (!Array.isArray(rows)) throw new NotLoaded(node.path);
  return rows.map((record: Env["record"]) => ({ ...env, record, parent: from }));
}

function aggregate(node: Node, env: Env): Value {
  const all = rowsOf(node, env);
  const where = node.where;
  if (node.name === "ALL") return all.every((row) => !where || run(where, row) === true);
  const rows = where ? all.filter((row) => run(where, row) === true) : all;
  if (node.name === "ANY") return rows.length > 0;
  if (node.name === "COUNT") return dec(rows.length);
  const value = node.value as unknown as Node;
  if (node.order) return end(rows, value, node.order, node.name === "LAST");
  const values = rows.map((row) => run(value, row)).filter((one) => one !== null);
  return finish(summary(node, values), readType(node.type), env);
}

function summary(node: Node, values: readonly Value[]): Value {
  const total = (): Dec => (values as readonly Dec[]).reduce(add, dec(0));
  switch (node.name) {
    case "SUM":
      return total();
    case "AVG":
      return divide(total(), dec(values.length), readType(node.type).scale);
    case "COUNTDISTINCT":
      return dec(values.filter((one, at) => values.findIndex((b) => isEqual(one, b)) === at).length);
    default: {
      const sign = node.name === "MAX" ? -1 : 1;
      return values.reduce<Value>((best, one) => (best === null || compare(one, best) * sign < 0 ? one : best), null);
    }
  }
}

/** FIRST and LAST: by rank, rows without one behind all others; ties by the record's id. */
function end(rows: readonly Env[], value: Node, order: Node, isLast: boolean): Value {
  const ranked = rows.map((row) => ({ row, rank: run(order, row), id: String(row.record["id"] ?? "") }));
  const known = ranked.filter((one) => one.rank !== null);
  const sign = isLast ? -1 : 1;
  let best: (typeof ranked)[number] | undefined;
  for (const one of known.length ? known : ranked) {
    const byRank = best && one.rank !== null && best.rank !== null ? compare(one.rank, best.rank) : 0;
    const step = best ? byRank || compare(one.id, best.id) : 0;
    if (!best || step * sign < 0 || (step === 0 && isLast)) best = one;
  }
  return best ? run(value, best.row) : null;
}
