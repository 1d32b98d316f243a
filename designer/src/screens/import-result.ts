/** What a check or an import said, drawn: figures, rows with their reasons, what can be done next. */
import { h } from "../widgets/dom.ts";
import { icon } from "../widgets/icons.ts";
import { t } from "../widgets/texts.ts";
import { call } from "./api.ts";

const POLL_MS = 700;

export interface Report {
  readonly id: string;
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly skipped: number;
  readonly fault_count: number;
  readonly refused_rows: number;
}

export interface Told {
  readonly report: Report;
  readonly refused: readonly (readonly [number, string])[];
  readonly preview: readonly {
    readonly row: number;
    readonly state: "taken" | "skipped" | "refused";
    readonly cells: readonly string[];
    readonly reason: string;
  }[];
  readonly heads: readonly string[];
}

const COLOURS = { taken: "green", skipped: "grey", refused: "rose" } as const;
const WORDS = { taken: "import_taken", skipped: "import_skipped", refused: "import_refused" } as const;

export function figures(report: Report): HTMLElement[] {
  const told: [string, number][] = [
    ["import_created", report.created],
    ["import_updated", report.updated],
    ["import_skipped", report.skipped],
    ["import_refused", report.refused_rows],
  ];
  return told.map(([key, n]) =>
    h(
      "div",
      { class: "lw-card lw-tile" },
      h("span", { class: "lw-tile__label" }, t(key)),
      h("div", { class: "lw-tile__figure" }, n.toLocaleString("en-US")),
    ),
  );
}

/** The sentence under the figures. */
export function sentence(report: Report, isDry: boolean): string {
  if (!isDry) return t("import_done", { n: report.created + report.updated + report.skipped });
  if (report.rows === 0) return t("import_no_rows");
  if (report.refused_rows === 0) return t("import_clean");
  return t("import_some", { n: report.refused_rows, total: report.rows });
}

/** The rows of the file with what becomes of each. */
export function drawRows(box: HTMLElement, told: Told): void {
  const heads = box.querySelector("[data-heads]");
  const fixed = [...(heads?.children ?? [])].slice(0, 2);
  heads?.replaceChildren(...fixed, ...told.heads.map((head) => h("th", { scope: "col" }, head)));
  const rows = told.preview.map((row) => {
    const badge = h("span", { class: `lw-badge lw-c-${COLOURS[row.state]}` }, t(WORDS[row.state]));
    const cells = row.cells.map((cell) => h("td", { title: cell }, cell));
    const line = h(
      "tr",
      { "data-state": row.state },
      h("td", { class: "lw-num" }, String(row.row)),
      h("td", {}, badge),
    );
    line.append(...cells);
    if (!row.reason) return [line];
    const reason = h("td", { "data-reason": "", colspan: told.heads.length + 1 }, icon("alert", 14), ` ${row.reason}`);
    return [line, h("tr", { "data-state": row.state }, h("td", {}), reason)];
  });
  box.querySelector("tbody")?.replaceChildren(...rows.flat());
}

/** Asks how far an import is and shows it, until told to stop. */
export function follow(entity: string, id: string, bar: HTMLProgressElement, line: HTMLElement): () => void {
  const timer = window.setInterval(async () => {
    try {
      const address = `/e/${entity}/import/progress/${id}`;
      const { data } = await call<{ rows: number; done_rows: number }>("GET", address);
      if (!data.rows) return; // the rows are still being checked
      bar.max = data.rows;
      bar.value = data.done_rows;
      line.textContent = t("import_progress", { n: data.done_rows, total: data.rows });
    } catch {
      return; // the import goes on without being watched
    }
  }, POLL_MS);
  return () => window.clearInterval(timer);
}
