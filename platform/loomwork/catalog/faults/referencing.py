"""C3xx: references to what does not exist, or is of the wrong kind."""

from loomwork.catalog.faults.base import Drop, Fault, Put, one

_BOOK = "entities/book.json"
_VIEW = "views/book_all.json"
_ROLE = "roles/clerk.json"


class UnknownEntity(Fault):
    """A reference to an entity that does not exist.

    What it finds: the name of an entity that no loaded app has.
    Why it matters: links, forms and rights would point to nothing.
    Example: `"entity": "lib.athor"`.
    Correction: mend the name, or add the app that brings the entity to `depends_on`.
    """

    code = "C301"
    title = "Unknown entity"
    message = 'there is no entity "{name}"'
    good = one(Put(_BOOK, "/fields/author/properties/entity", "lib.author"))
    bad = one(Put(_BOOK, "/fields/author/properties/entity", "lib.athor"))


class UnknownChoiceSet(Fault):
    """A reference to a choice set that does not exist.

    What it finds: a `choice_set` that no loaded app has.
    Why it matters: the field would have no choices.
    Example: `"choice_set": "lib.stauts"`.
    Correction: mend the name, or write the choice set.
    """

    code = "C302"
    title = "Unknown choice set"
    message = 'there is no choice set "{name}"'
    good = one(Put(_BOOK, "/fields/status/properties/choice_set", "lib.status"))
    bad = one(Put(_BOOK, "/fields/status/properties/choice_set", "lib.stauts"))


class UnknownField(Fault):
    """A reference to a field that the entity does not have.

    What it finds: a field name in a form, view, rule, role, mapping or index that the entity lacks.
    Why it matters: a column or a right that names nothing is a mistake nobody sees until it matters.
    Example: a column `tilte`.
    Correction: use the name that the hint gives.
    """

    code = "C303"
    title = "Unknown field"
    message = '{entity} has no field "{name}"'
    good = one(Put("forms/book_main.json", "/tabs/main/sections/basics/fields/pages", {"order": "a2"}))
    bad = one(Put("forms/book_main.json", "/tabs/main/sections/basics/fields/pgaes", {"order": "a2"}))


class BrokenPath(Fault):
    """A dotted path that cannot be followed.

    What it finds: a path that goes through a field which is no link to one record.
    Why it matters: there is no record on the other side to take a value from.
    Example: `title.name`, or `copies.shelf` in a list of books.
    Correction: go through links; for lists of records use a related list or a roll-up.
    """

    code = "C304"
    title = "Path leads nowhere"
    message = 'the path "{path}" ends at "{at}", which is no link to one record'
    good = one(Put(_VIEW, "/columns/author.mail", {"order": "a3"}))
    bad = one(Put(_VIEW, "/columns/title.name", {"order": "a3"}))


class UnknownComponent(Fault):
    """A reference to a view, page, mapping or the like that does not exist.

    What it finds: the name of a component of a kind that no loaded app has.
    Why it matters: a menu entry or a button would open nothing.
    Example: `"mapping": "lib.reprnt"`.
    Correction: mend the name, or write the component.
    """

    code = "C305"
    title = "Unknown component"
    message = 'there is no {kind} "{name}"'
    good = one(Put("actions/book_reprint.json", "/mapping", "lib.reprint"))
    bad = one(Put("actions/book_reprint.json", "/mapping", "lib.reprnt"))


class UnknownRole(Fault):
    """A reference to a role that does not exist.

    What it finds: the name of a role that no loaded app has.
    Why it matters: nobody could ever see what is reserved for the role.
    Example: `"roles": ["lib.clrek"]`.
    Correction: mend the name, or write the role.
    """

    code = "C306"
    title = "Unknown role"
    message = 'there is no role "{name}"'
    good = one(Put(_VIEW, "/roles", ["lib.clerk"]))
    bad = one(Put(_VIEW, "/roles", ["lib.clrek"]))


class UnknownChoice(Fault):
    """A value that is not among the choices.

    What it finds: a state of a grant that is no choice of the entity's state field.
    Why it matters: the grant would never hold.
    Example: `"states": ["lost"]` where there is no such choice.
    Correction: use a stored value of the choice set.
    """

    code = "C307"
    title = "Unknown choice"
    message = '"{name}" is not a choice of {field}'
    good = one(Put(_ROLE, "/grants/books/states", ["new", "lent"]))
    bad = one(Put(_ROLE, "/grants/books/states", ["lost"]))


class UnknownRelation(Fault):
    """A reference to a relation that the entity does not have.

    What it finds: a related list or roll-up over a relation that neither a link's `reverse` nor a child table makes.
    Why it matters: there are no records to show or to add up.
    Example: `"related": {"chapters": {}}`.
    Correction: use a relation that the hint names, or give the link a `reverse`.
    """

    code = "C308"
    title = "Unknown relation"
    message = '{entity} has no relation "{name}"'
    good = one(Put("pages/book_page.json", "/related", {"copies": {}}))
    bad = one(Put("pages/book_page.json", "/related", {"chapters": {}}))


