/** Conditions: chips of field | operator | value, and the builder with and/or groups behind them. */
import { button, h } from "../widgets/dom.ts";
import { icon } from "../widgets/icons.ts";
import { make } from "../widgets/make.ts";
import { moveByArrows, openMenu } from "../widgets/popup.ts";
import { labelOf } from "../widgets/said.ts";
import type { FieldSpec, OperatorSpec } from "../widgets/spec.ts";
import { t } from "../widgets/texts.ts";
import type { Widget } from "../widgets/widget.ts";
import type { Condition } from "./list-state.ts";

type Pick<T> = (chosen: T) => void;

/** A menu to choose a field from, with a box to find it; `groups` leads on to conditions joined by "and" and "or". */
export function chooseField(
  anchor: Element,
  fields: readonly FieldSpec[],
  pick: Pick<FieldSpec>,
  groups?: () => void,
): void {
  const find = h("input", { type: "search", placeholder: t("search"), "aria-label": t("field"), autofocus: true });
  const list = h("div", { role: "menu" });
  const draw = (): void => {
    const wanted = find.value.trim().toLocaleLowerCase();
    const at = (field: FieldSpec): number => field.label.toLocaleLowerCase().indexOf(wanted);
    const isFirst = (field: FieldSpec): number => (at(field) === 0 ? 0 : 1);
    list.replaceChildren(
      ...fields
        .filter((field) => at(field) >= 0)
        .sort((one, other) => isFirst(one) - isFirst(other))
        .map((field) =>
          button(
            "lw-menu__item",
            "",
            () => {
              box.remove();
              pick(field);
            },
            field.label,
          ),
        ),
    );
  };
  const foot = groups
    ? [
        h(
          "div",
          { class: "lw-menu__foot" },
          groupsItem(() => box, groups),
        ),
      ]
    : [];
  const head = h("div", { class: "lw-menu__pad" }, h("div", { class: "lw-control" }, find));
  const box = openMenu(anchor, head, list, ...foot);
  find.addEventListener("input", draw);
  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") list.querySelector("button")?.click();
  });
  moveByArrows(box, "input, .lw-menu__item");
  draw();
  find.focus();
}

function groupsItem(box: () => HTMLElement, run: () => void): HTMLElement {
  const go = (): void => {
    box().remove();
    run();
  };
  return button("lw-menu__item", "", go, icon("list", 14), t("group_conditions"));
}

/** A menu of the operators of a field. */
export function chooseOperator(anchor: Element, field: FieldSpec, pick: Pick<OperatorSpec>): void {
  const items = (field.operators ?? []).map((operator) =>
    button(
      "lw-menu__item",
      "",
      () => {
        box.remove();
        pick(operator);
      },
      operator.label,
    ),
  );
  const box = openMenu(anchor, ...items);
  moveByArrows(box, ".lw-menu__item");
}

/** Reads what the value editors hold, in the form that the operator wants. */
export interface ValueEditor {
  readonly element: HTMLElement;
  read(): { value?: unknown; label?: string };
  /** Why what was typed cannot be read. */
  fault(): string;
  focus(): void;
}

/** Whether a condition has all the values that its operator wants. */
export function isWhole(operator: OperatorSpec, value: unknown): boolean {
  if (operator.arity === 0) return true;
  const isMissing = (one: unknown): boolean => one === null || one === undefined;
  return Array.isArray(value) ? value.length > 0 && !value.some(isMissing) : !isMissing(value);
}

