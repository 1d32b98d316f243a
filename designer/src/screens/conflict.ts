/** Somebody saved in between: both values side by side, and the person decides field by field. */
import { h } from "../widgets/dom.ts";
import { shortText } from "../widgets/said.ts";
import type { FieldSpec } from "../widgets/spec.ts";
import { t } from "../widgets/texts.ts";
import type { ApiFault } from "./api.ts";
import { ask } from "./overlay.ts";

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
  const rows = fields.map((name) => {
    const spec = specs.get(name);
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, spec?.label ?? name),
      h("td", {}, side(`c-${name}`, "mine", labelOf(name) || shortText(yours[name], spec), true)),
      h("td", {}, side(`c-${name}`, "theirs", shortText(theirs[name], spec), false)),
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
