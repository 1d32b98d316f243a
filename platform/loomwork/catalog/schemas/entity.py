"""Schemas of entity and choice set. The `properties` of a field come from the field types themselves."""

from collections.abc import Mapping
from typing import Any

from loomwork.catalog.limits import Limits
from loomwork.catalog.schemas.words import (
    Schema,
    anything,
    boolean,
    closed,
    colour,
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
    policies,
    whole,
)
from loomwork.field_types.base import FieldType

CLASSIFICATIONS = ("public", "internal", "personal", "sensitive")
CLOSES = ("won", "lost")


def entity_schema(types: Mapping[str, FieldType], limits: Limits | None = None) -> Schema:
    """The schema of `entities/*.json` for a set of field types."""
    limit = (limits or Limits()).fields
    properties = {
        "label": label("What one record is called."),
        "plural": label("What many records are called; the label when left out."),
        "help": help_text("What the entity is for, in a sentence or two."),
        "icon": icon(),
        "colour": colour("Colour of the entity's icon."),
        "title_field": name("The field that a record is called by; `name` when left out and there is one."),
        "summary_fields": listing(
            name("A field."), "Fields shown under the title on cards and in look-ups.", at_most=5
        ),
        "bulk_fields": listing(
            name("A field."), "Fields with a button of their own when several records of a list are picked.", at_most=3
        ),
        "state_field": name("The choice field that stands for the state of a record; rights may depend on it."),
        "single": boolean("Whether there is one record only: menus open it at once, and a second one is refused."),
        "fields": keyed({"$ref": "#/$defs/field"}, "The fields by name.", at_most=limit),
        "validations": keyed(_validation(), "Conditions that every saved record meets, by name.", at_most=100),
        "rules": keyed(_rule(), "What holds while a condition holds, by name.", at_most=100),
        "unique": keyed(_unique(), "Combinations of fields that no two records share, by name.", at_most=20),
        "indexes": keyed(_index(), "Indexes for lists that are read often, by name.", at_most=20),
        "policies": policies(),
    }
    schema = closed(properties, "An entity: a table of records with its fields and rules.", ("label", "fields"))
    return document("entity", "Entity", schema, {"field": field_schema(types)})


def field_schema(types: Mapping[str, FieldType]) -> Schema:
    """One field: common keys, and by its type the type's own `properties`."""
    common = {
        "type": one_of("What kind of value the field holds.", list(types)),
        "label": label("What the field is called."),
        "help": help_text("What belongs into the field."),
        "required": boolean("Whether every record must have a value."),
        "readonly": boolean("Whether people may not write it; rules, formulas and conversions may."),
        "unique": boolean("Whether no two living records share a value."),
        "indexed": boolean("Whether lists filter and sort by it often."),
        "searchable": boolean("Whether the full-text search finds records by it."),
        "sortable": boolean("Whether lists may be sorted by it."),
        "hidden": hidden(),
        "default": anything(
            'Value of a new record: a value as a client sends it, or {"formula": text}, or {"company": "currency"} for the base currency.'
        ),
        "classification": one_of("How much care the value needs.", CLASSIFICATIONS),
        "group": name("Section of generated forms that it stands in."),
        "order": order(),
        "properties": {"type": "object", "description": "What the type needs to know; its keys depend on the type."},
    }
    schema = closed(common, "A field of an entity.", ("type", "label"))
    schema["oneOf"] = [_branch(one) for one in types.values()]
    return schema


def _branch(field_type: FieldType) -> Schema:
    own: Schema = with_house_labels(field_type.properties_schema())
    own.setdefault("description", f"Properties of a {field_type.name} field.")
    branch: Schema = {
        "title": field_type.name,
        "description": field_type.help.get("en", field_type.name),
        "properties": {"type": {"const": field_type.name, "description": "The type."}, "properties": own},
    }
    if own.get("required"):
        branch["required"] = ["properties"]
    return branch


def with_house_labels(schema: Any) -> Any:
    """A type's schema in which labels keep the rules of all labels: length, languages, no hidden characters."""
    if not isinstance(schema, dict):
        return schema
    result = {key: with_house_labels(below) for key, below in schema.items()}
    properties = result.get("properties")
    if isinstance(properties, dict):
        for key in ("label", "reverse_label"):
            if isinstance(properties.get(key), dict) and properties[key].get("type") == "object":
                properties[key] = label(properties[key].get("description", "Text by language."))
    return result


def _validation() -> Schema:
    return closed(
        {
            "check": formula("Formula that must be true."),
            "message": label("What people read when it is not."),
            "field": name("The field that the message stands at."),
            "order": order(),
            "hidden": boolean("Whether the validation is switched off."),
        },
        "A condition that every saved record meets.",
        ("check", "message"),
    )


def _rule() -> Schema:
    fields = {
        "require": "Fields that must have a value while the condition holds.",
        "lock": "Fields that nobody may change while the condition holds.",
        "show": "Fields that are seen only while the condition holds.",
    }
    properties: dict[str, Schema] = {"when": formula("Formula: while it is true, the rule holds.")}
    properties.update({key: listing(name("A field."), words) for key, words in fields.items()})
    properties["set"] = keyed(
        formula("Formula that gives the value."), "Values given on each save while the rule holds.", at_most=50
    )
    properties["message"] = label(
        "What people read when a required value is missing, or somebody changes a locked one."
    )
    properties["order"] = order()
    properties["hidden"] = boolean("Whether the rule is switched off.")
    return closed(properties, "What holds while a condition holds.", ("when",))


def _unique() -> Schema:
    return closed(
        {
            "fields": listing(
                name("A field."),
                "The fields, all of which must be equal to count as a repetition.",
                at_most=6,
                at_least=1,
            ),
            "message": label("What people read when the combination is in use."),
        },
        "A combination of fields that no two living records share.",
        ("fields",),
    )


def _index() -> Schema:
    item = {
        "type": "string",
        "description": "A field; a minus before it means descending.",
        "pattern": "^-?[a-z][a-z0-9]*(?:_[a-z0-9]+)*$",
        "maxLength": 41,
    }
    return closed(
        {"fields": listing(item, "The fields in order.", at_most=6, at_least=1)}, "An index of the table.", ("fields",)
    )


def choice_properties() -> dict[str, Schema]:
    """The keys of one choice."""
    return {
        "label": label("What the choice is called."),
        "help": help_text("When to choose it."),
        "colour": colour("Colour of the chip."),
        "icon": icon(),
        "order": order(),
        "active": boolean("Whether it can still be chosen; records that have it keep it."),
        "closes": one_of("Whether a record in this stage is closed, and how.", CLOSES),
        "share": whole("How far along a record in this stage is, in per cent.", 0, 100),
    }


def choice_set_schema() -> Schema:
    """The schema of `choice_sets/*.json`."""
    choice = closed(choice_properties(), "One choice.", ("label",))
    properties: dict[str, Any] = {
        "label": label("What the set is called."),
        "help": help_text("What the set is for."),
        "choices": keyed(choice, "The choices by stored value.", at_most=500, names="value"),
        "policies": policies(),
    }
    schema = closed(properties, "A named, ordered set of choices that fields share.", ("label", "choices"))
    return document("choice_set", "Choice set", schema)
