"""What the query layer gives to the compiler: columns and relations, already narrowed to what the actor may see."""

from collections.abc import Iterator
from typing import Any, Protocol

import sqlalchemy as sa


class SqlRelation(Protocol):
    """The rows of a child table or to-many relation, as an aggregate reads them.

    The compiler first asks `context` for every column that the aggregate needs, then `source()` and `condition()`, so
    that joins found on the way are part of the source.
    """

    @property
    def context(self) -> "SqlContext":
        """Where names of the child row are resolved; its tables are aliases of their own."""

    def source(self) -> sa.FromClause:
        """The aliased child table with the joins that its columns needed."""

    def condition(self) -> sa.ColumnElement[bool]:
        """The tie to the outer row, and everything that narrows the rows (trash, permissions)."""

    def key(self) -> sa.ColumnElement[Any]:
        """The child's record id, which breaks ties of FIRST and LAST."""


class SqlContext(Protocol):
    """Where names of a row become columns."""

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""

    def column(self, path: tuple[str, ...]) -> sa.ColumnElement[Any]:
        """The column of a path in its stored form; a permission's CASE may be around it."""

    def relation(self, path: tuple[str, ...]) -> SqlRelation:
        """A fresh view of the relation's rows; each call is another alias."""


def tables_of(source: sa.FromClause) -> Iterator[sa.FromClause]:
    """The tables and aliases that a source is joined of."""
    if isinstance(source, sa.Join):
        yield from tables_of(source.left)
        yield from tables_of(source.right)
    else:
        yield source
