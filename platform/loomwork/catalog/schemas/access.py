"""Schema of roles: grants of actions × rows × fields × states, and abilities without an entity."""

from loomwork.catalog.schemas.words import (
    Schema,
    boolean,
    closed,
    document,
    formula,
    help_text,
    hidden,
    keyed,
    label,
    listing,
    order,
    policies,
    qualified,
    text,
)

ABILITIES = (
    "manage_users",
    "manage_roles",
    "read_metadata",
    "write_metadata",
    "operate",
    "use_api",
    "see_audit",
    "reveal",
)
GRANT_ACTIONS = ("read", "create", "update", "delete", "restore", "export", "import", "share")
ROWS = ("all", "own", "team", "unit", "unit_and_below")


def _fields(description: str) -> Schema:
    item = {
        "type": "string",
        "description": "A field, or * for all.",
        "pattern": r"^(?:\*|[a-z][a-z0-9_]*)$",
        "maxLength": 40,
    }
    return listing(item, description, at_most=300)


def role_schema() -> Schema:
    """The schema of `roles/*.json`."""
    rows: Schema = {
        "description": 'Which records: all, own (owner), team, unit, unit_and_below, or {"formula": text} over the record.',
        "anyOf": [
            {"type": "string", "description": "A rule that every entity knows.", "enum": list(ROWS)},
            closed({"formula": formula("Formula over the record and the reader.")}, "A rule of its own.", ("formula",)),
        ],
    }
    fields = closed(
        {
            "read": _fields(
                "Fields that may be read; all when left out. * does not mean formulas made of hidden fields: name those."
            ),
            "write": _fields("Fields that may be written; all when left out. * means all but masked ones."),
            "mask": _fields("Fields that are read masked only; they may be written where `write` names them."),
            "except": _fields("Fields that * does not mean."),
        },
        "Which fields.",
    )
    grant = closed(
        {
            "entity": qualified("The entity that the grant is about."),
            "actions": listing(
                {
                    "type": "string",
                    "description": "read, create, update, delete, restore, export, import, share, or an action.",
                    "maxLength": 60,
                },
                "What may be done: read, create, update, delete, restore, export, import, share, or an action by its name.",
                at_most=60,
                at_least=1,
            ),
            "rows": rows,
            "fields": fields,
            "states": listing(
                text("A value of the state field.", at_most=60),
                "States in which the grant holds; every state when left out.",
            ),
            "order": order(),
            "hidden": hidden(),
        },
        "One grant: what may be done with which rows and fields, in which states.",
        ("entity", "actions"),
    )
    properties = {
        "label": label("What the role is called."),
        "help": help_text("Who should have it."),
        "order": order("Rank among the roles."),
        "assignable": boolean("Whether it is given to people one by one; everybody has a role that is not."),
        "abilities": listing(
            {"type": "string", "description": "An ability.", "enum": list(ABILITIES)},
            "Rights without an entity.",
            at_most=len(ABILITIES),
        ),
        "grants": keyed(grant, "Grants by name.", at_most=500),
        "policies": policies(),
    }
    schema = closed(properties, "A role: what people who have it may do.", ("label", "grants"))
    return document("role", "Role", schema)
