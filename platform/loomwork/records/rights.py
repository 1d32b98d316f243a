"""May this person write these fields of this record: grant by grant, never rows and fields apart."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from loomwork.core.errors import Detail, InvalidInput, NotAllowed
from loomwork.core.ids import is_id
from loomwork.core.jsonio import canonical
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import Policy, not_allowed
from loomwork.query.access import EntityAccess, RowRule
from loomwork.query.conditions import in_list
from loomwork.query.frames import Frame
from loomwork.query.refusals import not_found
from loomwork.records.around import administrators
from loomwork.records.draft import Draft
from loomwork.records.plans import EntityPlan
from loomwork.records.program import Program
from loomwork.records.values import Cells
from loomwork.storage.database import Work
from loomwork.storage.statements import Prepared, prepare

Held = Mapping[str, frozenset[int]]
"""Record, or action, → the numbers of the row rules that hold."""

MOST_NAMED = 100
MAX_NAME = 80
"""Of names that are not there: how many are told, each with its nearest known one, and how much of each."""
RECORD_ACTIONS = ("read", "update", "delete", "share", "export")
"""What somebody may do with a record that is there."""


def check_action(program: Program, actor: Actor, entity: str, action: str) -> None:
    """Raise NotAllowed unless some grant of the actor holds the action on the entity."""
    if not program.policies.may(actor, entity, action):
        raise not_allowed(action, entity)


def check_fields(
    program: Program, draft: Draft, names: Iterable[str], held: frozenset[int] | None, action: str
) -> None:
    """Raise NotAllowed naming every field that no grant lets the actor write on this record.

    Shapes: `held` are the numbers of the row rules that hold for the record; None when they were not asked for
    because a rule that gives all rows opens every named field.
    """
    policy = program.policies.of(draft.actor)
    if not isinstance(policy, Policy):
        return
    administrators.check_giving(program, draft, names)
    writable = policy.writable(draft.plan.entity, action)
    rules = policy.entity(draft.plan.entity.name, action).rules
    open_rules = held if held is not None else frozenset(n for n, rule in enumerate(rules) if rule.is_all)
    closed = [name for name in names if not (writable.get(name, frozenset()) & open_rules)]
    if closed:
        details = [Detail(name, "field_closed", f'you may not write "{name}"') for name in sorted(closed)]
        about = {"entity": draft.plan.entity.name, "fields": sorted(closed)}
        text = "you may not write " + ", ".join(sorted(closed))
        raise NotAllowed(text, code="field_closed", details=details, params=about)


def needs_rules(program: Program, draft: Draft, names: Iterable[str], action: str) -> bool:
    """Whether the row rules have to be asked at all."""
    policy = program.policies.of(draft.actor)
    if not isinstance(policy, Policy):
        return False
    rules = policy.entity(draft.plan.entity.name, action).rules
    everywhere = frozenset(n for n, rule in enumerate(rules) if rule.is_all)
    if not everywhere:
        return True
    writable = policy.writable(draft.plan.entity, action)
    return any(not (writable.get(name, frozenset()) & everywhere) for name in names)


def held_in_python(access: EntityAccess, draft: Draft) -> frozenset[int] | None:
    """The row rules that hold for a new record of the actor's own; None when one of them cannot be told without asking."""
    held: set[int] = set()
    for number, rule in enumerate(access.rules):
        truth = _truth(rule, draft)
        if truth is None:
            return None
        if truth:
            held.add(number)
    return frozenset(held)


def _truth(rule: RowRule, draft: Draft) -> bool | None:
    actor, owner = draft.actor, draft.cells["owner_id"][0]
    if rule.states and draft.cells[rule.state_field][0] not in rule.states:
        return False
    match rule.kind:
        case "all":
            return True
        case "own":
            return bool(owner == actor.user_id)
        case "unit" | "unit_and_below" | "team" if owner == actor.user_id:
            return True
        case "unit" | "unit_and_below" | "team" if actor.colleagues is not None and not actor.has_shares:
            return owner in actor.colleagues.of(rule.kind)
        case _:
            return None


def held_now(
    program: Program, work: Work, actor: Actor, plan: EntityPlan, record_id: str, *, trash: bool = False
) -> Held:
    """The row rules that hold for a record that the actor sees, by action; asked once in a unit that reads.

    Raises: NotFound if it is not there, in the trash (or not, when `trash` is asked for), or not seen by the actor.
    """
    key = (actor, plan.entity.name, record_id, trash)
    known: dict[Any, Held] = work.notes.setdefault("held", {}) if not work.is_write else {}
    if key not in known:
        binds = program.engine.binds(work, program.reader(actor))
        prepared, places = _held_by_action(program, plan, actor, trash=trash)
        rows = work.rows(prepared, {**binds, "id": record_id}) if is_id(record_id) else []
        if not rows:
            raise not_found(plan.entity.name)
        known[key] = {action: held_of(rows[0][start:end]) for action, (start, end) in places.items()}
    return known[key]


