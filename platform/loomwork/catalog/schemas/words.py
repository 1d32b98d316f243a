"""Words that the schemas of all kinds share: labels, names, references, keyed maps, closed objects."""

from collections.abc import Mapping, Sequence
from typing import Any

from loomwork.catalog.limits import FORMULA_LENGTH, HELP_LENGTH, LABEL_LENGTH
from loomwork.core.ids import MAX_NAME
from loomwork.field_types.colours import PALETTE

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NAME_PATTERN = "^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$"
QUALIFIED_PATTERN = r"^(?:x|[a-z][a-z0-9]{1,11})\.[a-z][a-z0-9]*(?:_[a-z0-9]+)*$"
PATH_PATTERN = r"^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*$"
SORT_PATTERN = r"^-?[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*$"
PLAIN_TEXT_PATTERN = "^[^\\x00-\\x1f\\x7f-\\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]*$"
"""No control characters and none that turn the direction of writing around."""
PLAIN_LINES_PATTERN = "^[^\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]*$"
LANGUAGE_PATTERN = "^[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?$"
VALUE_PATTERN = "^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"
"""A stored choice; codes such as `CNY` and `zh-CN` keep their case."""
ORDER_PATTERN = "^[0-9a-z]{1,40}$"
ICON_PATTERN = "^[a-z0-9]*(?:-[a-z0-9]+)*$"


def closed(properties: Mapping[str, Schema], description: str, required: Sequence[str] = ()) -> Schema:
    """An object with these keys and no others."""
    schema: Schema = {"type": "object", "description": description, "properties": dict(properties)}
    if required:
        schema["required"] = list(required)
    schema["additionalProperties"] = False
    return schema


def keyed(item: Schema, description: str, *, at_most: int = 1_000, names: str = "name") -> Schema:
    """A keyed map: name → entry. `names` picks the form of the keys (`name`, `value`, `path`, `any`)."""
    forms: Mapping[str, Schema] = {
        "name": {"pattern": NAME_PATTERN, "maxLength": MAX_NAME},
        "value": {"pattern": VALUE_PATTERN},
        "path": {"pattern": PATH_PATTERN, "maxLength": 200},
        "any": {"minLength": 1, "maxLength": 200, "pattern": PLAIN_TEXT_PATTERN},
    }
    return {
        "type": "object",
        "description": description,
        "propertyNames": forms[names],
        "additionalProperties": item,
        "maxProperties": at_most,
    }


def label(description: str) -> Schema:
    """Short text by language."""
    return {"$ref": "#/$defs/label", "description": description}


def help_text(description: str) -> Schema:
    """Longer text by language."""
    return {"$ref": "#/$defs/help", "description": description}


def text(description: str, *, at_most: int = LABEL_LENGTH, pattern: str = PLAIN_TEXT_PATTERN) -> Schema:
    """A text on one line."""
    return {"type": "string", "description": description, "maxLength": at_most, "pattern": pattern}


def boolean(description: str) -> Schema:
    """Yes or no."""
    return {"type": "boolean", "description": description}


def whole(description: str, low: int, high: int) -> Schema:
    """A whole number within limits."""
    return {"type": "integer", "description": description, "minimum": low, "maximum": high}


def one_of(description: str, values: Sequence[str]) -> Schema:
    """One of a closed list of words."""
    return {"type": "string", "description": description, "enum": list(values)}


def formula(description: str) -> Schema:
    """Formula text."""
    return {"type": "string", "description": description, "minLength": 1, "maxLength": FORMULA_LENGTH}


def name(description: str) -> Schema:
    """The name of something inside the same component or entity."""
    return {"type": "string", "description": description, "pattern": NAME_PATTERN, "maxLength": MAX_NAME}


def path(description: str) -> Schema:
    """A field, or a dotted path over links."""
    return {"type": "string", "description": description, "pattern": PATH_PATTERN, "maxLength": 200}


def qualified(description: str) -> Schema:
    """The qualified name of a component (`lib.book`)."""
    return {"type": "string", "description": description, "pattern": QUALIFIED_PATTERN, "maxLength": MAX_NAME + 13}


def order(
    description: str = "Rank among its neighbours: a0, a1, … ; between two ranks there is always another.",
) -> Schema:
    """A fractional rank."""
    return {"type": "string", "description": description, "pattern": ORDER_PATTERN}


def icon(description: str = "Name of a Tabler icon.") -> Schema:
    """The name of an icon."""
    return {"type": "string", "description": description, "maxLength": 60, "pattern": ICON_PATTERN}


def colour(description: str = "Colour of the chip and the icon.") -> Schema:
    """One of the house colours."""
    return one_of(description, PALETTE)


def listing(item: Schema, description: str, *, at_most: int = 100, at_least: int = 0) -> Schema:
    """A list without repetition."""
    schema: Schema = {
        "type": "array",
        "description": description,
        "items": item,
        "uniqueItems": True,
        "maxItems": at_most,
    }
    if at_least:
        schema["minItems"] = at_least
    return schema


def anything(description: str) -> Schema:
    """Any JSON value; what it must be is checked where its meaning is known."""
    return {"description": description}


def hidden() -> Schema:
    """The switch that takes an entry out of sight without deleting it."""
    return boolean("Whether the entry is out of sight; nothing is deleted.")


def policies() -> Schema:
    """Which properties layers above may change."""
    return keyed(
        one_of(
            "locked: nobody above may change it; vendor: follows upgrades; customer: never touched by upgrades.",
            POLICIES,
        ),
        "Rules for layers above, by JSON pointer into this component; `*` stands for any key.",
        names="any",
    )


POLICIES = ("locked", "vendor", "customer")

DEFS: Mapping[str, Schema] = {
    "label": {
        "type": "object",
        "description": 'Text by language, such as {"en": "Book", "zh-CN": "图书"}.',
        "propertyNames": {"pattern": LANGUAGE_PATTERN},
        "additionalProperties": {
            "type": "string",
            "description": "The text in this language.",
            "minLength": 1,
            "maxLength": LABEL_LENGTH,
            "pattern": PLAIN_TEXT_PATTERN,
        },
        "minProperties": 1,
    },
    "help": {
        "type": "object",
        "description": "Longer text by language; lines may be broken.",
        "propertyNames": {"pattern": LANGUAGE_PATTERN},
        "additionalProperties": {
            "type": "string",
            "description": "The text in this language.",
            "minLength": 1,
            "maxLength": HELP_LENGTH,
            "pattern": PLAIN_LINES_PATTERN,
        },
        "minProperties": 1,
    },
}


def document(kind: str, title: str, schema: Schema, defs: Mapping[str, Schema] | None = None) -> Schema:
    """The schema of a whole kind, with its address and the shared definitions."""
    properties = {
        "$schema": {
            "type": "string",
            "description": "Address of the schema, for editors; ignored when loading.",
            "maxLength": 300,
        },
        **schema.get("properties", {}),
    }
    return {
        "$schema": DIALECT,
        "$id": f"https://loomwork.dev/schemas/{kind}.schema.json",
        "title": title,
        **schema,
        "properties": properties,
        "$defs": {**DEFS, **(defs or {})},
    }
