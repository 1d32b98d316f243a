/** What the server tells about a field; the same for form, cell and filter. */

export interface ChoiceSpec {
  readonly value: string;
  readonly label: string;
  readonly colour: string;
  readonly active: boolean;
  readonly share?: number | null;
  readonly closes?: string;
  /** Given by an action of the record alone: not to be chosen by hand. */
  readonly by_action?: boolean;
}

export interface FieldSpec {
  readonly name: string;
  readonly label: string;
  readonly widget: string;
  readonly type: string;
  readonly required?: boolean;
  readonly readonly?: boolean;
  readonly is_end?: boolean;
  /** What stands before amounts, when the values are money. */
  readonly sign?: string;
  readonly hint?: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly choices?: readonly ChoiceSpec[];
  /** Entity that the field points to. */
  readonly target?: string;
  /** Address that finds targets: `?q=`, answers `{items: [{id, label, sub, entity?}]}`. */
  readonly lookup?: string;
  readonly may_create?: boolean;
  readonly operators?: readonly OperatorSpec[];
  /** Where its values are written in another way for people: the entity, and values that are known so far. */
  readonly entity?: string;
  readonly readable?: Readonly<Record<string, string>>;
  /** What a new row of a child table starts with. */
  readonly default?: unknown;
  /** Fields of the rows of a child table. */
  readonly columns?: readonly FieldSpec[];
  /** Icon and other names the lists use. */
  readonly may_sort?: boolean;
}

export interface OperatorSpec {
  readonly name: string;
  readonly label: string;
  /** 0 no value, 1 one, 2 two (between), -1 a list. */
  readonly arity: number;
}

export interface Target {
  readonly id: string;
  readonly label: string;
  readonly sub?: string;
  readonly entity?: string;
}

/** A number property of a field, or undefined. */
export function numberProp(spec: FieldSpec, name: string): number | undefined {
  const value = spec.props[name];
  return value === undefined || value === null || value === "" ? undefined : Number(value);
}

/** A text property of a field, or an empty text. */
export function textProp(spec: FieldSpec, name: string): string {
  const value = spec.props[name];
  return typeof value === "string" ? value : "";
}
