"""What a catalog wants of the database against what is there, as steps that a person can read before they run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import sqlalchemy as sa

from loomwork.catalog.model import Catalog, Entity, Field
from loomwork.core.kinds import ColumnSpec, Kind
from loomwork.field_types.base import Storage
from loomwork.storage.database import Work
from loomwork.storage.system_tables import COLUMN_MAP
from loomwork.storage.tables import Tables, build_tables


class Safety(StrEnum):
    """`safe` runs, `consent` runs when the person agreed, `refused` blocks the publish."""

    SAFE = "safe"
    CONSENT = "consent"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One change of the schema. Shapes: `target` is `table` or `table.column`; `run` is done inside the transaction."""

    kind: str
    target: str
    detail: str
    run: Callable[[Work], None]
    safety: Safety = Safety.SAFE

    def as_json(self) -> dict[str, str]:
        """Wire form."""
        return {"kind": self.kind, "target": self.target, "detail": self.detail, "safety": self.safety.value}


@dataclass(frozen=True, slots=True)
class Mapped:
    """A row of the column map."""

    generation: int
    base: str
    signature: str


@dataclass(slots=True)
class Plan:
    """All steps in order, with the tables and the column map that hold afterwards."""

    tables: Tables
    column_map: dict[tuple[str, str], Mapped]
    steps: list[Step] = field(default_factory=list)

    @property
    def refused(self) -> list[Step]:
        """The steps that block."""
        return [step for step in self.steps if step.safety is Safety.REFUSED]

    @property
    def consent(self) -> list[Step]:
        """The steps that need a yes."""
        return [step for step in self.steps if step.safety is Safety.CONSENT]


def signature(columns: Sequence[ColumnSpec]) -> str:
    """What of a field's columns matters to the database: `decimal:2|text@currency`."""
    return "|".join(
        f"{c.kind.value}{f':{c.scale}' if c.kind is Kind.DECIMAL else ''}{f'@{c.suffix}' if c.suffix else ''}"
        for c in columns
    )


def read_column_map(work: Work) -> tuple[dict[tuple[str, str], Mapped], dict[tuple[str, str], int]]:
    """The current rows of the map, and the highest generation ever used per field."""
    c = COLUMN_MAP.c
    current: dict[tuple[str, str], Mapped] = {}
    highest: dict[tuple[str, str], int] = {}
    for entity, name, generation, base, sign, is_current in work.fetch(
        sa.select(c.entity, c.field, c.generation, c.base, c.signature, c.is_current)
    ):
        key = (entity, name)
        highest[key] = max(highest.get(key, 0), generation)
        if is_current:
            current[key] = Mapped(generation, base, sign)
    return current, highest


def read_retired(work: Work) -> dict[tuple[str, str], Mapped]:
    """The columns that each field had last before it went."""
    c = COLUMN_MAP.c
    query = sa.select(c.entity, c.field, c.generation, c.base, c.signature).where(c.is_current == 0)
    rows = work.fetch(query.order_by(c.generation))
    return {(entity, name): Mapped(generation, base, sign) for entity, name, generation, base, sign in rows}


def wanted_map(
    catalog: Catalog,
    current: Mapping[tuple[str, str], Mapped],
    highest: Mapping[tuple[str, str], int],
    retired: Mapping[tuple[str, str], Mapped] | None = None,
) -> dict[tuple[str, str], Mapped]:
    """The map that the catalog needs: kept where the columns are the same or only grew, else the next generation.

    `retired` are columns that come back with their fields; other fields that come back begin with an empty column.
    """
    result: dict[tuple[str, str], Mapped] = {}
    retired = retired or {}
    for entity in catalog.entities.values():
        for one in entity.fields.values():
            if not one.columns and one.type.storage is not Storage.JOIN_TABLE:
                continue
            key, sign = (entity.name, one.name), signature(one.columns)
            old = current.get(key) or retired.get(key)
            if old is not None and _only_grew(old.signature, sign):
                result[key] = Mapped(old.generation, old.base, sign)
                continue
            generation = highest.get(key, 0) + 1
            base = one.name if generation == 1 else f"{one.name}__{generation}"
            result[key] = Mapped(generation, base, sign)
    return result


def _only_grew(old: str, new: str) -> bool:
    return set(old.split("|")) <= set(new.split("|"))


def read_bases(work: Work) -> dict[tuple[str, str], str]:
    """What `build_tables` needs of the map as it stands; `bases` without reading what is as it is named."""
    c = COLUMN_MAP.c
    query = sa.select(c.entity, c.field, c.base).where(c.is_current == 1, c.base != c.field)
    return {(entity, name): base for entity, name, base in work.fetch(query)}


def bases(column_map: Mapping[tuple[str, str], Mapped]) -> dict[tuple[str, str], str]:
    """What `build_tables` needs of the map: the fields whose columns have another name than they."""
    return {key: mapped.base for key, mapped in column_map.items() if mapped.base != key[1]}


def plan_changes(work: Work, catalog: Catalog, *, revive: bool = False) -> Plan:
    """Compare a catalog with the database. Reads only, a handful of queries.

    An entity that comes back as a whole, with the app that it belongs to, finds its values again. A single field that
    comes back is another field with an empty column, unless `revive` says that a former version is meant.
    """
    from loomwork.storage.steps import plan_steps

    current, highest = read_column_map(work)
    target = wanted_map(catalog, current, highest, _coming_back(work, catalog, current, highest, revive))
    tables = build_tables(catalog, work.dialect, bases(target))
    plan = Plan(tables, target)
    plan.steps.extend(plan_steps(work, catalog, tables, current, target))
    return plan


def _coming_back(
    work: Work,
    catalog: Catalog,
    current: Mapping[tuple[str, str], Mapped],
    highest: Mapping[tuple[str, str], int],
    revive: bool,
) -> dict[tuple[str, str], Mapped]:
    """The retired columns that fields of the catalog may have again."""
    if len(highest) == len(current):
        return {}
    living = {entity for entity, _ in current}
    retired = read_retired(work)
    return {key: one for key, one in retired.items() if key not in current and (revive or key[0] not in living)}


def field_of(catalog: Catalog, key: tuple[str, str]) -> tuple[Entity, Field] | None:
    """The entity and field of a map key, if the catalog still has them."""
    entity = catalog.entities.get(key[0])
    found = entity.fields.get(key[1]) if entity else None
    return (entity, found) if entity and found else None


def rows_of(work: Work, table: sa.Table) -> int:
    """Number of rows, trash included."""
    return int(work.fetch(sa.select(sa.func.count()).select_from(table))[0][0])
