/** The builder of conditions: rows and groups joined by "and" and "or". */
import { button, h } from "../widgets/dom.ts";
import { icon } from "../widgets/icons.ts";
import type { FieldSpec, OperatorSpec } from "../widgets/spec.ts";
import { t } from "../widgets/texts.ts";
import { isWhole, type ValueEditor, valueEditor } from "./filter.ts";
import { type Condition, type Group, isGroup, type Node, partsOf } from "./list-state.ts";
import { ask } from "./overlay.ts";

/** The builder: rows of conditions, groups joined by "and" or "or", two levels deep. */
export async function buildConditions(fields: readonly FieldSpec[], start: Group): Promise<Group | undefined> {
  const root = new GroupEditor(fields, start, 0);
  const isYes = await ask({
    title: t("conditions"),
    body: root.element,
    confirm: t("apply"),
    isWide: true,
    run: () => (root.goToGap() ? t("condition_gap") : undefined),
  });
  return isYes ? root.read() : undefined;
}

interface Part {
  readonly element: HTMLElement;
  readonly read: () => Node | undefined;
  /** Puts the focus on the first value that is missing; false when none is. */
  readonly goToGap: () => boolean;
}

class GroupEditor {
  readonly element = h("div", { class: "lw-stack lw-cond-group" });
  readonly #fields: readonly FieldSpec[];
  readonly #word: HTMLSelectElement;
  readonly #parts: Part[] = [];
  readonly #rows = h("div", { class: "lw-stack" });

  constructor(fields: readonly FieldSpec[], start: Group, depth: number) {
    this.#fields = fields;
    const word = (value: string, label: string) => h("option", { value, selected: value in start }, label);
    this.#word = h("select", { "aria-label": t("operator") }, word("and", t("all_of")), word("or", t("any_of")));
    const add = button("lw-btn lw-btn--small", "", () => this.#condition(), icon("plus", 14), t("add_condition"));
    const group = (): void => this.#nested(this.#word.value === "or" ? { and: [] } : { or: [] }, depth + 1);
    const nest = button("lw-btn lw-btn--small", "", group, icon("plus", 14), t("add_group"));
    this.element.append(
      h("div", { class: "lw-control lw-control--plain" }, this.#word),
      this.#rows,
      h("div", { class: "lw-who" }, add, depth < 2 ? nest : null),
    );
    for (const node of partsOf(start)) {
      if (isGroup(node)) this.#nested(node, depth + 1);
      else this.#condition(node);
    }
    if (partsOf(start).length === 0) this.#condition();
  }

  read(): Group {
    const nodes = this.#parts.map((part) => part.read()).filter((node): node is Node => node !== undefined);
    return this.#word.value === "or" ? { or: nodes } : { and: nodes };
  }

  goToGap(): boolean {
    return this.#parts.some((part) => part.goToGap());
  }

  #push(part: Part): void {
    const { element } = part;
    this.#parts.push(part);
    element.append(
      button(
        "lw-x",
        t("remove"),
        () => {
          this.#parts.splice(this.#parts.indexOf(part), 1);
          element.remove();
        },
        icon("x", 14),
      ),
    );
    this.#rows.append(element);
  }

  #nested(start: Group, depth: number): void {
    const inner = new GroupEditor(this.#fields, start, depth);
    const read = (): Node | undefined => {
      const group = inner.read();
      return partsOf(group).length > 0 ? group : undefined;
    };
    this.#push({ element: inner.element, read, goToGap: () => inner.goToGap() });
  }

  #condition(start?: Condition): void {
    const byName = (name: string) => this.#fields.find((field) => field.name === name);
    const field = h(
      "select",
      { "aria-label": t("field") },
      ...this.#fields.map((one) => h("option", { value: one.name, selected: one.name === start?.field }, one.label)),
    );
    const operator = h("select", { "aria-label": t("operator") });
    const place = h("div");
    let editor: ValueEditor | undefined;
    const chosen = (): OperatorSpec | undefined =>
      byName(field.value)?.operators?.find((one) => one.name === operator.value);
    const drawValue = (value: unknown): void => {
      const spec = byName(field.value);
      const op = chosen();
      editor = spec && op ? valueEditor(spec, op, value) : undefined;
      place.replaceChildren(...(editor ? [editor.element] : []));
    };
    const drawOperators = (wanted = ""): void => {
      const options = byName(field.value)?.operators ?? [];
      operator.replaceChildren(
        ...options.map((one) => h("option", { value: one.name, selected: one.name === wanted }, one.label)),
      );
    };
    field.addEventListener("change", () => {
      drawOperators();
      drawValue(null);
    });
    operator.addEventListener("change", () => drawValue(null));
    drawOperators(start?.op);
    drawValue(start?.value ?? null);
    const box = (inner: HTMLElement) => h("div", { class: "lw-control" }, inner);
    const element = h("div", { class: "lw-cond" }, box(field), box(operator), place);
    const read = (): Node | undefined => {
      const op = chosen();
      return op ? { field: field.value, op: op.name, ...editor?.read() } : undefined;
    };
    const goToGap = (): boolean => {
      const op = chosen();
      const isGap = op !== undefined && !isWhole(op, editor?.read().value);
      if (isGap) editor?.focus();
      return isGap;
    };
    this.#push({ element, read, goToGap });
  }
}
