"""Fifth pass: overlays of packages, in the order of dependency, then that of the customer.

A patch is applied to a copy; vendors' documents are shared by all runs and never change. What cannot be applied is
reported and left out, so that the other patches still show their faults.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from loomwork.catalog.draft import CUSTOMER_NAMESPACE, KINDS, Document, Draft
from loomwork.catalog.faults import layering, naming
from loomwork.catalog.faults.base import shown
from loomwork.catalog.overlay import Op, Overlay, Patch, patch_from_json
from loomwork.catalog.passes.shape import Shapes, keep_rest, shapes_for
from loomwork.catalog.pointers import MISSING, Keys, find, join_pointer, matches, parse_pointer, with_value
from loomwork.catalog.schemas.paths import Step, holds_elements, steps
from loomwork.catalog.schemas.words import Schema
from loomwork.core.diagnostics import Diagnostic, Place, Severity, did_you_mean

PATCHABLE = tuple(kind for kind in KINDS if kind not in ("messages", "overlay"))
HIDEABLE = ("form", "view", "page", "action", "mapping", "navigation")
"""Kinds of which a whole component may be hidden."""
LOCKED_FOR_ALL: tuple[tuple[str, Keys], ...] = (
    ("entity", ("fields", "*", "type")),
    ("entity", ("fields", "*", "properties", "entity")),
    ("entity", ("fields", "*", "properties", "link")),
    ("entity", ("policies",)),
)
"""What no layer may change in a component of another."""
_BY_REFERENCE = frozenset(
    {"columns", "related", "after", "set", "constants", "label", "help", "plural", "message", "reverse_label"}
)
"""Maps whose keys name something that exists elsewhere (fields, languages), so that they carry no prefix."""


@dataclass(slots=True)
class _Layer:
    """Who lays patches over whom."""

    name: str
    namespace: str
    is_customer: bool
    is_published: bool = False

    @property
    def prefix(self) -> str:
        """What the layer's own additions to foreign components begin with."""
        return f"{self.namespace}_"


def apply_layers(draft: Draft, overlay: Overlay | None) -> None:
    """Apply all overlays; report what cannot be applied, and faults of shape that patches bring."""
    for package in draft.packages.values():
        layer = _Layer(package.name, package.namespace, is_customer=False)
        patches = [
            (patch_from_json(body), document.place.inside("patches"))
            for document in draft.sound("overlay")
            if document.app == package.name
            for body in document.body["patches"]
        ]
        _apply(layer, patches, draft)
    if overlay is not None:
        place = Place(overlay.layer, "overlay.json")
        layer = _Layer(overlay.layer, CUSTOMER_NAMESPACE, is_customer=True, is_published=overlay.is_published)
        _apply(layer, [(patch, place) for patch in overlay.patches], draft)


def _apply(layer: _Layer, patches: Iterable[tuple[Patch, Place]], draft: Draft) -> None:
    shapes = shapes_for(draft.types)
    seen: set[tuple[str, str, str]] = set()
    touched: dict[tuple[str, str], Document] = {}
    # New components first: other patches of the layer may refine them.
    for patch, file in sorted(patches, key=lambda pair: bool(pair[0].path)):
        place = Place(file.app, file.file, file.pointer).inside(patch.kind, patch.name, *_loose_keys(patch.path))
        fault = next(_before(patch, place, seen), None)
        if fault is None:
            fault = _apply_one(layer, patch, place, draft, shapes)
        seen.add(patch.target)
        is_kept = layer.is_published and fault is not None and fault.code == layering.PatchConflict.code
        if fault is not None:
            draft.add(_softened(fault) if layer.is_published else fault)
        if fault is None or is_kept:
            document = draft.documents[patch.kind][patch.name]
            if is_kept:
                _replace(document, patch.keys, patch.value)
            touched[patch.kind, patch.name] = document
            pointer = patch.path + ("/hidden" if patch.op is Op.HIDE else "")
            draft.sources[f"{patch.kind}/{patch.name}#{pointer}"] = layer.name
            if not document.pointer:
                draft.patched.setdefault((document.app, document.file), {})[pointer] = place
    for document in touched.values():
        _check_touched(layer, document, shapes, draft)


