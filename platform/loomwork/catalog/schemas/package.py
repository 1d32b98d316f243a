"""Schemas of what makes a package: manifest, messages, seed, overlay."""

from loomwork.catalog.overlay import Op
from loomwork.catalog.schemas.words import (
    LANGUAGE_PATTERN,
    NAME_PATTERN,
    PLAIN_LINES_PATTERN,
    Schema,
    anything,
    boolean,
    closed,
    document,
    help_text,
    icon,
    keyed,
    label,
    listing,
    name,
    one_of,
    order,
    policies,
    qualified,
    text,
    whole,
)

VERSION_PATTERN = r"^(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)(?:-[0-9a-z.]+)?$"
PLATFORM_PATTERN = r"^(?:>=|<=|==|<|>)[0-9]+(?:\.[0-9]+){0,2}(?:,(?:>=|<=|==|<|>)[0-9]+(?:\.[0-9]+){0,2})*$"


def app_schema(newest_format: int) -> Schema:
    """The schema of `app.json`."""
    properties = {
        "format": whole("Version of the metadata language that the package is written in.", 0, newest_format),
        "name": name("Technical name; the folder is called the same."),
        "namespace": {
            "type": "string",
            "description": "First part of the name of every component: lower-case letters and digits, 2 to 12.",
            "pattern": "^[a-z][a-z0-9]{1,11}$",
        },
        "version": {
            "type": "string",
            "description": "Semantic version, such as 1.4.0.",
            "pattern": VERSION_PATTERN,
            "maxLength": 40,
        },
        "label": label("What the app is called."),
        "help": help_text("What the app is for."),
        "icon": icon(),
        "author": text("Who made it."),
        "licence": text("Licence, as an SPDX expression.", at_most=100),
        "depends_on": listing(
            name("Name of an app."), "Apps that this one builds on; the system app always is there.", at_most=50
        ),
        "languages": listing(
            {"type": "string", "description": "A language tag.", "pattern": LANGUAGE_PATTERN},
            "Languages that labels are given in.",
            at_most=20,
            at_least=1,
        ),
        "platform": {
            "type": "string",
            "description": "Versions of the platform that it runs on, such as >=0.1,<1.",
            "pattern": PLATFORM_PATTERN,
            "maxLength": 80,
        },
    }
    schema = closed(
        properties, "What an app is and what it needs.", ("format", "name", "namespace", "version", "label")
    )
    return document("app", "App manifest", schema)


def messages_schema() -> Schema:
    """The schema of `messages/<language>.json`."""
    schema: Schema = {
        "type": "object",
        "description": "Texts in one language, by key: component, then # and the pointer of the label (lib.book#label).",
        "propertyNames": {"maxLength": 300, "minLength": 1},
        "additionalProperties": {
            "type": "string",
            "description": "The text.",
            "maxLength": 2_000,
            "pattern": PLAIN_LINES_PATTERN,
        },
        "maxProperties": 20_000,
    }
    return document("messages", "Messages", schema)


def seed_schema() -> Schema:
    """The schema of `seed/*.json`."""
    record = closed(
        {
            "entity": qualified("The entity of the record."),
            "order": order("Rank: records are made in this order."),
            "fields": keyed(
                anything('A value as a client sends it, or {"seed": key} for another record.'),
                "Values by field.",
                at_most=300,
            ),
        },
        "A record.",
        ("entity", "fields"),
    )
    properties = {
        "label": label("What the set is called."),
        "demo": boolean("Whether the records belong to the demo company and come with it alone."),
        "records": keyed(record, "Records by key, which stays the same over upgrades.", at_most=5_000),
        "generator": closed(
            {
                "seed": whole("Beginning of the random numbers: equal seeds give equal records.", 0, 2**53 - 1),
                "zone": text("IANA time zone in which days and hours are meant.", at_most=64),
                "sets": {
                    "type": "object",
                    "description": "What is made, by name; the generator of demo data reads it.",
                    "maxProperties": 200,
                },
            },
            "Describes demo records that are drawn, not listed.",
            ("seed", "sets"),
        ),
        "lists": keyed(
            {"type": "array", "description": "Words or objects.", "maxItems": 20_000},
            "Word lists that the generator draws from.",
            at_most=500,
        ),
        "policies": policies(),
    }
    schema = closed(properties, "Records that come with an app, or words and rules by which demo records are drawn.")
    schema["anyOf"] = [{"description": f"Holds {key}.", "required": [key]} for key in ("records", "generator", "lists")]
    return document("seed", "Seed records", schema)


def overlay_schema() -> Schema:
    """The schema of an overlay: `overlays/*.json` of a package, and the customer's own layer."""
    patch = closed(
        {
            "kind": {
                "type": "string",
                "description": "Kind of the component.",
                "pattern": NAME_PATTERN,
                "maxLength": 40,
            },
            "name": qualified("The component."),
            "path": text("JSON pointer into it, made of keys; empty for the component itself.", at_most=500),
            "op": one_of(
                "set: another value; add: something new; hide: out of sight, never deleted.", [op.value for op in Op]
            ),
            "base": anything("The value seen below when the change was made."),
            "value": anything("The new value, for set and add."),
        },
        "One change of one property.",
        ("kind", "name", "op"),
    )
    properties = {
        "layer": text("Name of the layer: the app's name, or customer.", at_most=60),
        "label": label("What the change is called."),
        "patches": {"type": "array", "description": "The changes.", "items": patch, "maxItems": 10_000},
    }
    return document("overlay", "Overlay", closed(properties, "What a layer changes in the layers below.", ("patches",)))
