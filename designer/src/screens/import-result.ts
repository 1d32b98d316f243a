/** What a check or an import said, drawn: figures, rows with their reasons, what can be done next. */
import { h } from "../widgets/dom.ts";
import { icon } from "../widgets/icons.ts";
import { group } from "../widgets/number.ts";
import { t } from "../widgets/texts.ts";
import { ApiFault, call, freshKey } from "./api.ts";
import { ask, toast } from "./overlay.ts";

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

/** A count as people read it. */
export function grouped(n: number): string {
  return group(String(n));
}

/** What was refused in the check stays to be told and downloaded after the others went in. */
export function withRefused(told: Told, check: Told | undefined): Told {
  if (!check) return told;
  return { ...told, report: { ...told.report, refused_rows: check.report.refused_rows }, refused: check.refused };
}

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
      h("div", { class: "lw-tile__figure" }, grouped(n)),
    ),
  );
}

/** The sentence under the figures. */
export function sentence(report: Report, isDry: boolean): string {
  const n = grouped(report.created + report.updated + report.skipped);
  if (!isDry && report.refused_rows > 0) return t("import_done_some", { n, refused: grouped(report.refused_rows) });
  if (!isDry) return t("import_done", { n });
  if (report.rows === 0) return t("import_no_rows");
  if (report.refused_rows === 0) return t("import_clean");
  return t("import_some", { n: grouped(report.refused_rows), total: grouped(report.rows) });
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

interface Progress {
  readonly rows: number;
  readonly done_rows: number;
  readonly undone_rows: number;
}

/** Asks how far an import is, or how far it has been taken back, and shows it until told to stop. */
export function follow(
  entity: string,
  id: string,
  bar: HTMLProgressElement,
  line: HTMLElement,
  isUndo = false,
): () => void {
  const timer = window.setInterval(async () => {
    try {
      const address = `/e/${entity}/import/progress/${id}`;
      const { data } = await call<Progress>("GET", address);
      const [done, all] = isUndo ? [data.undone_rows, data.done_rows] : [data.done_rows, data.rows];
      if (!all || (isUndo && !done)) return; // the rows are still being checked
      bar.max = all;
      bar.value = done;
      const n = { n: grouped(done), total: grouped(all) };
      line.textContent = isUndo ? t("import_undo_progress", n) : t("import_progress", n);
    } catch {
      return; // the import goes on without being watched
    }
  }, POLL_MS);
  return () => window.clearInterval(timer);
}

function undoProgress(): { box: HTMLElement; line: HTMLElement; bar: HTMLProgressElement } {
  const line = h("p", { class: "lw-meta lw-num", role: "status" }, t("import_undoing"));
  const bar = h("progress", { class: "lw-progress", "aria-label": t("import_undoing") });
  return { box: h("div", { class: "lw-stack", hidden: true }, line, bar), line, bar };
}

/** Imports that are being taken back: their buttons do nothing until that is over. */
const undoing = new Map<string, Promise<string | undefined>>();

/**
 * Takes an import back if the person says so; what was done, or nothing where he does not. Whoever leaves the dialog
 * meanwhile sees at its place how far it is: `locked` are the buttons that begin it.
 */
export async function askUndo(
  entity: string,
  id: string,
  locked: readonly HTMLButtonElement[],
): Promise<string | undefined> {
  if (undoing.has(id)) return undefined;
  let words: string | undefined;
  const dialog = undoProgress();
  const page = undoProgress();
  const body = dialog.box;
  const undo = async (): Promise<string | undefined> => {
    body.hidden = false;
    page.box.hidden = false;
    for (const one of locked) one.disabled = true;
    locked[0]?.after(page.box);
    const ends = [dialog, page].map(({ bar, line }) => follow(entity, id, bar, line, true));
    try {
      const path = `/api/v1/imports/${id}/undo`;
      const { data } = await call<{ undone: number; kept: readonly unknown[] }>("POST", path, { key: freshKey() });
      const kept = data.kept.length;
      const said = { n: grouped(data.undone), kept: grouped(kept) };
      words = t(kept ? "import_taken_back_some" : "import_taken_back", said);
      return undefined;
    } catch (fault) {
      if (!(fault instanceof ApiFault)) throw fault;
      return fault.message;
    } finally {
      for (const end of ends) end();
      for (const one of locked) one.disabled = false;
      body.hidden = true;
      page.box.remove();
      undoing.delete(id);
    }
  };
  const run = (): Promise<string | undefined> => {
    const begun = undo();
    undoing.set(id, begun);
    return begun;
  };
  const question = { title: t("import_undo_ask"), text: t("import_undo_text"), isDanger: true };
  await ask({ ...question, confirm: t("import_undo_button"), behind: t("import_undo_behind"), body, run });
  await undoing.get(id); // whoever left the dialog is told as well
  if (words) toast(words);
  return words;
}
