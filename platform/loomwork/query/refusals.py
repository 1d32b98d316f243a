"""What a query is refused with: a limit out of range, an entity or record that is not there."""

from collections.abc import Sequence

from loomwork.catalog.model import Catalog
from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Detail, InvalidInput, NotAllowed, NotFound
from loomwork.query.tree import MAX_LIMIT, Query

MAX_LINKS = 8
"""Links that one path follows."""
_MOST = {"fields": 500, "sort": 20, "group": 20, "measures": 100}
MAX_SEARCH = 4_000
"""Characters of a search."""


def check_limit(limit: int, *, most: int = MAX_LIMIT) -> int:
    """The limit itself.

    Raises: InvalidInput outside 1 to `most`.
    """
    if not 1 <= limit <= most:
        text = f"limit must be from 1 to {most}"
        raise InvalidInput(text, details=[Detail("limit", "out_of_range", text)])
    return limit


def check_size(query: Query) -> None:
    """Refuse what would take the database longer to understand than to answer.

    Raises: InvalidInput for too many fields, sort keys, groups or measures, for a search that is too long, and for
    paths over too many links; those of formulas are refused when they are walked.
    """
    for key, most in _MOST.items():
        if len(getattr(query, key)) > most:
            raise _too_large(key, f"at most {most} {key} are read")
    if len(query.search) > MAX_SEARCH:
        raise _too_large("search", f"a search has at most {MAX_SEARCH:,} characters")


def check_path(path: Sequence[str]) -> None:
    """Raises: InvalidInput for a path over too many links."""
    if len(path) > MAX_LINKS + 1:
        raise _too_large(".".join(path)[:80], f"a path follows at most {MAX_LINKS} links")


def _too_large(path: str, text: str) -> InvalidInput:
    return InvalidInput(text, details=[Detail(path, "out_of_range", text)])


def not_found(entity: str) -> NotFound:
    """The one answer for a record that is not there or not seen."""
    return NotFound("there is no such record", params={"entity": entity})


def refused_action(action: str, entity: str) -> NotAllowed:
    """The one answer for an action on an entity that no grant of the actor gives; said per action in other languages."""
    text = f"you may not {action} records of {entity}; an administrator can give you a role that lets you"
    about = {"action": action, "entity": entity}
    return NotAllowed(text, params=about, extra=about)


def unknown_entity(name: str, catalog: Catalog) -> NotFound:
    """The answer for an entity that does not exist."""
    text = f'there is no entity "{name}"'
    hint = did_you_mean(name, catalog.entities)
    return NotFound(f"{text}; {hint}" if hint else text, code="unknown_entity")
