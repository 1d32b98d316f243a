"""Compile a query into one prepared statement and a reader of its rows. Done once per shape of query and set of rights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Entity, Field
from loomwork.expressions.ir import Node
from loomwork.field_types.base import Storage
from loomwork.query import decode
from loomwork.query.conditions import computed_sql, condition_sql
from loomwork.query.frames import Build, Expr, Frame, closed, guarded, unknown_path
from loomwork.query.keyset import Order, SortKey, after, found_first, order_by, page_first, without_unused
from loomwork.storage.search import match_condition
from loomwork.storage.statements import Prepared, prepare

NEVER_NULL = frozenset({"id", "created_at", "updated_at", "row_version"})


@dataclass(slots=True)
class Columns:
    """The select list under construction: equal expressions are selected once."""

    items: list[Expr] = field(default_factory=list)

    def add(self, expression: Expr) -> int:
        """The index of an expression in the row."""
        for place, one in enumerate(self.items):
            if one is expression:
                return place
        self.items.append(expression)
        return len(self.items) - 1

    def add_all(self, expressions: Sequence[Expr]) -> int:
        """The index of the first of several that follow each other."""
        start = len(self.items)
        self.items.extend(expressions)
        return start

    def labelled(self) -> list[Any]:
        """The select list with names that cannot clash."""
        return [item.label(f"c{n}") for n, item in enumerate(self.items)]


@dataclass(frozen=True, slots=True)
class ToMany:
    """A to-many field of the answer that needs a query of its own: `kind` is join or children."""

    key: str
    field: Field


@dataclass(frozen=True, slots=True, eq=False)
class SelectPlan:
    """A compiled list or single-record query.

    Shapes: `keys` are the indexes of the sort values in the row, the id's last; `sealed` are fields to decrypt, `anywhere`
    links to one of several entities, which get their labels afterwards.
    """

    prepared: Prepared
    read: Callable[[Sequence[Any]], dict[str, Any]]
    keys: tuple[int, ...]
    to_many: tuple[ToMany, ...]
    sealed: tuple[tuple[str, Field], ...]
    anywhere: tuple[str, ...]


@dataclass(slots=True)
class _Answer:
    """What the select list is turned into."""

    columns: Columns
    simple: list[decode.Simple] = field(default_factory=list)
    links: list[decode.Called] = field(default_factory=list)
    complex_: list[decode.Output] = field(default_factory=list)
    to_many: list[ToMany] = field(default_factory=list)
    sealed: list[tuple[str, Field]] = field(default_factory=list)
    anywhere: list[str] = field(default_factory=list)


def readable_fields(entity: Entity, frame: Frame) -> list[str]:
    """The fields that an answer holds when none are named: all that the reader may see, hidden ones left out."""
    return [
        f.name
        for f in entity.fields.values()
        if not f.hidden
        and f.name not in ("id", "row_version", "deleted_at")
        and not frame.rights.is_closed(f.name)
        and f.type.storage is not Storage.CHILDREN
    ]


ANY_ORDER = Order()


def compile_select(
    build: Build,
    entity: str,
    paths: Sequence[str],
    *,
    where: Sequence[Node] = (),
    order: Order = ANY_ORDER,
    shape: "Shape",
) -> SelectPlan:
    """A list query (or that of a single record) as a plan."""
    frame = Frame(build, entity)
    keys = [] if shape.single else sort_keys(frame, order.sort)
    conditions = base_conditions(frame, where, shape)
    if order.cursor is not None:
        conditions.append(after(keys, order.cursor))
    backwards = order.is_backwards
    ordering = order_by(keys, build.tables.dialect, backwards=backwards)
    if keys and not frame.has_joins:
        is_fenced = shape.search and not shape.is_frequent and build.tables.dialect == "postgresql"
        frame = (
            found_first(frame, conditions, keys, backwards) if is_fenced else page_first(frame, conditions, ordering)
        )
        keys, conditions = sort_keys(frame, order.sort), []
        ordering = order_by(keys, build.tables.dialect, backwards=backwards)
    answer = _Answer(Columns())
    always = [decode.Simple(name, answer.columns.add(frame.raw(name)), None) for name in ("id", "row_version")]
    for path in paths or readable_fields(frame.entity, frame):
        add_path(answer, frame, path)
    key_indexes = tuple(answer.columns.add(key.column) for key in keys)
    statement = sa.select(*answer.columns.labelled()).where(*conditions)
    if keys:
        statement = statement.order_by(*ordering)
    if keys and conditions:
        statement = statement.limit(sa.bindparam("limit", type_=sa.Integer(), required=True))
    statement = statement.select_from(frame.source())
    if isinstance(frame.alias, sa.Subquery):
        statement = without_unused(statement, frame.alias)
    read = decode.build_row([*always, *answer.simple], answer.links, answer.complex_)
    is_searched = shape.search and build.tables.dialect == "postgresql"
    return SelectPlan(
        replace(prepare(statement, shape.dialect), is_planned_anew=is_searched),
        read,
        key_indexes,
        tuple(answer.to_many),
        tuple(answer.sealed),
        tuple(answer.anywhere),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Flags of a query that shape its SQL. `is_frequent`: the words that are searched occur in many records."""

    dialect: Any
    single: bool = False
    trash: bool = False
    search: bool = False
    is_frequent: bool = False
    ids: bool = False


