"""C2xx, first half: faults against the schema of a kind."""

from loomwork.catalog.faults.base import Drop, Fault, Put, one

_BOOK = "entities/book.json"


class UnknownKey(Fault):
    """A key that the schema does not have.

    What it finds: a key in an object that takes no such key.
    Why it matters: a misspelt key would silently do nothing, and a rule that does nothing looks like one that holds.
    Example: `"requierd": true`.
    Correction: use the key that the hint names; the reference lists them all.
    """

    code = "C201"
    title = "Unknown key"
    message = 'unknown key "{key}"'
    good = one(Put(_BOOK, "/fields/pages/indexed", True))
    bad = one(Put(_BOOK, "/fields/pages/requierd", True))


class MissingKey(Fault):
    """A key that must be there.

    What it finds: an object without a key that its schema requires.
    Why it matters: nothing sensible can stand in for it.
    Example: a field without `type`.
    Correction: add the key.
    """

    code = "C202"
    title = "Key missing"
    message = 'the key "{key}" is missing{what}'
    good = one(Put(_BOOK, "/fields/pages/label", {"en": "Pages"}))
    bad = one(Drop(_BOOK, "/fields/pages/label"))


class WrongType(Fault):
    """A value of another JSON type.

    What it finds: a number where text stands, a list where an object stands, and so on.
    Why it matters: converting by guess hides mistakes.
    Example: `"required": "yes"`.
    Correction: write the value in the expected type.
    """

    code = "C203"
    title = "Wrong type"
    message = "expected {expected}, got {got}"
    good = one(Put(_BOOK, "/fields/pages/required", False))
    bad = one(Put(_BOOK, "/fields/pages/required", "yes"))


class NotInList(Fault):
    """A word that is not among those possible.

    What it finds: a value outside a closed list.
    Why it matters: each of these words has a meaning in code; others have none.
    Example: `"classification": "secret"`.
    Correction: use one of the words that the hint gives.
    """

    code = "C204"
    title = "Not one of the possible values"
    message = "{got} is not possible here"
    good = one(Put(_BOOK, "/fields/pages/classification", "public"))
    bad = one(Put(_BOOK, "/fields/pages/classification", "secret"))


class TooLong(Fault):
    """A text above its length limit.

    What it finds: a text with more characters than the key takes.
    Why it matters: labels beyond the limit break every screen that shows them.
    Example: a label of 300 characters.
    Correction: shorten it; longer explanations belong into `help`.
    """

    code = "C205"
    title = "Text too long"
    message = "the text has {length} characters; at most {limit} are taken"
    good = one(Put(_BOOK, "/label/en", "Book"))
    bad = one(Put(_BOOK, "/label/en", "Book " * 60))


class TooShort(Fault):
    """A text below its least length, mostly an empty one.

    What it finds: an empty text where one is needed.
    Why it matters: an empty label is an empty button.
    Example: `"en": ""`.
    Correction: write the text, or leave the key out.
    """

    code = "C206"
    title = "Text too short"
    message = "the text has {length} characters; at least {limit} are needed"
    good = one(Put(_BOOK, "/label/en", "B"))
    bad = one(Put(_BOOK, "/label/en", ""))


class BadForm(Fault):
    """A text that does not have its form.

    What it finds: names, paths, versions and ranks that are written otherwise than their form says.
    Why it matters: they become table names, addresses and sort keys.
    Example: `"title_field": "Title Field"`.
    Correction: write it as the message says.
    """

    code = "C207"
    title = "Wrong form"
    message = "{got} does not have the form of {form}"
    good = one(Put("app.json", "/version", "1.2.3"))
    bad = one(Put("app.json", "/version", "1.2"))


class OutOfRange(Fault):
    """A number outside its limits.

    What it finds: a number below the least or above the greatest value.
    Why it matters: engines are built and tested for the range.
    Example: `"columns": 9`.
    Correction: use a number within the range.
    """

    code = "C208"
    title = "Number out of range"
    message = "{got} is out of range: {range}"
    good = one(Put("forms/book_main.json", "/tabs/main/sections/basics/columns", 3))
    bad = one(Put("forms/book_main.json", "/tabs/main/sections/basics/columns", 9))


