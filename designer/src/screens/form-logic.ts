/**
 * What a form works out while somebody types: computed values and which fields are shown, required
 * or locked.
 *
 * The server sends the formulas as trees. The browser evaluates them when all they need is on the
 * page; what needs more (other records, roll-ups) is asked from the server, the same formulas there.
 */
import { evaluate } from "../formula/index.ts";
import { zone } from "../widgets/texts.ts";
import { call } from "./api.ts";

export type Values = Record<string, unknown>;

export interface Formula {
  readonly ir: unknown;
  /** Dotted paths that the tree reads. */
  readonly needs: readonly string[];
  /** Whether the browser has all that the tree needs. */
  readonly is_local: boolean;
}

export interface RuleLogic extends Formula {
  readonly name: string;
  readonly show: readonly string[];
  readonly require: readonly string[];
  readonly lock: readonly string[];
  /** Values that the rule gives when it begins to hold, where the person gave none. */
  readonly set: readonly (Formula & { readonly field: string })[];
}

export interface Logic {
  readonly entity: string;
  readonly computed: readonly (Formula & { readonly field: string })[];
  readonly rules: readonly RuleLogic[];
  /** Computed fields of child rows, by child table. */
  readonly lines: Readonly<Record<string, readonly (Formula & { readonly field: string })[]>>;
  /** Fields of the rows of a child table after whose change the rules of the rows give others. */
  readonly line_sets?: Readonly<Record<string, { readonly entity: string; readonly reads: readonly string[] }>>;
  readonly user?: Readonly<Record<string, unknown>>;
}

export interface Outcome {
  computed: Values;
  lines: Record<string, Values[]>;
  hidden: Set<string>;
  required: Set<string>;
  locked: Set<string>;
}

interface ServerOutcome {
  readonly computed: Values;
  readonly rules: Readonly<Record<string, boolean>>;
  /** What rules give now that some fields have changed. */
  readonly set?: Values;
}

/** Asks the server what formulas and rules give on values that are not saved. */
export async function compute(entity: string, values: Values, changed: readonly string[]): Promise<ServerOutcome> {
  const { data } = await call<ServerOutcome>("POST", `/e/${entity}/compute`, { body: { values, changed } });
  return data;
}

const WAIT_MS = 250;

export class FormLogic {
  readonly #logic: Logic;
  #asked = 0;
  #timer = 0;
  #known: ServerOutcome = { computed: {}, rules: {} };
  /** Fields that changed since the server last told what rules give. */
  readonly #changed = new Set<string>();

  constructor(logic: Logic) {
    this.#logic = logic;
  }

  /** Everything that the page itself can work out, at once. */
  run(values: Values): Outcome {
    const lines = this.#lines(values);
    const seen: Values = { ...values };
    for (const [name, rows] of Object.entries(lines)) seen[name] = rows;
    const computed: Values = {};
    for (const one of this.#logic.computed) {
      const found = one.is_local ? this.#value(one, seen) : this.#known.computed[one.field];
      if (found === undefined) continue;
      computed[one.field] = found;
      seen[one.field] = found;
    }
    return { computed, lines, ...this.#states(seen) };
  }

  /** Values that rules give now that some fields have changed; fields in `kept` stay as they are. */
  given(values: Values, changed: ReadonlySet<string>, kept: ReadonlySet<string>): Values {
    const found: Values = {};
    for (const rule of this.#logic.rules) {
      if (rule.set.length === 0 || !rule.is_local) continue;
      const isConcerned = rule.needs.some((path) => changed.has(path.split(".")[0] ?? ""));
      if (!isConcerned || this.#value(rule, values) !== true) continue;
      for (const one of rule.set) if (one.is_local && !kept.has(one.field)) found[one.field] = this.#value(one, values);
    }
    return found;
  }

  /** Asks the server for the rest; `then` gets what rules give, when the answer is not overtaken. */
  ask(values: () => Values, changed: Iterable<string>, then: (given: Values) => void): void {
    const all = [...this.#logic.computed, ...this.#logic.rules, ...this.#logic.rules.flatMap((rule) => rule.set)];
    if (all.every((one) => one.is_local)) return;
    for (const name of changed) this.#changed.add(name);
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#load(values, then), WAIT_MS);
  }

  async #load(values: () => Values, then: (given: Values) => void): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    const changed = [...this.#changed];
    try {
      const data = await compute(this.#logic.entity, values(), changed);
      if (mine !== this.#asked) return;
      this.#known = data;
      for (const name of changed) this.#changed.delete(name);
      then(data.set ?? {});
    } catch {
      // The server works everything out again on save; a missing preview stops nobody.
    }
  }

  /** Where a change of a row's field makes rules give others: the entity to ask; empty where none does. */
  lineEntity(table: string, field: string): string {
    const found = this.#logic.line_sets?.[table];
    return found?.reads.includes(field) ? found.entity : "";
  }

  #lines(values: Values): Record<string, Values[]> {
    const found: Record<string, Values[]> = {};
    for (const [name, formulas] of Object.entries(this.#logic.lines)) {
      const rows = Array.isArray(values[name]) ? (values[name] as Values[]) : [];
      found[name] = rows.map((row) => {
        const seen: Values = { ...row };
        for (const one of formulas) if (one.is_local) seen[one.field] = this.#value(one, seen);
        return seen;
      });
    }
    return found;
  }

  #states(values: Values): Pick<Outcome, "hidden" | "required" | "locked"> {
    const asked = this.#logic.rules.map((rule) => ({ rule, holds: this.#holds(rule, values) }));
    const known = asked.filter((one) => one.holds !== undefined);
    const holding = known.filter((one) => one.holds).map((one) => one.rule);
    const shown = new Set(holding.flatMap((rule) => rule.show));
    const named = known.flatMap((one) => one.rule.show);
    return {
      hidden: new Set(named.filter((name) => !shown.has(name))),
      required: new Set(holding.flatMap((rule) => rule.require)),
      locked: new Set(holding.flatMap((rule) => rule.lock)),
    };
  }

  #holds(rule: RuleLogic, values: Values): boolean | undefined {
    return rule.is_local ? this.#value(rule, values) === true : this.#known.rules[rule.name];
  }

  #value(formula: Formula, values: Values): unknown {
    try {
      return evaluate(formula.ir, { record: values, user: this.#logic.user ?? {}, zone: zone() });
    } catch {
      return null;
    }
  }
}
