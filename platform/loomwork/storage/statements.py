"""Prepared statements: SQLAlchemy compiles once, the driver's cursor runs many times.

A plan that is used again (get, list, insert) costs no compilation and no result processing at run time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """SQL text of one dialect and how to fill it.

    Shapes: `order` are the bind names by position; `fixed` are the values known when it was made; `processors` turn
    plain values given at a run into driver values. `is_planned_anew`: PostgreSQL plans it for the values of each run, as
    what is searched for may be rare or frequent.
    """

    sql: str
    order: tuple[str, ...]
    fixed: Mapping[str, Any]
    processors: Mapping[str, Callable[[Any], Any]]
    is_planned_anew: bool = False

    def bind(self, params: Params) -> Sequence[Any]:
        """The driver's parameters for one run."""
        if self.processors:
            params = self._processed(params)
        fixed = self.fixed
        return [params[name] if name in params else fixed[name] for name in self.order]

    def _processed(self, params: Params) -> Params:
        given = dict(params)
        for name, process in self.processors.items():
            if name in given:
                given[name] = process(given[name])
        return given


def prepare(statement: sa.sql.ClauseElement, dialect: Dialect) -> Prepared:
    """Compile a statement for a dialect. Lists must travel as one parameter (JSON or array), never as an expanding IN."""
    if dialect.name == "postgresql":
        dialect = _with_numbers(dialect)
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    fixed = {name: value for name, value in compiled.params.items() if not _is_required(compiled, name)}
    processors = {n: p for n, p in getattr(compiled, "_bind_processors", {}).items() if callable(p)}
    for name, process in processors.items():
        if fixed.get(name) is not None:
            fixed[name] = process(fixed[name])
    dynamic = {name: process for name, process in processors.items() if name not in fixed}
    order = tuple(getattr(compiled, "positiontup", None) or ())
    return Prepared(str(compiled), order, fixed, dynamic)


_numbered: dict[str, Dialect] = {}


def _with_numbers(dialect: Dialect) -> Dialect:
    """PostgreSQL's own placeholders, `$1`: psycopg's raw cursor sends them as they are, without reading the text anew."""
    kind: Any = type(dialect)
    if dialect.name not in _numbered:
        _numbered[dialect.name] = kind(paramstyle="numeric_dollar")
    return _numbered[dialect.name]


def _is_required(compiled: Any, name: str) -> bool:
    bind = compiled.binds.get(name)
    return bind is not None and bool(bind.required)