def base_conditions(frame: Frame, where: Sequence[Node], shape: Shape) -> list[Expr]:
    """Which rows: alive (or in the trash), visible, found, and meeting the conditions."""
    alive = frame.raw("deleted_at")
    conditions: list[Expr] = [alive.is_not(None) if shape.trash else alive.is_(None)]
    if shape.single:
        identity = frame.raw("id")
        conditions.append(identity == sa.bindparam("id", type_=identity.type, required=True))
    if shape.ids:
        from loomwork.query.conditions import list_items

        identity = frame.raw("id")
        conditions.append(identity.in_(list_items("ids", frame.build.tables.dialect, identity.type)))
    visible = frame.visible()
    if visible is not None:
        conditions.append(visible)
    if shape.search:
        conditions.append(search_sql(frame))
    conditions.extend(condition_sql(node, frame) for node in where)
    return conditions


def search_groups(frame: Frame) -> list[tuple[Expr | None, tuple[str, ...]]]:
    """Searchable fields by the guard under which they are seen, so that nobody finds by what he may not read."""
    groups: dict[str, tuple[Expr | None, list[str]]] = {}
    for one in frame.entity.fields.values():
        if (
            not (one.searchable and one.type.search_suffixes)
            or frame.rights.is_closed(one.name)
            or frame.rights.is_only_masked(one.name)
        ):
            continue
        cell = frame.rights.cells[one.name]
        is_plain = frame.rights.is_plain(one.name)
        key = "*" if is_plain else ",".join(map(str, sorted(cell.plain)))
        groups.setdefault(key, (None if is_plain else frame.guard(one.name), []))[1].append(one.name)
    return [(guard, tuple(names)) for guard, names in groups.values()]


def search_sql(frame: Frame) -> Expr:
    """`the search text occurs in a field that the reader sees`; binds `search0`, `search1`, … one per group."""
    groups = search_groups(frame)
    if not frame.held.search or not groups:
        return sa.false()
    dialect = frame.build.tables.dialect
    found: list[Expr] = []
    for number, (guard, _) in enumerate(groups):
        match = match_condition(frame.held, f"search{number}", dialect, frame.alias)
        found.append(match if guard is None else sa.and_(guard, match))
    return sa.or_(*found)


def sort_keys(frame: Frame, sort: Sequence[str]) -> list[SortKey]:
    """The keys of an order, the id last so that no two rows are equal."""
    keys: list[SortKey] = []
    for part in sort:
        path = part.lstrip("-")
        keys.append(
            SortKey(sort_column(frame, path), part.startswith("-"), path in NEVER_NULL and frame.rights.is_plain(path))
        )
    descending = keys[-1].descending if keys else False
    if not any(part.lstrip("-") == "id" for part in sort):
        keys.append(SortKey(frame.raw("id"), descending, is_filled=True))
    return keys


