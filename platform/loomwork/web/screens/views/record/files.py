"""The files of a record: what hangs on it, who brought it, and whether the reader brings more or takes some away.

Who sees the record sees its files, so whoever calls has asked for the record first.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from loomwork.core.errors import PlatformError
from loomwork.permissions.actor import system_actor
from loomwork.query.tree import Query
from loomwork.records.links import ATTACHED
from loomwork.web.files import MAX_BYTES, PROGRAMS
from loomwork.web.screens import figures, ui
from loomwork.web.screens.desk import USER, Desk
from loomwork.web.screens.told import Day, FileLine, FilePanel

FILE = "system.file"
FIELDS = ("name", "size", "type", "created_at", "owner_id")
_MOST = 200
_LONGEST_ENDING = 5
_OFFICE = "application/vnd.openxmlformats-officedocument."
_LOOKS = {
    f"{_OFFICE}wordprocessingml.document": ("Word", "file-text", "sky"),
    f"{_OFFICE}spreadsheetml.sheet": ("Excel", "file-spreadsheet", "green"),
    f"{_OFFICE}presentationml.presentation": ("PowerPoint", "presentation", "orange"),
    "application/pdf": ("PDF", "file-type-pdf", "rose"),
    "application/zip": ("ZIP", "file-zip", "amber"),
}
"""Types by content, as people know them: word, icon, colour. All others are called by the ending of their name."""
_PICTURE = ("photo", "plum")
_OTHER = ("file", "grey")


def file_line(row: Mapping[str, Any], person: str) -> FileLine:
    """A stored file as a line of the list."""
    name, kind = str(row.get("name") or "–"), str(row.get("type") or "")
    word, icon, colour = _LOOKS.get(kind, ("", *(_PICTURE if kind.startswith("image/") else _OTHER)))
    return FileLine(
        id=row["id"],
        name=name,
        url=f"/api/v1/files/{row['id']}",
        icon=icon,
        colour=colour,
        kind=word or _ending(name) or ui.t("files.other"),
        size=figures.size(row["size"]) if row.get("size") is not None else "",
        person=person,
        when=figures.instant(row["created_at"]),
        full_when=figures.full_instant(row["created_at"]),
    )


def _ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return ending.upper() if stem and dot and ending.isalnum() and len(ending) <= _LONGEST_ENDING else ""


def file_panel(days: Sequence[Day], entity: str, record_id: str, *, may_change: bool, most: int) -> FilePanel | None:
    """The panel, out of what the timeline has read already; None where there is nothing to show and nothing to do.

    `most` is how many files the timeline reads: where there are as many, there may be more.
    """
    lines = tuple(event.file for day in days for event in day.events if event.file is not None)
    if entity in ATTACHED or not (lines or may_change):
        return None
    is_full = len(lines) >= most
    more = f"/e/{entity}/{record_id}/files" if is_full else ""
    spec = {"limit": MAX_BYTES, "programs": sorted(PROGRAMS)} if may_change else {}
    return FilePanel(lines, f"{len(lines)}{'+' if is_full else ''}", may_change, more, spec)


def all_files(desk: Desk, entity: str, record_id: str, after: str) -> FilePanel:
    """A long page of a record's files, from the newest or after a cursor.

    Raises: NotFound for a record that the reader does not see.
    """
    desk.get(desk.entity(entity).name, record_id, ("id",))
    query = Query(
        FILE,
        fields=FIELDS,
        filter="entity = :entity AND record_id = :record",
        params={"entity": entity, "record": record_id},
        sort=("-created_at",),
        limit=_MOST,
        cursor=after,
    )
    page = desk.rt.query.run(desk.work, system_actor("attachments", on_behalf_of=desk.actor.user_id), query)
    people = _people(desk, {row["owner_id"]["id"] for row in page.rows if row.get("owner_id")})
    lines = tuple(
        file_line(row, people.get((row.get("owner_id") or {}).get("id", "")) or ui.t("event.system"))
        for row in page.rows
    )
    more = f"/e/{entity}/{record_id}/files?after={page.next_cursor}" if page.next_cursor else ""
    return FilePanel(lines, str(len(lines)), _may_change(desk, entity, record_id), more, {})


def _people(desk: Desk, ids: set[str]) -> dict[str, str]:
    from loomwork.web.screens.views.timeline import labels_of

    return labels_of(desk, USER, ids)


def _may_change(desk: Desk, entity: str, record_id: str) -> bool:
    try:
        told = desk.rt.query.explain(desk.work, desk.actor, entity, record_id)
    except PlatformError:
        return False
    return bool(told["actions"]["update"]["allowed"])