class ChildLinkMissing(Fault):
    """A child table whose link is no link back.

    What it finds: a child table whose `link` names no field of the child that points to this entity.
    Why it matters: the rows would not know to whom they belong.
    Example: `"link": "shelf"` where `shelf` is a text.
    Correction: name the link field of the child that points here.
    """

    code = "C310"
    title = "Child table without a link back"
    message = '"{name}" of {entity} is not a link to {target}'
    good = one(Put(_BOOK, "/fields/copies/properties/link", "book"))
    bad = one(Put(_BOOK, "/fields/copies/properties/link", "shelf"))


class NotAChoiceField(Fault):
    """A state or stage path over a field without choices.

    What it finds: a `state_field`, or the `path` of a page, that is no choice field.
    Why it matters: states and stages are a closed list.
    Example: `"state_field": "title"`.
    Correction: name a choice field.
    """

    code = "C312"
    title = "Not a choice field"
    message = '"{name}" is not a choice field'
    good = one(Put(_BOOK, "/state_field", "status"))
    bad = one(Put("pages/book_page.json", "/path", "title"))


class StateWithoutField(Fault):
    """Grants by state on an entity without a state field.

    What it finds: `states` in a grant on an entity that declares no `state_field`.
    Why it matters: the grant could not be decided.
    Example: states on authors, who have none.
    Correction: give the entity a `state_field`, or take the states out.
    """

    code = "C313"
    title = "No state field"
    message = "{entity} declares no state_field, so a grant cannot depend on the state"
    good = one(Put(_ROLE, "/grants/books/states", ["new"]))
    bad = one(Put(_ROLE, "/grants/authors/states", ["new"]))


class UnknownSeed(Fault):
    """A seed record that refers to another one which does not exist.

    What it finds: `{"seed": key}` with a key that no seed file of the app has, or whose record is of another entity.
    Why it matters: the record could not be made.
    Example: `{"seed": "leguin"}`.
    Correction: use the key that the hint names.
    """

    code = "C316"
    title = "Unknown seed record"
    message = 'there is no seed record "{name}"{what}'
    good = one(Put("seed/base.json", "/records/earthsea/fields/author", {"seed": "le_guin"}))
    bad = one(Put("seed/base.json", "/records/earthsea/fields/author", {"seed": "leguin"}))


class UnknownTarget(Fault):
    """A mapping that links to a target which is not there, or only comes later.

    What it finds: `{"target": name}` with a name that is no target, or one of a higher rank.
    Why it matters: the record to link to does not exist yet when it is needed.
    Example: the author links to the book that is made after it.
    Correction: name an earlier target, or change the `order`.
    """

    code = "C317"
    title = "Unknown or later target"
    message = '"{name}" is not an earlier target of the mapping'
    good = one(Put("mappings/reprint.json", "/targets/book/fields/author", {"target": "author"}))
    bad = one(Put("mappings/reprint.json", "/targets/book/fields/author", {"target": "writer"}))


class WrongEntity(Fault):
    """A reference to something that belongs to another entity.

    What it finds: a mapping whose source, or a target link whose entity, is not the one that is needed.
    Why it matters: values of one entity would be written into fields of another.
    Example: an action on authors with a mapping that converts books.
    Correction: use a component for this entity.
    """

    code = "C318"
    title = "Belongs to another entity"
    message = "{what} is for {got}, not for {wanted}"
    good = one(Put("actions/book_reprint.json", "/entity", "lib.book"))
    bad = one(Put("actions/book_reprint.json", "/entity", "lib.author"))


class UndeclaredDependency(Fault):
    """A reference into an app that is not declared as dependency.

    What it finds: the name of a component of an app that this one does not depend on.
    Why it matters: the app could be installed without the other and would not load.
    Example: a link to `shop.order` without `"depends_on": ["shop"]`.
    Correction: add the app to `depends_on`.
    """

    code = "C320"
    title = "Dependency not declared"
    message = '"{name}" belongs to the app "{app}", which is not in depends_on'
    good = ()
    bad = ()


class UnknownGroup(Fault):
    """A column in a group that the view does not have.

    What it finds: the `group` of a column that stands in no `groups`.
    Why it matters: the heading would be empty.
    Example: `"group": "g2"` with only `g1` declared.
    Correction: declare the group, or use one that is there.
    """

    code = "C321"
    title = "Unknown column group"
    message = 'the view has no group "{name}"'
    good = one(Put(_VIEW, "/groups", {"g1": {"label": {"en": "G"}}}), Put(_VIEW, "/columns/pages/group", "g1"))
    bad = one(Put(_VIEW, "/columns/pages/group", "g1"))