def sort_column(frame: Frame, path: str) -> Expr:
    """The expression that a path is sorted by, nothing where the cell is not seen.

    Raises: NotAllowed for a field that is closed or only masked; InvalidInput for one that cannot be sorted.
    """
    here, name, suffix = frame.walk(tuple(path.split(".")))
    one = here.field(name, path)
    if here.rights.is_closed(name) or here.rights.is_only_masked(name):
        raise closed(path)
    if one.is_link and not suffix:
        target = here.join(name, path)
        title = target.field(target.entity.title_field, path)
        if not target.rights.is_closed(title.name) and title.type.sort_suffix is not None and title.columns:
            return guarded(_sort_part(target, title), target.guard(title.name))
    node = here.build.formula_of(here.entity, one)
    if node is not None and not one.columns:
        return guarded(computed_sql(node, here), here.guard(name))
    if one.type.sort_suffix is None or not one.columns:
        raise unknown_path(path, f'"{path}" cannot be sorted by', "")
    column = here.raw(name, suffix) if suffix else _sort_part(here, one)
    return guarded(column, here.guard(name))


def _sort_part(frame: Frame, one: Field) -> Expr:
    ranked = one.type.sort_values(one.props)
    if ranked:
        ranks: dict[Any, Any] = {value: sa.literal(rank, sa.Integer()) for rank, value in enumerate(ranked)}
        return sa.case(ranks, value=frame.raw(one.name), else_=None)
    suffixes = {spec.suffix for spec in one.columns}
    wanted = one.type.sort_suffix or ""
    return frame.raw(one.name, wanted if wanted in suffixes else "")


def add_path(answer: _Answer, frame: Frame, path: str) -> None:
    """Put a path into the answer: columns, label of a link, mask, to-many.

    Raises: NotAllowed for a field closed to the reader on every row; InvalidInput for an unknown path.
    """
    here, name, suffix = frame.walk(tuple(path.split(".")))
    one = here.field(name, path)
    if here.rights.is_closed(name):
        raise closed(path)
    if one.type.storage in (Storage.JOIN_TABLE, Storage.CHILDREN):
        if here is not frame:
            raise unknown_path(path, "a list of records can be asked for on the record itself only", "")
        answer.to_many.append(ToMany(path, one))
        return
    if suffix:
        _add_part(answer, here, one, suffix, path)
        return
    node = here.build.formula_of(here.entity, one)
    if not one.columns and node is not None:
        _add_virtual(answer, here, one, node, path)
        return
    _add_columns(answer, here, one, path)


def _add_part(answer: _Answer, here: Frame, one: Field, suffix: str, path: str) -> None:
    if here.rights.is_only_masked(one.name):
        raise closed(path)
    held = here.held.fields[one.name]
    place = [spec.suffix for spec in one.columns].index(suffix)
    index = answer.columns.add_all([guarded(here.raw(one.name, suffix), here.guard(one.name))])
    show = decode.chain(held.decoders[place], plain_text)
    answer.simple.append(decode.Simple(path, index, show))


