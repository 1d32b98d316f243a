"""Words of record pages: captions below the facts of the head, and how the timeline tells related records."""

from loomwork.catalog.schemas.words import (
    Schema,
    boolean,
    closed,
    formula,
    hidden,
    keyed,
    label,
    listing,
    name,
    one_of,
    order,
    path,
)

RELATED_LOOKS = ("table", "cards")
CAPTION_TONES = ("plain", "warn", "trend")


def captions() -> Schema:
    """The schema of `captions`."""
    caption = closed(
        {
            "of": path("The highlight that it stands below."),
            "value": formula(
                "Formula over the record, under the reader's rights; while it is null there is no caption."
            ),
            "text": label("The words, with {value} where the value stands."),
            "one": label("The words for exactly one, where the language has others."),
            "tone": one_of("plain; warn: a reason to act; trend: more is better, less is worse.", CAPTION_TONES),
            "order": order("Rank among the captions: the first with a value counts."),
            "hidden": hidden(),
        },
        "A line below a highlight.",
        ("of", "value", "text"),
    )
    return keyed(caption, "Lines below the highlights, by name.", at_most=20)


def told() -> Schema:
    """The schema of a related list's `timeline`."""
    narrowing = closed(
        {
            "label": label("What stands on the button."),
            "order": order(),
            "kinds": listing(name("A choice."), "The kinds that are shown then.", at_least=1, at_most=30),
            "hidden": hidden(),
        },
        "A button that narrows the timeline.",
        ("label", "kinds"),
    )
    return closed(
        {
            "at": name("Instant at which it happened; records without one are not told."),
            "text": name("Field that is shown below the title."),
            "kind": name("Choice field: gives icon, colour and words, and a button of the composer for each choice."),
            "with": name("Link to whom it was about; left out where that is the shown record."),
            "facts": listing(
                name("A field."), "Fields shown in a line over the text: choices as badges, others in words.", at_most=3
            ),
            "filters": keyed(
                narrowing,
                "Buttons that narrow the timeline to some kinds, by name; one for all these records when left out.",
                at_most=5,
            ),
        },
        "That the timeline tells these records among the changes and notes, each under the reader's rights.",
        ("at",),
    )


def head() -> dict[str, Schema]:
    """The words of a page's head beside its highlights."""
    return {
        "badges": listing(
            name("A choice field."),
            "Badges beside the title; the state and the choices among the summary fields when left out.",
            at_most=2,
        ),
        "subtitle": listing(
            path("A field or dotted path."),
            "Facts in the line below the title; the summary fields and the owner when left out.",
            at_most=5,
        ),
        "captions": captions(),
    }


def folded() -> Schema:
    """The schema of a section's `folded`."""
    return boolean("Whether the section is folded until somebody opens it.")


def look() -> Schema:
    """The schema of a related list's `look`."""
    return one_of(
        "table: rows with heads; cards: one card per record, for people: the first column with its mark, the next text "
        "below it, a choice as badge.",
        RELATED_LOOKS,
    )
