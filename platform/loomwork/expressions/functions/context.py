"""The reader and the moment. In SQL these are values bound when the statement runs."""

from datetime import date, datetime
from typing import Any

from loomwork.core.errors import Broken
from loomwork.expressions.env import Env
from loomwork.expressions.functions.base import Doc, Function
from loomwork.expressions.functions.timing import local_date
from loomwork.expressions.ir import Call
from loomwork.expressions.types import BOOLEAN, TEXT, link, list_of

_LISTS = {
    "USER_ROLES": list_of(TEXT),
    "USER_UNITS": list_of(link("system.unit")),
    "USER_TEAMS": list_of(link("system.team")),
}
USER, UNIT, TEAM = "link(system.user)", "link(system.unit)", "link(system.team)"


def _now(env: Env) -> datetime:
    if env.now is None:
        raise Broken("the formula needs the time, which was not given", code="not_loaded")
    return env.now


def _by_compiler(c: Any) -> Any:
    """Stands for a bound value; the compiler makes it by name."""
    raise Broken(f"{c.node.op} is bound by the compiler")


def _is_among(name: str) -> Any:
    """Whether the argument is in one of the actor's lists, in the words of IN."""

    def build(c: Any) -> Any:
        options = Call(_LISTS[name], name, ())
        return c.compiler.condition(Call(BOOLEAN, "in", (c.node.args[0], options)))

    return build


def _bound(name: str, result: str, needs: tuple[str, ...], doc: Doc, run: Any, examples: Any) -> Function:
    return Function(
        name,
        "context",
        (f"-> {result}",),
        doc,
        examples,
        run,
        needs=needs,
        nulls="own",
        postgresql=_by_compiler,
        sqlite=_by_compiler,
    )


def _today(env: Env) -> date:
    return local_date(env, _now(env))


CONTEXT_FUNCTIONS = (
    _bound("NOW", "instant", ("now",), Doc("The present instant.", "当前时刻。"), _now, (("NOW() = NOW()", "TRUE"),)),
    _bound(
        "TODAY",
        "date",
        ("now", "zone"),
        Doc("The reader's present date.", "读者时区的今天。"),
        _today,
        (("TODAY() = LOCALDATE(NOW())", "TRUE"),),
    ),
    _bound(
        "CURRENT_USER",
        USER,
        ("user",),
        Doc("The person who reads or writes.", "当前用户。"),
        lambda env: env.user.id,
        (("CURRENT_USER() = CURRENT_USER()", "TRUE"),),
    ),
    _bound(
        "USER_UNIT",
        UNIT,
        ("user",),
        Doc("The person's unit.", "当前用户所在部门。"),
        lambda env: env.user.unit,
        (("USER_UNIT() IN USER_UNITS()", "TRUE"),),
    ),
    _bound(
        "USER_UNITS",
        f"list({UNIT})",
        ("user",),
        Doc("The person's unit and all below it; for use after IN.", "当前用户的部门及下级部门，用于 IN 之后。"),
        lambda env: list(env.user.units),
        (("USER_UNIT() IN USER_UNITS()", "TRUE"),),
    ),
    _bound(
        "USER_TEAMS",
        f"list({TEAM})",
        ("user",),
        Doc("The person's teams; for use after IN.", "当前用户所在团队，用于 IN 之后。"),
        lambda env: list(env.user.teams),
        (("NULL IN USER_TEAMS()", "FALSE"),),
    ),
    _bound(
        "USER_ROLES",
        "list(text)",
        ("user",),
        Doc("The names of the person's roles; for use after IN.", "当前用户的角色名称，用于 IN 之后。"),
        lambda env: list(env.user.roles),
        (("'tester' IN USER_ROLES()", "TRUE"),),
    ),
    Function(
        "HAS_ROLE",
        "context",
        ("text -> boolean",),
        Doc("Whether the person has a role.", "当前用户是否拥有某角色。"),
        (("HAS_ROLE('tester')", "TRUE"), ("HAS_ROLE('nobody')", "FALSE")),
        lambda env, role: role in env.user.roles,
        needs=("user",),
        postgresql=_is_among("USER_ROLES"),
        sqlite=_is_among("USER_ROLES"),
    ),
    Function(
        "IN_UNIT",
        "context",
        ("link -> boolean",),
        Doc("Whether a unit is the person's or one below it.", "某部门是否为当前用户的部门或其下级。"),
        (("IN_UNIT(USER_UNIT())", "TRUE"), ("IN_UNIT(NULL)", "FALSE")),
        lambda env, unit: unit in env.user.units,
        needs=("user",),
        postgresql=_is_among("USER_UNITS"),
        sqlite=_is_among("USER_UNITS"),
    ),
    Function(
        "IN_TEAM",
        "context",
        ("link -> boolean",),
        Doc("Whether the person is in a team.", "当前用户是否属于某团队。"),
        (("IN_TEAM(NULL)", "FALSE"),),
        lambda env, team: team in env.user.teams,
        needs=("user",),
        postgresql=_is_among("USER_TEAMS"),
        sqlite=_is_among("USER_TEAMS"),
    ),
)