class BadCharacters(Fault):
    """Characters that must not stand in a text that people see.

    What it finds: control characters, and marks that turn the direction of writing around.
    Why it matters: a label can be made to read otherwise than it is, in rights and approvals too.
    Example: a label with U+202E.
    Correction: take the character out.
    """

    code = "C209"
    title = "Characters not allowed"
    message = "the text holds {character}, which is not allowed here"
    good = one(Put(_BOOK, "/label/en", "Livre été 图书"))
    bad = one(Put(_BOOK, "/label/en", "Bo\u202eok"))


class UnknownFieldType(Fault):
    """A field type that does not exist.

    What it finds: a `type` of a field that no field type has.
    Why it matters: the type decides storage, checks and screens.
    Example: `"type": "string"`.
    Correction: use the type that the hint names.
    """

    code = "C210"
    title = "Unknown field type"
    message = "there is no field type {got}"
    good = one(Put(_BOOK, "/fields/subtitle", {"type": "text", "label": {"en": "Subtitle"}}))
    bad = one(Put(_BOOK, "/fields/subtitle", {"type": "txt", "label": {"en": "Subtitle"}}))


class TooMany(Fault):
    """More entries than a map or list takes.

    What it finds: a list or keyed map above its limit.
    Why it matters: limits keep every screen and every start quick.
    Example: six highlights on a page that shows five.
    Correction: take entries out, or split.
    """

    code = "C211"
    title = "Too many entries"
    message = "{count} entries; at most {limit} are taken"
    good = one(Put("pages/book_page.json", "/highlights", ["title"]))
    bad = one(Put("pages/book_page.json", "/highlights", ["title", "author", "status", "pages", "id", "created_at"]))


class TooFew(Fault):
    """Fewer entries than needed.

    What it finds: an empty list or object where something must stand.
    Why it matters: a label without a language, a unique rule without a field mean nothing.
    Example: `"label": {}`.
    Correction: add an entry, or leave the key out.
    """

    code = "C212"
    title = "Too few entries"
    message = "{count} entries; at least {limit} needed"
    good = one(Put(_BOOK, "/label", {"en": "Book"}))
    bad = one(Put(_BOOK, "/label", {}))


class Repeated(Fault):
    """A value that stands twice in a list.

    What it finds: equal entries in a list.
    Why it matters: the second one does nothing, or does it twice.
    Example: `"highlights": ["status", "status"]`.
    Correction: take one out.
    """

    code = "C213"
    title = "Repeated in the list"
    message = "{got} stands twice"
    good = one(Put("pages/book_page.json", "/highlights", ["status", "pages"]))
    bad = one(Put("pages/book_page.json", "/highlights", ["status", "status"]))


class BadKey(Fault):
    """A key of a keyed map that is no name.

    What it finds: keys of fields, sections, choices and the like that do not have the form of a name.
    Why it matters: the key is the technical name for good.
    Example: a field called `Unit Price`.
    Correction: lower-case letters, digits and single underscores, beginning with a letter.
    """

    code = "C214"
    title = "Key is not a name"
    message = "{got} cannot be a key here: {form}"
    good = one(Put(_BOOK, "/fields/unit_price", {"type": "integer", "label": {"en": "Price"}}))
    bad = one(Put(_BOOK, "/fields/Unit Price", {"type": "integer", "label": {"en": "Price"}}))


class BadValue(Fault):
    """A value that fits none of the forms that its key takes.

    What it finds: a value that could be written in several ways, but is written in none of them.
    Why it matters: it has no meaning.
    Example: `"rows": "everything"`.
    Correction: see the description in the message.
    """

    code = "C215"
    title = "Value fits no form"
    message = "{got} is not possible here: {form}"
    good = one(Put("roles/clerk.json", "/grants/books/rows", "own"))
    bad = one(Put("roles/clerk.json", "/grants/books/rows", "everything"))


class BadProperties(Fault):
    """Properties of a field that contradict each other.

    What it finds: what a field type says against its own properties, beyond their form.
    Why it matters: no value could ever be right, or a value would mean two things.
    Example: `"min": 5` with `"max": 3`.
    Correction: as the message says.
    """

    code = "C216"
    title = "Properties contradict each other"
    message = "{fault}"
    good = one(Put(_BOOK, "/fields/pages/properties", {"min": 1, "max": 9000}))
    bad = one(Put(_BOOK, "/fields/pages/properties", {"min": 9, "max": 1}))
