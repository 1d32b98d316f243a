/**
 * What this browser remembers of the way: the list that a record was opened from, so that the record
 * page can go to its neighbours, and the records seen last. Ids only; the server says what they are.
 */
import { h, parse } from "../widgets/dom.ts";
import { icon } from "../widgets/icons.ts";
import { t } from "../widgets/texts.ts";

const SEEN = "lw-seen";
const MOST_SEEN = 8;

interface Trail {
  readonly address: string;
  readonly ids: readonly string[];
  /** Number of the first row and count of all, as shown. */
  readonly first: number;
  readonly total: string;
}

const trailKey = (entity: string): string => `lw-trail:${entity}`;
const who = (): string => document.querySelector<HTMLMetaElement>("meta[name=lw-user]")?.content ?? "";

/** Keeps the rows of a list for the record pages that are opened from it. */
export function keepTrail(entity: string, rows: readonly HTMLTableRowElement[], total: string): void {
  const trail: Trail = {
    address: location.pathname + location.search,
    ids: rows.map((row) => row.dataset["id"] ?? ""),
    first: Number(rows[0]?.dataset["no"] ?? 1),
    total,
  };
  sessionStorage.setItem(trailKey(entity), JSON.stringify(trail));
}

/** Draws the place of a record in its list, with the ways to its neighbours; links back lead to that list. */
export function showTrail(record: HTMLElement, entity: string, id: string): void {
  const trail = parse<Trail>(sessionStorage.getItem(trailKey(entity)));
  const at = trail?.ids.indexOf(id) ?? -1;
  if (!trail || at < 0) return;
  for (const link of record.querySelectorAll<HTMLAnchorElement>("[data-list-link]")) link.href = trail.address;
  const place = record.querySelector("[data-trail]");
  const way = (to: number, label: string, picture: "chevronUp" | "chevronDown"): HTMLElement => {
    const other = trail.ids[to];
    const href = other ? `/e/${entity}/${other}` : null;
    const name = `lw-btn lw-btn--ghost lw-btn--small lw-btn--icon lw-way-${picture === "chevronUp" ? "back" : "on"}`;
    return h(
      "a",
      { class: name, href, "aria-label": label, title: label, "aria-disabled": href ? null : "true", role: "link" },
      icon(picture),
    );
  };
  place?.replaceChildren(
    h("span", { class: "lw-meta lw-num" }, t("position", { n: trail.first + at, total: trail.total })),
    way(at - 1, t("previous_record"), "chevronUp"),
    way(at + 1, t("following_record"), "chevronDown"),
  );
}

/** Remembers that a record was seen. */
export function keepSeen(entity: string, id: string): void {
  const key = `${SEEN}:${who()}`;
  const place = `${entity}:${id}`;
  const before = parse<string[]>(localStorage.getItem(key)) ?? [];
  localStorage.setItem(key, JSON.stringify([place, ...before.filter((one) => one !== place)].slice(0, MOST_SEEN)));
}

/** Fills the part of the home page that tells what was seen; the part stays away where there is nothing. */
export async function showSeen(): Promise<void> {
  const part = document.querySelector<HTMLElement>("[data-seen]");
  const places = parse<string[]>(localStorage.getItem(`${SEEN}:${who()}`)) ?? [];
  if (!part || places.length === 0) return;
  part.hidden = false;
  try {
    const answer = await fetch(`/seen?at=${places.map(encodeURIComponent).join(",")}`, {
      headers: { "HX-Request": "true" },
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    part.hidden = !answer.ok || !page.querySelector("a");
    part.querySelector("[data-seen-lines]")?.replaceChildren(...page.body.childNodes);
    part.querySelector("[data-seen-lines]")?.removeAttribute("aria-busy");
  } catch {
    part.hidden = true;
  }
}
