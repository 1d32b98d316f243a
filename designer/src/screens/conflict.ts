/** Somebody saved in between: both values side by side, and the person decides field by field. */
import { h } from "../widgets/dom.ts";
import { shortText } from "../widgets/said.ts";
import type { FieldSpec } from "../widgets/spec.ts";
import { t } from "../widgets/texts.ts";
import type { ApiFault } from "./api.ts";
import { ask } from "./overlay.ts";
import { withReadable } from "./readable.ts";

export interface Decision {
  readonly values: Record<string, unknown>;
  readonly version: string;
}

function side(name: string, which: string, text: string, isChosen: boolean): HTMLElement {
  const input = h("input", { type: "radio", class: "lw-tick", name, value: which, checked: isChosen });
  return h("label", {}, input, h("span", {}, text));
}

/** Whether a value that is sent is the one that is shown: links and files are sent by their id. */
function isSame(sent: unknown, shown: unknown): boolean {
  if (Array.isArray(sent) && Array.isArray(shown))
    return sent.length === shown.length && sent.every((one, at) => isSame(one, shown[at]));
  const isLink = typeof sent === "string" && typeof shown === "object" && shown !== null && "id" in shown;
  return isLink ? shown.id === sent : JSON.stringify(sent ?? null) === JSON.stringify(shown ?? null);
}

/** What links are called, by id: as far as one of the sides says it. */
function labelsIn(values: readonly unknown[], found = new Map<string, string>()): Map<string, string> {
  for (const one of values) {
    if (typeof one !== "object" || one === null) continue;
    const { id, label } = one as { id?: unknown; label?: unknown };
    if (typeof id === "string" && typeof label === "string") found.set(id, label);
    else labelsIn(Object.values(one), found);
  }
  return found;
}

type Row = Readonly<Record<string, unknown>>;

/** The rows of a child table, each by what its columns hold; other values as short text. Of a row only what changes is sent. */
function sideText(
  value: unknown,
  spec: FieldSpec | undefined,
  labels: ReadonlyMap<string, string>,
  held: unknown = value,
): string {
  const columns = spec?.columns?.filter((one) => !one.readonly);
  if (!columns || !Array.isArray(value) || value.length === 0) return shortText(value, spec);
  const whole = new Map((Array.isArray(held) ? held : []).map((row: Row) => [row["id"], row]));
  const rows = value.map((sent: Row) => {
    const row = { ...whole.get(sent["id"]), ...sent };
    return said(row, columns, labels);
  });
  return rows.join("\n");
}

function said(row: Row, columns: readonly FieldSpec[], labels: ReadonlyMap<string, string>): string {
  return columns
    .filter((one) => row[one.name] !== null && row[one.name] !== undefined && row[one.name] !== "")
    .map((one) => labels.get(String(row[one.name])) ?? shortText(row[one.name], one))
    .join(" · ");
}

function pairOf(name: string, specs: ReadonlyMap<string, FieldSpec>): [string, FieldSpec][] {
  const spec = specs.get(name);
  return spec ? [[name, spec]] : [];
}

/**
 * Shows a stale change; gives what to send again, or undefined when the person gives up.
 * The fault carries `yours`, `theirs`, `fields` and the present `row_version`; `labelOf` names the records that a field
 * of mine links to, of which `yours` holds ids.
 */
export async function settle(
  fault: ApiFault,
  mine: Readonly<Record<string, unknown>>,
  specs: ReadonlyMap<string, FieldSpec>,
  labelOf: (name: string) => string,
): Promise<Decision | undefined> {
  const theirs = (fault.extra["theirs"] ?? {}) as Record<string, unknown>;
  const yours = { ...mine, ...((fault.extra["yours"] ?? {}) as Record<string, unknown>) };
  const named = (fault.extra["fields"] ?? Object.keys(theirs)) as readonly string[];
  // Who wants what is there already has no quarrel: often it is his own change, whose answer was lost on its way.
  const fields = named.filter((name) => name in mine && !isSame(yours[name], theirs[name]));
  const version = String(fault.extra["row_version"] ?? "");
  if (fields.length === 0) return { values: { ...mine }, version };
  const labels = labelsIn([theirs]);
  const shown = await withReadable(new Map(fields.flatMap((name) => pairOf(name, specs))), [yours, theirs]);
  const rows = fields.map((name) => {
    const spec = shown.get(name);
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, spec?.label ?? name),
      h("td", {}, side(`c-${name}`, "mine", labelOf(name) || sideText(yours[name], spec, labels, theirs[name]), true)),
      h("td", {}, side(`c-${name}`, "theirs", sideText(theirs[name], spec, labels), false)),
    );
  });
  const head = h("tr", {}, ...[t("field"), t("mine"), t("theirs")].map((text) => h("th", { scope: "col" }, text)));
  const body = h("table", { class: "lw-sides" }, h("thead", {}, head), h("tbody", {}, ...rows));
  const isYes = await ask({
    title: t("conflict"),
    text: t("conflict_text"),
    body,
    confirm: t("keep"),
    isWide: true,
  });
  if (!isYes) return undefined;
  const values: Record<string, unknown> = { ...mine };
  for (const name of fields) {
    const chosen = body.querySelector<HTMLInputElement>(`input[name="c-${name}"]:checked`)?.value;
    if (chosen === "theirs") delete values[name];
  }
  return { values, version };
}