def _softened(fault: Diagnostic) -> Diagnostic:
    """The fault of a patch that was accepted before the apps below it changed: where nothing is lost, a warning."""
    if fault.code == layering.PatchConflict.code:
        return replace(fault, severity=Severity.WARNING, hint="yours is kept; publish the layer anew with the new base")
    if fault.code == layering.DanglingPatch.code:
        return replace(fault, severity=Severity.WARNING, hint=fault.hint or "take the patch out of the layer")
    return fault


def _loose_keys(path: str) -> Keys:
    try:
        return parse_pointer(path)
    except ValueError:
        return (path[:80],)


def _before(patch: Patch, place: Place, seen: set[tuple[str, str, str]]) -> Iterator[Diagnostic]:
    """What is wrong with a patch whatever lies below."""
    if patch.kind not in PATCHABLE:
        yield layering.NotPatchable.at(place, did_you_mean(patch.kind, PATCHABLE), kind=patch.kind)
    try:
        keys = patch.keys
    except ValueError as fault:
        yield layering.BadPointer.at(place, path=patch.path[:80], why=str(fault))
        return
    if not keys and patch.op is Op.SET:
        yield layering.BadPointer.at(place, path="", why="set changes one property, not a whole component")
    if patch.target in seen:
        yield layering.PatchTwice.at(place)


def _apply_one(layer: _Layer, patch: Patch, place: Place, draft: Draft, shapes: Shapes) -> Diagnostic | None:
    """Apply a patch, or say why not."""
    by_name = draft.documents[patch.kind]
    document = by_name.get(patch.name)
    keys = patch.keys
    if not keys and patch.op is Op.ADD:
        return _add_component(layer, patch, place, draft)
    if document is None:
        hint = did_you_mean(patch.name, by_name)
        return layering.DanglingPatch.at(place, hint, op=patch.op.value, missing=f"the {patch.kind} {patch.name}")
    if document.app == layer.name and not layer.is_customer:
        return layering.OwnComponent.at(place, name=patch.name)
    if not document.is_sound:
        return None
    passed = steps(shapes.schemas[patch.kind], keys)
    fault = _dangling(patch, document, passed, place) or _too_much(patch, document, passed, place)
    if fault is None and patch.op is Op.ADD and find(document.body, keys) is not MISSING:
        fault = layering.AlreadyThere.at(place, pointer=patch.path)
    if fault is None and document.layer != layer.name:
        fault = _locked(document, keys, place) or _prefix(layer, patch, passed, place)
    if fault is not None:
        return fault
    return _hide(patch, document, passed, place) if patch.op is Op.HIDE else _put(patch, document, place)


def _too_much(patch: Patch, document: Document, passed: list[tuple[Step, Schema]], place: Place) -> Diagnostic | None:
    """The fault of a `set` on a whole element or map of elements: it would swallow what the vendor adds there later."""
    if patch.op is not Op.SET or find(document.body, patch.keys) is MISSING:
        return None
    step, schema = passed[-1]
    holds_properties = step is Step.ENTRY and "properties" in schema
    if holds_properties or holds_elements(schema) or patch.keys[-1] == "properties":
        return layering.BadPointer.at(place, path=patch.path, why="it holds many properties; set them one by one")
    return None


def _put(patch: Patch, document: Document, place: Place) -> Diagnostic | None:
    current = find(document.body, patch.keys)
    if patch.op is Op.SET and patch.base is not MISSING and current != patch.base:
        below = "not set" if current is MISSING else shown(current)
        return layering.PatchConflict.at(place, below=below, base=shown(patch.base))
    _replace(document, patch.keys, patch.value)
    return None


def _prefix(layer: _Layer, patch: Patch, passed: list[tuple[Step, Schema]], place: Place) -> Diagnostic | None:
    """The fault of an entry added to a foreign component without the prefix of the layer."""
    keys = patch.keys
    if patch.op is not Op.ADD or passed[-1][0] is not Step.ENTRY or keys[-1].startswith(layer.prefix):
        return None
    container = keys[-2] if len(keys) > 1 else ""
    if container in _BY_REFERENCE or (container == "fields" and patch.kind != "entity"):
        return None
    better = layer.prefix + keys[-1].lower().removeprefix(layer.prefix)
    return naming.MissingPrefix.at(place, f'call it "{better}"', name=keys[-1], prefix=layer.prefix)


