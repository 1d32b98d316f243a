"""Finding: targets of look-ups, and the palette that searches everything the reader may see."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from loomwork.catalog.model import Entity, Field
from loomwork.core.errors import InvalidInput, NotFound, PlatformError
from loomwork.forms.preview import plain_values
from loomwork.query.tree import Query
from loomwork.web.screens import ui
from loomwork.web.screens.desk import USER, Desk
from loomwork.web.screens.models import NavItem, Shell
from loomwork.web.screens.values import plain_text

_LIMIT = 12
_PER_ENTITY = 4
_ENTITIES = 8
_MAX_RECORD = 40_000


def lookup(desk: Desk, entity_name: str, field_name: str, args: Mapping[str, str]) -> dict[str, Any]:
    """Records that a link field may point to.

    Shapes: `args` holds `q` and, for dependent look-ups, `record` (the form's values as JSON); the answer is
    `{items: [{id, label, sub, entity}], may_create}`.
    Raises: NotFound, InvalidInput.
    """
    entity = desk.entity(entity_name)
    field = entity.find(field_name)
    if field is None:
        raise NotFound("there is no such field")
    targets = [field.target] if field.target else [str(one) for one in field.props.get("entities", ())]
    chosen = _dependent(desk, entity, field, args.get("record", ""))
    items: list[dict[str, Any]] = []
    for name in targets:
        if name in desk.catalog.entities and desk.may(name, "read"):
            items += _find(desk, desk.catalog.entity(name), args.get("q", "")[:100], chosen)
    may_create = bool(field.props.get("create")) and desk.may(field.target, "create") if field.target else False
    return {"items": items, "may_create": may_create}


def _dependent(desk: Desk, entity: Entity, field: Field, text: str) -> Query:
    """The field's filter over its target, with what the form holds as parameters."""
    found = desk.program.plans.of(entity.name).dependent.get(field.name)
    if found is None:
        return Query(field.target)
    try:
        record = json.loads(text) if text and len(text) <= _MAX_RECORD else {}
    except ValueError:
        raise InvalidInput("the record that the choice depends on cannot be read", code="bad_record") from None
    values = plain_values(entity, record if isinstance(record, dict) else {})
    return Query(field.target, filter=found.text, params=found.params(values), param_types=found.types)


def _find(desk: Desk, target: Entity, text: str, chosen: Query) -> list[dict[str, Any]]:
    summary = tuple(n for n in target.summary_fields if n in target.fields and desk.may_read(target.fields[n]))[:2]
    title = target.title_field
    sort = (
        (title,)
        if target.fields[title].type.sort_suffix is not None and target.fields[title].sortable
        else desk.order(target, "-updated_at")
    )
    active = "active = true" if target.name == USER else ""
    both = " AND ".join(f"({one})" for one in (chosen.filter, active) if one)
    query = replace(
        chosen, entity=target.name, fields=(title, *summary), filter=both, sort=sort, limit=_LIMIT, search=text
    )
    found = []
    for row in desk.run(query).rows:
        sub = " · ".join(filter(None, (plain_text(target.fields[n], row.get(n)) for n in summary)))
        item = {
            "id": row["id"],
            "label": plain_text(target.fields[title], row.get(title)) or "–",
            "entity": target.name,
        }
        found.append({**item, "sub": sub} if sub else item)
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the palette."""

    label: str
    sub: str
    url: str
    icon: str
    is_drawer: bool = False


def palette(desk: Desk, frame: Shell, text: str) -> list[tuple[str, list[Found]]]:
    """Groups of lines: where to go, what to create, records that match."""
    wanted = text.strip().casefold()
    items = [*frame.personal, *(item for group in frame.groups for item in group.items), *frame.favourites]
    create_word = ui.t("create").casefold()
    is_create = wanted.startswith(create_word)
    rest = wanted.removeprefix(create_word).strip() if is_create else wanted
    groups: list[tuple[str, list[Found]]] = []
    if not is_create:
        go = [Found(i.label, "", i.url, i.icon) for i in items if rest in i.label.casefold()][: 6 if rest else 8]
        if rest:
            go += [one for one in _own_places() if rest in one.label.casefold()]
        groups.append((ui.t("search.go"), go))
        if rest:
            groups += _records(desk, items, text.strip())
    create = [_create(desk, i) for i in items if i.key and i.may_create and rest in i.label.casefold()]
    groups.append((ui.t("search.create"), create[: 12 if is_create else 4]))
    return [(title, lines) for title, lines in groups if lines]


def _own_places() -> list[Found]:
    """Pages that everybody has, which the navigation keeps behind the person's name."""
    return [Found(ui.t("settings"), "", "/settings", "settings"), Found(ui.t("trash"), "", "/trash", "trash")]


def _create(desk: Desk, item: NavItem) -> Found:
    name = ui.say(desk.catalog.entity(item.key).label, item.label)
    return Found(
        ui.t("list.new", name=name if ui.current().is_chinese else name.lower()),
        "",
        f"/e/{item.key}/new",
        "plus",
        is_drawer=True,
    )


def _records(desk: Desk, items: list[NavItem], text: str) -> list[tuple[str, list[Found]]]:
    groups = []
    for item in [one for one in items if one.key][:_ENTITIES]:
        entity = desk.catalog.entities.get(item.key)
        if entity is None or not any(f.searchable for f in entity.fields.values()):
            continue
        summary = tuple(n for n in entity.summary_fields if desk.may_read(entity.fields[n]))[:2]
        try:
            sort = desk.order(entity, "-updated_at")
            rows = desk.run(
                Query(entity.name, (entity.title_field, *summary), search=text, limit=_PER_ENTITY, sort=sort)
            ).rows
        except PlatformError:
            continue  # an entity that cannot be searched leaves the others
        lines = [_line(entity, row, summary, item.icon) for row in rows]
        if lines:
            groups.append((ui.say(entity.plural, entity.name), lines))
    return groups


def _line(entity: Entity, row: Mapping[str, Any], summary: tuple[str, ...], icon: str) -> Found:
    title = plain_text(entity.fields[entity.title_field], row.get(entity.title_field)) or "–"
    sub = " · ".join(filter(None, (plain_text(entity.fields[n], row.get(n)) for n in summary)))
    return Found(title, sub, f"/e/{entity.name}/{row['id']}", icon)
