"""What happened to a record: changes and notes by day, newest on top, under the reader's rights."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from loomwork.catalog.model import Entity
from loomwork.permissions.actor import system_actor
from loomwork.query.tree import Query
from loomwork.web.screens import figures, ui
from loomwork.web.screens.desk import USER, Desk
from loomwork.web.screens.told import Day, Event
from loomwork.web.screens.values import plain_text
from loomwork.web.screens.views.record.files import FIELDS as FILE_FIELDS
from loomwork.web.screens.views.record.files import FILE, file_line
from loomwork.web.screens.views.told_rows import field_changes, told_rows, told_tables

NOTE = "system.note"
PAGE = 50
_LOOKS = {
    "created": ("plus", "green"),
    "updated": ("history", "grey"),
    "deleted": ("trash", "rose"),
    "restored": ("arrow-back-up", "sky"),
    "revealed": ("eye", "amber"),
    "shared": ("share", "sky"),
    "unshared": ("share-off", "grey"),
}
_WORDS = {
    "created": "event.created",
    "deleted": "event.deleted",
    "restored": "event.restored",
}


def changes_of(desk: Desk, entity: Entity, record_id: str, *, before: int = 0) -> list[dict[str, Any]]:
    """A page of a record's changes under the reader's rights, newest first.

    Raises: NotFound for a record that the reader does not see.
    """
    return desk.rt.query.history(desk.work, desk.actor, entity.name, record_id, before=before, limit=PAGE)


def timeline(
    desk: Desk,
    entity: Entity,
    record_id: str,
    rows: list[dict[str, Any]],
    told: Sequence[tuple[str, Event]] = (),
    *,
    before: int = 0,
) -> tuple[tuple[Day, ...], str]:
    """Events by day, and the address of earlier ones (empty when that is all).

    Shapes: `rows` are the changes to tell, `before` the version that they were paged from; `told` is what related
    records add, with its instants. Notes come with the first page.
    Raises: NotFound for a record that the reader does not see.
    """
    _label_links(desk, entity, rows)
    events = [*told, *((row["at"], _event(desk, entity, row)) for row in rows)]
    if not before:
        known = {row["actor"]["id"]: row["actor"]["label"] for row in rows if row["actor"]["label"]}
        events += _attached(desk, entity.name, record_id, known)
    events.sort(key=lambda pair: pair[0], reverse=True)
    days = []
    for day, group in groupby(events, key=lambda pair: figures.local_day(pair[0])):
        days.append(Day(figures.weekday_date(day), tuple(event for _, event in group)))
    # Rows that changed on their own stand between the versions, which are what pages count.
    is_full = len({row["version"] for row in rows}) == PAGE
    more = f"/e/{entity.name}/{record_id}/timeline?before={rows[-1]['version']}" if is_full else ""
    return tuple(days), more


def _attached(desk: Desk, entity: str, record_id: str, known: Mapping[str, str]) -> list[tuple[str, Event]]:
    """Notes and files of a record. Who sees the record sees them, so whoever calls has asked for the record first.

    `known` are the names of people by id that were read already.
    """
    written = _hanging(desk, NOTE, ("body", "created_at", "owner_id"), entity, record_id)
    brought = _hanging(desk, FILE, FILE_FIELDS, entity, record_id)
    owners = {row["owner_id"]["id"] for row in (*written, *brought) if row.get("owner_id")}
    people = {**known, **labels_of(desk, USER, owners - known.keys())}
    events = [(row["created_at"], _note(row, people)) for row in written]
    return [*events, *((row["created_at"], _file(row, people)) for row in brought)]


def _hanging(desk: Desk, kind: str, fields: tuple[str, ...], entity: str, record_id: str) -> list[dict[str, Any]]:
    if kind not in desk.catalog.entities:
        return []
    query = Query(
        kind,
        fields=fields,
        filter="entity = :entity AND record_id = :record",
        params={"entity": entity, "record": record_id},
        sort=("-created_at",),
        limit=PAGE,
    )
    eyes = system_actor("attachments", on_behalf_of=desk.actor.user_id)
    return desk.rt.query.run(desk.work, eyes, query).rows


def _label_links(desk: Desk, entity: Entity, rows: list[dict[str, Any]]) -> None:
    """Put labels beside the ids of links in changes, one read per entity that is linked to."""
    wanted: dict[str, set[str]] = {}
    places: list[tuple[list[Any], int, str]] = []
    for row in rows:
        for name, pair in row["changes"].items():
            field = entity.find(name)
            if field is None or not field.target or not isinstance(pair, list):
                continue
            # A field of many records holds a list of them on either side.
            for side in (pair, *(one for one in pair if isinstance(one, list))):
                for at, value in enumerate(side):
                    if isinstance(value, str):
                        wanted.setdefault(field.target, set()).add(value)
                        places.append((side, at, field.target))
    labels = {target: labels_of(desk, target, ids) for target, ids in wanted.items()}
    for side, at, target in places:
        side[at] = {"id": side[at], "label": labels[target].get(side[at]) or "–"}


def labels_of(desk: Desk, target: str, ids: set[str]) -> dict[str, str]:
    """Titles by id, of those that the reader sees."""
    entity = desk.catalog.entities.get(target)
    if entity is None or not ids or not desk.may(target, "read"):
        return {}
    title = entity.fields[entity.title_field]
    if not desk.may_read(title):
        return {}
    reader = desk.program.reader(desk.actor)
    rows = desk.program.engine.get_many(desk.work, reader, target, sorted(ids)[:200], (title.name,))
    return {row["id"]: plain_text(title, row.get(title.name)) for row in rows}


def _note(row: Mapping[str, Any], people: Mapping[str, str]) -> Event:
    return _hung("note", ("message", "amber"), row, people, text=str(row.get("body") or ""))


def _file(row: Mapping[str, Any], people: Mapping[str, str]) -> Event:
    line = file_line(row, _brought_by(row, people))
    return _hung("file", ("paperclip", "sky"), row, people, title=line.name, url=line.url, file=line)


def _brought_by(row: Mapping[str, Any], people: Mapping[str, str]) -> str:
    return people.get((row.get("owner_id") or {}).get("id", "")) or ui.t("event.system")


def _hung(kind: str, look: tuple[str, str], row: Mapping[str, Any], people: Mapping[str, str], **more: Any) -> Event:
    person = _brought_by(row, people)
    at = row["created_at"]
    return Event(kind, *look, person, ui.t(f"event.{kind}"), figures.clock_time(at), figures.full_instant(at), **more)


def _name(person: Any) -> str:
    label = person.get("label") if isinstance(person, Mapping) else None
    return str(label or ui.t("event.system"))


def _event(desk: Desk, entity: Entity, row: Mapping[str, Any]) -> Event:
    verb = str(row["verb"])
    icon, colour = _LOOKS.get(verb, _LOOKS["updated"])
    is_new = verb == "created"
    changes = () if is_new else tuple(field_changes(entity, row["changes"]))
    rows = () if is_new else told_rows(desk.catalog, entity, row["rows"])
    if "about" in row:
        words = _about(entity, verb, row["about"])
    elif verb in _WORDS:
        words = ui.t(_WORDS[verb])
    elif len(changes) == 1:
        words = ui.t("event.changed_one", name=changes[0].label)
    elif changes:
        words = ui.t("event.changed_many", n=len(changes))
    elif rows:
        words = ui.t("event.changed_one", name=told_tables(entity, row["rows"]))
    else:
        words = ui.t("event.changed")
    at = row["at"]
    return Event(
        verb,
        icon,
        colour,
        _name(row["actor"]),
        words,
        figures.clock_time(at),
        figures.full_instant(at),
        changes=changes,
        rows=rows,
    )


def _about(entity: Entity, verb: str, about: Mapping[str, Any]) -> str:
    """What was revealed, and with whom the record was shared; without names where the reader does not see them."""
    name = ", ".join(ui.say(entity.fields[one].label, one) for one in about.get("fields", ()) if one in entity.fields)
    principal = about.get("principal")
    name = name or str((principal.get("label") if isinstance(principal, Mapping) else None) or "")
    return ui.t(f"event.{verb}_named", name=name) if name else ui.t(f"event.{verb}")
