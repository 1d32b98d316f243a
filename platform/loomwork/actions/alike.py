"""Records that a conversion may link to instead of making new ones: those that match for sure, and those that look alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from loomwork.actions.base import Call
from loomwork.catalog.model import Entity
from loomwork.core.errors import NotAllowed, Refused
from loomwork.query.finding import find_by
from loomwork.query.tree import Query
from loomwork.records.service import ReadService

MOST = 5
_READ = ReadService()


def matching(call: Call, spec: Mapping[str, Any], values: Mapping[str, Any], earlier: Mapping[str, Any]) -> str | None:
    """The id of the record that is equal in all the match fields; None unless there is exactly one."""
    entity = call.program.catalog.entities[spec["entity"]]
    wanted: dict[str, Any] = {}
    for name in spec.get("match", ()):
        value = values.get(name)
        if isinstance(value, dict) and "_target" in value:
            value = (earlier.get(value["_target"]) or {}).get("id")
        if value is None:
            return None
        wanted[name] = value
    hits: set[str] | None = None
    for name, value in wanted.items():
        found = set(_equal(call, entity, name, value))
        hits = found if hits is None else hits & found
    return next(iter(hits)) if hits is not None and len(hits) == 1 else None


def candidates(
    call: Call, spec: Mapping[str, Any], values: Mapping[str, Any], sure: str | None
) -> list[dict[str, str]]:
    """`[{id, label, sub}]`: the sure match first, then records with one equal value, then those whose title begins alike."""
    entity = call.program.catalog.entities[spec["entity"]]
    found = [sure] if sure else []
    plain = {name: value for name, value in values.items() if not (isinstance(value, dict) and "_target" in value)}
    for name in spec.get("alike", spec.get("match", ())):
        if name in plain and not entity.fields[name].is_link:
            found += _equal(call, entity, name, plain[name])
    title = entity.fields[entity.title_field]
    text = title.type.display(plain[title.name], title.props, call.actor.language) if title.name in plain else ""
    if text and title.searchable:
        query = Query(entity.name, ("id",), search=text, limit=MOST)
        found += [row["id"] for row in _READ.run(call.work, call.actor, query).rows]
    return _described(call, entity, list(dict.fromkeys(found))[:MOST])


def _equal(call: Call, entity: Entity, name: str, value: Any) -> list[str]:
    """Records that hold the value, as far as the actor may look by that field."""
    field = entity.fields[name]
    try:
        plain = field.type.reader(field.props)(value)[0]
        rows = find_by(call.program.engine, call.work, call.program.reader(call.actor), entity.name, name, [plain])
    except (Refused, NotAllowed):
        return []
    return [record_id for _, record_id, _ in rows]


def _described(call: Call, entity: Entity, ids: Sequence[str]) -> list[dict[str, str]]:
    """`{id, label, sub}` of records in the order of their ids, under the actor's rights."""
    if not ids:
        return []
    rights = call.program.policies.of(call.actor).entity(entity.name)
    names = [n for n in (entity.title_field, *entity.summary_fields) if n in entity.fields and not rights.is_closed(n)]
    reader = call.program.reader(call.actor)
    rows = {row["id"]: row for row in call.program.engine.get_many(call.work, reader, entity.name, ids, tuple(names))}
    shown = []
    for one in ids:
        if one not in rows:
            continue
        texts = {name: _text(call, entity, name, rows[one].get(name)) for name in names}
        label = texts.pop(entity.title_field, "")
        shown.append({"id": one, "label": label or "–", "sub": " · ".join(filter(None, texts.values()))})
    return shown


def _text(call: Call, entity: Entity, name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict) and "masked" in value:
        return str(value["masked"])
    field = entity.fields[name]
    return field.type.display(value, field.props, call.actor.language)
