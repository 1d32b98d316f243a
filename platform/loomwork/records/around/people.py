"""People as values: nothing is given to somebody who is switched off, and no two people sign in with one address.

What stands stays: a record that was his keeps him, and addresses that were alike before go on as they are.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from loomwork.core.jsonio import canonical
from loomwork.query.conditions import in_list
from loomwork.records.around.administrators import TURN
from loomwork.records.around.turns import share_turn, take_turn
from loomwork.records.draft import Draft
from loomwork.records.program import Program
from loomwork.storage.database import Work
from loomwork.storage.statements import Prepared, prepare

USER = "system.user"
SWITCHED_OFF = {
    "en": "this person's account is switched off; choose somebody else",
    "zh-CN": "该用户已停用，请选择其他人",
}
TAKEN = {"en": "somebody signs in with this address already", "zh-CN": "此邮箱已被使用"}
_NO_GIFT = frozenset({"system.role_assignment", "system.team_member"})
"""Who stands here has nothing to do: roles and teams may be put in order before somebody comes back."""


def check_people(program: Program, drafts: Sequence[Draft]) -> None:
    """Keep a fault for each person newly named who is switched off, and for an address that somebody has already.

    The drafts are of one entity and actor; that the people named are there and seen was asked before.
    """
    if drafts:
        _check_gifts(program, drafts)
    check_addresses(program, drafts)


def _check_gifts(program: Program, drafts: Sequence[Draft]) -> None:
    if drafts[0].plan.entity.name in _NO_GIFT:
        return
    wanted = [(draft, *one) for draft in drafts for one in _newly_named(draft)]
    if not wanted:
        return
    off = _switched_off(program, drafts[0].work, {user_id for _, _, user_id in wanted})
    for draft, path, user_id in wanted:
        if user_id in off:
            draft.fault(path, "switched_off", SWITCHED_OFF.get(draft.actor.language, SWITCHED_OFF["en"]))


def _newly_named(draft: Draft) -> Iterable[tuple[str, str]]:
    """(path, user) that the caller gives and that did not stand there; the actor himself is on, or he were not here."""
    refused = {one.path for one in draft.details}
    before = draft.before or {}
    for field in draft.plan.links:
        name, cells = field.name, draft.cells[field.name]
        if field.target != USER or name not in draft.given or name in refused or cells[0] is None:
            continue
        if cells[0] != draft.actor.user_id and (cells != before.get(name) or name in draft.unread):
            yield name, cells[0]
    for name, ids in draft.joins.items():
        if draft.plan.entity.fields[name].target == USER:
            held = {draft.actor.user_id, *draft.joined_before.get(name, ())}
            for place, one in enumerate(ids):
                if one not in held and f"{name}.{place}" not in refused:
                    yield f"{name}.{place}", one


def _switched_off(program: Program, work: Work, ids: set[str]) -> set[str]:
    """Those of some people who are switched off; until the unit's end nobody else of them is."""
    known: dict[str, bool] = work.notes.setdefault("people are on", {})
    asked = sorted(one for one in ids if one not in known)
    if asked:
        if work.is_write:
            share_turn(work, TURN)
        packed: Any = canonical(asked) if work.dialect == "sqlite" else asked
        off = {row[0] for row in work.rows(_those_off(program), {"who": packed})}
        known.update({one: one not in off for one in asked})
    return {one for one in ids if not known[one]}


def _those_off(program: Program) -> Prepared:
    def make() -> Prepared:
        held = program.tables.entities[USER]
        identity, active = held.column("id"), held.column("active")
        theirs = in_list(identity, "who", program.tables.dialect)
        return prepare(sa.select(identity).where(theirs, active.is_not(sa.true())), program.plans.dialect)

    return program.engine.kept(("people switched off",), make)


def fold(address: str) -> str:
    """What two addresses have in common that people take for one: neither case nor width counts."""
    return unicodedata.normalize("NFKC", address).casefold()


def check_addresses(program: Program, drafts: Sequence[Draft]) -> None:
    """Keep a fault for each new address of a person that another one has but for case and width.

    All addresses are looked at once. The very same address is left to the unique index, which tells it as ever.
    """
    if not drafts or drafts[0].plan.entity.name != USER:
        return
    changed = [draft for draft in drafts if draft.cells["email"][0] and _is_new_address(draft)]
    if not changed:
        return
    work = changed[0].work
    if work.is_write:
        take_turn(work, "addresses")
    for draft in changed:
        if _has_twin(program, work, draft):
            draft.fault("email", "email_taken", TAKEN.get(draft.actor.language, TAKEN["en"]))
        _claimed(work)[draft.record_id] = (draft.cells["email"][0], draft.is_new)


def _has_twin(program: Program, work: Work, draft: Draft) -> bool:
    """Whether another record has, or is about to get, what is the draft's address but for case and width."""
    address = draft.cells["email"][0]
    for is_fresh in (False, True):
        # What was read before may have gone meanwhile, in this very unit: a twin is believed only when read anew.
        found = _held(program, work, is_fresh=is_fresh).get(fold(address), {})
        now = found | {one: other for one, (other, _) in _claimed(work).items()}
        if not any(one != draft.record_id and _are_twins(address, other) for one, other in now.items()):
            return False
    return True


def _are_twins(one: str, other: str) -> bool:
    return one != other and fold(one) == fold(other)


def _claimed(work: Work) -> dict[str, tuple[str, bool]]:
    """Addresses that this unit gives, by record, with whether it is a new one, which may not be written yet."""
    found: dict[str, tuple[str, bool]] = work.notes.setdefault("addresses given", {})
    return found


def _held(program: Program, work: Work, *, is_fresh: bool) -> dict[str, dict[str, str]]:
    """Address by record by what is common to twins, as they are written; read once per unit unless asked anew."""
    if is_fresh or "addresses" not in work.notes:
        held: dict[str, dict[str, str]] = {}
        rows = work.rows(_addresses(program))
        for record_id, address in rows:
            held.setdefault(fold(address), {})[record_id] = address
        work.notes["addresses"], claimed = held, _claimed(work)
        living = {record_id for record_id, _ in rows}
        for gone in [one for one, (_, is_new) in claimed.items() if not is_new and one not in living]:
            del claimed[gone]
    kept: dict[str, dict[str, str]] = work.notes["addresses"]
    return kept


def _is_new_address(draft: Draft) -> bool:
    before = (draft.before or {}).get("email", (None,))[0]
    return bool(draft.cells["email"][0] != before)


def _addresses(program: Program) -> Prepared:
    def make() -> Prepared:
        held = program.tables.entities[USER]
        email = held.column("email")
        living = sa.select(held.column("id"), email).where(held.column("deleted_at").is_(None), email.is_not(None))
        return prepare(living, program.plans.dialect)

    return program.engine.kept(("addresses",), make)