export function valueEditor(field: FieldSpec, operator: OperatorSpec, value: unknown): ValueEditor {
  const plain: FieldSpec = { ...field, required: false, readonly: false };
  const list = asList(value);
  const widgets: Widget[] = [];
  const add = (spec: FieldSpec, one: unknown): Widget => {
    const widget = make(spec, one ?? null, "filter");
    widgets.push(widget);
    return widget;
  };
  const element = h("div", { class: "lw-stack" });
  if (operator.arity === 1) element.append(add(valueSpec(plain, operator), list[0]));
  if (operator.arity === 2) {
    element.classList.add("lw-pair");
    element.append(add(plain, list[0]), add(plain, list[1]));
  }
  if (operator.arity === -1) element.append(add(listSpec(plain), value));
  return {
    element,
    focus: () => (widgets.find((widget) => widget.fault) ?? widgets[0])?.focus(),
    fault: () => widgets.find((widget) => widget.fault)?.fault ?? "",
    read: () => readAll(widgets, operator.arity),
  };
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** A count of days is a whole number whatever the field is. */
function valueSpec(field: FieldSpec, operator: OperatorSpec): FieldSpec {
  if (operator.name.endsWith("_n_days")) return { ...field, widget: "number", type: "integer", props: {} };
  return field.widget === "long-text" || field.widget === "rich-text" ? { ...field, widget: "text" } : field;
}

function listSpec(field: FieldSpec): FieldSpec {
  if (field.choices) return { ...field, widget: "multi-choice" };
  if (field.lookup) return { ...field, widget: "many-to-many" };
  return { ...field, widget: "tags" };
}

function readAll(widgets: readonly Widget[], arity: number): { value?: unknown; label?: string } {
  if (arity === 0) return {};
  const values = widgets.map((widget) => (widget.fault ? null : widget.value));
  const labels = widgets.map(labelOf).filter(Boolean);
  const value = arity === 2 ? values : values[0];
  return labels.length ? { value, label: labels.join(", ") } : { value };
}

const LIKELY: Readonly<Record<string, string>> = {
  text: "contains",
  email: "contains",
  phone: "contains",
  url: "contains",
  "long-text": "contains",
  money: "ge",
  number: "ge",
  percent: "ge",
  date: "between",
  instant: "between",
  choice: "in",
  link: "in",
  user: "in",
  unit: "in",
};

/** The operator that people mean most often for a field. */
export function likelyOperator(field: FieldSpec): OperatorSpec | undefined {
  const name = LIKELY[field.widget];
  return field.operators?.find((one) => one.name === name) ?? field.operators?.[0];
}

/** Asks for operator and value of a condition in a menu by its chip. */
export function editValue(
  anchor: Element,
  field: FieldSpec,
  start: OperatorSpec,
  condition: Condition | undefined,
  pick: Pick<Condition>,
): void {
  let operator = start;
  let editor = valueEditor(field, operator, condition?.value ?? null);
  const options = (field.operators ?? []).map((one) =>
    h("option", { value: one.name, selected: one.name === operator.name }, one.label),
  );
  const select = h("select", { "aria-label": t("operator") }, ...options);
  const place = h("div", {}, editor.element);
  select.addEventListener("change", () => {
    operator = field.operators?.find((one) => one.name === select.value) ?? operator;
    editor = valueEditor(field, operator, null);
    place.replaceChildren(editor.element);
    editor.focus();
  });
  const missing = h("p", { class: "lw-error-line", role: "alert", hidden: true });
  const take = (): void => {
    const read = editor.read();
    if (!isWhole(operator, read.value)) {
      missing.hidden = false;
      missing.replaceChildren(icon("alert", 14), editor.fault() || t("required", { name: field.label }));
      editor.focus();
      return;
    }
    box.remove();
    pick({ field: field.name, op: operator.name, ...read });
  };
  const go = button("lw-btn lw-btn--primary lw-btn--small", "", take, t("apply"));
  const title = h("p", { class: "lw-menu__title" }, field.label);
  const content = h(
    "div",
    { class: "lw-menu__pad" },
    h("div", { class: "lw-control" }, select),
    place,
    missing,
    h("div", {}, go),
  );
  const box = openMenu(anchor, title, content);
  box.classList.add("lw-menu--form");
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target !== go) take();
  });
  editor.focus();
}
