"""Keyset paging: a page begins after the sort values of the last row, never at an offset.

Nulls come last on both databases and in both directions.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from loomwork.core.errors import InvalidInput
from loomwork.query.frames import Expr, Frame
from loomwork.query.tree import Query
from loomwork.storage.tables import SEQUENCE


@dataclass(frozen=True, slots=True, eq=False)
class SortKey:
    """One key of the order. `is_filled` tells that the column is never null, so that no null case is needed."""

    column: Expr
    descending: bool
    is_filled: bool


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins. Shapes: `values` are driver values of the sort keys, the record's id last."""

    values: tuple[Any, ...]
    backwards: bool

    @property
    def pattern(self) -> str:
        """Which values are null, and the direction: the part of a cursor that shapes the SQL."""
        return ("b" if self.backwards else "f") + "".join("0" if v is None else "1" for v in self.values)


@dataclass(frozen=True, slots=True)
class Order:
    """In which order a list comes, and after which row. `mark` binds the cursors of its pages to it (`fingerprint`)."""

    sort: Sequence[str] = ()
    cursor: Cursor | None = None
    mark: str = ""

    @property
    def is_backwards(self) -> bool:
        """Whether the page before the cursor is asked for."""
        return self.cursor is not None and self.cursor.backwards

    @property
    def pattern(self) -> str:
        """The part of the cursor that shapes the SQL; empty for a first page."""
        return self.cursor.pattern if self.cursor else ""


class BadCursor(InvalidInput):
    """The mark of a page that is none, or that belongs to another list (400)."""

    default_code = "bad_cursor"


def fingerprint(query: Query, sort: Sequence[str]) -> str:
    """Eight digits that bind a cursor to its entity, order, filter, search and trash: after it comes the same list."""
    asked = (
        query.entity,
        *sort,
        query.filter,
        query.conditions,
        query.search,
        query.trash,
        sorted(query.params.items()),
    )
    return hashlib.sha256(repr(asked).encode("utf-8", "backslashreplace")).hexdigest()[:8]


def write_cursor(values: Sequence[Any], mark: str, *, backwards: bool) -> str:
    """A cursor as text for addresses."""
    plain = [value.isoformat() if hasattr(value, "isoformat") else value for value in values]
    raw = json.dumps([mark, int(backwards), *plain], separators=(",", ":"), default=str, ensure_ascii=False)
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def read_cursor(text: str, mark: str, size: int) -> Cursor:
    """The cursor of a text that `write_cursor` made.

    Raises: BadCursor for anything else, also for a cursor of another order or filter.
    """
    try:
        raw = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
        found, backwards, *values = raw
    except (binascii.Error, ValueError, TypeError):
        raise bad_cursor() from None
    is_plain = all(value is None or isinstance(value, str | int | float | bool) for value in values)
    if found != mark or backwards not in (0, 1) or len(values) != size or not is_plain:
        raise bad_cursor()
    return Cursor(tuple(values), bool(backwards))


def bad_cursor() -> BadCursor:
    """The fault of a cursor that does not belong here."""
    return BadCursor(
        "the cursor does not belong to this list: entity, filter, search and order have to be those that it came with;"
        " ask for the first page again"
    )


def order_by(keys: Sequence[SortKey], dialect: str, *, backwards: bool) -> list[Any]:
    """ORDER BY with nulls last; `backwards` turns everything round, for the page before."""
    result: list[Any] = []
    for key in keys:
        descending = key.descending != backwards
        ordered = key.column.desc() if descending else key.column.asc()
        if key.is_filled:
            result.append(ordered)
        elif dialect == "postgresql":
            result.append(ordered.nulls_first() if backwards else ordered.nulls_last())
        elif descending != backwards:
            # SQLite sorts nulls first; turned round they come last (or first for the page before) by themselves.
            result.append(ordered)
        else:
            null_rank = sa.case((key.column.is_(None), 1), else_=0)
            result.extend([null_rank.desc() if backwards else null_rank.asc(), ordered])
    return result


