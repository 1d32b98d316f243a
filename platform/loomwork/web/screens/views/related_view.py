"""Lists of records that belong to the shown one: one query each, with its count."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from loomwork.catalog.model import Component, Entity, Relation
from loomwork.core.errors import PlatformError
from loomwork.core.jsonio import canonical
from loomwork.forms.layout import in_order
from loomwork.query.tree import Page, Query
from loomwork.web.screens import ui
from loomwork.web.screens.desk import Desk, count_lists
from loomwork.web.screens.list_state import default_columns, may_show
from loomwork.web.screens.models import Column, Related, RelatedCard, Row
from loomwork.web.screens.specs import path_field, path_label
from loomwork.web.screens.values import aligns_end, cell_html, is_empty, plain_text, unit_text

_LIMIT = 5
_MOST = 8
_DEFAULT_COLUMNS = 5


def related_lists(
    desk: Desk, entity: Entity, page: Component | None, record_id: str, title: str
) -> tuple[Related, ...]:
    """The related lists of a record: those of its page, else all relations that point to it, each link once."""
    chosen: Mapping[str, Any]
    if page is not None and "related" in page.body:
        chosen = page.body["related"]
    else:
        chosen = {name: {"order": f"{at:03}"} for at, name in enumerate(_pointing(entity)[:_MOST])}
    found: list[Related] = []
    asked: list[tuple[Query, Page]] = []
    for name, body in in_order(chosen):
        relation = entity.relations.get(name)
        if relation is not None and desk.may(relation.entity, "read"):
            made = _related(desk, entity, relation, body, record_id, title)
            if made is not None:
                found.append(made[0])
                asked.append(made[1:])
    return tuple(replace(one, count=count) for one, (count, _) in zip(found, count_lists(desk, asked), strict=True))


def _pointing(entity: Entity) -> list[str]:
    """The relations that begin at other records; the link of a child table's rows is shown by the table already."""
    children = {(one.entity, one.via) for one in entity.relations.values() if one.is_child}
    return [
        name
        for name, one in entity.relations.items()
        if not one.is_owner and (one.is_child or (one.entity, one.via) not in children)
    ]


def _related(
    desk: Desk, entity: Entity, relation: Relation, body: Mapping[str, Any], record_id: str, title: str
) -> tuple[Related, Query, Page] | None:
    """A related list, not yet counted, with what was asked and found."""
    from loomwork.web.screens.views.list_view import make_row

    target = desk.catalog.entity(relation.entity)
    wanted = (
        [path for path, _ in in_order(body["columns"])]
        if body.get("columns")
        else list(default_columns(desk, target))[:_DEFAULT_COLUMNS]
    )
    paths = [path for path in wanted if path != relation.via and may_show(desk, target, path)]
    columns = tuple(_column(desk, target, path, at == 0) for at, path in enumerate(paths))
    condition = relation_condition(relation, record_id)
    fields = tuple(dict.fromkeys([target.title_field, *paths]))
    sort = desk.order(target, *(body.get("sort") or (("created_at",) if relation.is_child else ("-created_at",))))
    try:
        limit = int(body.get("limit", _LIMIT))
        asked = Query(target.name, fields=fields, conditions=condition, sort=sort, limit=limit)
        found = desk.run(asked)
    except PlatformError:
        return None  # a relation that the reader may not follow is not shown
    rows = tuple(make_row(desk, target, columns, row, at) for at, row in enumerate(found.rows, start=1))
    label = ui.say(body.get("label")) or ui.say(relation.label) or ui.say(target.plural, target.name)
    link = {relation.via: {"id": record_id, "label": title}}
    may_create = relation.kind == "reverse" and not relation.is_child and desk.may(target.name, "create")
    new_url = f"/e/{target.name}/new?{urlencode({'values': canonical(link)})}" if may_create else ""
    query = urlencode({"filter": canonical({"and": [{**condition, "label": title}]})})
    may_remove = body.get("removable") is True and desk.may(target.name, "delete")
    all_url = f"/e/{target.name}?{query}"
    cards = tuple(card_of(desk, target, columns, *one) for one in zip(rows, found.rows, strict=True))
    made = Related(relation.name, label, target.name, 0, columns, rows, all_url, new_url, may_remove)
    if body.get("look") == "cards":
        made = replace(made, cards=cards)
    return made, asked, found


def card_of(desk: Desk, target: Entity, columns: tuple[Column, ...], shown: Row, row: Mapping[str, Any]) -> RelatedCard:
    """The first choice among the columns is the badge, the first other value with something to say the line."""
    line, badge = "", Markup("")
    for column in columns:
        field = path_field(desk.catalog, target, column.path)
        if field is None or column.path == target.title_field or is_empty(row.get(column.path)):
            continue
        if field.type.name == "choice":
            badge = badge or cell_html(field, row[column.path])
        else:
            line = line or plain_text(field, row[column.path])
    return RelatedCard(shown, line, badge)


def relation_condition(relation: Relation, record_id: str) -> dict[str, Any]:
    """The condition that picks the records which a relation gives one record."""
    if relation.kind == "reverse":
        return {"field": relation.via, "op": "eq", "value": record_id}
    return {"field": relation.via, "op": "has_any", "value": [record_id]}


def _column(desk: Desk, target: Entity, path: str, is_first: bool) -> Column:
    field = path_field(desk.catalog, target, path)
    is_end = field is not None and aligns_end(field)
    unit = unit_text(field) if field is not None else ""
    return Column(path, path_label(desk.catalog, target, path) + unit, is_end=is_end, is_title=is_first)
