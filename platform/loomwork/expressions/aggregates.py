"""Aggregates over the rows of a relation, in Python.

No rows, or only nulls: SUM and COUNT give 0, ANY false, ALL true, the others null. FIRST and LAST order by their
value; rows without one come last in both; among equals the record's `id` decides, then the order given.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from loomwork.core.errors import Broken
from loomwork.expressions.env import Env
from loomwork.expressions.ir import Aggregate, Node
from loomwork.expressions.numbers import divide
from loomwork.expressions.runtime import finisher

Closure: TypeAlias = Callable[[Env], Any]
Rows: TypeAlias = Callable[[Env], Iterator[Env]]


def compile_aggregate(node: Aggregate, compile_node: Callable[[Node], Closure]) -> Closure:
    """The aggregate as a function of the Env of the outer row."""
    where = compile_node(node.where) if node.where is not None else None
    value = compile_node(node.value) if node.value is not None else None
    order = compile_node(node.order) if node.order is not None else None
    if node.name == "ALL":
        return _all(_rows(node, None), where)
    rows = _rows(node, where)
    if order is not None and value is not None:
        return _end(rows, value, order, last=node.name == "LAST")
    if value is None:
        return _EMPTY[node.name](rows)
    return _VALUED[node.name](rows, value, node)


def _rows(node: Aggregate, where: Closure | None) -> Rows:
    path, up = ".".join(node.path), node.up

    def rows(env: Env) -> Iterator[Env]:
        outer = env
        for _ in range(up):
            outer = outer.parent or outer
        if path not in outer.items:
            raise Broken(f'the formula needs the rows of "{path}", which were not loaded', code="not_loaded")
        inner = Env({}, {}, env.params, env.now, env.zone, env.user, env.calendar, env.faults, outer)
        for row in outer.items[path] or ():
            inner.values = inner.items = row
            if where is None or where(inner):
                yield inner

    return rows


def _values(rows: Rows, value: Closure) -> Callable[[Env], list[Any]]:
    def values(env: Env) -> list[Any]:
        found = [value(row) for row in rows(env)]
        return [one for one in found if one is not None]

    return values


def _count(rows: Rows) -> Closure:
    return lambda env: sum(1 for _ in rows(env))


def _any(rows: Rows) -> Closure:
    return lambda env: any(True for _ in rows(env))


def _all(rows: Rows, where: Closure | None) -> Closure:
    return lambda env: all(where is None or where(row) for row in rows(env))


def _sum(rows: Rows, value: Closure, node: Aggregate) -> Closure:
    values, finish = _values(rows, value), finisher(node.type)
    return lambda env: finish(env, sum(values(env)))


def _average(rows: Rows, value: Closure, node: Aggregate) -> Closure:
    values, finish, scale = _values(rows, value), finisher(node.type), node.type.scale

    def run(env: Env) -> Any:
        found = values(env)
        return finish(env, divide(sum(found), len(found), scale)) if found else None

    return run


def _minimum(rows: Rows, value: Closure, _: Aggregate) -> Closure:
    values = _values(rows, value)
    return lambda env: min(values(env), default=None)


def _maximum(rows: Rows, value: Closure, _: Aggregate) -> Closure:
    values = _values(rows, value)
    return lambda env: max(values(env), default=None)


def _distinct(rows: Rows, value: Closure, _: Aggregate) -> Closure:
    values = _values(rows, value)
    return lambda env: len(set(values(env)))


def _end(rows: Rows, value: Closure, order: Closure, *, last: bool) -> Closure:
    def run(env: Env) -> Any:
        known: list[tuple[Any, str, int, Any]] = []
        unknown: list[tuple[str, int, Any]] = []
        for at, row in enumerate(rows(env)):
            rank, tie = order(row), str(row.values.get("id", ""))
            if rank is None:
                unknown.append((tie, at, value(row)))
            else:
                known.append((rank, tie, at, value(row)))
        chosen: list[Any] = known or unknown
        if not chosen:
            return None
        pick = max if last else min
        return pick(chosen, key=lambda one: one[:-1])[-1]

    return run


_EMPTY: dict[str, Callable[[Rows], Closure]] = {"COUNT": _count, "ANY": _any}
_VALUED: dict[str, Callable[[Rows, Closure, Aggregate], Closure]] = {
    "SUM": _sum,
    "AVG": _average,
    "MIN": _minimum,
    "MAX": _maximum,
    "COUNTDISTINCT": _distinct,
}
