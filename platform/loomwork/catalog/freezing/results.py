"""Types of roll-ups that follow from what they gather: a maximum of dates is a date.

The type asks for it as property `_result`; it can only be told once all fields and relations are known, and for
roll-ups of roll-ups from the bottom up.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from loomwork.catalog.model import Entity, Field
from loomwork.field_types.base import Origin

_Key = tuple[str, str]
_BY_SHAPE = {"text": "text", "number": "decimal", "boolean": "boolean", "date": "date", "instant": "instant"}
"""Result for values of types that are no result themselves: an e-mail address is kept as text."""


def resolve_results(entities: dict[str, Entity]) -> dict[str, Entity]:
    """The entities with the result types of roll-ups filled in."""
    resolved: dict[_Key, Field] = {}
    for entity in entities.values():
        for field in entity.fields.values():
            if field.type.origin is Origin.ROLL_UP:
                _resolve(field, entities, resolved, ())
    changed = {name for name, _ in resolved}
    return {
        name: replace(
            entity, fields=MappingProxyType({n: resolved.get((name, n), f) for n, f in entity.fields.items()})
        )
        if name in changed
        else entity
        for name, entity in entities.items()
    }


def _resolve(
    field: Field, entities: Mapping[str, Entity], resolved: dict[_Key, Field], above: tuple[_Key, ...]
) -> Field:
    key = (field.entity, field.name)
    if key in resolved or key in above:
        return resolved.get(key, field)
    result = _gathered(field, entities, resolved, (*above, key))
    if not result:
        return field
    props: Mapping[str, Any] = MappingProxyType({**field.props, "_result": result})
    kind = field.type
    sortable = field.sortable or (not field.columns and kind.sort_column(props) is not None)
    resolved[key] = replace(
        field, props=props, columns=kind.columns(props), target=kind.target(props), sortable=sortable
    )
    return resolved[key]


def _gathered(
    field: Field, entities: Mapping[str, Entity], resolved: dict[_Key, Field], above: tuple[_Key, ...]
) -> str:
    """The type of the values that a roll-up gathers; empty when it names none or a formula."""
    relation = entities[field.entity].relations.get(field.props.get("relation", ""))
    value = field.props.get("value", "")
    if relation is None or "result" in field.props:
        return ""
    source = entities[relation.entity].fields.get(value)
    if source is None:
        return ""
    if source.type.origin is Origin.ROLL_UP:
        source = _resolve(source, entities, resolved, above)
    computed = getattr(source.type, "result", None)
    name = str(computed(source.props)) if computed else source.type.name
    possible = field.type.properties_schema()["properties"].get("result", {}).get("enum", ())
    return name if name in possible else _BY_SHAPE.get(source.type.shape(source.props).kind, "")
