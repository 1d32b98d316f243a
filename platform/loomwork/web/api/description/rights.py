"""A reader's rights, asked field by field for the description of the API."""

from typing import TYPE_CHECKING

from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import Policy

if TYPE_CHECKING:
    from loomwork.runtime import Runtime


class ReaderRights:
    """What an actor may see and do, said in the words of `schemas.Rights`."""

    def __init__(self, rt: "Runtime", actor: Actor) -> None:
        self._policies = rt.policies
        self._actor = actor
        self._catalog = rt.catalog

    def may(self, entity: str, action: str) -> bool:
        """Whether an action is open on some record."""
        return self._policies.may(self._actor, entity, action)

    def sees(self, entity: str, field: str) -> bool:
        """Whether a field is open, plainly or masked."""
        return not self._policies.of(self._actor).entity(entity).is_closed(field)

    def masks(self, entity: str, field: str) -> bool:
        """Whether a field may come masked."""
        cell = self._policies.of(self._actor).entity(entity).cells.get(field)
        return cell is not None and bool(cell.masked)

    def writes(self, entity: str, field: str, action: str) -> bool:
        """Whether a field may be written by `create` or `update` under some grant."""
        policy = self._policies.of(self._actor)
        if not isinstance(policy, Policy):
            return True
        return bool(policy.writable(self._catalog.entities[entity], action).get(field))
