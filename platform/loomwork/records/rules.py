"""Defaults, computed fields, rules and validations of a record: on its own values in Python, on others' in the database.

What looks at other records is asked of the database after the write, inside the same transaction, with the very
formulas that lists and reports use.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from loomwork.core.jsonio import canonical
from loomwork.expressions import Formula
from loomwork.query.conditions import list_items, row_rule_sql, value_sql
from loomwork.query.context import system_build
from loomwork.query.frames import Frame
from loomwork.query.select import virtual_decoder
from loomwork.records.draft import Draft, message_of, required_message
from loomwork.records.plans import Computation, EntityPlan, RulePlan
from loomwork.records.program import Program
from loomwork.records.values import computed_cells, read_value
from loomwork.storage.statements import prepare

LOCKED = {"en": "this field is locked now", "zh-CN": "此字段现在已锁定"}


def apply_defaults(draft: Draft) -> None:
    """Fill fields that were not given and are empty."""
    env = None
    for name, wire, made in draft.plan.defaults:
        writer = draft.plan.writers.get(name)
        if writer is None or name in draft.given or draft.cells[name] != writer.empty:
            continue
        if made is None:
            cells = read_value(writer, wire, draft.details)
            draft.cells[name] = cells if cells is not None else writer.empty
        elif made.run is not None:
            env = env or draft.env()
            draft.cells[name] = computed_cells(writer.field, made.run(env))


def apply_local(draft: Draft) -> None:
    """Rules' values, computed fields, required fields and validations that need the record alone."""
    draft.chosen = frozenset(draft.given if draft.is_new else draft.given.intersection(draft.changed()) | draft.unread)
    env = draft.env()
    for rule in draft.plan.rules:
        if rule.when.run is not None and rule.when.run(env):
            env = _set_values(draft, rule, env)
    for field, made in draft.plan.computed:
        if made.run is not None:
            env.faults.clear()
            draft.cells[field.name] = computed_cells(field, made.run(env))
            for fault in env.faults:
                draft.fault(field.name, fault.code, fault.message)
            env.values = draft.values()
    _check_required(draft)
    old = draft.env(old=True) if draft.before is not None else None
    for rule in draft.plan.rules:
        if rule.when.run is not None:
            held_before = bool(old is not None and rule.when.run(old))
            check_rule(draft, rule, holds=bool(rule.when.run(env)), held_before=held_before)
    for validation, made in draft.plan.validations:
        if made.run is not None and not made.run(env):
            draft.said(validation.field, validation.name, message_of(validation.message, draft.actor, validation.name))


def _set_values(draft: Draft, rule: RulePlan, env: Any) -> Any:
    """Values that a rule sets, where nobody gave its fields another value in this change."""
    for name, made in rule.sets:
        if made.run is None or name in draft.chosen or not _is_first_time(draft, rule):
            continue
        draft.cells[name] = computed_cells(draft.plan.entity.fields[name], made.run(env))
    env.values = draft.values()
    return env


def _is_first_time(draft: Draft, rule: RulePlan) -> bool:
    """Whether the rule begins to hold, or what it reads has changed: only then it sets, so that people may correct."""
    if draft.before is None:
        return True
    changed = draft.unread.union(draft.changed())
    return any(path.partition(".")[0] in changed for path in rule.when.formula.dependencies)


def _check_required(draft: Draft) -> None:
    if draft.cells["owner_id"][0] is None and "owner_id" in draft.given:
        # Rights over own, team and unit hang on the owner: without one the record would go out of sight.
        draft.fault("owner_id", "required", required_message(draft.plan, "owner_id", draft.actor))
    for name in draft.plan.required:
        writer = draft.plan.writers.get(name)
        if writer is not None and draft.cells[name] == writer.empty and not any(d.path == name for d in draft.details):
            if draft.plan.entity.fields[name].is_system or _is_hidden_by_rule(draft, name):
                continue
            draft.fault(name, "required", required_message(draft.plan, name, draft.actor))
        elif writer is None and _lacks_rows(draft, name):
            draft.fault(name, "required", required_message(draft.plan, name, draft.actor))


def _lacks_rows(draft: Draft, name: str) -> bool:
    """Whether a list is empty: not given to a new record, or given without an entry."""
    given = draft.joins.get(name, draft.children.get(name))
    return not given if draft.is_new else given == []


def _is_hidden_by_rule(draft: Draft, name: str) -> bool:
    """Whether no rule shows the field now, so that nobody can be asked to fill it.

    What is given to it is kept all the same: `show` says what forms show, and an import may know more than a form asks.
    """
    env = draft.env()
    shows = [rule for rule in draft.plan.rules if name in rule.rule.show and rule.when.run is not None]
    return bool(shows) and not any(rule.when.run is not None and rule.when.run(env) for rule in shows)


