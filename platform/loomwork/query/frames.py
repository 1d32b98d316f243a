"""Frames: a row source of a query under construction, with the joins that its paths need and the rights on each cell.

A path `account.owner.name` joins the account and its owner. A joined row is there only if the reader may see it, so
a hidden record reads as nothing, and every cell of it with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Entity, Field, Relation
from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Detail, InvalidInput, NotAllowed
from loomwork.expressions.ir import Node
from loomwork.query.access import Access, EntityAccess, RowRule
from loomwork.query.refusals import check_path
from loomwork.storage.tables import EntityTable, Tables

Expr = sa.ColumnElement[Any]


@dataclass(slots=True)
class Build:
    """What all frames of one statement share.

    Shapes: `compile_node(node, frame)` turns a condition into SQL; `formula_of` gives the
    tree of a field that is computed when read; `numbers` counts aliases over all frames of a statement.
    """

    tables: Tables
    access: Access
    compile_node: Callable[[Node, "Frame"], Expr]
    row_rule: Callable[[RowRule, "Frame"], Expr]
    formula_of: Callable[[Entity, Field], Node | None]
    numbers: list[int]

    def next_alias(self) -> str:
        """The next name of an alias: `t0`, `t1`, `t2`."""
        name = f"t{self.numbers[0]}"
        self.numbers[0] += 1
        return name


class Frame:
    """One aliased entity table with its joined frames."""

    def __init__(
        self, build: Build, entity: str, *, access: Access | None = None, parent: "Frame | None" = None
    ) -> None:
        self.build = build
        self.held: EntityTable = build.tables.entities[entity]
        self.alias: Any = self.held.table.alias(build.next_alias())
        self.access = access or build.access
        self.start: Any = None
        """What the FROM clause begins with, where that is not the alias alone."""
        self.rights: EntityAccess = self.access.entity(entity)
        self.access_action = "read"
        self.parent = parent
        self.joins: dict[str, Frame] = {}
        self.overs: list[Frame] = []
        self.on: dict[str, Expr] = {}
        self.made_rules: dict[int, Expr] = {}

    @classmethod
    def over(cls, frame: "Frame", build: Build, *, action: str = "read") -> "Frame":
        """Another frame over the same alias, seen with the rights of `build` for an action; its joins come along."""
        made = cls.__new__(cls)
        made.build, made.held, made.alias = build, frame.held, frame.alias
        made.access, made.rights = build.access, build.access.entity(frame.entity.name, action)
        made.access_action, made.parent = action, frame.parent
        made.start = None
        made.joins, made.overs, made.on, made.made_rules = {}, [], {}, {}
        frame.overs.append(made)
        return made

    @property
    def entity(self) -> Entity:
        """The entity of the frame."""
        return self.held.entity

    def raw(self, field: str, suffix: str = "") -> Expr:
        """A column without asking for rights (ids, system rules)."""
        return self.alias.c[self.held.column(field, suffix).name]  # type: ignore[no-any-return]

    def is_alive(self) -> Expr:
        """`the record is not in the trash`."""
        return self.raw("deleted_at").is_(None)

    def field(self, name: str, path: str) -> Field:
        """The field of that name.

        Raises: InvalidInput `Q102` with the nearest known name.
        """
        found = self.entity.find(name)
        if found is None and name in self.entity.relations:
            hint = f"use COUNT({name}) or another aggregate in a filter, or ask the entity of its records"
            raise unknown_path(
                path, f'"{name}" of {self.entity.name} is a list of records and has no single value', hint
            )
        if found is None:
            hint = did_you_mean(name, [*self.entity.fields, *self.entity.relations])
            raise unknown_path(path, f'{self.entity.name} has no field "{name}"', hint)
        return found

    def rule(self, number: int) -> Expr:
        """The condition of a row rule of this frame, made once."""
        if number not in self.made_rules:
            self.made_rules[number] = self.build.row_rule(self.rights.rules[number], self)
        return self.made_rules[number]

    def visible(self) -> Expr | None:
        """`the reader may see this row`; None when every row is open."""
        if self.rights.is_open:
            return None
        if not self.rights.rules:
            return sa.false()
        return sa.or_(*(self.rule(n) for n in range(len(self.rights.rules))))

    def guard(self, field: str) -> Expr | None:
        """`the reader sees this field of this row plainly`; None when he always does."""
        if self.rights.is_plain(field):
            return None
        cell = self.rights.cells.get(field)
        if cell is None or not cell.plain:
            return sa.false()
        return sa.or_(*(self.rule(n) for n in sorted(cell.plain)))

    def mask_guard(self, field: str) -> Expr | None:
        """`the reader sees this field of this row, perhaps masked`; None when he always does."""
        cell = self.rights.cells[field]
        numbers = cell.plain | cell.masked
        if len(numbers) == len(self.rights.rules) or any(self.rights.rules[n].is_all for n in numbers):
            return None
        return sa.or_(*(self.rule(n) for n in sorted(numbers)))

    def join(self, name: str, path: str) -> "Frame":
        """The frame behind a link field; made once, joined only to rows that the reader may see."""
        if name in self.joins:
            return self.joins[name]
        field = self.field(name, path)
        if not field.is_link:
            raise unknown_path(path, f"{self.entity.name}.{name} is not a link; nothing follows it", "")
        frame = Frame(self.build, field.target, access=self.access, parent=self.parent)
        link = guarded(self.raw(name), self.guard(name))
        condition = sa.and_(frame.raw("id") == link, frame.is_alive())
        self.joins[name] = frame
        visible = frame.visible()
        self.on[name] = condition if visible is None else sa.and_(condition, visible)
        return frame

    def walk(self, path: tuple[str, ...]) -> tuple["Frame", str, str]:
        """The frame, field and column part that a path ends in: `account.amount.currency` → (account, amount, currency)."""
        check_path(path)
        frame, text = self, ".".join(path)
        for place, name in enumerate(path):
            is_last = place == len(path) - 1
            if is_last:
                return frame, frame.field(name, text).name, ""
            field = frame.field(name, text)
            if not field.is_link and place == len(path) - 2 and path[-1] in {c.suffix for c in field.columns}:
                return frame, name, path[-1]
            frame = frame.join(name, text)
        raise unknown_path(text, "an empty path", "")

    @property
    def has_joins(self) -> bool:
        """Whether the statement needs more than the entity's own table so far."""
        return bool(self.joins) or any(over.has_joins for over in self.overs)

    def source(self) -> Any:
        """The FROM clause: the alias with its joins."""
        return self.attach(self.alias if self.start is None else self.start)

    def attach(self, found: Any) -> Any:
        """A FROM clause with the joins of this frame and of those over the same rows."""
        for name, frame in self.joins.items():
            found = found.outerjoin(frame.alias, self.on[name])
            found = frame.attach(found)
        for over in self.overs:
            found = over.attach(found)
        return found

    def relation(self, name: str, path: str) -> Relation:
        """The to-many relation of that name."""
        found = self.entity.relations.get(name)
        if found is None:
            raise unknown_path(
                path, f'{self.entity.name} has no relation "{name}"', did_you_mean(name, self.entity.relations)
            )
        return found


def guarded(value: Expr, guard: Expr | None) -> Expr:
    """A cell that reads as nothing where the guard does not hold."""
    return value if guard is None else sa.case((guard, value), else_=None)


def unknown_path(path: str, message: str, hint: str) -> InvalidInput:
    """The fault of a path that leads nowhere."""
    text = f"{message}; {hint}" if hint else message
    return InvalidInput(text, code="unknown_path", details=[Detail(path, "Q102", text)])


def closed(path: str) -> NotAllowed:
    """The fault of naming a field that the reader may not see on any row."""
    text = f'you may not read "{path}"'
    return NotAllowed(text, code="field_closed", details=[Detail(path, "P301", text)], params={"path": path})
