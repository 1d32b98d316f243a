"""Compile a typed tree to a SQLAlchemy expression.

Two forms of a condition: `condition` may be NULL where it is false (enough for WHERE, AND, OR, CASE, and an index can
serve it), `strict` is always true or false (needed below NOT and where the value itself is wanted). Literals and
parameters are bound values, never text. A part that a template mentions twice is bound once by a sub-select (`let`),
so that SQL grows with the formula, not with its powers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa

from loomwork.core.i18n import say
from loomwork.expressions.faults import FormulaError, FormulaFault
from loomwork.expressions.functions import FUNCTIONS
from loomwork.expressions.ir import Aggregate, Call, Const, Field, Node, Param
from loomwork.expressions.numbers import LIMITS
from loomwork.expressions.sql.context import SqlContext
from loomwork.expressions.sql.fused import CONDITION_HEIGHT, fuse, height, is_too_much
from loomwork.expressions.sql.stored import Stored, plain_type
from loomwork.expressions.types import INSTANT, TEXT, FormulaType

Sql: TypeAlias = sa.ColumnElement[Any]
Builder: TypeAlias = Callable[["Compiler", Call], Sql]

CONTEXT_VALUES = {
    "NOW": "c_now",
    "TODAY": "c_today",
    "CURRENT_USER": "c_user",
    "USER_UNIT": "c_unit",
    "USER_UNITS": "c_units",
    "USER_TEAMS": "c_teams",
    "USER_ROLES": "c_roles",
}
"""Functions whose value is bound when the statement runs, by the name of the bound value."""


def structural(value: int) -> Sql:
    """A small integer of the compiler's own making (a scale, a position), bound like everything else."""
    return sa.literal(value, sa.Integer())


