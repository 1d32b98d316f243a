"""What related records tell in a timeline (a call, a meeting), and the ways to write down another one.

Pages say it with `timeline` in a related list. The records are asked for under the reader's rights like any list, so a
colleague's call stands there exactly when the reader may see that call.
"""

from collections.abc import Mapping
from typing import Any

from loomwork.catalog.model import Component, Entity, Field, Relation
from loomwork.core.errors import PlatformError
from loomwork.forms.layout import in_order
from loomwork.query.tree import Query
from loomwork.web.screens import figures, ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.list_state import may_show
from loomwork.web.screens.models import Event, NavItem
from loomwork.web.screens.values import cell_html, plain_text, shown_choices
from loomwork.web.screens.views.record.quick import form_url
from loomwork.web.screens.views.related_view import relation_condition

_PAGE = 50
_BUTTONS = 4


def moments(desk: Desk, entity: Entity, page: Component | None, record_id: str) -> list[tuple[str, Event]]:
    """Events with their instants, newest first per relation."""
    found: list[tuple[str, Event]] = []
    for relation, body in _told(desk, entity, page):
        found += _of_relation(desk, relation, body, record_id)
    return found


def moment_kinds(desk: Desk, entity: Entity, page: Component | None) -> tuple[tuple[str, str], ...]:
    """Key and name of every relation that is told, to choose among in the timeline."""
    return tuple((f"moment:{r.name}", _label(desk, r, body)) for r, body in _told(desk, entity, page))


def composer_links(
    desk: Desk, entity: Entity, page: Component | None, record_id: str, title: str
) -> tuple[NavItem, ...]:
    """Ways to add such a record from the composer: one for each kind of it, else one for the relation."""
    found: list[NavItem] = []
    for relation, body in _told(desk, entity, page):
        if relation.kind != "reverse" or relation.is_child or not desk.may(relation.entity, "create"):
            continue
        target = desk.catalog.entity(relation.entity)
        link = {relation.via: {"id": record_id, "label": title}}
        kind = target.find(str(body["timeline"].get("kind", "")))
        if kind is None:
            found.append(NavItem(ui.say(target.label), form_url(target.name, link), target.icon or "plus"))
            continue
        for one in shown_choices(kind).values():
            if one.active:
                given = {**link, kind.name: one.value}
                found.append(NavItem(one.label, form_url(target.name, given), one.icon or target.icon or "plus"))
    return tuple(found[:_BUTTONS])


def _told(desk: Desk, entity: Entity, page: Component | None) -> list[tuple[Relation, Mapping[str, Any]]]:
    found = []
    for name, body in in_order(page.body.get("related", {})) if page is not None else ():
        relation = entity.relations.get(name)
        if relation is not None and body.get("timeline") and desk.may(relation.entity, "read"):
            found.append((relation, body))
    return found


def _label(desk: Desk, relation: Relation, body: Mapping[str, Any]) -> str:
    target = desk.catalog.entity(relation.entity)
    return ui.say(body.get("label")) or ui.say(relation.label) or ui.say(target.plural, target.name)


def _of_relation(desk: Desk, relation: Relation, body: Mapping[str, Any], record_id: str) -> list[tuple[str, Event]]:
    target, told = desk.catalog.entity(relation.entity), body["timeline"]
    if not may_show(desk, target, told["at"]):
        return []
    names = (target.title_field, told["at"], told.get("text", ""), told.get("kind", ""), "owner_id")
    fields = tuple(n for n in dict.fromkeys(names) if n and may_show(desk, target, n))
    happened = {"field": told["at"], "op": "is_not_empty"}
    conditions = {"and": [relation_condition(relation, record_id), happened]}
    try:
        sort = desk.order(target, f"-{told['at']}")
        asked = Query(target.name, fields, conditions=conditions, sort=sort, limit=_PAGE)
        rows = desk.run(asked).rows
    except PlatformError:
        return []  # a relation that the reader may not follow tells nothing
    return [(row[told["at"]], _event(target, relation, told, row)) for row in rows]


def _event(target: Entity, relation: Relation, told: Mapping[str, Any], row: Mapping[str, Any]) -> Event:
    kind = target.find(told.get("kind", ""))
    choice = shown_choices(kind).get(str(row.get(kind.name))) if kind is not None else None
    at, owner = row[told["at"]], row.get("owner_id")
    text = target.find(told.get("text", ""))
    return Event(
        f"moment:{relation.name}",
        (choice.icon if choice else "") or target.icon or "point",
        choice.colour if choice else target.colour or "grey",
        str(owner.get("label") or "") if isinstance(owner, Mapping) else ui.t("event.system"),
        _told_as(choice.label if choice else ui.say(target.label, target.name)),
        figures.clock_time(at),
        figures.full_instant(at),
        text=_text(text, row),
        title=plain_text(target.fields[target.title_field], row.get(target.title_field)) or "–",
        url=f"/e/{target.name}/{row['id']}",
    )


def _told_as(kind: str) -> str:
    return ui.t("event.moment", name=kind if ui.current().is_chinese else kind.lower())


def _text(field: Field | None, row: Mapping[str, Any]) -> str:
    value = row.get(field.name) if field is not None else None
    if field is None or value in (None, ""):
        return ""
    return str(cell_html(field, value).striptags()) if not isinstance(value, str) else value
