"""PostgreSQL for text functions: letters by ICU's root rules, order by code point, lengths bounded."""

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from loomwork.expressions.limits import MAX_TEXT

if TYPE_CHECKING:
    from loomwork.expressions.sql.builder import SqlCall


FINAL_SIGMA, SIGMA = "\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}"


def icu(name: str, value: Any) -> Any:
    """`lower` or `upper` by Unicode, whatever the database's locale; compared by code point afterwards."""
    changed = getattr(sa.func, name)(value.collate("und-x-icu"), type_=sa.Text())
    return changed.collate("C")


def fold_sql(value: Any) -> Any:
    """The case rule of searching, see `searching.fold`."""
    return sa.func.replace(icu("lower", value), FINAL_SIGMA, SIGMA, type_=sa.Text())


def contains(text: Any, part: Any) -> Any:
    """Whether a text holds another, capital and small letters alike."""
    return sa.func.strpos(fold_sql(text), fold_sql(part)) > 0


def limited(c: "SqlCall", value: Any) -> Any:
    """Null in place of a text that is too long."""
    return c.let([value], lambda text: sa.case((sa.func.length(text) <= MAX_TEXT, text)))


def count_of(c: "SqlCall") -> Any:
    """Occurrences that do not overlap."""
    return c.let([c.text(0), c.text(1)], _occurrences)


def _occurrences(text: Any, part: Any) -> Any:
    removed = sa.func.length(text) - sa.func.length(sa.func.replace(text, part, ""))
    return removed.op("/", precedence=8, return_type=sa.Integer())(sa.func.length(part))


def guarded_replace(c: "SqlCall") -> Any:
    """Replace all, unless the result would be too long."""
    new = sa.func.coalesce(c.text(2), "", type_=sa.Text()) if len(c) > 2 else sa.literal("", sa.Text())

    def build(text: Any, old: Any, put: Any) -> Any:
        grown = sa.func.length(text) + _occurrences(text, old) * (sa.func.length(put) - sa.func.length(old))
        replaced = sa.func.replace(text, old, put, type_=sa.Text())
        return sa.case((old.is_(None), text), (grown <= MAX_TEXT, replaced))

    return c.let([c.text(0), c.text(1), new], build)


def guarded_repeat(c: "SqlCall") -> Any:
    """Repeat, unless the result would be too long."""

    def build(text: Any, count: Any) -> Any:
        size = sa.cast(sa.func.length(text), sa.BigInteger()) * count
        return sa.case((size <= MAX_TEXT, sa.func.repeat(text, count, type_=sa.Text())))

    return c.let([c.text(0), c.bound_int(1, 0, MAX_TEXT + 1)], build)


def pad(c: "SqlCall", name: str) -> Any:
    """`lpad` or `rpad` that never cuts."""
    fill = c.text(2) if len(c) > 2 else sa.literal(" ", sa.Text())

    def build(text: Any, width: Any, filler: Any) -> Any:
        padded = getattr(sa.func, name)(text, sa.func.greatest(width, sa.func.length(text)), filler, type_=sa.Text())
        known = sa.and_(text.is_not(None), width.is_not(None), width <= MAX_TEXT)
        return sa.case((known, padded), (sa.and_(width.is_not(None), sa.func.length(text) > MAX_TEXT), text))

    return c.let([c.text(0), c.bound_int(1, 0, MAX_TEXT + 1), fill], build)
