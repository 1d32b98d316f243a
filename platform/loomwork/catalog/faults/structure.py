"""C4xx: what contradicts itself although every name exists."""

from loomwork.catalog.faults.base import Fault, Put, one
from loomwork.core.diagnostics import Severity

_BOOK = "entities/book.json"
_COPY = "entities/copy.json"


def _link(entity: str, **more: object) -> dict[str, object]:
    required = more.pop("required", False)
    return {"type": "link", "label": {"en": "Link"}, "required": required, "properties": {"entity": entity, **more}}


class RelationTaken(Fault):
    """Two relations of one name on one entity.

    What it finds: two links to the same entity with the same `reverse`, or a `reverse` called like a child table.
    Why it matters: related lists and roll-ups could not tell them apart.
    Example: author and editor of a book both with `"reverse": "books"`.
    Correction: give one another name, such as `edited_books`.
    """

    code = "C401"
    title = "Relation name taken"
    message = '{target} has a relation "{name}" already, from {other}'
    good = one(Put(_BOOK, "/fields/editor", _link("lib.author", reverse="edited_books")))
    bad = one(Put(_BOOK, "/fields/editor", _link("lib.author", reverse="books")))


class RelationIsField(Fault):
    """A relation that is called like a field.

    What it finds: a `reverse` that the target entity has as a field.
    Why it matters: formulas and paths could not tell them apart.
    Example: `"reverse": "name"`.
    Correction: choose a plural that the target has not.
    """

    code = "C402"
    title = "Relation called like a field"
    message = '{target} has a field "{name}"; the relation needs another name'
    good = one(Put(_BOOK, "/fields/editor", _link("lib.author", reverse="edited_books")))
    bad = one(Put(_BOOK, "/fields/editor", _link("lib.author", reverse="mail")))


class RequiredCycle(Fault):
    """Required links in a circle.

    What it finds: entities whose required links lead back to the beginning.
    Why it matters: the first record could never be made: each needs the other before it.
    Example: a book requires an author, an author requires a book.
    Correction: make one of the links optional.
    """

    code = "C403"
    title = "Required links in a circle"
    message = "required links lead in a circle: {chain}"
    good = one(
        Put("entities/author.json", "/fields/first", _link("lib.book")), Put(_BOOK, "/fields/author/required", True)
    )
    bad = one(
        Put("entities/author.json", "/fields/first", _link("lib.book", required=True)),
        Put(_BOOK, "/fields/author/required", True),
    )


class ChildCycle(Fault):
    """Child tables in a circle.

    What it finds: an entity that is, over child tables, a part of itself.
    Why it matters: saving a record would have no end.
    Example: copies that have books as rows, which have copies as rows.
    Correction: use links in one direction; trees use a tree parent.
    """

    code = "C404"
    title = "Child tables in a circle"
    message = "child tables lead in a circle: {chain}"
    good = ()
    bad = one(
        Put(_BOOK, "/fields/copy", _link("lib.copy", on_delete="cascade")),
        Put(
            _COPY,
            "/fields/books",
            {"type": "child_table", "label": {"en": "B"}, "properties": {"entity": "lib.book", "link": "copy"}},
        ),
    )


class CascadeCycle(Fault):
    """Deletions that run in a circle.

    What it finds: links with `"on_delete": "cascade"` that lead back to the beginning over several entities.
    Why it matters: deleting one record could delete everything.
    Example: deleting an author deletes books, deleting a book deletes authors.
    Correction: use restrict or clear on one of the links.
    """

    code = "C405"
    title = "Deletions in a circle"
    message = "deletions cascade in a circle: {chain}"
    good = one(Put("entities/author.json", "/fields/best", _link("lib.book", on_delete="clear")))
    bad = one(
        Put("entities/author.json", "/fields/best", _link("lib.book", on_delete="cascade")),
        Put(_BOOK, "/fields/author/properties/on_delete", "cascade"),
    )


class RequiredCleared(Fault):
    """A required link that is emptied when its target goes.

    What it finds: `"required": true` with `"on_delete": "clear"`.
    Why it matters: deleting the target would leave a record that breaks its own rule.
    Example: a required author that is cleared.
    Correction: restrict, cascade, or make the link optional.
    """

    code = "C406"
    title = "Required but cleared"
    message = "a required link cannot be emptied when its target is deleted"
    good = one(Put(_COPY, "/fields/book/properties/on_delete", "restrict"))
    bad = one(Put(_COPY, "/fields/book/properties/on_delete", "clear"))


