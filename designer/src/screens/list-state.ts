/** What a list shows, kept in its address: view, conditions, sort, search, columns. */
import type { FieldSpec } from "../widgets/spec.ts";

export interface Condition {
  readonly field: string;
  readonly op: string;
  readonly value?: unknown;
  /** What is shown for values that are ids. */
  readonly label?: string;
}

export interface Group {
  readonly and?: readonly Node[];
  readonly or?: readonly Node[];
}

export type Node = Condition | Group;

export interface ListState {
  readonly view: string;
  readonly filter: Group;
  readonly sort: readonly string[];
  readonly search: string;
  readonly columns: readonly string[];
}

export interface SavedView {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

/** A kept mark with the version that taking it away needs. */
export interface Mark {
  readonly id: string;
  readonly version: number;
}

export interface ListSpec {
  readonly fields: readonly FieldSpec[];
  readonly columns: readonly { readonly path: string; readonly label: string }[];
  readonly state: ListState;
  /** State of the view itself, to leave out of the address what it already says. */
  readonly base: ListState;
  readonly saved?: SavedView;
  readonly me: { readonly id: string; readonly label: string };
  readonly sums: readonly string[];
  /** Fields with a button of their own on the bar of picked records. */
  readonly bulk: readonly string[];
  readonly may_update: boolean;
  readonly may_delete: boolean;
  readonly may_export: boolean;
  readonly favourite?: Mark | null;
  readonly label: string;
}

export function isGroup(node: Node): node is Group {
  return "and" in node || "or" in node;
}

/** The nodes of a group with its word. */
export function partsOf(group: Group): readonly Node[] {
  return group.and ?? group.or ?? [];
}

/** Whether the conditions can stand as plain chips. */
export function isFlat(group: Group): boolean {
  return !group.or && partsOf(group).every((node) => !isGroup(node));
}

/** The address of a list in a state. */
export function addressOf(base: string, state: ListState, from: ListState): string {
  const query = new URLSearchParams();
  if (state.view) query.set("view", state.view);
  if (JSON.stringify(state.filter) !== JSON.stringify(from.filter)) query.set("filter", JSON.stringify(state.filter));
  if (state.sort.join() !== from.sort.join()) query.set("sort", state.sort.join(","));
  if (state.columns.join() !== from.columns.join()) query.set("columns", state.columns.join(","));
  if (state.search) query.set("search", state.search);
  const text = query.toString();
  return text ? `${base}?${text}` : base;
}

/** Address of the page as the browser shows it. */
export const here = (): string => location.pathname + location.search;

/** Address that the page was loaded from: who goes back before the script has started is elsewhere by now. */
export function loadedFrom(): string {
  const [entry] = performance.getEntriesByType("navigation");
  if (!entry || document.readyState === "complete") return here();
  const { pathname, search } = new URL(entry.name);
  return pathname + search;
}

/** Loads the page anew where steps in the history led away from what is shown, also before this script ran. */
export function followHistory(shown: () => string): void {
  const follow = (): void => {
    if (here() !== shown()) location.reload();
  };
  window.addEventListener("popstate", follow);
  follow();
}
