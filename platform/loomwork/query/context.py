"""Frames as the formula compiler sees them: columns with the reader's rights around them, relations as fresh aliases."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Relation
from loomwork.expressions.ir import Node
from loomwork.query.access import Access, CellAccess, EntityAccess, RowRule
from loomwork.query.frames import Build, Expr, Frame, closed, guarded, unknown_path

Condition = Callable[..., Expr]


class FrameContext:
    """`SqlContext` over a frame."""

    def __init__(self, frame: Frame, condition: Condition, *, refuses_closed: bool = False) -> None:
        self._frame = frame
        self._condition = condition
        self._refuses_closed = refuses_closed

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._frame.build.tables.dialect

    @property
    def frame(self) -> Frame:
        """The frame behind it."""
        return self._frame

    def column(self, path: tuple[str, ...]) -> sa.ColumnElement[Any]:
        """The column of a path, reading as nothing where the reader does not see the cell.

        Raises: NotAllowed, inside an aggregate, for a field that the reader sees on no row (outside of one the
        condition itself has refused it).
        """
        here, name, suffix = self._frame.walk(path)
        field = here.field(name, ".".join(path))
        if self._refuses_closed and (here.rights.is_closed(name) or here.rights.is_only_masked(name)):
            raise closed(".".join(path))
        if not field.columns:
            node = here.build.formula_of(here.entity, field)
            if node is None:
                raise unknown_path(".".join(path), f'"{name}" has no single value', "")
            from loomwork.query.conditions import computed_sql

            return guarded(computed_sql(node, here), here.guard(name))
        return guarded(here.raw(name, suffix), here.guard(name))

    def relation(self, path: tuple[str, ...]) -> "FrameRelation":
        """The rows of a relation, on an alias of its own, only those that the reader sees."""
        text = ".".join(path)
        here = self._frame
        for name in path[:-1]:
            here = here.join(name, text)
        return FrameRelation(here, here.relation(path[-1], text), self._condition)


class FrameRelation:
    """`SqlRelation`: the reverse side of a link, a child table, or a many-to-many relation."""

    def __init__(self, outer: Frame, relation: Relation, condition: Condition) -> None:
        self._outer = outer
        self._relation = relation
        self._child = Frame(outer.build, relation.entity, access=outer.access, parent=outer)
        self._context = FrameContext(self._child, condition, refuses_closed=True)
        self._join: Any = None
        if relation.kind == "join":
            held = outer.build.tables.joins[relation.owner, relation.via]
            self._join = held.table.alias(outer.build.next_alias())
            self._mine, self._other = ("owner", "other") if relation.is_owner else ("other", "owner")

    @property
    def context(self) -> FrameContext:
        """Names of the child."""
        return self._context

    def source(self) -> sa.FromClause:
        """The child's alias with its joins, and the pairs of a many-to-many relation."""
        found: Any = self._child.source()
        if self._join is not None:
            found = found.join(self._join, self._join.c[self._other] == self._child.raw("id"))
        return found  # type: ignore[no-any-return]

    def condition(self) -> sa.ColumnElement[bool]:
        """The tie to the outer row, living records only, and what the reader may see."""
        outer_id = self._outer.raw("id")
        if self._join is not None:
            parts = [self._join.c[self._mine] == outer_id]
            # The pairs are a field of their owner: who does not see it there sees them from neither side.
            owner = self._outer if self._relation.is_owner else self._child
            guard = owner.guard(self._relation.via)
            if guard is not None:
                parts.append(guard)
        else:
            link = guarded(self._child.raw(self._relation.via), self._child.guard(self._relation.via))
            parts = [link == outer_id]
        parts.append(self._child.is_alive())
        visible = self._child.visible()
        if visible is not None:
            parts.append(visible)
        return sa.and_(*parts)

    def key(self) -> sa.ColumnElement[Any]:
        """The child's id."""
        return self._child.raw("id")


EVERYTHING = "system"
"""Key of the access that sees all."""


class _EveryAccess:
    """Every row and cell of the entities of some tables: the platform's own eyes inside a statement."""

    key = EVERYTHING
    has_shares = False
    knows_colleagues = False

    def __init__(self, fields_of: Callable[[str], Any]) -> None:
        self._fields_of = fields_of

    def entity(self, name: str, action: str = "read") -> EntityAccess:
        """All of it."""
        cells = {field: CellAccess(plain=frozenset({0})) for field in self._fields_of(name)}
        return EntityAccess((RowRule("all"),), cells)


def system_build(build: Build, condition: Condition, row_rule: Callable[[RowRule, Frame], Expr]) -> Build:
    """A build over the same statement that sees everything: for row rules and computed fields."""
    access = _EveryAccess(lambda name: build.tables.entities[name].entity.fields)

    def compile_node(node: Node, frame: Frame) -> Expr:
        return condition(node, frame)

    return Build(build.tables, access, compile_node, row_rule, build.formula_of, build.numbers)


def make_build(tables: Any, access: Access, formula_of: Any) -> Build:
    """A fresh build for one statement."""
    from loomwork.query.conditions import condition_sql, row_rule_sql

    return Build(tables, access, condition_sql, row_rule_sql, formula_of, [0])
