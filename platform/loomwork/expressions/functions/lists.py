"""Lists: multi-choice and tag fields, and lists written out."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from loomwork.core.i18n import say
from loomwork.expressions.faults import FormulaError, FormulaFault, type_words
from loomwork.expressions.functions.base import Doc, Function
from loomwork.expressions.functions.sqltext import limited
from loomwork.expressions.ir import Node
from loomwork.expressions.types import NULL, FormulaType


def _element(args: Sequence[Node]) -> FormulaType:
    return args[0].type.of or NULL


def _list_type(args: Sequence[Node]) -> FormulaType:
    return args[0].type


def _has(values: Sequence[Any] | None, value: Any) -> bool:
    return value is not None and value in (values or ())


def _has_any(left: Sequence[Any] | None, right: Sequence[Any] | None) -> bool:
    return any(value in (left or ()) for value in right or () if value is not None)


def _has_all(left: Sequence[Any] | None, right: Sequence[Any] | None) -> bool:
    return left is not None and all(value in left for value in right or () if value is not None)


def _join(values: Sequence[str], separator: str | None = None) -> str:
    return (separator or "").join(value for value in values if value)


def _item(values: Sequence[Any], position: int) -> Any:
    return values[position - 1] if 1 <= position <= len(values) else None


def _unique(values: Sequence[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def _sorted(values: Sequence[Any]) -> list[Any]:
    return sorted(value for value in values if value is not None)


def _elements(c: Any, value: Any) -> Any:
    """The elements of a JSONB list as rows `value, position`."""
    rows = sa.func.jsonb_array_elements_text(value).table_valued("value", with_ordinality="position")
    return rows.alias(f"lw_{c.compiler.next_name()}").render_derived()


def _has_any_sql(c: Any) -> Any:
    _strings(c)

    def build(left: Any, right: Any) -> Any:
        rows = _elements(c, right)
        found = left.op("@>", precedence=5, return_type=sa.Boolean())(sa.func.to_jsonb(rows.c.value))
        return sa.select(sa.literal(1)).select_from(rows).where(found).correlate_except(rows).exists()

    return c.let(c.args, build)


def _join_sql(c: Any) -> Any:
    separator = sa.func.coalesce(c[1], "") if len(c) > 1 else ""

    def build(value: Any) -> Any:
        rows = _elements(c, value)
        ordered = aggregate_order_by(sa.cast(separator, sa.Text()), rows.c.position)
        return (
            sa.select(sa.func.string_agg(rows.c.value, ordered))
            .select_from(rows)
            .correlate_except(rows)
            .scalar_subquery()
        )

    return limited(c, c.let([c[0]], build))


def _item_sql(c: Any) -> Any:
    def build(value: Any, position: Any) -> Any:
        return sa.case((position > 0, value.op("->>", precedence=5, return_type=sa.Text())(position - 1)))

    found = c.let([c[0], c.bound_int(1, 0, 100_000)], build)
    kind = c.node.type.kind
    return sa.cast(found, sa.Numeric()) if kind == "number" else sa.cast(found, sa.Date()) if kind == "date" else found


def _split_sql(c: Any) -> Any:
    def build(text: Any, separator: Any) -> Any:
        return sa.case((separator.is_not(None), sa.func.to_jsonb(sa.func.string_to_array(text, separator))))

    return c.let([c.text(0), c.text(1)], build)


def _strings(c: Any) -> Any:
    """Lists lie in the database as JSON strings: only texts and ids are found in them by value."""
    of = c.type_at(0).of
    if of is not None and of.kind not in ("text", "link", "null"):
        message = say("formula.X130.list", name=c.node.op, of=type_words(of))
        raise FormulaError([FormulaFault("X130", message)])
    return c[0].op("@>", precedence=5, return_type=sa.Boolean())


LIST_FUNCTIONS = (
    Function(
        "SIZE",
        "list",
        ("list -> integer",),
        Doc("How many values a list has.", "列表中值的个数。"),
        (("SIZE(['a', 'b'])", "2"), ("SIZE([])", "0")),
        len,
        postgresql=lambda c: sa.func.jsonb_array_length(c[0]),
    ),
    Function(
        "HAS",
        "list",
        ("list(T), T -> boolean",),
        Doc("Whether a list holds a value.", "列表是否包含某个值。"),
        (("HAS(['a', '红'], '红')", "TRUE"), ("HAS(['a'], 'A')", "FALSE"), ("HAS(NULL, 'a')", "FALSE")),
        _has,
        nulls="own",
        postgresql=lambda c: _strings(c)(sa.func.jsonb_build_array(c[1])),
    ),
    Function(
        "HASANY",
        "list",
        ("list(T), list(T) -> boolean",),
        Doc("Whether two lists have a value in common.", "两个列表是否有共同的值。"),
        (("HASANY(['a', 'b'], ['b', 'c'])", "TRUE"), ("HASANY(['a'], [])", "FALSE")),
        _has_any,
        nulls="own",
        postgresql=_has_any_sql,
    ),
    Function(
        "HASALL",
        "list",
        ("list(T), list(T) -> boolean",),
        Doc("Whether the first list holds all values of the second.", "第一个列表是否包含第二个列表的所有值。"),
        (("HASALL(['a', 'b'], ['b'])", "TRUE"), ("HASALL(['a'], ['a', 'b'])", "FALSE"), ("HASALL(['a'], [])", "TRUE")),
        _has_all,
        nulls="own",
        postgresql=lambda c: _strings(c)(sa.func.coalesce(c[1], sa.cast(sa.literal("[]", sa.Text()), JSONB()))),
    ),
    Function(
        "JOIN",
        "list",
        ("list(text), text? -> text",),
        Doc("The texts of a list joined by a separator.", "用分隔符连接列表中的文本。"),
        (("JOIN(['a', 'b'], ', ')", "'a, b'"), ("JOIN([], ', ')", "NULL")),
        lambda values, separator=None: _join(values, separator) if values is not None else None,
        nulls="own",
        postgresql=_join_sql,
    ),
    Function(
        "ITEM",
        "list",
        ("list, integer -> any",),
        Doc("The n-th value of a list, from 1; null beyond its end.", "列表中第 n 个值，超出为空。"),
        (("ITEM(['a', 'b'], 2)", "'b'"), ("ITEM(['a'], 2)", "NULL")),
        _item,
        result=_element,
        postgresql=_item_sql,
    ),
    Function(
        "SORTED",
        "list",
        ("list -> list",),
        Doc("The values of a list in order, nulls left out.", "排序后的列表，忽略空值。"),
        (("JOIN(SORTED(['b', 'a']), ',')", "'a,b'"),),
        _sorted,
        result=_list_type,
    ),
    Function(
        "UNIQUE",
        "list",
        ("list -> list",),
        Doc("The values of a list, each once.", "去重后的列表。"),
        (("SIZE(UNIQUE(['a', 'b', 'a']))", "2"),),
        _unique,
        result=_list_type,
    ),
    Function(
        "SPLIT",
        "list",
        ("text, text -> list(text)",),
        Doc("The parts of a text between separators.", "按分隔符将文本切分为列表。"),
        (("SIZE(SPLIT('a,b,c', ','))", "3"), ("ITEM(SPLIT('a,b', ','), 2)", "'b'")),
        str.split,
        postgresql=_split_sql,
    ),
)