def _held_by_action(
    program: Program, plan: EntityPlan, actor: Actor, *, trash: bool
) -> tuple[Prepared, Mapping[str, tuple[int, int]]]:
    """One column per row rule of each action, for the record `:id` as far as it is seen; where each action's begin and end."""
    access = program.policies.of(actor)

    def make() -> tuple[Prepared, Mapping[str, tuple[int, int]]]:
        frame = action_frame(program, plan, actor, "read")
        columns: list[Any] = [frame.raw("id")]
        places: dict[str, tuple[int, int]] = {}
        for action in RECORD_ACTIONS:
            found = rule_columns(Frame.over(frame, frame.build, action=action))
            places[action] = (len(columns), len(columns) + len(found))
            columns += found
        identity, deleted = frame.raw("id"), frame.raw("deleted_at")
        conditions = [identity == sa.bindparam("id", type_=identity.type, required=True)]
        conditions.append(deleted.is_not(None) if trash else deleted.is_(None))
        visible = frame.visible()
        if visible is not None:
            conditions.append(visible)
        chosen = sa.select(*(column.label(f"v{n}") for n, column in enumerate(columns))).where(*conditions)
        return prepare(chosen.select_from(frame.source()), program.plans.dialect), places

    return program.engine.kept(("held by action", access.key, plan.entity.name, trash), make)


def action_frame(program: Program, plan: EntityPlan, actor: Actor, action: str) -> Frame:
    """A frame of the entity under the actor's rights for an action."""
    build = program.engine.build(program.policies.of(actor))
    base = Frame(build, plan.entity.name)
    return Frame.over(base, build, action=action)


def rule_columns(frame: Frame) -> list[Any]:
    """Every row rule of a frame as 1 or 0."""
    one: Any = sa.literal_column("1")
    zero: Any = sa.literal_column("0")
    rules = range(len(frame.rights.rules))
    return [sa.case((frame.rule(n), one), else_=zero).label(f"r{n}") for n in rules]


def held_of(row: Sequence[Any]) -> frozenset[int]:
    """The numbers of the rules that hold."""
    return frozenset(n for n, value in enumerate(row) if value)


def check_new(program: Program, draft: Draft, asked: Held | None = None) -> None:
    """After the insert: the new record lies within the actor's rights to create, and so does every field he gave.

    `asked` is what the database said of many new records, where this is one of them.
    """
    names = draft.given
    if draft.actor.is_system or not needs_rules(program, draft, names, "create"):
        check_fields(program, draft, names, None, "create")
        return
    held = (ask_held(program, [draft]) if asked is None else asked)[draft.record_id]
    if not held:
        raise NotAllowed("you may not create this record with these values", code="row_closed")
    check_fields(program, draft, names, held, "create")


def ask_held(program: Program, drafts: Sequence[Draft]) -> Held:
    """The row rules of `create` that hold for new records of one entity and actor, as far as they have to be asked."""
    found: dict[str, frozenset[int]] = {}
    unsure: list[str] = []
    for draft in drafts:
        if draft.actor.is_system or not needs_rules(program, draft, draft.given, "create"):
            continue
        access = program.policies.of(draft.actor).entity(draft.plan.entity.name, "create")
        held = held_in_python(access, draft)
        if held is None:
            unsure.append(draft.record_id)
        else:
            found[draft.record_id] = held
    if unsure:
        work, actor, plan = drafts[0].work, drafts[0].actor, drafts[0].plan
        ids: Any = canonical(unsure) if work.dialect == "sqlite" else unsure
        binds = program.engine.binds(work, program.reader(actor))
        rows = work.rows(_held_of_many(program, plan, actor, "create"), {**binds, "ids": ids})
        found.update((row[0], held_of(row[1:])) for row in rows)
    return found


def _held_of_many(program: Program, plan: EntityPlan, actor: Actor, action: str) -> Prepared:
    """The id and one column per row rule of an action, 1 where it holds, for the records `:ids`."""
    access = program.policies.of(actor)

    def make() -> Prepared:
        frame = action_frame(program, plan, actor, action)
        columns = rule_columns(frame)
        identity = frame.raw("id")
        chosen = sa.select(identity.label("v"), *columns).where(in_list(identity, "ids", program.tables.dialect))
        return prepare(chosen.select_from(frame.source()), program.plans.dialect)

    return program.engine.kept(("held of many", access.key, plan.entity.name, action), make)


def unknown_fields(plan: EntityPlan, names: Iterable[str]) -> InvalidInput | None:
    """The fault of names that the entity does not have, of which the first hundred are told."""
    from loomwork.core.diagnostics import did_you_mean

    fields = plan.entity.fields
    details = []
    known = [n for n, f in fields.items() if not f.is_system]
    for name in islice((str(one)[:MAX_NAME] for one in names if one not in fields), MOST_NAMED):
        hint = did_you_mean(name, known)
        text = f'{plan.entity.name} has no field "{name}"'
        details.append(Detail(name, "unknown_field", f"{text}; {hint}" if hint else text))
    about = {"entity": plan.entity.name}
    return InvalidInput("unknown fields", code="invalid", details=details, params=about) if details else None


def empty_of(cells: Cells) -> bool:
    """Whether all parts of a value are empty."""
    return all(cell is None for cell in cells)