def plain_text(value: Any) -> Any:
    """Wire form of a bare part: exact numbers as text, dates as ISO text."""
    from datetime import datetime
    from decimal import Decimal

    from loomwork.core.clock import to_rfc3339

    if isinstance(value, datetime):
        return to_rfc3339(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if hasattr(value, "isoformat") else value


def _add_virtual(answer: _Answer, here: Frame, one: Field, node: Node, path: str) -> None:
    value = computed_sql(node, here)
    index = answer.columns.add_all([guarded(value, here.guard(one.name))])
    read = one.type.shower(one.props)
    convert = decode.chain(
        virtual_decoder(node, here.build.tables.dialect), None if read is None else lambda plain: read((plain,))
    )
    answer.simple.append(decode.Simple(path, index, convert or plain_text))


def virtual_decoder(node: Node, dialect: str) -> decode.Convert:
    """Driver value of a formula's SQL → plain value."""
    from loomwork.core.kinds import ColumnSpec, Kind
    from loomwork.storage.columns import decoder

    kinds = {"boolean": Kind.BOOLEAN, "date": Kind.DATE, "instant": Kind.INSTANT, "time": Kind.TIME}
    if node.type.kind == "number" and node.type.scale:
        return decoder(ColumnSpec(Kind.DECIMAL, scale=node.type.scale), dialect)
    kind = kinds.get(node.type.kind)
    return decoder(ColumnSpec(kind), dialect) if kind else None


def _add_columns(answer: _Answer, here: Frame, one: Field, path: str) -> None:
    held = here.held.fields[one.name]
    is_mixed = bool(here.rights.cells[one.name].masked) and not here.rights.is_plain(one.name)
    guard = here.mask_guard(one.name) if is_mixed else here.guard(one.name)
    at = answer.columns.add_all(shown_cells(here, one, guard))
    if one.type.is_sealed:
        answer.sealed.append((path, one))
    if one.props.get("entities"):
        answer.anywhere.append(path)
    if is_mixed:
        plain = here.guard(one.name)
        flag = answer.columns.add_all(
            [sa.true() if plain is None else sa.case((plain, sa.literal_column("1")), else_=sa.literal_column("0"))]
        )
        read = decode.cell_reader(one, held.decoders, at)
        answer.complex_.append(decode.Output(path, decode.masked(read, one, flag)))
        return
    if one.is_link and one.type.shower(one.props) is None:
        _add_link(answer, here, one, path, at)
        return
    if len(decode.shown_columns(one)) == 1:
        answer.simple.append(decode.Simple(path, at, decode.single_convert(one, held.decoders[0])))
        return
    answer.complex_.append(decode.Output(path, decode.cell_reader(one, held.decoders, at)))


def shown_cells(frame: Frame, one: Field, guard: Expr | None) -> list[Expr]:
    """The columns that the wire form of a field needs, in the order that `decode.cell_reader` expects."""
    specs = [one.columns[place] for place in decode.shown_columns(one)]
    return [guarded(frame.raw(one.name, spec.suffix), guard) for spec in specs]


def _add_link(answer: _Answer, here: Frame, one: Field, path: str, at: int) -> None:
    target = here.join(one.name, path)
    title = target.entity.fields[target.entity.title_field]
    if target.rights.is_closed(title.name) or not title.columns or target.rights.is_only_masked(title.name):
        answer.complex_.append(decode.Output(path, decode.link_reader(at, lambda row: None)))
        return
    guard = target.guard(title.name)
    label, decoders = answer.columns.add_all(shown_cells(target, title, guard)), target.held.fields[title.name].decoders
    if decode.is_own_label(title, decoders):
        answer.links.append(decode.Called(path, at, label))
        return
    answer.complex_.append(decode.Output(path, decode.link_reader(at, decode.label_reader(title, decoders, label))))


def count_statement(build: Build, entity: str, where: Sequence[Node], shape: Shape, *, exact: bool) -> Prepared:
    """The number of rows, at most the bind `cap` unless exact."""
    return prepare(counted(build, entity, where, shape, exact=exact), shape.dialect)


def counted(build: Build, entity: str, where: Sequence[Node], shape: Shape, *, exact: bool) -> Any:
    """The statement behind `count_statement`, which others may hold as well."""
    frame = Frame(build, entity)
    conditions = base_conditions(frame, where, shape)
    inner: Any = sa.select(sa.literal_column("1").label("one")).where(*conditions).select_from(frame.source())
    if not exact:
        inner = inner.limit(sa.bindparam("cap", type_=sa.Integer(), required=True))
    return sa.select(sa.func.count()).select_from(inner.subquery())
