"""Run formulas on a real database: one row per case, the value by SELECT, the condition by WHERE."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from loomwork.expressions import Formula, Stored, bind_values, compile_sql, sql_condition
from loomwork.expressions.env import Env
from loomwork.expressions.sqlite_functions import register
from tests.conformance.shop import LINE, LOT, ORDER, column_name, items_of, plain_values, tables


class Lots:
    """The rows of `lots` of one line."""

    def __init__(self, outer: sa.FromClause, table: sa.Table, dialect: str) -> None:
        self.outer, self.table, self.context = outer, table.alias(), None
        self.context = RowContext(dialect, self.table, {})

    def source(self) -> sa.FromClause:
        return self.table

    def condition(self) -> sa.ColumnElement[bool]:
        return sa.and_(self.table.c.n == self.outer.c.n, self.table.c.line_id == self.outer.c.id)

    def key(self) -> sa.ColumnElement[Any]:
        return self.table.c.id


class Lines:
    """The rows of `lines` of one order."""

    def __init__(self, outer: sa.FromClause, all_tables: Mapping[str, sa.Table], dialect: str) -> None:
        self.outer, self.table = outer, all_tables["lines"].alias()
        self.context = RowContext(dialect, self.table, {"lots": lambda row: Lots(row, all_tables["lots"], dialect)})

    def source(self) -> sa.FromClause:
        return self.table

    def condition(self) -> sa.ColumnElement[bool]:
        return self.table.c.n == self.outer.c.n

    def key(self) -> sa.ColumnElement[Any]:
        return self.table.c.id


class RowContext:
    """Names of one table's row."""

    def __init__(self, dialect: str, table: sa.FromClause, relations: Mapping[str, Any]) -> None:
        self.dialect, self.table, self.relations = dialect, table, relations

    def column(self, path: tuple[str, ...]) -> sa.ColumnElement[Any]:
        return self.table.c[column_name(".".join(path))]

    def relation(self, path: tuple[str, ...]) -> Any:
        return self.relations[".".join(path)](self.table)


class Database:
    """A database with the sample tables."""

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        self.dialect = self.engine.dialect.name
        if self.dialect == "sqlite":
            sa.event.listen(self.engine, "connect", lambda connection, _: register(connection))
        self.tables = tables(sa.MetaData(), self.dialect)
        self.connection = self.engine.connect()
        self.tables["orders"].metadata.create_all(self.connection)
        self.context = RowContext(
            self.dialect,
            self.tables["orders"],
            {"lines": lambda row: Lines(row, self.tables, self.dialect)},
        )

    def close(self) -> None:
        self.connection.close()
        self.engine.dispose()

    def insert(self, rows: Mapping[int, Mapping[str, Any]]) -> None:
        """Store the rows of cases by their numbers."""
        found: dict[str, list[dict[str, Any]]] = {"orders": [], "lines": [], "lots": []}
        for n, case in rows.items():
            found["orders"].append({"n": n, **plain_values(ORDER, case.get("row", {}))})
            for line in items_of(case.get("lines", ())):
                lots = line.pop("lots")
                found["lines"].append({"n": n, **line})
                found["lots"] += [{"n": n, "line_id": line["id"], **lot} for lot in lots]
        for name, fields in (("orders", ORDER), ("lines", LINE), ("lots", LOT)):
            if found[name]:
                self._insert(self.tables[name], fields, found[name])

    def _insert(self, table: sa.Table, fields: Mapping[str, Any], rows: list[dict[str, Any]]) -> None:
        binds = {
            column_name(path): sa.bindparam(column_name(path), type_=Stored(type_)) for path, type_ in fields.items()
        }
        extra: dict[str, sa.BindParameter[Any]] = {name: sa.bindparam(name) for name in rows[0] if name not in fields}
        renamed = [{column_name(path): value for path, value in row.items()} for row in rows]
        self.connection.execute(sa.insert(table).values({**binds, **extra}), renamed)

    def value(self, formula: Formula, n: int, env: Env) -> Any:
        """The formula's value for the row of a case."""
        table = self.tables["orders"]
        query = sa.select(compile_sql(formula.ir, self.context)).select_from(table).where(table.c.n == n)
        return self.connection.execute(query, bind_values(env)).scalar_one()

    def holds(self, formula: Formula, n: int, env: Env) -> bool:
        """Whether the formula as a condition lets the row of a case through."""
        table = self.tables["orders"]
        condition = sql_condition(formula.ir, self.context)
        query = sa.select(sa.func.count()).select_from(table).where(table.c.n == n, condition)
        return bool(self.connection.execute(query, bind_values(env)).scalar_one())
