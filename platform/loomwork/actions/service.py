"""Actions on records: which there are for a person now, what one would do, and doing it."""

from collections.abc import Mapping
from typing import Any

from loomwork.actions import ACTIONS
from loomwork.actions.base import Call
from loomwork.catalog.model import Component
from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Conflict, NotFound
from loomwork.permissions.actor import Actor, require
from loomwork.permissions.policy import not_allowed
from loomwork.query.evaluate import evaluate
from loomwork.records import rights
from loomwork.records.loading import load_for
from loomwork.records.program import Program
from loomwork.records.service import program_of
from loomwork.records.writing import require_record
from loomwork.storage.database import Work


class ActionService:
    """The door to actions, for buttons, API and engines."""

    def available(self, work: Work, actor: Actor, entity: str, record_id: str) -> list[str]:
        """Qualified names of the actions that the record and the person admit now."""
        program = program_of(work)
        known = [one for one in program.catalog.of_kind("action").values() if one.body["entity"] == entity]
        known = [one for one in known if is_for(program, actor, one)]
        if not known or not program.policies.may(require(actor), entity, "update"):
            return []
        asked = [one for one in known if one.body.get("when")]
        formulas = [program.formulas.condition(entity, str(one.body["when"])) for one in asked]
        values = evaluate(program.engine, work, program.reader(actor), entity, record_id, formulas) if formulas else []
        closed = {one.name for one, value in zip(asked, values, strict=True) if not value}
        return [one.name for one in known if one.name not in closed]

    def preview(
        self, work: Work, actor: Actor, entity: str, record_id: str, action: str, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What the action would do. Raises: as `run`."""
        call, component = self._call(work, actor, entity, record_id, action, given)
        return ACTIONS[str(component.body["type"])].preview(call)

    def run(
        self, work: Work, actor: Actor, entity: str, record_id: str, action: str, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Do the action.

        Raises: NotFound for an unknown action or record, NotAllowed, Conflict `not_now` where its condition does not
        hold, InvalidInput for input or values that are refused.
        """
        call, component = self._call(work, actor, entity, record_id, action, given)
        # Locked before it is asked whether the action is possible: of two at once, the second sees what the first did.
        load_for(call.program, work, actor, call.program.plans.of(entity), record_id, "update")
        if component.name not in self.available(work, actor, entity, record_id):
            raise Conflict("this action is not possible for the record now", code="not_now")
        return ACTIONS[str(component.body["type"])].run(call)

    def _call(
        self, work: Work, actor: Actor, entity: str, record_id: str, action: str, given: Mapping[str, Any]
    ) -> tuple[Call, Component]:
        program = program_of(work)
        program.catalog.entity(entity)
        require_record(entity, record_id)
        component = find_action(program, entity, action)
        rights.check_action(program, require(actor), entity, "update")
        if not is_for(program, actor, component):
            raise not_allowed(component.name, entity)
        return Call(program, work, actor, entity, record_id, component.body, given), component


def is_for(program: Program, actor: Actor, action: Component, place: str = "record") -> bool:
    """Whether an action stands at a place (record, list) for a person, as far as its roles and ability go."""
    body = action.body
    roles, ability = body.get("roles"), body.get("ability")
    if body.get("on", "record") != place or (roles and not actor.is_system and actor.roles.isdisjoint(roles)):
        return False
    return not ability or actor.is_system or program.policies.has_ability(actor, str(ability))


def find_action(program: Program, entity: str, action: str) -> Component:
    """The action of an entity, by its qualified name or the name alone.

    Raises: NotFound with the nearest known name.
    """
    known = {one.name: one for one in program.catalog.of_kind("action").values() if one.body["entity"] == entity}
    found = known.get(action) or known.get(f"{entity.partition('.')[0]}.{action}")
    if found is None:
        hint = did_you_mean(action, known)
        raise NotFound(f'{entity} has no action "{action}"; {hint}'.rstrip("; "), code="unknown_action")
    return found