@dataclass(slots=True)
class Compiler:
    """One compilation. `contexts` are the rows at hand, the innermost last."""

    contexts: list[SqlContext]
    operators: dict[str, Builder]
    conditions: dict[str, Builder]
    aggregate: Callable[["Compiler", Aggregate], Sql]
    names: int = 0

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.contexts[-1].dialect

    @property
    def is_sqlite(self) -> bool:
        """Whether SQLite is compiled for."""
        return self.dialect == "sqlite"

    # Values.

    def value(self, node: Node) -> Sql:
        """The stored form of a value of `node.type`; conditions are strict."""
        if isinstance(node, Const):
            return self.const(node.type, node.value)
        if isinstance(node, Field):
            return self.contexts[-1 - node.up].column(node.path)
        if isinstance(node, Param):
            return self.bound(f"p_{node.name}", node.type)
        if isinstance(node, Aggregate):
            return self.aggregate(self, node)
        if self.is_sqlite and is_too_much(node):
            fused: Sql = fuse(self, node)
            return fused
        if node.op in self.operators:
            return self.operators[node.op](self, node)
        if node.op in self.conditions:
            return self.strict(node)
        return self._function(node)

    def const(self, type_: FormulaType, value: Any) -> Sql:
        """A literal, bound; null is typed."""
        if value is None:
            return sa.cast(sa.null(), plain_type(type_, self.dialect))
        bind = sa.bindparam(None, value, type_=Stored(type_), unique=True)
        return self._typed(bind, type_)

    def bound(self, name: str, type_: FormulaType) -> Sql:
        """A value that is given when the statement runs."""
        return self._typed(sa.bindparam(name, type_=Stored(type_)), type_)

    def _typed(self, bind: Sql, type_: FormulaType) -> Sql:
        """PostgreSQL must be told that a bound number is exact."""
        if not self.is_sqlite and type_.kind == "number" and type_.scale:
            return sa.cast(bind, sa.Numeric())
        return bind

    # Conditions.

    def condition(self, node: Node) -> Sql:
        """True where the condition holds; false or NULL elsewhere."""
        if isinstance(node, Call) and node.op in self.conditions and not self._is_deep(node):
            return self.conditions[node.op](self, node)
        if isinstance(node, Const):
            return sa.true() if node.value else sa.false()
        if self.is_sqlite:
            return self.value(node) == sa.literal(1, sa.Integer())
        return sa.type_coerce(self.value(node), sa.Boolean())

    def _is_deep(self, node: Call) -> bool:
        """Whether a condition is too deep to be written as SQL."""
        return self.is_sqlite and height(node) > CONDITION_HEIGHT

    def strict(self, node: Node) -> Sql:
        """True where the condition holds, else false."""
        if isinstance(node, Call) and self._is_deep(node):
            return sa.func.coalesce(self.condition(node), sa.false(), type_=sa.Boolean())
        if isinstance(node, Call) and node.op in TWO_VALUED:
            return self.conditions[node.op](self, node)
        if isinstance(node, Call) and node.op in ("and", "or"):
            parts = [self.strict(arg) for arg in node.args]
            return sa.and_(*parts) if node.op == "and" else sa.or_(*parts)
        if isinstance(node, Call) and node.op == "eq":
            return self._strict_equal(node)
        if isinstance(node, Const):
            return self.condition(node)
        if isinstance(node, Aggregate) and node.name in ("ANY", "ALL"):
            return self.value(node)
        return sa.func.coalesce(self.condition(node), sa.false(), type_=sa.Boolean())

    def _strict_equal(self, node: Call) -> Sql:
        """`=` that is true or false also where both sides are null."""
        left, right = node.args
        if left.type.kind == "number" and left.type.scale != right.type.scale:
            return sa.func.coalesce(self.condition(node), sa.false(), type_=sa.Boolean())
        return self.value(left).is_not_distinct_from(self.value(right))

    # Functions.

    def _function(self, node: Call) -> Sql:
        """A function of the registry."""
        if node.op in CONTEXT_VALUES:
            return self.bound(CONTEXT_VALUES[node.op], node.type)
        function = FUNCTIONS[node.op]
        build = function.sqlite if self.is_sqlite else function.postgresql
        if not function.runs_on(self.dialect):
            message = say("formula.X130.function", name=node.op)
            raise FormulaError([FormulaFault("X130", message, hint=say("formula.hint.stored"))])
        args = [self.value(arg) for arg in node.args]
        if build is None:
            return self.call_python(node, args)
        built: Sql = build(SqlCall(self, node, args))
        if not self.is_sqlite:
            built = self.fitted(sa.type_coerce(built, plain_type(node.type, self.dialect)), node.type)
        return self._two_valued(built, node)

    def _two_valued(self, value: Sql, node: Node) -> Sql:
        """A function that answers yes or no says no where it is given null."""
        if node.type.kind != "boolean":
            return value
        return sa.func.coalesce(value, sa.false(), type_=sa.Boolean())

    def call_python(self, node: Call, args: Sequence[Sql]) -> Sql:
        """SQLite: the same Python function that the closures call."""
        needs = FUNCTIONS[node.op].needs if node.op in FUNCTIONS else ()
        extra = [self.need(need) for need in needs]
        types = ",".join(str(arg.type) for arg in node.args) + ">" + str(node.type)
        head = [sa.literal(node.op, sa.Text()), sa.literal(types, sa.Text())]
        return sa.func.lw_call(*head, *extra, *args, type_=plain_type(node.type, "sqlite"))

    def need(self, name: str) -> Sql:
        """What a function needs besides its arguments, bound when the statement runs."""
        return self.bound(NEED_BINDS[name], NEED_TYPES[name])

    def fitted(self, value: Sql, type_: FormulaType) -> Sql:
        """PostgreSQL: null in place of a number with too many digits or a text that is empty."""
        if type_.kind == "number":
            limit = sa.literal(LIMITS[type_.scale], sa.Numeric())
            least = sa.literal(-LIMITS[type_.scale], sa.Numeric())
            bounded = sa.func.greatest(sa.func.least(value, limit), least)
            return sa.func.nullif(sa.func.nullif(bounded, limit), least, type_=sa.Numeric())
        if type_.kind == "text":
            return sa.func.nullif(value, sa.literal("", sa.Text()), type_=sa.Text())
        return value

    # PostgreSQL helpers.

    def numeric(self, node: Node) -> Sql:
        """A number as NUMERIC."""
        return sa.cast(self.value(node), sa.Numeric())

    def let(self, values: Sequence[Sql], build: Callable[..., Sql]) -> Sql:
        """`build` with each value mentioned as often as it likes, computed once."""
        if all(is_simple(value) for value in values):
            return build(*values)
        labels = [value.label(f"v{at}") for at, value in enumerate(values)]
        inner = sa.select(*labels).offset(0).correlate_except(None).subquery(f"lw_{self.next_name()}")
        return (
            sa.select(build(*(inner.c[f"v{at}"] for at in range(len(values)))))
            .select_from(inner)
            .correlate_except(inner)
            .scalar_subquery()
        )

    def next_name(self) -> int:
        """A number for an alias, unique within the statement part."""
        self.names += 1
        return self.names


