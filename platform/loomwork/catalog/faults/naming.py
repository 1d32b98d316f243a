"""C22x and C23x: faults of names, namespaces, versions and dependencies."""

from loomwork.catalog.faults.base import Fault, Lay, Put, one
from loomwork.core.diagnostics import Severity

_BOOK = "entities/book.json"
_TEXT = {"type": "text", "label": {"en": "Text"}}


class ReservedName(Fault):
    """A field name that databases or formulas use themselves.

    What it finds: fields called like a word of SQL or of the formula language, or like a hidden column of a database.
    Why it matters: formulas, exports and reports could not tell the field from the word.
    Example: a field `select`.
    Correction: choose a longer name, such as `selection`.
    """

    code = "C221"
    title = "Reserved name"
    message = '"{name}" is a reserved word'
    good = one(Put(_BOOK, "/fields/selection", _TEXT))
    bad = one(Put(_BOOK, "/fields/select", _TEXT))


class SystemFieldName(Fault):
    """A field that is called like a system field.

    What it finds: a field with the name of one of the fields that every entity has.
    Why it matters: every entity has these already, kept by the platform.
    Example: a field `created_at` of one's own.
    Correction: leave it out and use the system field, or choose another name.
    """

    code = "C222"
    title = "Name of a system field"
    message = '"{name}" is a field that every entity has'
    good = one(Put(_BOOK, "/fields/printed_at", {"type": "instant", "label": {"en": "Printed"}}))
    bad = one(Put(_BOOK, "/fields/created_at", {"type": "instant", "label": {"en": "Created"}}))


class NamespaceTaken(Fault):
    """Two apps with one namespace.

    What it finds: an app whose namespace another loaded app has.
    Why it matters: their components would overwrite each other.
    Example: two apps with `"namespace": "lib"`.
    Correction: choose another namespace for the newer app.
    """

    code = "C224"
    title = "Namespace taken"
    message = 'the namespace "{namespace}" belongs to the app "{other}"'
    good = one(Put("app.json", "/namespace", "lib"))
    bad = one(Put("app.json", "/namespace", "system"))


class AppTwice(Fault):
    """The same app loaded twice.

    What it finds: two folders whose manifests give the same name.
    Why it matters: it is not clear which one is meant.
    Example: the same folder given twice, or a copy of it.
    Correction: give one of them.
    """

    code = "C225"
    title = "App given twice"
    message = 'the app "{name}" is given twice'
    good = ()
    bad = one(Put("app.json", "/name", "system"))


class ReservedNamespace(Fault):
    """A namespace that no app may take.

    What it finds: an app with a namespace that is kept for the platform.
    Why it matters: `x` belongs to the customer, `platform` and `loomwork` to us.
    Example: `"namespace": "loomwork"`.
    Correction: choose another namespace.
    """

    code = "C226"
    title = "Reserved namespace"
    message = 'the namespace "{namespace}" is reserved'
    good = one(Put("app.json", "/namespace", "lib"))
    bad = one(Put("app.json", "/namespace", "loomwork"))


class MissingPrefix(Fault):
    """Something added to a foreign component without one's own prefix.

    What it finds: an added field, tab or column whose name does not begin with the prefix of the layer.
    Why it matters: a later version of the vendor may bring the same name, and one of the two would be lost.
    Example: the customer adds a field `loyalty` to a vendor's entity.
    Correction: call it `x_loyalty`; packages use their namespace as prefix.
    """

    code = "C227"
    title = "Prefix missing"
    message = '"{name}" is added to a component of another layer and must begin with "{prefix}"'
    good = one(
        Lay({"kind": "entity", "name": "lib.book", "path": "/fields/x_loyalty", "op": "add", "value": _TEXT}),
    )
    bad = one(Lay({"kind": "entity", "name": "lib.book", "path": "/fields/loyalty", "op": "add", "value": _TEXT}))


