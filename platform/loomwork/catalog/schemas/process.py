"""Schemas of what happens to records: actions and mappings (conversion, import)."""

import re
from collections.abc import Mapping
from typing import Any

from loomwork.catalog.schemas.access import ABILITIES
from loomwork.catalog.schemas.words import (
    Schema,
    anything,
    boolean,
    closed,
    document,
    formula,
    help_text,
    hidden,
    icon,
    keyed,
    label,
    listing,
    name,
    one_of,
    order,
    path,
    policies,
    qualified,
    text,
)

ACTION_TYPES = ("convert", "open")
ADDRESS_PATTERN = r'^(?:/|/[A-Za-z0-9?#{][^\s\\<>"]*|https://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?(?:/[^\s\\<>"]*)?)$'
"""A page of the platform, or one elsewhere over TLS; never a script, never another scheme."""
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
"""A field of the record in an address."""


def action_schema() -> Schema:
    """The schema of `actions/*.json`."""
    properties = {
        "entity": qualified("The entity whose records have the button."),
        "label": label("Words on the button."),
        "help": help_text("What the button does."),
        "icon": icon(),
        "order": order("Rank among the buttons of the entity."),
        "type": one_of("What the button does.", ACTION_TYPES),
        "mapping": qualified("The mapping that a conversion follows."),
        "address": {
            "type": "string",
            "description": "What open opens: a page of the platform (beginning with /) beside the present one, or one "
            "elsewhere (https://) in a tab of its own; {id} and {field} stand for values of the record.",
            "maxLength": 500,
            "pattern": ADDRESS_PATTERN,
        },
        "on": one_of("Where the button stands: on each record, or on the list of the entity.", ("record", "list")),
        "ability": one_of("A right without an entity that whoever sees it must have.", ABILITIES),
        "when": formula("Formula over the record: the button is there while it is true."),
        "primary": boolean("Whether it is the main button of the page."),
        "roles": listing(
            qualified("A role."), "Roles that see it; everybody with the right when left out.", at_most=50
        ),
        "hidden": hidden(),
        "policies": policies(),
    }
    schema = closed(properties, "A button on a record or a list.", ("entity", "label", "type"))
    schema["oneOf"] = [_action_kind(*kind) for kind in _ACTION_KINDS]
    return document("action", "Action", schema)


_ACTION_KINDS: tuple[tuple[str, str, dict[str, Any], tuple[str, ...]], ...] = (
    ("convert", "One record becomes others.", {"address": False, "on": {"const": "record"}}, ()),
    ("open", "A button on a record opens a page.", {"mapping": False, "on": {"const": "record"}}, ("address",)),
    (
        "open",
        "A button on a list opens a page.",
        {"mapping": False, "on": {"const": "list"}, "when": False, "address": {"pattern": r"^[^{}]*$"}},
        ("address", "on"),
    ),
)


def _action_kind(name: str, description: str, more: Mapping[str, Any], needed: tuple[str, ...]) -> Schema:
    told = {"type": {"const": name}, **more}
    properties = {key: {**one, "description": "See above."} if one else one for key, one in told.items()}
    return {"title": name, "description": description, "properties": properties, "required": list(needed)}


def _source(description: str) -> Schema:
    return {
        **closed(
            {
                "from": name("Field of the source record; for values behind a link write a formula."),
                "formula": formula("Formula over the source record."),
                "target": name("An earlier target: the field links to its record."),
                "value": anything("A fixed value."),
            },
            description,
        ),
        "minProperties": 1,
        "maxProperties": 1,
    }


def mapping_schema() -> Schema:
    """The schema of `mappings/*.json`: two forms, told apart by `type`."""
    common: dict[str, Schema] = {
        "type": one_of("convert: one record into others; import: rows of a file into records.", ("convert", "import")),
        "label": label("What the mapping is called."),
        "help": help_text("What the mapping is for."),
        "policies": policies(),
        "hidden": hidden(),
    }
    keys: dict[str, Schema] = {**_convert(), **_import()}
    schema = closed({**common, **keys}, "How values of one thing become those of another.", ("type",))
    schema["oneOf"] = [
        {
            "title": "convert",
            "description": "One record becomes others.",
            "properties": {"type": {"const": "convert", "description": "The type."}, **dict.fromkeys(_import(), False)},
            "required": ["source", "targets"],
        },
        {
            "title": "import",
            "description": "Rows of a file become records.",
            "properties": {"type": {"const": "import", "description": "The type."}, **dict.fromkeys(_convert(), False)},
            "required": ["entity", "columns"],
        },
    ]
    return document("mapping", "Mapping", schema)


def _convert() -> dict[str, Schema]:
    target = closed(
        {
            "entity": qualified("The entity of the new record."),
            "label": label("What the step is called in the preview."),
            "order": order("Rank among the targets: later ones may link to earlier ones."),
            "when": formula("Formula over the source: the target is made while it is true."),
            "match": listing(
                name("A field."), "An existing record with equal values is taken instead of a new one.", at_most=6
            ),
            "alike": listing(
                name("A field."),
                "An existing record with one equal value is offered instead of a new one; the match fields when left out.",
                at_most=6,
            ),
            "fields": keyed(
                _source("Where the value comes from: exactly one of from, formula, target, value."),
                "Values by field.",
                at_most=300,
            ),
        },
        "One record that the conversion makes or finds.",
        ("entity", "fields"),
    )
    return {
        "source": qualified("The entity of the record that is converted."),
        "targets": keyed(target, "What it becomes, by name.", at_most=20),
        "custom_fields": one_of(
            "same_name: fields that layers above added to source and target under one name are handed over, too.",
            ("same_name", "none"),
        ),
        "after": keyed(
            _source("Where the value comes from."), "Values that the source gets afterwards, by field.", at_most=50
        ),
    }


def _import() -> dict[str, Schema]:
    column = closed(
        {
            "label": label("What the column is called in reports; its heading when left out."),
            "order": order(),
            "field": name("The field that the column fills."),
            "from": {
                "type": "string",
                "description": "Heading in the file, where one column fills several fields.",
                "maxLength": 200,
            },
            "trim": boolean("Whether blanks around the text are taken off."),
            "values": keyed(
                anything("What it becomes."), "Replacements, by text in the file.", at_most=1_000, names="any"
            ),
            "other": one_of("What becomes of texts that `values` does not name.", ("keep", "empty", "refuse")),
            "format": text("How dates or numbers are written, such as MM/DD/YYYY.", at_most=40),
            "lookup": path("Field of the linked entity that the text is compared with; its title field when left out."),
        },
        "What becomes of a column of the file.",
        ("field",),
    )
    return {
        "entity": qualified("The entity that rows become records of."),
        "columns": keyed(column, "Columns by heading in the file.", at_most=256, names="any"),
        "match": listing(name("A field."), "Fields by which an existing record is found.", at_most=6),
        "on_match": one_of("What happens when a record is found.", ("update", "skip", "refuse")),
        "constants": keyed(
            anything("The value, as a client sends it."), "Values that every row gets, by field.", at_most=100
        ),
        "computed": keyed(
            formula("Formula over the mapped row."),
            "Values computed after the columns are read, by field; each formula sees those before it.",
            at_most=100,
        ),
        "ignore": listing(
            {"type": "string", "description": "A heading.", "maxLength": 200},
            "Columns that are left out on purpose.",
            at_most=256,
        ),
        "source_columns_unused": one_of(
            "What happens with columns that no rule names.", ("report", "refuse", "ignore")
        ),
    }
