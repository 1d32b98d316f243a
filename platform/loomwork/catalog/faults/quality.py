"""C6xx: what keeps a package from the upper rungs of the ladder loads → usable → exemplary. Found by `lint` only."""

from loomwork.catalog.faults.base import Drop, Fault, Put, Raw, one
from loomwork.core.diagnostics import Severity

_BOOK = "entities/book.json"


class MissingTranslation(Fault):
    """A label without one of the app's languages.

    What it finds: labels and help texts that lack a language which the manifest names.
    Why it matters: half of the people read words of a language that they may not know.
    Example: `"label": {"en": "Book"}` in an app of English and Chinese.
    Correction: add the text, in the component or in `messages/<language>.json`.
    """

    code = "C601"
    title = "Translation missing"
    severity = Severity.WARNING
    message = "the text is missing in {language}"
    good = one(Put("app.json", "/languages", ["en"]))
    bad = one(Put("app.json", "/languages", ["en", "zh-CN"]))


class MissingHelp(Fault):
    """An entity without help.

    What it finds: entities without a `help` text.
    Why it matters: people see the entity first, and its help is the only place that says what belongs into it.
    Example: an entity with a label alone.
    Correction: add a sentence or two.
    """

    code = "C602"
    title = "Help missing"
    severity = Severity.WARNING
    message = "the entity has no help text"
    good = one(Put("entities/author.json", "/help", {"en": "Somebody who writes."}))
    bad = one(Drop("entities/author.json", "/help"))


class NoForm(Fault):
    """An entity without a form.

    What it finds: entities, child tables aside, for which the app has no form.
    Why it matters: the generated form shows all fields in one row of sections; a made one shows what matters.
    Example: books without `forms/book_main.json`.
    Correction: write a form.
    """

    code = "C603"
    title = "No form"
    severity = Severity.WARNING
    message = "the entity has no form of its own"
    good = one(Put("forms/author_main.json", "/label", {"en": "Author"}))
    bad = one(Drop("forms/author_main.json"))


class NoListView(Fault):
    """An entity without a list view.

    What it finds: entities, child tables aside, for which the app has no view.
    Why it matters: the generated list shows the first fields in their order, which is seldom what people look for.
    Example: books without `views/book_all.json`.
    Correction: write a view and make it the default.
    """

    code = "C604"
    title = "No list view"
    severity = Severity.WARNING
    message = "the entity has no list view of its own"
    good = one(Put("views/author_all.json", "/label", {"en": "All authors"}))
    bad = one(Drop("views/author_all.json"))


class NoReadme(Fault):
    """A package without README.

    What it finds: an app folder without `README.md`.
    Why it matters: whoever is to install the app wants to know what it does.
    Example: a folder with metadata alone.
    Correction: write a page: what for, for whom, what it needs.
    """

    code = "C605"
    title = "README missing"
    severity = Severity.WARNING
    message = "the package has no README.md"
    good = one(Raw("README.md", b"# Library\n"))
    bad = one(Drop("README.md"))


class NoChangelog(Fault):
    """A package without a changelog.

    What it finds: an app folder without `CHANGELOG.md`.
    Why it matters: whoever is to upgrade wants to know what changes.
    Example: version 1.3.0 and no word about 1.2.
    Correction: write what changed, version by version.
    """

    code = "C606"
    title = "Changelog missing"
    severity = Severity.WARNING
    message = "the package has no CHANGELOG.md"
    good = one(Raw("CHANGELOG.md", b"# Changelog\n"))
    bad = one(Drop("CHANGELOG.md"))


class NotCanonical(Fault):
    """A file that is not written canonically.

    What it finds: keys, entries or blanks that stand otherwise than the writer would put them.
    Why it matters: exports would differ from the file without anything having changed.
    Example: four blanks of indent.
    Correction: `loomwork app lint --fix`.
    """

    code = "C607"
    title = "Not written canonically"
    severity = Severity.WARNING
    fixable = True
    message = "the file is not written canonically"
    good = one(Put("messages/en.json", "/lib.book#help", "A work."))
    bad = one(Raw("messages/en.json", b'{"lib.book#help":"A work."}'))


class UnusedChoiceSet(Fault):
    """A choice set that no field uses.

    What it finds: choice sets of the app that no field names.
    Why it matters: authors change it and wonder why nothing happens.
    Example: a set left over from a removed field.
    Correction: use it or take it out.
    """

    code = "C608"
    title = "Choice set unused"
    severity = Severity.WARNING
    message = "no field uses the choice set"
    good = one(Put("choice_sets/status.json", "/label", {"en": "State"}))
    bad = one(Put("choice_sets/size.json", "", {"label": {"en": "S"}, "choices": {"big": {"label": {"en": "B"}}}}))


class NotReachable(Fault):
    """An entity that no menu leads to.

    What it finds: entities, child tables aside, that no navigation names, itself or by a view.
    Why it matters: people can only come across its records by links.
    Example: authors without a menu entry.
    Correction: add an entry, or leave it out on purpose for entities of the background.
    """

    code = "C609"
    title = "Not in the menu"
    severity = Severity.WARNING
    message = "no menu leads to the entity"
    good = one(Put("navigation/main.json", "/items/stock/items/authors", {"entity": "lib.author", "order": "a2"}))
    bad = one(Drop("navigation/main.json", "/items/stock/items/authors"))


class NobodyMayRead(Fault):
    """An entity that no role may read.

    What it finds: entities without a grant of `read` in any role of the app; a child table counts with its parent.
    Why it matters: its data is there and nobody sees it.
    Example: a new entity before the roles were extended.
    Correction: add a grant.
    """

    code = "C610"
    title = "Nobody may read it"
    severity = Severity.WARNING
    message = "no role of the app may read the entity"
    good = one(Put("roles/clerk.json", "/grants/authors/rows", "own"))
    bad = one(Drop("roles/clerk.json", "/grants/authors"))


class TitleNotFound(Fault):
    """An entity whose records have no name.

    What it finds: entities without a `title_field` and without a text field to fall back on.
    Why it matters: links to its records show a technical id.
    Example: an entity of two links and a number.
    Correction: add a text, formula or numbering field and name it as `title_field`.
    """

    code = "C611"
    title = "Records without a title"
    severity = Severity.WARNING
    message = "records would be called by their technical id"
    good = one(Put(_BOOK, "/title_field", "title"))
    bad = one(
        Put(
            "entities/loan.json",
            "",
            {"label": {"en": "Loan"}, "fields": {"days": {"type": "integer", "label": {"en": "Days"}}}},
        ),
    )
