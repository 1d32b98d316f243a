"""SQLAlchemy tables of a catalog: one per entity, one per many-to-many field, never reflected.

A table is made when the first statement over it is: of hundreds of entities a process meets a few, and a new version of
the metadata costs no more than those.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa

from loomwork.catalog.model import Catalog, Entity, Field
from loomwork.core.kinds import ColumnSpec, Kind
from loomwork.field_types.base import Storage
from loomwork.storage.columns import Convert, TsVector, column_type, decoder, encoder
from loomwork.storage.layout import (
    SEARCH,
    SEQUENCE,
    ColumnMap,
    TableLayout,
    columns_of,
    entity_layout,
    has_search,
    join_name,
    lay_out,
    table_name,
)

__all__ = ["SEARCH", "SEQUENCE", "ColumnMap", "EntityTable", "FieldColumns", "JoinTable", "Tables", "build_tables"]

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, eq=False)
class FieldColumns:
    """The columns of a field with the conversions of the database at hand, in the order of `field.columns`."""

    columns: tuple[sa.Column[object], ...]
    encoders: tuple[Convert | None, ...]
    decoders: tuple[Convert | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class EntityTable:
    """The table of an entity. `search` tells whether the entity has a full-text index.

    Shapes: `uniques` are the columns of each unique index by its name.
    """

    entity: Entity
    table: sa.Table
    fields: Mapping[str, FieldColumns]
    search: bool
    uniques: Mapping[str, tuple[str, ...]]

    def column(self, field: str, suffix: str = "") -> "sa.Column[object]":
        """The column of a field's part; KeyError for an unknown one is our fault, not the caller's."""
        specs = self.entity.fields[field].columns
        for spec, column in zip(specs, self.fields[field].columns, strict=True):
            if spec.suffix == suffix:
                return column
        raise KeyError(f"{self.entity.name}.{field} has no column part {suffix!r}")


@dataclass(frozen=True, slots=True, eq=False)
class JoinTable:
    """The table of a many-to-many field: one row per pair, `position` keeps the order given."""

    table: sa.Table
    owner: "sa.Column[object]"
    other: "sa.Column[object]"
    position: "sa.Column[object]"


class Lazy(Mapping[Key, Value]):
    """A mapping of known keys whose values are made when they are first asked for, once for all threads."""

    def __init__(self, keys: Iterable[Key], make: Callable[[Key], Value]) -> None:
        self._keys = dict.fromkeys(keys)
        self._make = make
        self._made: dict[Key, Value] = {}
        self._lock = threading.Lock()

    def __getitem__(self, key: Key) -> Value:
        found = self._made.get(key)
        if found is None:
            if key not in self._keys:
                raise KeyError(key)
            with self._lock:
                found = self._made.get(key)
                if found is None:
                    found = self._made[key] = self._make(key)
        return found

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """All tables of one catalog version for one dialect."""

    dialect: str
    catalog: Catalog
    column_map: ColumnMap
    entities: Mapping[str, EntityTable]
    joins: Mapping[tuple[str, str], JoinTable]

    def layouts(self) -> Iterator[TableLayout]:
        """What the database should hold, in the order of the names of tables."""
        return lay_out(self.catalog, self.dialect, self.column_map)


def build_tables(catalog: Catalog, dialect: str, column_map: ColumnMap) -> Tables:
    """The tables of a catalog, made when they are needed."""

    def entity_table(name: str) -> EntityTable:
        return _entity_table(catalog.entities[name], dialect, column_map)

    def join_table(key: tuple[str, str]) -> JoinTable:
        return _join_table(join_name(catalog.entities[key[0]], column_map.get(key, key[1])), dialect)

    pairs = [
        (entity.name, field.name)
        for entity in catalog.entities.values()
        for field in entity.fields.values()
        if field.type.storage is Storage.JOIN_TABLE
    ]
    return Tables(dialect, catalog, column_map, Lazy(catalog.entities, entity_table), Lazy(pairs, join_table))


def _entity_table(entity: Entity, dialect: str, column_map: ColumnMap) -> EntityTable:
    columns: list[sa.Column[object]] = []
    fields: dict[str, FieldColumns] = {}
    if dialect == "sqlite":
        columns.append(sa.Column(SEQUENCE, sa.Integer, primary_key=True))
    for field in entity.fields.values():
        if not field.columns:
            continue
        names = columns_of(entity, field, column_map)
        made = tuple(_column(field, spec, name, dialect) for spec, name in zip(field.columns, names, strict=True))
        columns.extend(made)
        fields[field.name] = FieldColumns(
            made,
            tuple(encoder(spec, dialect) for spec in field.columns),
            tuple(decoder(spec, dialect) for spec in field.columns),
        )
    search = has_search(entity)
    if search and dialect != "sqlite":
        columns.append(sa.Column(SEARCH, TsVector()))
    table = sa.Table(table_name(entity), sa.MetaData(), *columns)
    uniques = {
        index.name: tuple(name for name, _ in index.keys)
        for index in entity_layout(entity, dialect, column_map).indexes
        if index.unique
    }
    return EntityTable(entity, table, fields, search, uniques)


def _column(field: Field, spec: ColumnSpec, name: str, dialect: str) -> "sa.Column[object]":
    is_identity = field.is_system and field.name == "id"
    return sa.Column(
        name, column_type(spec, dialect), primary_key=is_identity and dialect != "sqlite", nullable=not is_identity
    )


def _join_table(name: str, dialect: str) -> JoinTable:
    kind = column_type(ColumnSpec(Kind.ID), dialect)
    owner: sa.Column[object] = sa.Column("owner", kind, primary_key=True)
    other: sa.Column[object] = sa.Column("other", kind, primary_key=True)
    position: sa.Column[object] = sa.Column("position", sa.Integer, nullable=False)
    return JoinTable(sa.Table(name, sa.MetaData(), owner, other, position), owner, other, position)
