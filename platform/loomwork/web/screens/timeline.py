"""What happened to a record: changes and notes by day, newest on top, under the reader's rights."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from markupsafe import Markup

from loomwork.catalog.model import Entity
from loomwork.query.tree import Query
from loomwork.web.screens import figures, ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.models import Change, Day, Event
from loomwork.web.screens.values import cell_html

NOTE = "system.note"
PAGE = 50
_LOOKS = {
    "create": ("plus", "green"),
    "update": ("history", "grey"),
    "delete": ("trash", "rose"),
    "restore": ("arrow-back-up", "sky"),
    "share": ("share", "indigo"),
    "unshare": ("share-off", "grey"),
    "reveal": ("eye", "amber"),
    "import": ("upload", "teal"),
}
_WORDS = {
    "create": "event.created",
    "delete": "event.deleted",
    "restore": "event.restored",
    "share": "event.shared",
    "unshare": "event.unshared",
    "reveal": "event.revealed",
    "import": "event.imported",
}


def timeline(desk: Desk, entity: Entity, record_id: str, *, before: int = 0) -> tuple[tuple[Day, ...], str]:
    """Events by day, and the address of earlier ones (empty when that is all).

    Shapes: `before` is the version to page from; notes come with the first page.
    """
    rows = desk.rt.query.history(desk.work, desk.actor, entity.name, record_id, before=before, limit=PAGE)
    events = [(row["at"], _event(desk, entity, row)) for row in rows]
    if not before:
        events += [(row["created_at"], _note(row)) for row in notes(desk, entity.name, record_id)]
    events.sort(key=lambda pair: pair[0], reverse=True)
    days = []
    for day, group in groupby(events, key=lambda pair: figures.local_day(pair[0])):
        days.append(Day(figures.weekday_date(day), tuple(event for _, event in group)))
    more = f"/e/{entity.name}/{record_id}/timeline?before={rows[-1]['version']}" if len(rows) == PAGE else ""
    return tuple(days), more


def notes(desk: Desk, entity: str, record_id: str) -> list[dict[str, Any]]:
    """The notes on a record, newest first."""
    if NOTE not in desk.catalog.entities or not desk.may(NOTE, "read"):
        return []
    wanted = {
        "and": [
            {"field": "entity", "op": "eq", "value": entity},
            {"field": "record_id", "op": "eq", "value": record_id},
        ]
    }
    fields = ("body", "created_at", "created_by")
    return desk.run(Query(NOTE, fields=fields, conditions=wanted, sort=("-created_at",), limit=PAGE)).rows


def _note(row: Mapping[str, Any]) -> Event:
    return Event(
        "note",
        "message",
        "amber",
        _name(row.get("created_by")),
        ui.t("event.note"),
        figures.clock_time(row["created_at"]),
        figures.full_instant(row["created_at"]),
        text=str(row.get("body") or ""),
    )


def _name(person: Any) -> str:
    label = person.get("label") if isinstance(person, Mapping) else None
    return str(label or ui.t("event.system"))


def _event(desk: Desk, entity: Entity, row: Mapping[str, Any]) -> Event:
    verb = str(row["verb"])
    icon, colour = _LOOKS.get(verb, _LOOKS["update"])
    changes = () if verb == "create" else tuple(_changes(entity, row["changes"]))
    if verb in _WORDS:
        words = ui.t(_WORDS[verb])
    elif len(changes) == 1:
        words = ui.t("event.changed_one", name=changes[0].label)
    else:
        words = ui.t("event.changed")
    at = row["at"]
    return Event(verb, icon, colour, _name(row["actor"]), words, figures.clock_time(at), figures.full_instant(at), changes=changes)


def _changes(entity: Entity, changes: Mapping[str, Any]) -> list[Change]:
    found = []
    for name, pair in changes.items():
        field = entity.find(name)
        if field is None or field.is_system and name != "owner_id" or not isinstance(pair, list):
            continue
        old, new = (_side(cell_html(field, value)) for value in pair)
        found.append(Change(ui.say(field.label, name), old, new))
    return found


def _side(html: Markup) -> Markup:
    return html or Markup('<span class="lw-none">{}</span>').format(ui.t("event.empty"))
