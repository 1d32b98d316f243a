"""Grouped queries: dimensions and measures, compiled with the reader's rights inside.

Cells that the reader does not see group as nothing and are not summed. Averages are exact: sum and number are read
and divided here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from loomwork.catalog.model import Field
from loomwork.core.errors import Detail, InvalidInput
from loomwork.expressions.ir import Node
from loomwork.query import decode
from loomwork.query.conditions import computed_sql, condition_sql
from loomwork.query.frames import Build, Expr, Frame, closed, guarded, unknown_path
from loomwork.query.scope import formula_type
from loomwork.query.select import Shape, base_conditions, plain_text, shown_cells, virtual_decoder
from loomwork.query.tree import BUCKETS, FUNCTIONS, Dimension, Measure, Query
from loomwork.storage.statements import Prepared, prepare

AVERAGE_SCALE = Decimal("0.000001")


@dataclass(frozen=True, slots=True, eq=False)
class GroupPlan:
    """A compiled grouped query.

    Shapes: `read` turns a row into `{dimension: wire, measure: wire}`; `wide` sums exactly
    beyond 64 bits and is run when the fast one overflows (SQLite); `anywhere` are dimensions by links to one of several
    entities, which get their labels afterwards.
    """

    prepared: Prepared
    wide: Prepared | None
    read: Callable[[Sequence[Any]], dict[str, Any]]
    columns: tuple[dict[str, Any], ...]
    anywhere: tuple[str, ...] = ()


class _Grouping:
    def __init__(self, frame: Frame, *, wide: bool) -> None:
        self.frame = frame
        self.wide = wide
        self.dialect = frame.build.tables.dialect
        self.select: list[Expr] = []
        self.by: list[Expr] = []
        self.outputs: list[tuple[str, Callable[[Sequence[Any]], Any]]] = []
        self.columns: list[dict[str, Any]] = []
        self.order: dict[str, tuple[Expr, ...]] = {}
        self.anywhere: list[str] = []

    def add(self, expression: Expr) -> int:
        self.select.append(expression)
        return len(self.select) - 1


def compile_group(
    build: Build, query: Query, measures: Sequence[tuple[Measure, Node | None]], *,
    where: Sequence[Node], shape: Shape, wide: bool = False,
) -> GroupPlan:  # fmt: skip
    """A grouped query as a plan; entity, dimensions and order are those of `query`.

    Shapes: `measures` are those of the query with their conditions, `where` its filters.
    Raises: InvalidInput for unknown paths, functions, buckets; NotAllowed for closed fields.
    """
    frame = Frame(build, query.entity)
    made = _Grouping(frame, wide=wide)
    for dimension in query.group:
        _add_dimension(made, dimension)
    for measure, condition in measures:
        _add_measure(made, measure, condition)
    if not made.select:
        raise InvalidInput("name a group or a measure", details=[Detail("measures", "required", "group or measures")])
    conditions = base_conditions(frame, where, shape)
    labelled = [item.label(f"c{n}") for n, item in enumerate(made.select)]
    statement = sa.select(*labelled).where(*conditions).select_from(frame.source()).group_by(*made.by)
    statement = statement.order_by(*_order(made, query.sort)).limit(
        sa.bindparam("limit", type_=sa.Integer(), required=True)
    )
    outputs = tuple(made.outputs)

    def read(row: Sequence[Any]) -> dict[str, Any]:
        return {key: function(row) for key, function in outputs}

    return GroupPlan(prepare(statement, shape.dialect), None, read, tuple(made.columns), tuple(made.anywhere))


def _order(made: _Grouping, sort: Sequence[str]) -> list[Any]:
    result: list[Any] = []
    dimensions = [str(column["key"]) for column in made.columns if column["kind"] == "dimension"]
    named = {part.lstrip("-") for part in sort}
    for part in (*sort, *(key for key in dimensions if key not in named)):
        key = part.lstrip("-")
        if key not in made.order:
            known = ", ".join(made.order)
            raise InvalidInput(
                f'cannot sort by "{key}"; known: {known}', code="unknown_path", details=[Detail("sort", "Q103", key)]
            )
        columns = made.order[key]
        result.append(sa.case((columns[0].is_(None), 1), else_=0))
        result.extend(column.desc() if part.startswith("-") else column.asc() for column in columns)
    return result


def _cell(frame: Frame, path: str, *, is_counted: bool = False) -> tuple[Frame, Field, Expr, decode.Convert]:
    """A path as a guarded value with its decoder. What formulas cannot hold (JSON, sealed text) is there or not, no more."""
    here, name, suffix = frame.walk(tuple(path.split(".")))
    one = here.field(name, path)
    if here.rights.is_closed(name) or here.rights.is_only_masked(name):
        raise closed(path)
    node = here.build.formula_of(here.entity, one)
    if not one.columns and node is not None:
        value = guarded(computed_sql(node, here), here.guard(name))
        return here, one, value, virtual_decoder(node, frame.build.tables.dialect)
    if not one.columns:
        raise unknown_path(path, f'"{path}" cannot be grouped or measured', "")
    if formula_type(one.type.shape(one.props)) is None and not is_counted:
        raise unknown_path(path, f'"{path}" cannot be grouped or measured, only counted', "")
    place = [spec.suffix for spec in one.columns].index(suffix)
    return here, one, guarded(here.raw(name, suffix), here.guard(name)), here.held.fields[name].decoders[place]


def _add_dimension(made: _Grouping, dimension: Dimension) -> None:
    here, one, value, convert = _cell(made.frame, dimension.path)
    key = dimension.name
    kind = one.type.shape(one.props).kind
    if dimension.bucket:
        if dimension.bucket not in BUCKETS or kind not in ("date", "instant"):
            raise unknown_path(
                key, f'"{dimension.path}" cannot be grouped by {dimension.bucket}', "known: " + ", ".join(BUCKETS)
            )
        value = bucket_sql(value, kind, dimension.bucket, made.dialect)
        index = made.add(value)
        name = period_names(dimension.bucket, made.dialect)
        made.outputs.append((key, lambda row: row[index] if name is None or row[index] is None else name(row[index])))
        made.by.append(loose(value, made.dialect))
        made.order[key] = (value,)
        made.columns.append({"key": key, "kind": "dimension", "type": "text"})
        return
    index = made.add(value)
    made.by.append(loose(value, made.dialect))
    made.order[key] = (_as_text(value) if kind == "list" and made.dialect != "sqlite" else value,)
    made.columns.append({"key": key, "kind": "dimension", "type": one.type.name})
    is_whole = dimension.path.rsplit(".", 1)[-1] == one.name
    if one.is_link and is_whole:
        made.outputs.append((key, decode.link_reader(index, _link_label(made, here, one, key))))
        return
    if kind == "link" and is_whole and len(one.columns) > 1:
        _add_pointer(made, here, one, key)
        return
    shown = decode.single_convert(one, convert) if len(one.columns) == 1 else decode.chain(convert, plain_text)
    made.outputs.append((key, lambda row: None if row[index] is None else shown(row[index]) if shown else row[index]))


def _add_pointer(made: _Grouping, here: Frame, one: Field, key: str) -> None:
    """A file, or a link to one of several entities: what it holds besides the id comes along, as in a list."""
    start = len(made.select)
    for cell in shown_cells(here, one, here.guard(one.name)):
        made.add(cell)
        made.by.append(loose(cell, made.dialect))
    made.outputs.append((key, decode.cell_reader(one, here.held.fields[one.name].decoders, start)))
    if one.props.get("entities"):
        made.anywhere.append(key)


def _as_text(value: Expr) -> Expr:
    """A list as SQLite keeps it, so that both databases give groups in one order."""
    return sa.cast(value, sa.Text()).collate("C")


def _link_label(made: _Grouping, here: Frame, one: Field, path: str) -> Callable[[Sequence[Any]], str | None]:
    target = here.join(one.name, path)
    title = target.entity.fields[target.entity.title_field]
    if target.rights.is_closed(title.name) or not title.columns or target.rights.is_only_masked(title.name):
        return lambda row: None
    cells = shown_cells(target, title, target.guard(title.name))
    start = len(made.select)
    for cell in cells:
        made.add(cell)
        made.by.append(loose(cell, made.dialect))
    return decode.label_reader(title, target.held.fields[title.name].decoders, start)


def loose(value: Expr, dialect: str) -> Expr:
    """A grouping that SQLite does not serve from an index: walking one row by row costs twice a scan with a sorter."""
    if dialect != "sqlite" or not isinstance(value, sa.Column):
        return value
    return UnaryExpression(value, operator=custom_op("+"), type_=value.type)


def bucket_sql(value: Expr, kind: str, bucket: str, dialect: str) -> Expr:
    """The period of a date, instants in the zone bind `a_zone`: its name on SQLite, its first day on PostgreSQL.

    Making a text of every row costs PostgreSQL as much as all the rest; `period_names` names the few that come out.
    """
    zone = sa.bindparam("a_zone", type_=sa.Text(), required=True)
    if dialect == "sqlite":
        day = value if kind == "date" else sa.func.lw_local_date(value, zone)
        return _sqlite_bucket(day, bucket)
    day = value if kind == "date" else sa.func.timezone(zone, value)
    if bucket == "day":
        return sa.cast(day, sa.Date())
    first = sa.func.date_trunc(sa.literal_column(f"'{bucket}'"), sa.cast(day, sa.DateTime()))
    return sa.cast(first, sa.Date())


def period_names(bucket: str, dialect: str) -> Callable[[date], str] | None:
    """First day of a period → its name: `2026-11-23`, `2026-W47` (ISO), `2026-11`, `2026-Q4`, `2026`.

    None where the database names it.
    """
    return None if dialect == "sqlite" else _NAMES[bucket]


_NAMES: dict[str, Callable[[date], str]] = {
    "day": lambda day: day.isoformat(),
    "week": lambda day: "{}-W{:02d}".format(*day.isocalendar()[:2]),
    "month": lambda day: f"{day.year:04d}-{day.month:02d}",
    "quarter": lambda day: f"{day.year:04d}-Q{(day.month + 2) // 3}",
    "year": lambda day: f"{day.year:04d}",
}
"""What SQLite's expressions and function give as well; a test compares."""


