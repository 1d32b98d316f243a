"""Formulas as SQL for SQLite and PostgreSQL."""

import json
import sys
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from loomwork.expressions.env import Env, WorkCalendar
from loomwork.expressions.ir import Node
from loomwork.expressions.sql.aggregates import compile_aggregate
from loomwork.expressions.sql.builder import Compiler
from loomwork.expressions.sql.context import SqlContext, SqlRelation
from loomwork.expressions.sql.operators import CONDITIONS, OPERATORS
from loomwork.expressions.sql.stored import Stored
from loomwork.expressions.zones import zone_table

_DEEPEST = 6_000
"""Python frames that writing the SQL of the deepest formula allowed may take: 20 levels, up to 200 frames each."""
sys.setrecursionlimit(max(sys.getrecursionlimit(), _DEEPEST))

__all__ = ["SqlContext", "SqlRelation", "Stored", "bind_values", "compile_sql", "sql_condition"]


def compile_sql(ir: Node, context: SqlContext) -> sa.ColumnElement[Any]:
    """The value of a formula as a column expression; fetched rows hold plain Python values of its type.

    Values that the statement needs when it runs are named `p_<name>` (parameters) and `c_…` (clock, actor, calendar);
    `bind_values` makes them from an Env.
    Raises: FormulaError `X130` for a function without SQL.
    """
    value = _compiler(context).value(ir)
    return sa.type_coerce(value, Stored(ir.type))


def sql_condition(ir: Node, context: SqlContext) -> sa.ColumnElement[bool]:
    """A condition for WHERE, ON or a filtered aggregate; where it does not hold it is false or NULL.

    Never put it below NOT: negate the formula instead. A plain column compared with a literal or parameter stays
    bare, so that an index serves it.
    Raises: FormulaError `X130` for a function without SQL.
    """
    return _compiler(context).condition(ir)


def _compiler(context: SqlContext) -> Compiler:
    return Compiler([context], OPERATORS, CONDITIONS, compile_aggregate)


def bind_values(env: Env) -> dict[str, Any]:
    """The values of `p_…` and `c_…` for one execution; names that a statement does not use may be left in."""
    values: dict[str, Any] = {f"p_{name}": value for name, value in env.params.items()}
    zone = zone_table(env.zone)
    today = zone.to_local(env.now).date() if env.now is not None else None
    values |= {
        "c_now": env.now,
        "c_today": today,
        "c_user": env.user.id,
        "c_unit": env.user.unit,
        "c_units": list(env.user.units),
        "c_teams": list(env.user.teams),
        "c_roles": list(env.user.roles),
        "c_zone": env.zone,
        "c_zone_starts": list(zone.starts),
        "c_zone_local_starts": list(zone.local_starts),
        "c_zone_offsets": list(zone.offsets),
        "c_calendar": calendar_text(env.calendar),
    }
    return values


def calendar_text(calendar: WorkCalendar) -> str:
    """A working calendar as JSON text, for the function that SQLite calls."""
    parts: Mapping[str, Any] = {
        "weekend": sorted(calendar.weekend),
        "holidays": sorted(day.isoformat() for day in calendar.holidays),
        "workdays": sorted(day.isoformat() for day in calendar.workdays),
    }
    return json.dumps(parts, separators=(",", ":"))