class UnknownDependency(Fault):
    """A dependency that is not loaded.

    What it finds: a name in `depends_on` that none of the given apps has.
    Why it matters: references into it could not be resolved.
    Example: `"depends_on": ["libary"]`.
    Correction: mend the name, or give the folder of that app too.
    """

    code = "C228"
    title = "Unknown dependency"
    message = 'the app "{name}" is not there'
    good = one(Put("app.json", "/depends_on", ["system"]))
    bad = one(Put("app.json", "/depends_on", ["shop"]))


class DependencyCycle(Fault):
    """Apps that depend on each other in a circle.

    What it finds: a chain of `depends_on` that comes back to its beginning.
    Why it matters: layers need an order.
    Example: an app that depends on itself.
    Correction: take one of the dependencies out; what both need goes into a third app.
    """

    code = "C229"
    title = "Circular dependency"
    message = "the apps depend on each other in a circle: {chain}"
    good = one(Put("app.json", "/depends_on", []))
    bad = one(Put("app.json", "/depends_on", ["library"]))


class PlatformTooOld(Fault):
    """An app that this platform does not suit.

    What it finds: a `platform` range that leaves out the running version.
    Why it matters: the app relies on what is not there, or not there any more.
    Example: `"platform": ">=9"`.
    Correction: use the version of the app for this platform, or upgrade the platform.
    """

    code = "C232"
    title = "Other platform version needed"
    message = "the app needs platform {wanted}, this is {version}"
    good = one(Put("app.json", "/platform", ">=0.1,<1"))
    bad = one(Put("app.json", "/platform", ">=9"))


class NameTooLong(Fault):
    """A generated identifier that no database takes.

    What it finds: a many-to-many field whose table name would exceed 63 characters even when shortened parts are used.
    Why it matters: PostgreSQL cuts longer names silently, and two tables could fall together.
    Example: a 40-character field in a 40-character entity.
    Correction: shorten the name of the entity or the field.
    """

    code = "C233"
    title = "Generated name too long"
    severity = Severity.WARNING
    message = '"{name}" has {length} characters; identifiers above 63 end in a hash that is hard to read'
    good = one(Put(_BOOK, "/fields/subtitle", _TEXT))
    bad = one(
        Put(
            "entities/a_very_long_name_for_quite_a_small_shelf.json",
            "",
            {
                "label": {"en": "Shelf"},
                "fields": {
                    "name": {"type": "text", "label": {"en": "Name"}},
                    "value_of_all_the_books": {"type": "money", "label": {"en": "Value"}},
                },
            },
        ),
    )


class CustomerPrefix(Fault):
    """A name of an app that begins like those of the companies that use it.

    What it finds: a field or a choice of an app whose name begins with `x_`. Lint and installing refuse such an app; elsewhere it is
    a warning, for an export of the effective metadata holds what the company added.
    Why it matters: companies call what they add to an app `x_…`; the next upgrade would meet a field of theirs.
    Example: a field `x_region` in `entities/book.json` of an app.
    Correction: leave the prefix out. What extends another app's entity carries the namespace of the extending app.
    """

    code = "C236"
    title = "Prefix of customers"
    severity = Severity.WARNING
    message = '"{name}" begins with x_, which belongs to the companies that use the app'
    good = one(Put(_BOOK, "/fields/region", _TEXT))
    bad = one(Put(_BOOK, "/fields/x_region", _TEXT))


class TooManyEntities(Fault):
    """More entities than a package may have.

    What it finds: an app with more entities than the limit.
    Why it matters: every process compiles them all at start.
    Example: a package generated from a legacy database with 5,000 tables.
    Correction: split the package, or raise the limit.
    """

    code = "C234"
    title = "Too many entities"
    message = "the app has {count} entities; at most {limit} are taken"
    good = ()
    bad = ()


class SystemMissing(Fault):
    """The platform's own app cannot be loaded.

    What it finds: the system app is not where the platform ships it.
    Why it matters: users, units and roles live there.
    Example: an installation whose `metadata` folder was left out.
    Correction: install the platform again.
    """

    code = "C235"
    title = "System app missing"
    message = "the platform's own app was not found"
    good = ()
    bad = ()
