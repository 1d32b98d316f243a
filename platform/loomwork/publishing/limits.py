"""What a version demands of values that are there already: required, lengths, choices, bounds.

What the published version demanded is kept beside it. Only where a new version demands more are the records counted, so
that a start without changes asks nothing. A field made required that is empty somewhere is refused; where values lie
outside new limits they stay as they are, until somebody changes the record, and a person has to agree to that.
"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Catalog, Field
from loomwork.core.jsonio import canonical
from loomwork.core.kinds import Kind
from loomwork.field_types.base import Origin
from loomwork.publishing.administrators import administrator_steps, keep_managing, knows_managing
from loomwork.publishing.notes import keep_note, read_note
from loomwork.storage.database import Work
from loomwork.storage.plan import Plan, Safety, Step, plan_changes
from loomwork.storage.tables import EntityTable

KEY = "limits"
Limits = dict[str, Any]
"""Shapes: `required` true; `max_length`, `min`, `max` numbers; `choices` a sorted list. What is not limited is not there."""
Demands = dict[str, dict[str, Limits]]
"""Limits by entity and field; fields without limits are listed too."""
LATER = "they stay as they are until their records are changed"


def demands_of(catalog: Catalog) -> Demands:
    """What every field of a catalog demands that people fill and the database keeps."""
    return {
        entity.name: {one.name: _limits(one) for one in entity.fields.values() if _is_kept(one)}
        for entity in catalog.entities.values()
    }


def _is_kept(field: Field) -> bool:
    return not field.is_system and bool(field.columns) and field.type.origin is Origin.INPUT


def _limits(field: Field) -> Limits:
    kind, props = field.columns[0].kind, field.props
    found: Limits = {"required": True} if field.required else {}
    if kind is Kind.TEXT and isinstance(props.get("max_length"), int):
        found["max_length"] = props["max_length"]
    if kind is Kind.INTEGER:
        found.update({key: props[key] for key in ("min", "max") if isinstance(props.get(key), int)})
    if kind in (Kind.TEXT, Kind.JSON) and "_choices" in props:
        found["choices"] = sorted(props["_choices"])
    return found


def keep_demands(work: Work, catalog: Catalog) -> None:
    """Keep what the version demands that is being published."""
    keep_note(work, KEY, canonical(demands_of(catalog)))
    keep_managing(work, catalog)


def knows_demands(work: Work) -> bool:
    """Whether the published version kept what it demands."""
    return bool(read_note(work, KEY)) and knows_managing(work)


def plan_publish(work: Work, catalog: Catalog, *, revive: bool = False, is_published: bool = False) -> Plan:
    """The plan of a publish: what happens to the schema, and what the records do not meet. Reads only.

    `revive`: a former version is meant, whose fields have their values again. `is_published`: this very catalog is in
    force, so it demands nothing new and only the schema is looked at.
    """
    plan = plan_changes(work, catalog, revive=revive)
    if is_published:
        return plan
    text = read_note(work, KEY)
    if text:
        plan.steps[:0] = limit_steps(work, catalog, plan, json.loads(text))
    plan.steps[:0] = administrator_steps(work, catalog, plan.tables)
    return plan


def limit_steps(work: Work, catalog: Catalog, plan: Plan, before: Demands) -> Iterator[Step]:
    """A step for every demand that is new and that records do not meet, with how many they are.

    Values that are converted to another type are judged by their conversion.
    """
    missing = {step.target for step in plan.steps if step.kind in ("create_table", "add_column")}
    for entity, fields in demands_of(catalog).items():
        held, old = plan.tables.entities[entity], before.get(entity)
        if old is None or held.table.name in missing:
            continue
        for name, wanted in fields.items():
            if wanted == old.get(name):
                continue
            if name not in old:
                yield from _new_field(work, held, name, wanted)
            elif f"{held.table.name}.{held.fields[name].columns[0].name}" not in missing:
                yield from _tightened(work, held, name, old[name], wanted)


def _new_field(work: Work, held: EntityTable, name: str, wanted: Limits) -> Iterator[Step]:
    """A new required field is empty everywhere: nobody can have filled it before it was there."""
    total = _count(work, held) if wanted.get("required") else 0
    if total:
        text = f"{total} records have no value yet; each needs one when it is next changed"
        yield Step("require", f"{held.entity.name}.{name}", text, _nothing, Safety.CONSENT)


def _tightened(work: Work, held: EntityTable, name: str, old: Limits, wanted: Limits) -> Iterator[Step]:
    column: Any = sa.column(held.fields[name].columns[0].name)
    target = f"{held.entity.name}.{name}"
    if wanted.get("required") and not old.get("required"):
        empty = _count(work, held, column.is_(None))
        if empty:
            text = f"{empty} of {_count(work, held)} records have no value; fill them first"
            yield Step("require", target, text, _nothing, Safety.REFUSED)
    length = wanted.get("max_length")
    if length is not None and length < old.get("max_length", length + 1):
        yield from _outside(work, held, target, sa.func.length(column) > length, f"are longer than {length} characters")
    for key, is_outside in (("min", column.__lt__), ("max", column.__gt__)):
        if key in wanted and wanted[key] != old.get(key):
            words = f"are {'smaller' if key == 'min' else 'greater'} than {wanted[key]}"
            yield from _outside(work, held, target, is_outside(wanted[key]), words)
    gone = sorted(set(old.get("choices", ())) - set(wanted["choices"])) if "choices" in wanted else []
    if gone:
        is_list = held.entity.fields[name].columns[0].kind is Kind.JSON
        text_of = sa.cast(column, sa.Text())
        found = (
            sa.or_(*[text_of.contains(f'"{one}"', autoescape=True) for one in gone]) if is_list else column.in_(gone)
        )
        yield from _outside(work, held, target, found, f"hold a choice that goes: {', '.join(gone)}")


def _outside(work: Work, held: EntityTable, target: str, condition: Any, words: str) -> Iterator[Step]:
    count = _count(work, held, condition)
    if count:
        yield Step("limit", target, f"{count} values {words}; {LATER}", _nothing, Safety.CONSENT)


def _count(work: Work, held: EntityTable, *conditions: Any) -> int:
    """How many living records meet the conditions."""
    alive: Any = sa.column("deleted_at")
    query = sa.select(sa.func.count()).select_from(sa.table(held.table.name)).where(alive.is_(None), *conditions)
    return int(work.fetch(query)[0][0])


def _nothing(_work: Work) -> None:
    """The demand alone changes nothing in the database."""
