"""Stored formulas and roll-ups whose definition changed are made anew for the records that are there already."""

import json
from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from loomwork.catalog.model import Catalog, Entity
from loomwork.core.jsonio import canonical
from loomwork.expressions.faults import FormulaError
from loomwork.field_types.base import Origin
from loomwork.publishing.notes import read_notes
from loomwork.query.formulas import roll_up_text
from loomwork.records.program import Program
from loomwork.records.roll_ups import recompute
from loomwork.storage.database import Work
from loomwork.storage.layout import columns_of
from loomwork.storage.plan import signature
from loomwork.storage.system_tables import STATE
from loomwork.storage.tables import EntityTable, Tables

CHUNK = 2_000
HEAD = "computed:"


def recompute_changed(program: Program, work: Work) -> list[str]:
    """Make what changed anew and note what holds now; the fields concerned, as `entity.field`.

    A formula that only Python can compute is left as it is until its record is changed.
    """
    done: list[str] = []
    for entity, wanted, old in _changed(program.catalog, program.tables, work):
        names = [name for name, text in wanted.items() if old.get(name) != text]
        if names:
            _make_anew(program, work, program.tables.entities[entity.name], names)
            done += [f"{entity.name}.{name}" for name in names]
        key = HEAD + entity.name
        work.execute(sa.delete(STATE).where(STATE.c.key == key))
        work.execute(sa.insert(STATE).values(key=key, value=canonical(wanted)))
    return done


def has_changed(catalog: Catalog, tables: Tables, work: Work) -> bool:
    """Whether `recompute_changed` would find anything to do. Reads only."""
    return any(_changed(catalog, tables, work))


def _changed(
    catalog: Catalog, tables: Tables, work: Work
) -> Iterator[tuple[Entity, Mapping[str, str], Mapping[str, str]]]:
    """Entities whose stored computed fields are made otherwise than noted: how now, and how before."""
    known = read_notes(work, HEAD)
    for entity in catalog.entities.values():
        wanted, before = _definitions(entity, tables), known.get(entity.name, "{}")
        if canonical(wanted) != before:
            yield entity, wanted, json.loads(before)


def _definitions(entity: Entity, tables: Tables) -> dict[str, str]:
    """What each stored computed field is made of, with the column that it is kept in."""
    found: dict[str, str] = {}
    for one in entity.fields.values():
        if not one.columns or one.type.origin not in (Origin.FORMULA, Origin.ROLL_UP):
            continue
        is_rolled = one.type.origin is Origin.ROLL_UP
        text = f"{roll_up_text(one)} in {signature(one.columns)}" if is_rolled else str(one.props["formula"])
        found[one.name] = f"{columns_of(entity, one, tables.column_map)[0]}: {text}"
    return found


def _make_anew(program: Program, work: Work, held: EntityTable, names: list[str]) -> None:
    identity = held.column("id")
    ids = [row[0] for row in work.fetch(sa.select(identity).order_by(identity))]
    for name in names:
        for start in range(0, len(ids), CHUNK):
            try:
                recompute(program, work, {(held.entity.name, name): set(ids[start : start + CHUNK])})
            except FormulaError:
                break