def after(keys: Sequence[SortKey], cursor: Cursor) -> Expr:
    """`the row comes after the cursor` (before it, when the cursor looks backwards)."""
    directions = {key.descending for key in keys}
    if all(key.is_filled for key in keys) and len(directions) == 1:
        left = sa.tuple_(*(key.column for key in keys))
        right = sa.tuple_(*(_bind(n, key) for n, key in enumerate(keys)))
        forward = next(iter(directions)) == cursor.backwards
        return left > right if forward else left < right
    choices: list[Expr] = []
    for place, key in enumerate(keys):
        beyond = _beyond(key, place, cursor)
        if beyond is not None:
            same = [_same(earlier, n, cursor) for n, earlier in enumerate(keys[:place])]
            choices.append(sa.and_(*same, beyond))
    return sa.or_(*choices)


def _bind(number: int, key: SortKey) -> Expr:
    return sa.bindparam(f"k{number}", type_=key.column.type, required=True)


def _same(key: SortKey, number: int, cursor: Cursor) -> Expr:
    if cursor.values[number] is None:
        return key.column.is_(None)
    return key.column == _bind(number, key)


def _beyond(key: SortKey, number: int, cursor: Cursor) -> Expr | None:
    if cursor.values[number] is None:
        return key.column.is_not(None) if cursor.backwards else None
    upwards = key.descending == cursor.backwards
    value = _bind(number, key)
    beyond = key.column > value if upwards else key.column < value
    if key.is_filled or cursor.backwards:
        return beyond
    return sa.or_(beyond, key.column.is_(None))


def page_first(frame: Frame, conditions: Sequence[Expr], order: Sequence[Any]) -> Frame:
    """The page's rows first, what is joined to them after: no join is made for a row that is not shown.

    The frame that comes back stands over the limited rows; it holds for conditions and orders that need no join.
    `without_unused` makes the rows narrow once the statement is known.
    """
    limit = sa.bindparam("limit", type_=sa.Integer(), required=True)
    if SEQUENCE not in frame.alias.c:
        inner = sa.select(*frame.alias.c).where(*conditions).order_by(*order).limit(limit)
        outer = Frame.over(frame, frame.build)
        outer.alias = inner.subquery(frame.build.next_alias())
        return outer
    # SQLite sorts whole rows: it is given row numbers alone, and looks the rows of the page up by them.
    chosen = sa.select(frame.alias.c[SEQUENCE]).where(*conditions).order_by(*order).limit(limit)
    page = chosen.subquery(frame.build.next_alias())
    outer = Frame(frame.build, frame.entity.name, access=frame.access)
    outer.start = page.join(outer.alias, outer.alias.c[SEQUENCE] == page.c[SEQUENCE])
    return outer


def without_unused(statement: Any, page: Any) -> Any:
    """The statement with only those columns in the select of its page that it asks for: what is sorted stays narrow."""
    everything: Iterator[Any] = visitors.iterate(statement)
    used = {one.name for one in everything if _is_of(one, page)}
    columns = [column for column in page.element.selected_columns if column.name in used]
    narrow = page.element.with_only_columns(*columns).subquery(page.name)

    def changed(element: Any, **_: Any) -> Any:
        return narrow if element is page else narrow.c[element.name] if _is_of(element, page) else None

    return visitors.replacement_traverse(statement, {}, changed)


def _is_of(one: Any, page: Any) -> bool:
    return isinstance(one, sa.ColumnElement) and getattr(one, "table", None) is page


def found_first(frame: Frame, conditions: Sequence[Expr], keys: Sequence[SortKey], backwards: bool) -> Frame:
    """PostgreSQL: what a search finds first, by the search index alone; then the page, then its rows.

    The planner cannot know how rare a word is: left alone it walks an index of the order through the whole table in
    search of a word that nobody wrote.
    """
    columns = [frame.raw("id").label("id"), *(key.column.label(f"k{n}") for n, key in enumerate(keys))]
    found = sa.select(*columns).where(*conditions).cte(frame.build.next_alias()).prefix_with("MATERIALIZED")
    sorted_by = [replace(key, column=found.c[f"k{n}"]) for n, key in enumerate(keys)]
    limit = sa.bindparam("limit", type_=sa.Integer(), required=True)
    page = sa.select(found.c.id).order_by(*order_by(sorted_by, "postgresql", backwards=backwards)).limit(limit)
    chosen = page.subquery(frame.build.next_alias())
    outer = Frame(frame.build, frame.entity.name, access=frame.access)
    outer.start = chosen.join(outer.alias, outer.raw("id") == chosen.c.id)
    return outer