def _sqlite_bucket(day: Expr, bucket: str) -> Expr:
    one: Any = sa.literal_column("1")
    match bucket:
        case "day":
            return sa.func.substr(day, one, sa.literal_column("10"))
        case "month":
            return sa.func.substr(day, one, sa.literal_column("7"))
        case "year":
            return sa.func.substr(day, one, sa.literal_column("4"))
        case "quarter":
            month = sa.func.substr(day, sa.literal_column("6"), sa.literal_column("2"))
            quarter = sa.case(
                (month <= sa.literal_column("'03'"), "1"),
                (month <= sa.literal_column("'06'"), "2"),
                (month <= sa.literal_column("'09'"), "3"),
                else_="4",
            )
            return sa.func.substr(day, one, sa.literal_column("4")).concat(sa.literal_column("'-Q'")).concat(quarter)
        case _:
            return sa.func.lw_iso_week(day)


def _add_measure(made: _Grouping, measure: Measure, condition: Node | None) -> None:
    if measure.function not in FUNCTIONS:
        known = ", ".join(FUNCTIONS)
        raise InvalidInput(
            f'"{measure.function}" is no measure; known: {known}',
            code="unknown_measure",
            details=[Detail(measure.name, "Q104", known)],
        )
    where = None if condition is None else condition_sql(condition, made.frame)
    if measure.function == "count" and not measure.path:
        value = (
            sa.func.count() if where is None else sa.func.count(sa.case((where, sa.literal_column("1")), else_=None))
        )
        _output(made, measure, value, None, "integer")
        return
    _, one, cell, convert = _cell(made.frame, measure.path, is_counted=measure.function == "count")
    chosen = cell if where is None else sa.case((where, cell), else_=None)
    shape = one.type.shape(one.props)
    if measure.function in ("sum", "avg") and shape.kind not in ("number", "duration"):
        raise unknown_path(measure.path, f'"{measure.path}" is no number; only numbers are summed', "")
    if measure.function in ("min", "max") and shape.kind in ("link", "boolean"):
        raise unknown_path(measure.path, f'"{measure.path}" has no smallest or largest value', "")
    _add_function(made, measure, chosen, convert, one)


