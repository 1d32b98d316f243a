"""Schemas of what people see: form, view, record page, navigation."""

from loomwork.catalog.schemas import record_words
from loomwork.catalog.schemas.words import (
    SORT_PATTERN,
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
    whole,
)
from loomwork.field_types.operators import OPERATORS

MAX_CONDITIONS = 50
VIEW_TYPES = ("list",)

REACHES = ("call", "message", "mail")
"""Quick actions that lead to somebody, by what a field holds."""
QUICK_TYPES = (*REACHES, "add")
QUICK_PLACES = ("plain", "primary")


def _roles() -> Schema:
    return listing(qualified("A role."), "Roles that see it; everybody when left out.", at_most=50)


def _sorting() -> Schema:
    item = {
        "type": "string",
        "description": "A field or dotted path; a minus before it means descending.",
        "pattern": SORT_PATTERN,
        "maxLength": 200,
    }
    return listing(item, "What records are sorted by, most important first.", at_most=5)


def form_schema() -> Schema:
    """The schema of `forms/*.json`."""
    field = closed(
        {
            "order": order(),
            "span": whole("Columns that the field takes.", 1, 4),
            "readonly": boolean("Whether the form shows the value without letting people change it."),
            "label": label("Another label on this form."),
            "help": help_text("Another help text on this form."),
            "hidden": hidden(),
        },
        "A field on the form.",
    )
    section = closed(
        {
            "label": label("Heading of the section."),
            "order": order(),
            "columns": whole("Columns side by side on a wide screen.", 1, 4),
            "hidden": hidden(),
            "fields": keyed(field, "Fields by name.", at_most=300),
        },
        "A group of fields under one heading.",
        ("fields",),
    )
    tab = closed(
        {
            "label": label("Title of the tab."),
            "order": order(),
            "hidden": hidden(),
            "sections": keyed(section, "Sections by name.", at_most=50),
        },
        "A tab of the form.",
        ("sections",),
    )
    properties = {
        "entity": qualified("The entity that the form is for."),
        "label": label("What the form is called."),
        "help": help_text("What the form is for."),
        "order": order("Rank among the forms of the entity; the first that fits is used."),
        "roles": _roles(),
        "when": formula("Formula over the record: the form is used while it is true."),
        "hidden": hidden(),
        "tabs": keyed(tab, "Tabs by name.", at_most=20),
        "policies": policies(),
    }
    return document("form", "Form", closed(properties, "How a record is entered.", ("entity", "label", "tabs")))


def _column() -> Schema:
    return closed(
        {
            "order": order(),
            "width": whole("Width in pixels.", 40, 1000),
            "group": name("Group of columns that it stands in."),
            "label": label("Another heading on this list."),
            "late": name("Yes/no field of the record: while it says yes, the value stands out as overdue."),
            "hidden": hidden(),
        },
        "A column.",
    )


def condition_schema() -> Schema:
    """A tree of conditions: and, or, not, a formula, or one comparison. The forms exclude each other."""
    below: Schema = {"$ref": "#/$defs/condition", "description": "A condition."}
    many: Schema = {"type": "array", "items": below, "maxItems": MAX_CONDITIONS}
    schema = closed(
        {
            "and": {**many, "description": "All of these hold."},
            "or": {**many, "description": "At least one of these holds."},
            "not": {**below, "description": "This does not hold."},
            "formula": formula("Formula that is true for the records shown."),
            "field": path("Field or dotted path; over a to-many relation, some record there must fit."),
            "op": one_of("The operator.", sorted(OPERATORS)),
            "value": anything("What the field is compared with; a list for operators that take many."),
        },
        "A condition, or a group of conditions.",
    )
    alone = [
        {"description": f"Just {key}.", "required": [key], "maxProperties": 1}
        for key in ("and", "or", "not", "formula")
    ]
    compared = {"description": "A comparison: field, op and value.", "required": ["field", "op"], "maxProperties": 3}
    schema["anyOf"] = [*alone, compared]
    return schema


def view_schema() -> Schema:
    """The schema of `views/*.json`."""
    group = closed(
        {"label": label("Heading over the columns."), "order": order(), "hidden": hidden()},
        "A group of columns.",
        ("label",),
    )
    home = closed(
        {
            "order": order("Rank among the lists of the home page."),
            "label": label("Another heading on the home page."),
            "roles": listing(
                qualified("A role."), "Roles whose home page has it; everybody's when left out.", at_most=50
            ),
            "limit": whole("Records shown there.", 1, 20),
            "hidden": hidden(),
        },
        "That the home page shows the first records of the view.",
    )
    properties = {
        "entity": qualified("The entity that the view shows."),
        "label": label("What the view is called."),
        "help": help_text("What the view is for."),
        "icon": icon(),
        "order": order("Rank among the views of the entity."),
        "type": one_of("How records are shown.", VIEW_TYPES),
        "columns": keyed(_column(), "Columns by field or dotted path.", at_most=60, names="path"),
        "groups": keyed(group, "Groups of columns by name.", at_most=20),
        "filter": {"$ref": "#/$defs/condition", "description": "Which records are shown; all when left out."},
        "sort": _sorting(),
        "sums": listing(path("A number or money field."), "Fields that are summed below the list.", at_most=10),
        "averages": listing(
            path("A number or percent field."),
            "Fields whose average over all records stands below the list.",
            at_most=4,
        ),
        "page_size": whole("Records on a page.", 5, 200),
        "is_default": boolean("Whether the entity opens with this view."),
        "home": home,
        "roles": _roles(),
        "hidden": hidden(),
        "policies": policies(),
    }
    schema = closed(properties, "A list of records.", ("entity", "label", "type", "columns"))
    return document("view", "View", schema, {"condition": condition_schema()})