def check_rule(draft: Draft, rule: RulePlan, *, holds: bool, held_before: bool) -> None:
    """What a rule asks of the record: filled fields while it holds, untouched ones if it held before."""
    plan = draft.plan
    if holds:
        for name in rule.rule.require:
            writer = plan.writers.get(name)
            if (
                writer is not None
                and draft.cells[name] == writer.empty
                and not any(d.path == name for d in draft.details)
            ):
                text = message_of(rule.rule.message, draft.actor, required_message(plan, name, draft.actor))
                draft.said(name, "required", text)
    if held_before:
        before = draft.before or {}
        for name in rule.rule.lock:
            differs = draft.cells.get(name) != before.get(name) or name in draft.unread
            if name in draft.given and differs:
                locked = LOCKED.get(draft.actor.language, LOCKED["en"])
                draft.said(name, "locked", message_of(rule.rule.message, draft.actor, locked))


def outward_select(program: Program, plan: EntityPlan) -> tuple[Any, list[tuple[str, Any, Formula]]]:
    """One statement that asks all outward formulas of some records, and what each column after the id is for."""
    parts: list[tuple[str, Any, Computation]] = [
        ("computed", field, made) for field, made in plan.computed if made.run is None
    ]
    for rule in plan.rules:
        is_outward = rule.when.run is None
        if is_outward:
            parts.append(("rule", rule, rule.when))
        parts.extend(("set", (rule, name), made) for name, made in rule.sets if is_outward or made.run is None)
    parts.extend(("validation", validation, made) for validation, made in plan.validations if made.run is None)
    asked = [(kind, what, made.formula) for kind, what, made in parts]

    def make() -> Any:
        frame = Frame(system_build_of(program), plan.entity.name)
        columns = [value_sql(formula.ir, frame).label(f"v{n}") for n, (_, _, formula) in enumerate(asked)]
        identity = frame.raw("id")
        wanted = identity.in_(list_items("ids", program.tables.dialect, identity.type))
        statement = sa.select(identity.label("v"), *columns).where(wanted)
        return prepare(statement.select_from(frame.source()), program.plans.dialect)

    return program.engine.kept(("outward", plan.entity.name, plan.variant), make), asked


def system_build_of(program: Program) -> Any:
    """A build that sees everything, for what the platform computes itself."""
    from loomwork.query.conditions import condition_sql

    return system_build(program.engine.build(program.policies.system), condition_sql, row_rule_sql)


def apply_outward(program: Program, draft: Draft) -> list[str]:
    """Ask the database what looks at other records: computed values and rules' values come into the draft.

    Returns: the fields whose cells changed and have to be written. Faults are kept in the draft.
    """
    return apply_outward_many(program, [draft])[0]


def apply_outward_many(program: Program, drafts: Sequence[Draft]) -> list[list[str]]:
    """The same for drafts of one entity and actor, asked in one statement; the changed fields of each."""
    first = drafts[0]
    prepared, asked = outward_select(program, first.plan)
    binds = program.engine.binds(first.work, program.reader(first.actor))
    ids = [draft.record_id for draft in drafts]
    packed = canonical(ids) if first.work.dialect == "sqlite" else ids
    found = {row[0]: row[1:] for row in first.work.rows(prepared, {**binds, "ids": packed})}
    return [_take_outward(draft, found[draft.record_id], asked) for draft in drafts]


def _take_outward(draft: Draft, row: Sequence[Any], asked: Sequence[tuple[str, Any, Formula]]) -> list[str]:
    """What the database says of one record, taken into its draft."""
    values = [_plain(value, formula, draft.work.dialect) for value, (_, _, formula) in zip(row, asked, strict=True)]
    changed: list[str] = []
    holds: dict[int, bool] = {}
    is_set = False
    for value, (kind, what, _) in zip(values, asked, strict=True):
        if kind == "rule":
            holds[id(what)] = bool(value)
            check_rule(draft, what, holds=bool(value), held_before=False)
        elif kind == "validation" and not value:
            draft.said(what.field, what.name, message_of(what.message, draft.actor, what.name))
        elif kind == "computed":
            _take(draft, what.name, value, changed)
        elif kind == "set" and what[1] not in draft.chosen and _rule_holds(draft, what[0], holds):
            _take(draft, what[1], value, changed)
            is_set = True
    if is_set:
        _compute_again(draft, changed)
    return changed


def _compute_again(draft: Draft, changed: list[str]) -> None:
    """The record's own formulas, once more on values that a rule took from other records."""
    for field, made in draft.plan.computed:
        if made.run is not None:
            cells = computed_cells(field, made.run(draft.env()))
            if draft.cells[field.name] != cells:
                draft.cells[field.name] = cells
                changed.append(field.name)


def _rule_holds(draft: Draft, rule: RulePlan, holds: dict[int, bool]) -> bool:
    if not _is_first_time(draft, rule):
        return False
    return holds[id(rule)] if rule.when.run is None else bool(rule.when.run(draft.env()))


def _take(draft: Draft, name: str, value: Any, changed: list[str]) -> None:
    cells = computed_cells(draft.plan.entity.fields[name], value)
    if draft.cells[name] != cells:
        draft.cells[name] = cells
        changed.append(name)


def _plain(value: Any, formula: Formula, dialect: str) -> Any:
    if value is None:
        return None
    decode = virtual_decoder(formula.ir, dialect)
    return decode(value) if decode else value
