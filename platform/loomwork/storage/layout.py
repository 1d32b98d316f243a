"""What the database should hold for a catalog: tables, columns and indexes by name, light enough to compare them all.

The tables that statements are made of are built from the same names, one by one when they are needed (`tables.py`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.engine import Dialect

from loomwork.catalog.model import Catalog, Entity, Field
from loomwork.core.kinds import ColumnSpec, Kind
from loomwork.field_types.base import Storage
from loomwork.storage.columns import column_type
from loomwork.storage.names import column_name, index_name, shorten

ColumnMap = Mapping[tuple[str, str], str]
"""(entity, field) → base name of the physical columns; a field that is not there has its own name."""

SEQUENCE = "lw_seq"
SEARCH = "lw_search"
_BY_THE_PLATFORM = ("id", "row_version", "updated_by", "created_by", "deleted_at", "updated_at")
_NEWEST_FIRST = frozenset({"number", "date", "instant"})
"""Kinds of values that lists show from the top: newest, largest."""


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """A column. Shapes: a column of no field has no `spec` but the text of its type; `constraint` holds in new tables."""

    name: str
    spec: ColumnSpec | None
    type_text: str = ""
    constraint: str = ""


@dataclass(frozen=True, slots=True)
class IndexLayout:
    """An index. Shapes: `keys` are columns with whether they run downwards; unique ones leave the trash out."""

    name: str
    keys: tuple[tuple[str, bool], ...]
    unique: bool = False
    is_search: bool = False


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A table; `primary` are the columns of its key where they are more than one."""

    name: str
    columns: tuple[ColumnLayout, ...]
    indexes: tuple[IndexLayout, ...]
    primary: tuple[str, ...] = ()


def table_name(entity: Entity) -> str:
    """The table of an entity."""
    return shorten(entity.table)


def join_name(entity: Entity, base: str) -> str:
    """The table of a many-to-many field."""
    return shorten(f"{entity.table}__{base}")


def search_table(entity: Entity) -> str:
    """The FTS5 table of an entity on SQLite."""
    return shorten(f"{table_name(entity)}__fts")


def has_search(entity: Entity) -> bool:
    """Whether the entity has a full-text index."""
    return any(f.searchable and f.type.search_suffixes for f in entity.fields.values())


def columns_of(entity: Entity, field: Field, column_map: ColumnMap) -> list[str]:
    """Names of the columns of a field, in the order of `field.columns`."""
    base = column_map.get((entity.name, field.name), field.name)
    return [column_name(base, spec.suffix) for spec in field.columns]


def lay_out(catalog: Catalog, dialect: str, column_map: ColumnMap) -> Iterator[TableLayout]:
    """The tables of a catalog by name; about a tenth of a millisecond each."""
    found: list[TableLayout] = []
    for entity in catalog.entities.values():
        found.append(entity_layout(entity, dialect, column_map))
        for field in entity.fields.values():
            if field.type.storage is Storage.JOIN_TABLE:
                found.append(_join_layout(entity, column_map.get((entity.name, field.name), field.name)))
    yield from sorted(found, key=lambda one: one.name)


def entity_layout(entity: Entity, dialect: str, column_map: ColumnMap) -> TableLayout:
    """The table of an entity."""
    columns: list[ColumnLayout] = []
    names: dict[str, list[str]] = {}
    if dialect == "sqlite":
        columns.append(ColumnLayout(SEQUENCE, None, "INTEGER", "NOT NULL PRIMARY KEY"))
    for field in entity.fields.values():
        if field.columns:
            names[field.name] = columns_of(entity, field, column_map)
            identity = _identity(field, dialect)
            columns += [
                ColumnLayout(name, spec, constraint=identity)
                for name, spec in zip(names[field.name], field.columns, strict=True)
            ]
    search = dialect != "sqlite" and has_search(entity)
    if search:
        columns.append(ColumnLayout(SEARCH, None, "TSVECTOR"))
    return TableLayout(table_name(entity), tuple(columns), tuple(_indexes(entity, names, dialect, search)))


def _identity(field: Field, dialect: str) -> str:
    if field.is_system and field.name == "id":
        return "NOT NULL UNIQUE" if dialect == "sqlite" else "NOT NULL PRIMARY KEY"
    return ""