def _quick() -> Schema:
    """A quick action: two forms, told apart by `type`."""
    values = keyed(anything("A value."), "Values that the new record begins with, by field.", at_most=30)
    properties = {
        "type": one_of(
            "call, message, mail: reaches whom a field names; add: opens the form of a new related record.", QUICK_TYPES
        ),
        "label": label("Other words than the usual ones of its type."),
        "icon": icon(),
        "order": order("Rank among the quick actions."),
        "to": listing(
            path("A phone field; for mail an e-mail field."),
            "Whom it reaches: the first of these with a value counts; without any the button is not there.",
            at_most=5,
        ),
        "relation": name("The relation that the new record belongs to."),
        "values": values,
        "swipe": boolean(
            "Whether a card of the list uncovers it when it is swiped to the left on a phone; the first two are taken."
        ),
        "head": one_of(
            "That the head of the page shows it on a desk as well: plain, or primary, the coloured one.", QUICK_PLACES
        ),
        "hidden": hidden(),
    }
    schema = closed(properties, "A button of the phone, and of the head.", ("type",))
    told = {kind: {"type": {"const": kind, "description": "See above."}} for kind in QUICK_TYPES}
    reach = [
        {"title": kind, "description": "Reaches somebody.", "properties": more, "required": ["to"]}
        for kind in REACHES
        if (more := {**told[kind], "relation": False, "values": False})
    ]
    add = {"title": "add", "description": "Adds a related record.", "properties": {**told["add"], "to": False}}
    schema["oneOf"] = [*reach, {**add, "required": ["relation"]}]
    return schema


def _next_step() -> Schema:
    return closed(
        {
            "due": name("Date or instant that the step is due; records without one are no next step."),
            "at": name("Instant with the time of day, told in place of the due date where there is one."),
            "done": name("Yes/no field that says whether the step is done; ticking the step sets it."),
            "who": listing(name("A link or user field."), "People that the step names.", at_most=3),
            "kind": name("Choice field that gives icon and colour."),
        },
        "That the nearest of these records which is not done stands over the timeline as the next step, with a box to "
        "tick it off; each reader sees his own nearest one, under his rights.",
        ("due", "done"),
    )


def page_schema() -> Schema:
    """The schema of `pages/*.json`."""
    cell = closed(
        {"order": order(), "label": label("Another label on this page."), "hidden": hidden()}, "A field on the page."
    )
    section = closed(
        {
            "label": label("Heading of the section."),
            "order": order(),
            "columns": whole("Columns side by side on a wide screen.", 1, 4),
            "folded": record_words.folded(),
            "hidden": hidden(),
            "fields": keyed(cell, "Fields or dotted paths.", at_most=300, names="path"),
        },
        "A group of fields under one heading.",
        ("fields",),
    )
    related = closed(
        {
            "label": label("Heading over the related records."),
            "look": record_words.look(),
            "timeline": record_words.told(),
            "next_step": _next_step(),
            "order": order(),
            "columns": keyed(_column(), "Columns by field or dotted path.", at_most=20, names="path"),
            "sort": _sorting(),
            "limit": whole('Records shown before "show all".', 1, 50),
            "removable": boolean(
                "Whether each row has a button that removes the record at once; the message offers undo."
            ),
            "hidden": hidden(),
        },
        "A list of records related to this one.",
    )
    properties = {
        "entity": qualified("The entity whose records the page shows."),
        "label": label("What the page is called."),
        "highlights": listing(path("A field or dotted path."), "Up to five facts beside the title.", at_most=5),
        **record_words.head(),
        "path": name("The choice field drawn as a path of stages."),
        "mark": path("The field whose first letter marks the cards of these records; the title when left out."),
        "quick": keyed(
            _quick(),
            "Buttons of the phone by name: the first four stand on the record. When left out, the phone fields of the "
            "entity can be called.",
            at_most=8,
        ),
        "sections": keyed(section, "Sections by name.", at_most=50),
        "related": keyed(related, "Related lists by relation.", at_most=30),
        "timeline": boolean("Whether the history of the record is shown."),
        "roles": _roles(),
        "hidden": hidden(),
        "policies": policies(),
    }
    return document("page", "Record page", closed(properties, "How one record is shown.", ("entity",)))


def navigation_schema() -> Schema:
    """The schema of `navigation/*.json`."""
    link = {
        "label": label("Another label than that of what it opens."),
        "icon": icon(),
        "order": order(),
        "entity": qualified("The entity to open."),
        "view": qualified("The view to open."),
        "page": qualified("The page to open."),
        "roles": _roles(),
        "hidden": hidden(),
    }
    item = closed(link, "An entry of the menu: exactly one of entity, view and page.")
    group = closed(
        {
            **link,
            "items": keyed(item, "Entries by name.", at_most=100),
        },
        "A group of entries, or an entry of its own.",
    )
    properties = {
        "label": label("What the menu is called."),
        "icon": icon(),
        "order": order("Rank among the menus of all apps."),
        "roles": _roles(),
        "items": keyed(group, "Groups and entries by name.", at_most=100),
        "hidden": hidden(),
        "policies": policies(),
    }
    return document("navigation", "Navigation", closed(properties, "The menu of an app.", ("label", "items")))
