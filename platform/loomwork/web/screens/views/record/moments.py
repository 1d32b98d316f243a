"""What related records tell in a timeline (a call, a meeting), and the ways to write down another one.

Pages say it with `timeline` in a related list. The records are asked for under the reader's rights like any list, so a
colleague's call stands there exactly when the reader may see that call.
"""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from loomwork.catalog.model import Component, Entity, Field, Relation
from loomwork.core.errors import PlatformError
from loomwork.forms.layout import in_order
from loomwork.query.tree import Query
from loomwork.web.screens import figures, ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.list_state import may_show
from loomwork.web.screens.list_sums import in_sentence
from loomwork.web.screens.models import NavItem
from loomwork.web.screens.told import Event
from loomwork.web.screens.values import alone_html, cell_html, is_empty, plain_text, shown_choices
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
    """Key and name of what the timeline can be narrowed to: the buttons of a relation, else all of it."""
    found: list[tuple[str, str]] = []
    for relation, body in _told(desk, entity, page):
        own = [(_key(relation, name), ui.say(one["label"], name)) for name, one in _filters(body)]
        found += own or [(f"moment:{relation.name}", _label(desk, relation, body))]
    return tuple(found)


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


def _filters(body: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return in_order(body["timeline"].get("filters", {}))


def _key(relation: Relation, name: str) -> str:
    return f"moment:{relation.name}:{name}"


def _label(desk: Desk, relation: Relation, body: Mapping[str, Any]) -> str:
    target = desk.catalog.entity(relation.entity)
    return ui.say(body.get("label")) or ui.say(relation.label) or ui.say(target.plural, target.name)


def _of_relation(desk: Desk, relation: Relation, body: Mapping[str, Any], record_id: str) -> list[tuple[str, Event]]:
    target, told = desk.catalog.entity(relation.entity), body["timeline"]
    if not may_show(desk, target, told["at"]):
        return []
    single = (told.get(key, "") for key in ("text", "kind", "with"))
    names = (target.title_field, told["at"], *single, *told.get("facts", ()), "owner_id")
    fields = tuple(n for n in dict.fromkeys(names) if n and may_show(desk, target, n))
    happened = {"field": told["at"], "op": "is_not_empty"}
    conditions = {"and": [relation_condition(relation, record_id), happened]}
    try:
        sort = desk.order(target, f"-{told['at']}")
        asked = Query(target.name, fields, conditions=conditions, sort=sort, limit=_PAGE)
        rows = desk.run(asked).rows
    except PlatformError:
        return []  # a relation that the reader may not follow tells nothing
    return [(row[told["at"]], _event(target, relation, body, row, record_id)) for row in rows]


def _event(
    target: Entity, relation: Relation, body: Mapping[str, Any], row: Mapping[str, Any], record_id: str
) -> Event:
    told = body["timeline"]
    kind = target.find(told.get("kind", ""))
    choice = shown_choices(kind).get(str(row.get(kind.name))) if kind is not None else None
    at, owner = row[told["at"]], row.get("owner_id")
    text = target.find(told.get("text", ""))
    return Event(
        f"moment:{relation.name}",
        (choice.icon if choice else "") or target.icon or "point",
        choice.colour if choice else target.colour or "grey",
        str(owner.get("label") or "") if isinstance(owner, Mapping) else ui.t("event.system"),
        _told_as(choice.label if choice else ui.say(target.label, target.name), _person(told, row, record_id)),
        figures.clock_time(at),
        figures.full_instant(at),
        text=_text(text, row),
        title=plain_text(target.fields[target.title_field], row.get(target.title_field)) or "–",
        url=f"/e/{target.name}/{row['id']}",
        facts=tuple(_facts(target, told, row)),
        narrowed=_narrowed(relation, body, choice.value if choice else ""),
    )


def _narrowed(relation: Relation, body: Mapping[str, Any], kind: str) -> str:
    """The buttons that show the event, as words of a list."""
    return " ".join(_key(relation, name) for name, one in _filters(body) if kind in one["kinds"])


def _person(told: Mapping[str, Any], row: Mapping[str, Any], record_id: str) -> str:
    """Who it was about, unless that is the shown record itself."""
    link = row.get(told.get("with", ""))
    return str(link.get("label") or "") if isinstance(link, Mapping) and link.get("id") != record_id else ""


def _told_as(kind: str, person: str) -> str:
    if not ui.current().is_chinese:
        kind = f"{'an' if kind[:1].lower() in tuple('aeio') else 'a'} {in_sentence(kind)}"
    return ui.t("event.moment_with", name=kind, person=person) if person else ui.t("event.moment", name=kind)


def _facts(target: Entity, told: Mapping[str, Any], row: Mapping[str, Any]) -> list[Markup]:
    """Choices as badges; anything else with its name, for a number alone says nothing."""
    found = []
    for name in told.get("facts", ()):
        field = target.find(name)
        if field is None or is_empty(row.get(name)):
            continue
        shown = alone_html(field, row[name])
        is_plain = not shown_choices(field)
        found.append(Markup("{} {}").format(ui.say(field.label, name), shown) if is_plain else shown)
    return found


def _text(field: Field | None, row: Mapping[str, Any]) -> str:
    value = row.get(field.name) if field is not None else None
    if field is None or value in (None, ""):
        return ""
    if isinstance(value, str):
        return field.type.display(value, field.props, ui.current().language)
    return str(cell_html(field, value).striptags())