class UniqueNotPossible(Fault):
    """Unique values of a type that cannot be compared.

    What it finds: `"unique": true`, or a unique combination, with a field whose type has no value to compare.
    Why it matters: the rule could not be kept.
    Example: a unique child table.
    Correction: take it out.
    """

    code = "C407"
    title = "Cannot be unique"
    message = "fields of type {type} cannot be unique"
    good = one(Put(_BOOK, "/fields/title/unique", True))
    bad = one(Put(_BOOK, "/fields/copies/unique", True))


class SearchNotPossible(Fault):
    """Full-text search over a type without text.

    What it finds: `"searchable": true` on a field whose type gives no text.
    Why it matters: nothing would ever be found by it.
    Example: a searchable number.
    Correction: take it out; numbers are found by filters.
    """

    code = "C408"
    title = "Cannot be searched"
    message = "fields of type {type} hold no text to search"
    good = one(Put(_BOOK, "/fields/title/searchable", True))
    bad = one(Put(_BOOK, "/fields/pages/searchable", True))


class OrderNotPossible(Fault):
    """Sorting or an index over a type that has no column for it.

    What it finds: `"sortable": true`, `"indexed": true` or an index over a field that has nothing to sort or index.
    Why it matters: the promise could not be kept.
    Example: an indexed child table.
    Correction: take it out.
    """

    code = "C409"
    title = "Cannot be sorted or indexed"
    message = "fields of type {type} have no stored value to sort or index"
    good = one(Put(_BOOK, "/fields/pages/indexed", True))
    bad = one(Put(_BOOK, "/fields/copies/indexed", True))


class DefaultRefused(Fault):
    """A default that the field itself would refuse.

    What it finds: a default value that the field's type does not take.
    Why it matters: every new record would fail.
    Example: `"default": "fresh"` where there is no such choice.
    Correction: give a value as a client would send it, or a formula.
    """

    code = "C410"
    title = "Default is refused"
    message = "the default {got} is refused: {fault}"
    good = one(Put(_BOOK, "/fields/pages/default", 100))
    bad = one(Put(_BOOK, "/fields/pages/default", "many"))


class ComputedInput(Fault):
    """Input rules on a computed field.

    What it finds: `required` or `default` on a field whose value is computed.
    Why it matters: nobody enters the value, so the rule can only block.
    Example: a required formula.
    Correction: take it out; put the condition into a validation.
    """

    code = "C411"
    title = "Computed field with input rules"
    message = 'fields of type {type} are computed, so "{key}" cannot apply'
    good = ()
    bad = one(
        Put(
            _BOOK,
            "/fields/twice",
            {
                "type": "formula",
                "label": {"en": "Twice"},
                "required": True,
                "properties": {"formula": "pages * 2", "result": "integer"},
            },
        )
    )


class TwoParents(Fault):
    """An entity that is child table of two entities.

    What it finds: two child tables with the same rows.
    Why it matters: a row belongs to one record, with which it is saved and deleted.
    Example: copies as rows of books and of shelves.
    Correction: keep one child table; show the others as related lists.
    """

    code = "C416"
    title = "Child of two parents"
    message = "{child} is a child table of {other} already"
    good = ()
    bad = one(
        Put(_COPY, "/fields/writer", _link("lib.author", on_delete="cascade")),
        Put(
            "entities/author.json",
            "/fields/copies",
            {"type": "child_table", "label": {"en": "C"}, "properties": {"entity": "lib.copy", "link": "writer"}},
        ),
    )


class UnreachableRequired(Fault):
    """A required field that nobody can fill.

    What it finds: a field that is required, but read-only or hidden; that has no default, and that no rule sets.
    Why it matters: people could save no record, for no form asks them for it.
    Example: a required, read-only title; a layer that hides the name.
    Correction: give it a default, let a rule set it, or let people write it.
    """

    code = "C419"
    title = "Required but never filled"
    severity = Severity.WARNING
    message = "the field is required and {how}, and nothing fills it"
    good = one(
        Put(_BOOK, "/fields/pages/required", True),
        Put(_BOOK, "/fields/pages/readonly", True),
        Put(_BOOK, "/fields/pages/default", 1),
    )
    bad = one(Put(_BOOK, "/fields/pages/required", True), Put(_BOOK, "/fields/pages/readonly", True))


class NoActiveChoice(Fault):
    """A choice set in which nothing can be chosen.

    What it finds: a set without an active choice.
    Why it matters: a required field over it could never be filled.
    Example: all choices with `"active": false`.
    Correction: add a choice, or activate one.
    """

    code = "C420"
    title = "Nothing to choose"
    severity = Severity.WARNING
    message = "the set has no active choice"
    good = one(Put("choice_sets/size.json", "", {"label": {"en": "S"}, "choices": {"big": {"label": {"en": "B"}}}}))
    bad = one(Put("choice_sets/size.json", "", {"label": {"en": "S"}, "choices": {}}))
