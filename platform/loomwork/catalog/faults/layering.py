"""C5xx: faults of what a layer lays over the layers below."""

from collections.abc import Mapping
from typing import Any

from loomwork.catalog.faults.base import Fault, Lay, Put, Sample, one

_SIZES = {"label": {"en": "Size"}, "choices": {"big": {"label": {"en": "Big"}}}}
_TEXT = {"type": "text", "label": {"en": "Text"}}


def _lay(path: str, op: str, **more: Any) -> Sample:
    patch: Mapping[str, Any] = {"kind": "entity", "name": "lib.book", "path": path, "op": op, **more}
    return one(Lay(patch))


class DanglingPatch(Fault):
    """A patch on something that is not there.

    What it finds: a patch whose component, or an element on its path, does not exist below it (any more).
    Why it matters: after an upgrade, what the customer wanted would silently not happen.
    Example: a relabelled field that the vendor took out.
    Correction: drop the patch, or move it to what took the element's place.
    """

    code = "C501"
    title = "Patch without a target"
    message = "the {op} patch has nothing to act on: {missing} is not there"
    good = _lay("/fields/pages/label/en", "set", value="Sheets")
    bad = _lay("/fields/chapters/label/en", "set", value="Chapters")


class PatchConflict(Fault):
    """A patch made on another value than the one that now stands below.

    What it finds: a patch whose `base` differs from the value seen below.
    Why it matters: both the vendor and the customer changed the property; only a person can decide.
    Example: the customer relabelled "Pages", the vendor has since called it "Extent".
    Correction: decide in the upgrade plan: keep yours (with the new base) or take the vendor's.
    """

    code = "C502"
    title = "Changed on both sides"
    message = "the value below is {below}, the patch was made on {base}"
    good = _lay("/fields/pages/label/en", "set", base="Pages", value="Sheets")
    bad = _lay("/fields/pages/label/en", "set", base="Leaves", value="Sheets")


class LockedProperty(Fault):
    """A patch on a locked property.

    What it finds: a change of something that its owner locked, or that is locked for all: the type and the target of a field.
    Why it matters: the owner's logic and the stored data rely on it.
    Example: turning a vendor's text field into a number.
    Correction: add a field of your own instead.
    """

    code = "C503"
    title = "Locked property"
    message = "{pointer} is locked by {by}"
    good = _lay("/fields/pages/classification", "set", value="public")
    bad = _lay("/fields/pages/type", "set", value="text")


class AlreadyThere(Fault):
    """An `add` of something that exists.

    What it finds: a patch that adds what stands there already.
    Why it matters: it would overwrite the vendor's element, which is what `set` is for, property by property.
    Example: adding a field `pages` where the vendor has one.
    Correction: patch the properties that shall differ, or choose another name.
    """

    code = "C504"
    title = "Already there"
    message = "{pointer} is there already"
    good = _lay("/fields/x_shelf", "add", value=_TEXT)
    bad = _lay("/fields/pages", "add", value=_TEXT)


class NotHideable(Fault):
    """A `hide` of what cannot be hidden.

    What it finds: hiding an entity, a choice set or a single value.
    Why it matters: engines would have to guess what its absence means.
    Example: hiding `/label`.
    Correction: hide fields, choices, sections, columns, menu entries, or whole views and forms.
    """

    code = "C505"
    title = "Cannot be hidden"
    message = "{pointer} cannot be hidden"
    good = _lay("/fields/pages", "hide")
    bad = _lay("/label", "hide")


class BadPointer(Fault):
    """A path that is no pointer into the component.

    What it finds: a path that does not begin with `/`, an empty path with `set`, or a path through what is no object.
    Why it matters: the patch means nothing.
    Example: `"path": "fields.pages"`.
    Correction: write keys with slashes: `/fields/pages/label/en`.
    """

    code = "C507"
    title = "Path is no pointer"
    message = '"{path}" is not a pointer to a property: {why}'
    good = _lay("/label/en", "set", value="Work")
    bad = _lay("label.en", "set", value="Work")


class NotPatchable(Fault):
    """A patch on a kind of component that has no layers.

    What it finds: a `kind` that is unknown, or whose components are not patched (messages, overlays, manifests).
    Why it matters: nothing would happen.
    Example: `"kind": "entities"`.
    Correction: use the kind that the hint names.
    """

    code = "C508"
    title = "Kind cannot be patched"
    message = 'there is no kind "{kind}" that patches can change'
    good = _lay("/label/en", "set", value="Work")
    bad = one(Lay({"kind": "entities", "name": "lib.book", "path": "/label/en", "op": "set", "value": "Work"}))


class ForeignNamespace(Fault):
    """A new component in the namespace of another layer.

    What it finds: a component that a layer adds outside its own namespace.
    Why it matters: an upgrade of the vendor may bring the same name.
    Example: the customer adds `lib.magazine`.
    Correction: call it `x.magazine`; the namespace `x` is the customer's.
    """

    code = "C509"
    title = "Namespace of another layer"
    message = '"{name}" must stand in the namespace "{namespace}"'
    good = one(Lay({"kind": "choice_set", "name": "x.size", "op": "add", "value": _SIZES}))
    bad = one(Lay({"kind": "choice_set", "name": "lib.size", "op": "add", "value": _SIZES}))


class PatchTwice(Fault):
    """Two patches of one layer on one property.

    What it finds: a second patch with the same kind, name and path.
    Why it matters: only one of them can hold, and it is not clear which.
    Example: two relabellings of one field.
    Correction: take one out.
    """

    code = "C510"
    title = "Patched twice"
    message = "the same property is patched twice"
    good = _lay("/label/en", "set", value="Work")
    bad = one(*_lay("/label/en", "set", value="Work"), *_lay("/label/en", "set", value="Opus"))


class OwnComponent(Fault):
    """An overlay of an app on its own component.

    What it finds: an `overlays/` file that patches a component of the same package.
    Why it matters: one property would be said in two places.
    Example: the library app patches `lib.book`.
    Correction: change the component's file.
    """

    code = "C511"
    title = "Overlay on its own component"
    message = '"{name}" belongs to the same app; change its file instead'
    good = ()
    bad = one(
        Put(
            "overlays/more.json",
            "",
            {"patches": [{"kind": "entity", "name": "lib.book", "path": "/label/en", "op": "set", "value": "Work"}]},
        )
    )


class UnknownText(Fault):
    """A text of a message file whose key is no label.

    What it finds: a key in `messages/` that does not lead to a label or help text of a component.
    Why it matters: the translation is never shown, and the label stays untranslated.
    Example: `"lib.bok#label"`.
    Correction: component, `#`, and the path of the label: `lib.book#fields/title/label`; other kinds than entities
    with the kind in front: `view:lib.book_all#label`.
    """

    code = "C520"
    title = "Text without a label"
    message = '"{key}" does not lead to a label'
    good = one(Put("messages/fr.json", "", {"lib.book#fields/title/label": "Titre"}))
    bad = one(Put("messages/fr.json", "", {"lib.bok#label": "Livre"}))
