"""Why can I not see or do this? The grants of a person on a record, and which of them hold."""

from typing import Any

from loomwork.core.i18n import label_text
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import Policy, scope_allows
from loomwork.query.refusals import not_found
from loomwork.records.program import Program
from loomwork.records.rights import RECORD_ACTIONS, Held, held_now
from loomwork.storage.database import Work


def explain(program: Program, work: Work, actor: Actor, entity: str, record_id: str) -> dict[str, Any]:
    """What the actor may do with a record and which grant says so.

    Shapes: `{entity, id, actions: {action: {allowed, grants: [{role, grant, rows, holds}], lacking: [role…]}}, fields: {field:
    {read: plain|masked|hidden, write: bool, by: [grant…]}}}`; `lacking` are roles that would give what none of his gives.
    Raises: NotFound in the words of a missing record where the actor does not see it.
    """
    plan = program.plans.of(entity)
    held = held_now(program, work, actor, plan, record_id)
    policy = program.policies.of(actor)
    if not isinstance(policy, Policy):
        raise not_found(entity)
    actions: dict[str, Any] = {}
    for action in RECORD_ACTIONS:
        grants = policy.grants(entity, action)
        rules = policy.entity(entity, action).rules
        rows = [
            {
                "role": _role_label(program, grant.role, actor),
                "grant": grant.name,
                "rows": rules[n].kind,
                "states": list(rules[n].states),
                "holds": n in held[action],
            }
            for n, grant in enumerate(grants)
        ]
        actions[action] = {
            "allowed": bool(held[action]) and scope_allows(actor, action),
            "grants": rows,
            "lacking": [] if held[action] else _lacking(program, actor, entity, action),
        }
    return {"entity": entity, "id": record_id, "actions": actions, "fields": _fields(policy, plan.entity, held, actor)}


def _lacking(program: Program, actor: Actor, entity: str, action: str) -> list[str]:
    """Roles that the actor does not have and that hold the action, by their names for people."""
    return sorted(
        _role_label(program, role.name, actor)
        for role in program.catalog.roles.values()
        if role.name not in actor.roles and any(one.entity == entity and action in one.actions for one in role.grants)
    )


def _role_label(program: Program, role: str, actor: Actor) -> str:
    return label_text(program.catalog.roles[role].label, actor.language, role)


def _fields(policy: Policy, entity: Any, held: Held, actor: Actor) -> dict[str, Any]:
    access = policy.entity(entity.name)
    writable = policy.writable(entity, "update")
    result: dict[str, Any] = {}
    for name, field in entity.fields.items():
        if field.is_system and name != "owner_id":
            continue
        cell = access.cells.get(name)
        if cell is None:
            continue
        seen = "plain" if cell.plain & held["read"] else "masked" if cell.masked & held["read"] else "hidden"
        if seen == "hidden":
            continue
        by = [access.rules[n].label for n in sorted((cell.plain | cell.masked) & held["read"])]
        may_write = (
            bool(writable.get(name, frozenset()) & held["update"])
            and not field.readonly
            and field.type.origin.value == "input"
        )
        result[name] = {"read": seen, "write": may_write and scope_allows(actor, "update"), "by": by}
    return result