def _add_component(layer: _Layer, patch: Patch, place: Place, draft: Draft) -> Diagnostic | None:
    by_name = draft.documents[patch.kind]
    if patch.name in by_name:
        return layering.AlreadyThere.at(place, pointer=f"the {patch.kind} {patch.name}")
    if patch.name.partition(".")[0] != layer.namespace:
        return layering.ForeignNamespace.at(place, name=patch.name, namespace=layer.namespace)
    body = patch.value if isinstance(patch.value, dict) else {}
    by_name[patch.name] = Document(
        layer.name, patch.kind, patch.name, place.file, body, "", layer.name, pointer=place.pointer
    )
    return None


def _dangling(patch: Patch, document: Document, passed: list[tuple[Step, Schema]], place: Place) -> Diagnostic | None:
    """The fault of a path that leads through an entry which is not there; properties that are not set are fine."""
    keys = patch.keys
    above: object = document.body
    for depth, (step, _) in enumerate(passed, start=1):
        is_last = depth == len(keys)
        found = find(document.body, keys[:depth])
        if found is MISSING:
            must_be = step is Step.ENTRY or patch.op is Op.HIDE
            if must_be and not (is_last and _may_be_new(patch)):
                hint = did_you_mean(keys[depth - 1], above) if isinstance(above, dict) else ""
                return layering.DanglingPatch.at(place, hint, op=patch.op.value, missing=join_pointer(keys[:depth]))
        elif not is_last and not isinstance(found, dict):
            return layering.BadPointer.at(place, path=patch.path, why=f"{join_pointer(keys[:depth])} is no object")
        above = found
    return None


def _may_be_new(patch: Patch) -> bool:
    """Whether the last key may be new: always for `add`; for `set` only texts in a further language."""
    is_text = len(patch.keys) > 1 and patch.keys[-2] in _BY_REFERENCE
    return patch.op is Op.ADD or (patch.op is Op.SET and is_text)


def _locked(document: Document, keys: Keys, place: Place) -> Diagnostic | None:
    pointer = join_pointer(keys)
    for kind, pattern in LOCKED_FOR_ALL:
        # A whole new field is no change of a type; a change at or below the pattern is.
        if kind == document.kind and matches(pattern, keys):
            return layering.LockedProperty.at(place, pointer=pointer, by="the platform")
    policies = document.body.get("policies", {})
    for path, policy in policies.items():
        if policy == "locked" and path.startswith("/") and _touches(parse_pointer(path), keys):
            return layering.LockedProperty.at(place, pointer=pointer, by=document.app)
    return None


def _touches(pattern: Keys, keys: Keys) -> bool:
    """Whether a change at `keys` would change something at or below the pattern, or the whole of which it is part."""
    return matches(pattern, keys) or (len(keys) < len(pattern) and matches(pattern[: len(keys)], keys))


def _hide(patch: Patch, document: Document, passed: list[tuple[Step, Schema]], place: Place) -> Diagnostic | None:
    keys = patch.keys
    if not keys:
        if patch.kind not in HIDEABLE:
            return layering.NotHideable.at(
                place, "hide its menu entries and views instead", pointer=f"a whole {patch.kind}"
            )
        _replace(document, ("hidden",), True)
        return None
    step, schema = passed[-1]
    properties = schema.get("properties", {})
    if step is not Step.ENTRY:
        return layering.NotHideable.at(place, pointer=patch.path)
    if "hidden" in properties:
        _replace(document, (*keys, "hidden"), True)
    elif "active" in properties:
        _replace(document, (*keys, "active"), False)
    else:
        return layering.NotHideable.at(place, pointer=patch.path)
    return None


def _replace(document: Document, keys: Keys, value: object) -> None:
    document.body = with_value(document.body, keys, value)
    document.digest = ""


def _check_touched(layer: _Layer, document: Document, shapes: Shapes, draft: Draft) -> None:
    if shapes.has_shape(document.kind, document.body):
        return
    place = (
        document.place if document.pointer else Place(layer.name, "overlay.json").inside(document.kind, document.name)
    )
    for fault in shapes.faults(document.kind, document.body, place):
        draft.add(fault)
    keep_rest(document, shapes, draft)
