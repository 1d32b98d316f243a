"""What all links have in common: the id that comes in, the actions on delete."""

from collections.abc import Callable
from typing import Any

from loomwork.core.ids import is_id
from loomwork.field_types import schemas
from loomwork.field_types.refusals import refuse, short

ENTITY_PATTERN = r"^[a-z][a-z0-9]*\.[a-z][a-z0-9_]*$"
USER = "system.user"
UNIT = "system.unit"
_LINK_KEYS = frozenset({"id", "label"})


def read_id(value: Any, at: str = "") -> str:
    """The id of a link: the id itself, or the form that comes back, `{id, label}`.

    Raises: Refused `not_id`, `unknown_key`.
    """
    if isinstance(value, dict):
        unknown = sorted(str(key) for key in value if key not in _LINK_KEYS)
        if unknown:
            raise refuse("unknown_key", at=at, key=short(unknown[0]), known="id, label")
        value = value.get("id")
    if not is_id(value):
        raise refuse("not_id", at=at, value=short(value))
    return str(value)


def id_reader() -> Callable[[Any], tuple[str]]:
    """`read_id` as one cell."""
    return lambda value: (read_id(value),)


def id_schema() -> dict[str, Any]:
    """What `read_id` takes."""
    return {"anyOf": [schemas.ID, schemas.closed({"id": schemas.ID, "label": {}}, ("id",))]}


def link_schema() -> dict[str, Any]:
    """What comes back for a link."""
    return schemas.closed({"id": schemas.ID, "label": {"type": ["string", "null"]}}, ("id", "label"))


def on_delete_property(default: str = "restrict") -> dict[str, Any]:
    """The property that says what happens to this record when the target is deleted."""
    text = "When the target is deleted: refuse, empty the field, or delete this record as well."
    return schemas.one_of(text, ("restrict", "clear", "cascade"), default=default)


def reverse_properties() -> dict[str, Any]:
    """The properties that name the other side."""
    return {
        "reverse": schemas.string("Name of the list on the target's side.", pattern="^[a-z][a-z0-9_]{0,39}$"),
        "reverse_label": {
            "type": "object",
            "description": "Label of that list by language.",
            "additionalProperties": {"type": "string"},
        },
    }
