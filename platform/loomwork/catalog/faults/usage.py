"""C4xx, second half: contradictions in what uses entities: seeds, mappings, grants, forms, views."""

from loomwork.catalog.faults.base import Drop, Fault, Put, one
from loomwork.core.diagnostics import Severity

_BOOK = "entities/book.json"


class SeedRefused(Fault):
    """A seed value that its field refuses.

    What it finds: a value of a seed record that the field's type does not take, or a required value that is missing.
    Why it matters: the app could not be installed.
    Example: `"pages": "many"`.
    Correction: give the value as a client would send it.
    """

    code = "C412"
    title = "Seed value is refused"
    message = "{fault}"
    good = one(Put("seed/base.json", "/records/earthsea/fields/pages", 183))
    bad = one(Put("seed/base.json", "/records/earthsea/fields/pages", "many"))


class TwoDefaultViews(Fault):
    """Two default views of one entity in one app.

    What it finds: more than one view with `"is_default": true` for an entity.
    Why it matters: it is not clear how the entity opens.
    Example: all books and new books both as default.
    Correction: keep one.
    """

    code = "C414"
    title = "Two default views"
    message = '{entity} has the default view "{other}" already'
    good = one(
        Put(
            "views/book_new.json",
            "",
            {"entity": "lib.book", "label": {"en": "N"}, "type": "list", "columns": {"title": {}}},
        ),
    )
    bad = one(
        Put(
            "views/book_new.json",
            "",
            {"entity": "lib.book", "label": {"en": "N"}, "type": "list", "columns": {"title": {}}, "is_default": True},
        ),
    )


class RequiredNotMapped(Fault):
    """A conversion that leaves a required field empty.

    What it finds: a target whose required field gets no value, and has no default.
    Why it matters: every conversion would stop there and ask.
    Example: a book without a title.
    Correction: map the field, or give it a default.
    """

    code = "C422"
    title = "Required field not mapped"
    severity = Severity.WARNING
    message = '{entity} requires "{field}", to which nothing is mapped'
    good = one(Put("mappings/reprint.json", "/targets/book/fields/title", {"from": "title"}))
    bad = one(Drop("mappings/reprint.json", "/targets/book/fields/title"))


class MappedTwice(Fault):
    """Two columns of a file that fill one field.

    What it finds: an import mapping with the same field in two columns, or in a column and the constants.
    Why it matters: the one that comes last would win silently.
    Example: `Name` and `Title` both into `title`.
    Correction: take one out.
    """

    code = "C423"
    title = "Filled twice"
    message = '"{field}" is filled by "{other}" already'
    good = one(
        Put(
            "mappings/books.json", "", {"type": "import", "entity": "lib.book", "columns": {"Name": {"field": "title"}}}
        ),
    )
    bad = one(
        Put(
            "mappings/books.json",
            "",
            {
                "type": "import",
                "entity": "lib.book",
                "columns": {"Name": {"field": "title"}, "Title": {"field": "title"}},
            },
        ),
    )


class MaskWithoutRead(Fault):
    """A masked field that the grant does not read.

    What it finds: a field in `mask` that `read` does not name, or that `except` takes away.
    Why it matters: it is not clear whether it is shown masked or not at all.
    Example: `"read": ["title"], "mask": ["pages"]`.
    Correction: add the field to `read`, or take it out of `mask`.
    """

    code = "C424"
    title = "Masked but not read"
    message = '"{name}" is masked, but the grant does not read it'
    good = one(Put("roles/clerk.json", "/grants/books/fields", {"read": ["title", "pages"], "mask": ["pages"]}))
    bad = one(Put("roles/clerk.json", "/grants/books/fields", {"read": ["title"], "mask": ["pages"]}))


class FieldTwiceOnForm(Fault):
    """A field that stands twice on one form.

    What it finds: the same field in two sections of a form.
    Why it matters: the two inputs would overwrite each other.
    Example: the title in two tabs.
    Correction: keep one.
    """

    code = "C425"
    title = "Field twice on a form"
    message = '"{name}" stands in section "{other}" already'
    good = one(
        Put("forms/book_main.json", "/tabs/main/sections/more", {"order": "a1", "fields": {"pages": {}}}),
    )
    bad = one(
        Put("forms/book_main.json", "/tabs/main/sections/more", {"order": "a1", "fields": {"title": {}}}),
    )


class ComputedWritten(Fault):
    """A mapping or rule that writes a computed field.

    What it finds: a formula, roll-up or numbering field as the aim of a mapping, an import column or a rule's `set`.
    Why it matters: the value would be computed over at once.
    Example: an import column into a roll-up.
    Correction: write the fields that it is computed from.
    """

    code = "C426"
    title = "Computed field is written"
    message = '"{name}" is computed and cannot be written'
    good = ()
    bad = one(
        Put(
            _BOOK,
            "/fields/twice",
            {"type": "formula", "label": {"en": "T"}, "properties": {"formula": "pages * 2", "result": "integer"}},
        ),
        Put("mappings/reprint.json", "/targets/book/fields/twice", {"from": "pages"}),
    )


class SeedCycle(Fault):
    """Seed records that need each other.

    What it finds: seed records whose `{"seed": …}` values lead in a circle.
    Why it matters: there is no order in which they could be made.
    Example: an author whose best book is the book by that author.
    Correction: leave one of the values out.
    """

    code = "C427"
    title = "Seed records in a circle"
    message = "seed records need each other in a circle: {chain}"
    good = ()
    bad = one(
        Put(
            "entities/author.json",
            "/fields/best",
            {"type": "link", "label": {"en": "Best"}, "properties": {"entity": "lib.book"}},
        ),
        Put("seed/base.json", "/records/le_guin/fields/best", {"seed": "earthsea"}),
    )