def _join_layout(entity: Entity, base: str) -> TableLayout:
    name, kind = join_name(entity, base), ColumnSpec(Kind.ID)
    columns = (
        ColumnLayout("owner", kind, constraint="NOT NULL"),
        ColumnLayout("other", kind, constraint="NOT NULL"),
        ColumnLayout("position", None, "INTEGER", "NOT NULL"),
    )
    index = IndexLayout(index_name("ix", name, "other"), (("other", False), ("owner", False)))
    return TableLayout(name, columns, (index,), primary=("owner", "other"))


def _indexes(entity: Entity, names: Mapping[str, list[str]], dialect: str, search: bool) -> Iterator[IndexLayout]:
    """Links and indexed fields get an index each; unique ones are partial, so that the trash does not count."""
    table = table_name(entity)
    for field in entity.fields.values():
        if field.name not in names or field.name in _BY_THE_PLATFORM:
            continue
        column = names[field.name][0]
        if field.unique:
            yield IndexLayout(index_name("uq", table, field.name), ((column, False),), unique=True)
        if field.is_link or field.indexed or field.name == "created_at":
            yield _single(table, field, column, dialect)
    for unique in entity.uniques:
        parts = tuple((names[name][0], False) for name in unique.fields)
        yield IndexLayout(index_name("uq", table, "u", unique.name), parts, unique=True)
    for index in entity.indexes:
        keys = tuple((_sort_column(entity, names, part.lstrip("-")), part.startswith("-")) for part in index.fields)
        is_turned = dialect == "postgresql" and any(down for _, down in keys)
        yield IndexLayout(index_name("ix", table, "d" if is_turned else "i", index.name), keys)
    if search:
        yield IndexLayout(index_name("ix", table, SEARCH), ((SEARCH, False),), is_search=True)


def _single(table: str, field: Field, column: str, dialect: str) -> IndexLayout:
    """The index of one field, in the order in which lists ask for it.

    Nulls come last both ways, so on PostgreSQL an index serves one direction only: downwards for dates and numbers,
    upwards for texts. SQLite reads its indexes both ways.
    """
    is_turned = dialect == "postgresql" and field.indexed and field.type.shape(field.props).kind in _NEWEST_FIRST
    if is_turned and field.name != "created_at":
        return IndexLayout(index_name("ix", table, "d", field.name), ((column, True),))
    return IndexLayout(index_name("ix", table, field.name), ((column, False),))


def _sort_column(entity: Entity, names: Mapping[str, list[str]], name: str) -> str:
    field = entity.fields[name]
    suffix = field.type.sort_suffix or ""
    specs = [spec.suffix for spec in field.columns]
    return names[name][specs.index(suffix) if suffix in specs else 0]


# Layouts as DDL.


def type_of(column: ColumnLayout, dialect: Dialect) -> str:
    """The type of a column in DDL."""
    return _type_text(column.spec, dialect) if column.spec is not None else column.type_text


@lru_cache(maxsize=256)
def _type_text(spec: ColumnSpec, dialect: Dialect) -> str:
    return column_type(spec, dialect.name).compile(dialect=dialect)


def create_statements(layout: TableLayout, dialect: Dialect) -> list[str]:
    """The DDL of a table and its indexes."""
    quote = dialect.identifier_preparer.quote
    parts = [f"{column_text(column, dialect)} {column.constraint}".rstrip() for column in layout.columns]
    if layout.primary:
        parts.append(f"PRIMARY KEY ({', '.join(quote(name) for name in layout.primary)})")
    made = [f"CREATE TABLE {quote(layout.name)} ({', '.join(parts)})"]
    return made + [index_statement(layout.name, index, dialect) for index in layout.indexes]


def column_text(column: ColumnLayout, dialect: Dialect) -> str:
    """Name and type of a column in DDL."""
    return f"{dialect.identifier_preparer.quote(column.name)} {type_of(column, dialect)}"


def index_statement(table: str, index: IndexLayout, dialect: Dialect) -> str:
    """The DDL of an index."""
    quote = dialect.identifier_preparer.quote
    down = " DESC" if dialect.name == "sqlite" else " DESC NULLS LAST"
    keys = ", ".join(quote(name) + (down if is_down else "") for name, is_down in index.keys)
    head = f"CREATE {'UNIQUE ' if index.unique else ''}INDEX {quote(index.name)} ON {quote(table)}"
    if index.is_search:
        # A search reads the list of what is not yet sorted in, too: kept short, it costs about a millisecond.
        return f"{head} USING gin ({keys}) WITH (gin_pending_list_limit = 1024)"
    return f"{head} ({keys}){' WHERE deleted_at IS NULL' if index.unique else ''}"