class UnknownAction(Fault):
    """A grant of an action that does not exist.

    What it finds: a word in `actions` that is neither a verb of records nor an action of the entity.
    Why it matters: the grant gives nothing, and looks as if it did.
    Example: `"actions": ["raed"]`.
    Correction: use the word that the hint names.
    """

    code = "C322"
    title = "Unknown action"
    message = '{entity} knows no action "{name}"'
    good = one(Put(_ROLE, "/grants/books/actions", ["read", "book_reprint"]))
    bad = one(Put(_ROLE, "/grants/books/actions", ["raed"]))


class NotSortable(Fault):
    """Sorting by a field that has no order.

    What it finds: a `sort` over a field that cannot be sorted.
    Why it matters: a list in no order looks like one in an order.
    Example: sorting by a child table.
    Correction: sort by another field.
    """

    code = "C323"
    title = "Cannot be sorted"
    message = 'lists cannot be sorted by "{name}"'
    good = one(Put(_VIEW, "/sort", ["-pages"]))
    bad = one(Put(_VIEW, "/sort", ["copies"]))


class NotNumeric(Fault):
    """A sum over what is no number.

    What it finds: `sums` over a field that holds no number.
    Why it matters: there is nothing to add.
    Example: `"sums": ["title"]`.
    Correction: sum number, money or duration fields.
    """

    code = "C324"
    title = "Cannot be summed"
    message = '"{name}" holds no numbers to sum'
    good = one(Put(_VIEW, "/sums", ["pages"]))
    bad = one(Put(_VIEW, "/sums", ["title"]))


class MappingMissing(Fault):
    """A conversion button without a mapping, or with one of another type.

    What it finds: an action of type convert whose `mapping` is missing or is no conversion.
    Why it matters: the button would do nothing.
    Example: `"type": "convert"` alone.
    Correction: name a mapping of type convert.
    """

    code = "C325"
    title = "Conversion without mapping"
    message = "a convert action needs a mapping of type convert"
    good = one(Put("actions/book_reprint.json", "/mapping", "lib.reprint"))
    bad = one(Drop("actions/book_reprint.json", "/mapping"))


class EntryTarget(Fault):
    """A menu entry that opens nothing, or two things.

    What it finds: an entry that does not have exactly one of `entity`, `view`, `page`, or a group without entries.
    Why it matters: it is not clear what a click opens.
    Example: an entry with both `entity` and `view`.
    Correction: keep one of them.
    """

    code = "C326"
    title = "Menu entry without one target"
    message = "the entry must name exactly one of entity, view and page{what}"
    good = one(Put("navigation/main.json", "/items/stock/items/books", {"entity": "lib.book"}))
    bad = one(Put("navigation/main.json", "/items/stock/items/books", {"entity": "lib.book", "view": "lib.book_all"}))


class LinkNeeded(Fault):
    """A look-up or link where the field is no link.

    What it finds: an import column with `lookup`, or a `{"target": …}`, on a field that is no link.
    Why it matters: there is no record to look up.
    Example: `"lookup": "name"` on a text field.
    Correction: take `lookup` out, or name the link field.
    """

    code = "C327"
    title = "Not a link"
    message = '"{name}" is not a link to one record'
    good = one(Put("mappings/reprint.json", "/targets/book/fields/author", {"target": "author"}))
    bad = one(Put("mappings/reprint.json", "/targets/book/fields/pages", {"target": "author"}))


class OperatorNotPossible(Fault):
    """A condition with an operator that the field's type does not know.

    What it finds: an `op` in a filter that makes no sense for the field.
    Why it matters: the list could not be shown.
    Example: `{"field": "pages", "op": "contains", "value": "1"}`.
    Correction: use an operator that the hint names.
    """

    code = "C328"
    title = "Operator does not fit"
    message = 'fields of type {type} know no operator "{op}"'
    good = one(Put(_VIEW, "/filter", {"and": [{"field": "copies.shelf", "op": "contains", "value": "A"}]}))
    bad = one(Put(_VIEW, "/filter", {"not": {"field": "pages", "op": "contains", "value": "1"}}))


class WrongType(Fault):
    """A field of another type than its place needs.

    What it finds: a quick action that reaches nobody by its field, or a next step whose fields are not what they are
    named for: a date, a yes or no, a person.
    Why it matters: the button would call what is no number, the box would tick what cannot be done.
    Example: `"to": ["title"]`.
    Correction: name a field of the type that the message asks for.
    """

    code = "C329"
    title = "Field of another type"
    message = '"{name}" is of type {got}; needed here: {wanted}'
    good = one(Put("pages/book_page.json", "/quick", {"write": {"type": "mail", "to": ["author.mail"]}}))
    bad = one(Put("pages/book_page.json", "/quick", {"write": {"type": "mail", "to": ["title"]}}))