def _add_function(made: _Grouping, measure: Measure, cell: Expr, convert: decode.Convert, one: Field) -> None:
    match measure.function:
        case "count":
            _output(made, measure, sa.func.count(cell), None, "integer")
        case "count_distinct":
            _output(made, measure, sa.func.count(sa.distinct(cell)), None, "integer")
        case "sum":
            shape = one.type.shape(one.props)
            shown = int if shape.kind == "number" and not shape.scale else decode.chain(convert, plain_text)
            _output(made, measure, _sum(made, cell), shown, one.type.name)
        case "min" | "max":
            function = sa.func.min if measure.function == "min" else sa.func.max
            shown = decode.single_convert(one, convert) if len(one.columns) == 1 else decode.chain(convert, plain_text)
            _output(made, measure, function(cell), shown, one.type.name)
        case _:
            _average(made, measure, cell, convert)


def _sum(made: _Grouping, cell: Expr) -> Expr:
    if made.dialect == "sqlite":
        return sa.func.lw_wide_sum(cell) if made.wide else sa.func.sum(cell)
    return sa.func.sum(cell)


def _average(made: _Grouping, measure: Measure, cell: Expr, convert: decode.Convert) -> None:
    total, number = made.add(_sum(made, cell)), made.add(sa.func.count(cell))

    def read(row: Sequence[Any]) -> Any:
        if not row[number]:
            return None
        plain = convert(int(row[total])) if convert is not None else row[total]
        return format((Decimal(plain) / row[number]).quantize(AVERAGE_SCALE, ROUND_HALF_UP), "f")

    made.order[measure.name] = (made.select[total],)
    made.outputs.append((measure.name, read))
    made.columns.append({"key": measure.name, "kind": "measure", "type": "decimal"})


def _output(made: _Grouping, measure: Measure, value: Expr, convert: decode.Convert, kind: str) -> None:
    index = made.add(value)
    # A sum beyond 64 bits is text on SQLite; it is put in order by its magnitude.
    is_text = made.wide and made.dialect == "sqlite" and measure.function == "sum"
    made.order[measure.name] = (sa.cast(value, sa.REAL()), sa.func.length(value), value) if is_text else (value,)

    def read(row: Sequence[Any]) -> Any:
        found = row[index]
        if found is None or convert is None:
            return found
        return convert(int(found) if isinstance(found, str) and made.wide else found)

    made.outputs.append((measure.name, read))
    made.columns.append({"key": measure.name, "kind": "measure", "type": kind})
