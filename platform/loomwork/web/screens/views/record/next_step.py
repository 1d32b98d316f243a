"""The next step of a record: the nearest related record that is to be done, which pages name with `next_step`.

It is asked for under the reader's rights like any list, so each reader sees the nearest one that is open to him, and
the box to tick it off only where he may write that field of that record.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from loomwork.catalog.model import Component, Entity, Relation
from loomwork.core.errors import PlatformError
from loomwork.core.jsonio import canonical
from loomwork.forms.layout import in_order
from loomwork.query.tree import Query
from loomwork.web.screens import figures
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.list_state import may_show
from loomwork.web.screens.offers import NextStep
from loomwork.web.screens.specs import path_field
from loomwork.web.screens.values import plain_text, shown_choices
from loomwork.web.screens.views.related_view import relation_condition

_COUNTED = 10
"""Steps that are read, so that the first one stands there and the others are counted without asking again."""


def next_step(desk: Desk, entity: Entity, page: Component | None, record_id: str, title: str) -> NextStep | None:
    """The nearest step over all relations that give some; None where there is nothing to do.

    Shapes: `title` is the record's own, for the address of the list of all its steps.
    """
    found: list[tuple[str, NextStep]] = []
    for name, body in in_order(page.body.get("related", {})) if page is not None else ():
        relation = entity.relations.get(name)
        if relation is not None and body.get("next_step") and desk.may(relation.entity, "read"):
            found += _of_relation(desk, relation, body["next_step"], record_id, title)
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _of_relation(
    desk: Desk, relation: Relation, told: Mapping[str, Any], record_id: str, title: str
) -> list[tuple[str, NextStep]]:
    target = desk.catalog.entity(relation.entity)
    due, done = str(told["due"]), str(told["done"])
    order = [due, *([told["at"]] if told.get("at") else [])]
    if not all(may_show(desk, target, name) for name in (due, done)) or desk.order(target, due) != (due,):
        return []
    names = (target.title_field, *order, told.get("kind", ""), *told.get("who", ()))
    fields = tuple(n for n in dict.fromkeys(names) if n and may_show(desk, target, n))
    here, is_open = relation_condition(relation, record_id), {"field": done, "op": "eq", "value": False}
    conditions = {"and": [here, is_open, {"field": due, "op": "is_not_empty"}]}
    asked = Query(target.name, fields, conditions=conditions, sort=desk.order(target, *order), limit=_COUNTED)
    try:
        page = desk.run(asked)
    except PlatformError:
        return []  # a relation that the reader may not follow gives no step
    filters = {"and": [{**here, "label": title}, is_open]}
    all_url = f"/e/{target.name}?{urlencode({'filter': canonical(filters)})}"
    more = f"{len(page.rows) - 1}{'+' if page.next_cursor else ''}" if len(page.rows) > 1 else ""
    return [(str(row[due]), _step(desk, target, told, row, more=more, more_url=all_url)) for row in page.rows[:1]]


def _step(
    desk: Desk, target: Entity, told: Mapping[str, Any], row: Mapping[str, Any], *, more: str, more_url: str
) -> NextStep:
    kind = target.find(told.get("kind", ""))
    choice = shown_choices(kind).get(str(row.get(kind.name))) if kind is not None else None
    at = row.get(told.get("at", "")) or row[told["due"]]
    people = (_name(desk, target, name, row) for name in told.get("who", ()))
    return NextStep(
        entity=target.name,
        id=row["id"],
        version=row["row_version"],
        title=plain_text(target.fields[target.title_field], row.get(target.title_field)) or "–",
        url=f"/e/{target.name}/{row['id']}",
        icon=(choice.icon if choice else "") or target.icon or "point",
        colour=choice.colour if choice else target.colour or "grey",
        when=_when(at),
        full_when=figures.full_instant(at) if "T" in str(at) else figures.iso_date(at),
        late=figures.overdue(row[told["due"]]),
        people=tuple(dict.fromkeys(one for one in people if one)),
        field=str(told["done"]),
        may_complete=_may_complete(desk, target, row["id"], str(told["done"])),
        more=more,
        more_url=more_url if more else "",
    )


def _when(value: Any) -> str:
    text = str(value)
    if "T" not in text:
        return figures.weekday_date(text)
    day = figures.local_day(text)
    return f"{figures.weekday_date(day)} {figures.clock_time(text)}" if day is not None else ""


def _name(desk: Desk, target: Entity, name: str, row: Mapping[str, Any]) -> str:
    field = path_field(desk.catalog, target, name)
    value = row.get(name)
    if field is None or not value or (isinstance(value, Mapping) and value.get("id") == desk.actor.user_id):
        return ""  # the reader knows that he is meant
    return "" if isinstance(value, Mapping) and not value.get("label") else plain_text(field, value)


def _may_complete(desk: Desk, target: Entity, record_id: str, done: str) -> bool:
    if done not in desk.writable(target):
        return False
    try:
        told = desk.rt.query.explain(desk.work, desk.actor, target.name, record_id)
    except PlatformError:
        return False
    return bool(told["actions"]["update"]["allowed"] and told["fields"].get(done, {}).get("write"))
