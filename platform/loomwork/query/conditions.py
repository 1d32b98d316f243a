"""Conditions with rights inside: a condition on a cell that is not seen never matches, negated included.

Negation is pushed down to the single comparisons; each comparison is joined with the guards of the cells that it
names, so `NOT secret = 1` finds nothing where `secret` is not seen.
"""

from typing import Any

import sqlalchemy as sa

from loomwork.expressions.ir import Aggregate, Call, Const, Field, Node, walk
from loomwork.expressions.sql import compile_sql, sql_condition
from loomwork.expressions.types import BOOLEAN
from loomwork.query.access import RowRule
from loomwork.query.context import EVERYTHING, FrameContext, system_build
from loomwork.query.frames import Expr, Frame, closed


def condition_sql(node: Node, frame: Frame, *, negate: bool = False) -> Expr:
    """A condition over the rows of a frame, guarded comparison by comparison."""
    if isinstance(node, Call) and node.op in ("and", "or"):
        joined = sa.and_ if (node.op == "and") != negate else sa.or_
        return joined(*(condition_sql(part, frame, negate=negate) for part in node.args))
    if isinstance(node, Call) and node.op == "not":
        return condition_sql(node.args[0], frame, negate=not negate)
    if isinstance(node, Const):
        return sa.true() if bool(node.value) != negate else sa.false()
    atom = Call(BOOLEAN, "not", (node,)) if negate else node
    guards = guards_of(node, frame)
    found = sql_condition(atom, FrameContext(frame, condition_sql))
    return sa.and_(*guards, found) if guards else found


def value_sql(node: Node, frame: Frame) -> Expr:
    """A value over the rows of a frame; cells that are not seen read as nothing."""
    return compile_sql(node, FrameContext(frame, condition_sql))


def computed_sql(node: Node, frame: Frame) -> Expr:
    """The value of a field that is computed when read.

    It sees with the platform's eyes, like a stored one: who may read the field may read its value.
    """
    return value_sql(node, every_cell(frame))


def every_cell(frame: Frame) -> Frame:
    """The same rows seen with the platform's eyes, made once per frame."""
    for over in frame.overs:
        if over.access.key == EVERYTHING:
            return over
    return Frame.over(frame, system_build(frame.build, condition_sql, row_rule_sql))


def guards_of(node: Node, frame: Frame) -> list[Expr]:
    """What must hold for every cell that a comparison names on its own row to be seen.

    Raises: NotAllowed where the reader sees the field on no row, or only masked.
    """
    guards: list[Expr] = []
    for one in own_fields(node):
        for guard in path_guards(one.path, frame):
            if not any(guard is other for other in guards):
                guards.append(guard)
    return guards


def own_fields(node: Node, depth: int = 0) -> list[Field]:
    """The fields of the row at hand that a node names, those inside aggregates that look outwards included."""
    if isinstance(node, Field):
        return [node] if node.up == depth else []
    if isinstance(node, Aggregate):
        parts = [part for part in (node.value, node.where, node.order) if part is not None]
        found = [one for part in parts for one in own_fields(part, depth + 1)]
        if node.up == depth and len(node.path) > 1:
            found.append(Field(node.type, node.path[:-1], depth))
        return found
    if isinstance(node, Call):
        return [one for part in node.args for one in own_fields(part, depth)]
    return []


def path_guards(path: tuple[str, ...], frame: Frame) -> list[Expr]:
    """The guards of a path, link by link; empty when the reader sees all of it on every row."""
    guards: list[Expr] = []
    text = ".".join(path)
    here = frame
    for place, name in enumerate(path):
        field = here.field(name, text)
        if here.rights.is_closed(name) or here.rights.is_only_masked(name):
            raise closed(text)
        guard = here.guard(name)
        if guard is not None:
            guards.append(guard)
        if place == len(path) - 1 or not field.is_link:
            break
        link = here.raw(name)
        here = here.join(name, text)
        if here.visible() is not None:
            guards.append(sa.or_(link.is_(None), here.raw("id").is_not(None)))
    return guards


def row_rule_sql(rule: RowRule, frame: Frame) -> Expr:
    """A row rule over the rows of a frame; rules see with the platform's eyes, not the reader's."""
    if rule.is_all:
        return sa.true()
    found = _rule_kind(rule, frame)
    if rule.kind != "all" and frame.access.has_shares and _levels(frame):
        found = sa.or_(found, shared_sql(frame))
    if rule.states:
        state = frame.raw(rule.state_field)
        wanted = sa.or_(*(state == value for value in rule.states))
        found = wanted if rule.kind == "all" else sa.and_(found, wanted)
    return found


