"""What a query is refused with: a limit out of range, an entity or record that is not there."""

from loomwork.catalog.model import Catalog
from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Detail, InvalidInput, NotAllowed, NotFound
from loomwork.query.tree import MAX_LIMIT


def check_limit(limit: int, *, most: int = MAX_LIMIT) -> int:
    """The limit itself.

    Raises: InvalidInput outside 1 to `most`.
    """
    if not 1 <= limit <= most:
        text = f"limit must be from 1 to {most}"
        raise InvalidInput(text, details=[Detail("limit", "out_of_range", text)])
    return limit


def not_found(entity: str) -> NotFound:
    """The one answer for a record that is not there or not seen."""
    return NotFound("there is no such record", params={"entity": entity})


def refused_action(action: str, entity: str) -> NotAllowed:
    """The one answer for an action on an entity that no grant of the actor gives; said per action in other languages."""
    text = f"you may not {action} records of {entity}; an administrator can give you a role that lets you"
    return NotAllowed(text, params={"action": action, "entity": entity})


def unknown_entity(name: str, catalog: Catalog) -> NotFound:
    """The answer for an entity that does not exist."""
    text = f'there is no entity "{name}"'
    hint = did_you_mean(name, catalog.entities)
    return NotFound(f"{text}; {hint}" if hint else text, code="unknown_entity")