NEED_BINDS = {"now": "c_now", "zone": "c_zone", "calendar": "c_calendar", "user": "c_user"}
NEED_TYPES = {"now": INSTANT, "zone": TEXT, "calendar": TEXT, "user": TEXT}
TWO_VALUED = frozenset({"not", "ne"})


def is_simple(value: Sql) -> bool:
    """Whether a value costs nothing to mention twice."""
    inner = value
    while isinstance(inner, sa.Cast | sa.TypeCoerce):
        inner = inner.clause
    return isinstance(inner, sa.Column | sa.BindParameter | sa.sql.elements.Null) or (
        isinstance(inner, sa.sql.elements.ColumnClause) and not isinstance(inner, sa.sql.elements.Label)
    )


def few(args: list[Sql]) -> list[Sql]:
    """The arguments if a function of PostgreSQL can take them.

    Raises: FormulaError `X130`.
    """
    if len(args) > MAX_ARGUMENTS:
        raise FormulaError([FormulaFault("X130", say("formula.X130.arguments", count=len(args)))])
    return args


MAX_ARGUMENTS = 90


@dataclass(slots=True)
class SqlCall:
    """What a function's SQL builder gets: the compiler, the call, and its arguments in stored form."""

    compiler: Compiler
    node: Call
    args: list[Sql]

    def __getitem__(self, at: int) -> Sql:
        return self.args[at]

    def __len__(self) -> int:
        return len(self.args)

    def type_at(self, at: int) -> FormulaType:
        """The type of an argument."""
        return self.node.args[at].type

    def number(self, at: int) -> Sql:
        """An argument as NUMERIC."""
        return sa.cast(self.args[at], sa.Numeric())

    def text(self, at: int) -> Sql:
        """An argument as a text."""
        return sa.type_coerce(self.args[at], sa.Text())

    def few(self) -> list[Sql]:
        """The arguments, for a function of PostgreSQL, which takes 100.

        Raises: FormulaError `X130` for more.
        """
        return few(self.args)

    def stored(self, at: int) -> Stored:
        """The column type of an argument, for values bound later."""
        return Stored(self.type_at(at))

    def bound_int(self, at: int, least: int, most: int) -> Sql:
        """An integer argument as INTEGER, brought between two bounds; null stays null."""
        node = self.node.args[at]
        if isinstance(node, Const) and node.value is not None:
            return sa.literal(max(least, min(most, int(node.value))), sa.Integer())
        value = self.args[at]
        low, high = sa.literal(least, sa.BigInteger()), sa.literal(most, sa.BigInteger())
        return self.compiler.let(
            [value],
            lambda v: sa.case((v.is_not(None), sa.cast(sa.func.least(sa.func.greatest(v, low), high), sa.Integer()))),
        )

    def let(self, values: Sequence[Sql], build: Callable[..., Sql]) -> Sql:
        """See `Compiler.let`."""
        return self.compiler.let(values, build)