_COLLEAGUES = {"unit": "a_owners_unit", "unit_and_below": "a_owners_below", "team": "a_owners_team"}
"""Row rules by what the owner is to the reader, and the list of ids that says who that is."""


def _rule_kind(rule: RowRule, frame: Frame) -> Expr:
    owner = frame.raw("owner_id")
    if rule.kind == "all":
        return sa.true()
    if rule.kind == "own":
        return owner == sa.bindparam("a_user", type_=owner.type, required=True)
    if rule.kind in _COLLEAGUES:
        if frame.access.knows_colleagues:
            return in_list(owner, _COLLEAGUES[rule.kind], frame.build.tables.dialect)
        # A person without a unit or team still has what is his own.
        own = owner == sa.bindparam("a_user", type_=owner.type, required=True)
        return sa.or_(own, owner.in_(_members(rule.kind, frame)))
    if rule.formula is None:
        return sa.false()
    return _formula_rule(rule.formula, frame)


def list_items(bind: str, dialect: str, kind: Any) -> Any:
    """A list parameter as rows: JSON text on SQLite, an array on PostgreSQL."""
    if dialect == "sqlite":
        items = sa.func.json_each(sa.bindparam(bind, type_=sa.Text(), required=True)).table_valued("value")
        return sa.select(items.c.value)
    array = sa.cast(sa.bindparam(bind, type_=sa.types.NullType(), required=True), sa.ARRAY(kind))
    return sa.select(sa.func.unnest(array).label("value"))


def in_list(column: Expr, bind: str, dialect: str) -> Expr:
    """`the column has one of the values of a list parameter`; on PostgreSQL as `= ANY(array)`, which indexes serve."""
    if dialect == "sqlite":
        return column.in_(list_items(bind, dialect, column.type))
    array = sa.cast(sa.bindparam(bind, type_=sa.types.NullType(), required=True), sa.ARRAY(column.type))
    return column == sa.any_(array)


def _members(kind: str, frame: Frame) -> Any:
    """The ids of the users of the reader's unit, of it and those below, or of his teams."""
    tables = frame.build.tables
    if kind == "team":
        member = tables.entities["system.team_member"]
        c = member.table.c
        items = list_items("a_teams", tables.dialect, c[member.column("team").name].type)
        return sa.select(c[member.column("user").name]).where(
            c[member.column("team").name].in_(items), c[member.column("deleted_at").name].is_(None)
        )
    user = tables.entities["system.user"]
    unit = user.table.c[user.column("unit").name]
    chosen = sa.select(user.table.c[user.column("id").name])
    if kind == "unit":
        return chosen.where(unit == sa.bindparam("a_unit", type_=unit.type, required=True))
    return chosen.where(unit.in_(list_items("a_units", tables.dialect, unit.type)))


def shared_sql(frame: Frame) -> Expr:
    """`the record is shared with the reader`, for reading or, where writing is asked, for writing."""
    from loomwork.storage.system_tables import SHARE

    dialect = frame.build.tables.dialect
    identity = frame.raw("id")
    record_id = sa.cast(SHARE.c.record_id, identity.type) if dialect != "sqlite" else SHARE.c.record_id
    hits = sa.select(record_id).where(
        SHARE.c.entity == frame.entity.name,
        SHARE.c.principal.in_(list_items("a_principals", dialect, sa.Text())),
        SHARE.c.level.in_([sa.literal(level) for level in _levels(frame)]),
    )
    return identity.in_(hits)


def _levels(frame: Frame) -> list[str]:
    """The levels of sharing that open a row for an action: shares let read and change, never delete or share further."""
    return {"read": ["read", "write"], "export": ["read", "write"], "update": ["write"]}.get(frame.access_action, [])


def _formula_rule(formula: Node, frame: Frame) -> Expr:
    """A formula as a row rule: on the row itself when it names no other record, else through the ids that it gives."""
    is_local = all(len(one.path) == 1 for one in walk(formula) if isinstance(one, Field)) and not any(
        isinstance(one, Aggregate) for one in walk(formula)
    )
    build = system_build(frame.build, condition_sql, row_rule_sql)
    if is_local:
        return condition_sql(formula, Frame.over(frame, build))
    inner = Frame(build, frame.entity.name)
    where = condition_sql(formula, inner)
    return frame.raw("id").in_(sa.select(inner.raw("id")).select_from(inner.source()).where(where))
