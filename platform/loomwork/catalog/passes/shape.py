"""Third pass: every document against the schema of its kind.

The quick test says yes to nearly everything; what it refuses goes to jsonschema, whose faults are put into words.
References are never fetched (`referencing.Registry()` is empty), patterns run on RE2.
"""

import importlib
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from loomwork.catalog.draft import MANIFEST, Document, Draft
from loomwork.catalog.passes.salvage import Salvage, names_in, salvage
from loomwork.catalog.passes.translate import put_into_words
from loomwork.catalog.schemas import build_schemas
from loomwork.catalog.schemas.fast import Compiler, Test, discriminator
from loomwork.catalog.schemas.regex import compile_pattern
from loomwork.catalog.schemas.words import Schema
from loomwork.core.diagnostics import Diagnostic, Place
from loomwork.field_types.base import FieldType

_KNOWN_LIMIT = 20_000


def _import_jsonschema() -> Any:
    """Import jsonschema without the checkers of formats that happen to be installed.

    One of them (`rfc3987_syntax`, which comes with some test tools) builds grammars for seconds when imported; no schema
    of ours uses formats.
    """
    heavy = "rfc3987_syntax"
    if heavy in sys.modules:
        return importlib.import_module("jsonschema")
    sys.modules[heavy] = None  # type: ignore[assignment] # the documented way to make an import fail
    try:
        return importlib.import_module("jsonschema")
    finally:
        del sys.modules[heavy]


@lru_cache(maxsize=1)
def _validator_class() -> Any:
    jsonschema = _import_jsonschema()
    draft, validators = jsonschema.Draft202012Validator, jsonschema.validators
    fault = jsonschema.ValidationError

    def pattern(validator: Any, wanted: str, instance: Any, schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "string") and not compile_pattern(wanted)(instance):
            yield fault("pattern")

    def one_of(validator: Any, branches: Any, instance: Any, schema: Any) -> Iterator[Any]:
        found = discriminator(branches)
        if found is None:
            yield from draft.VALIDATORS["oneOf"](validator, branches, instance, schema)
            return
        key, table = found
        const = instance.get(key) if isinstance(instance, dict) else None
        branch = table.get(const) if isinstance(const, str) else None
        if branch is not None:
            # Only the branch that the author meant: what is wrong with the others is of no interest.
            yield from validator.descend(instance, branch, schema_path=branches.index(branch))
        elif not isinstance(instance, dict) or key not in instance:
            yield fault("oneOf")

    return validators.extend(draft, {"pattern": pattern, "oneOf": one_of})


class Shapes:
    """The schemas of all kinds for one set of field types, compiled; keeps which documents have passed."""

    def __init__(self, types: Mapping[str, FieldType]) -> None:
        self.schemas: dict[str, Schema] = build_schemas(types)
        self._tests: dict[str, Test] = {}
        self._validators: dict[str, Any] = {}
        self._known: set[tuple[str, str]] = set()

    def has_shape(self, kind: str, body: Any, digest: str = "") -> bool:
        """Whether a body has the shape of a kind; with a digest, the answer yes is remembered."""
        key = (kind, digest)
        if digest and key in self._known:
            return True
        if not self._test(kind)(body):
            return False
        if digest:
            if len(self._known) >= _KNOWN_LIMIT:
                self._known.clear()
            self._known.add(key)
        return True

    def faults(self, kind: str, body: Any, place: Place) -> list[Diagnostic]:
        """Everything that is wrong with the shape of a body, in words, in a fixed order."""
        errors = sorted(
            self._validator(kind).iter_errors(body), key=lambda error: [str(part) for part in error.absolute_path]
        )
        result: dict[Diagnostic, None] = {}
        for error in errors:
            for one in put_into_words(error, place):
                result[one] = None
        return list(result)

    def rest(self, kind: str, body: Mapping[str, Any], name: str) -> Salvage | None:
        """What is good of a body with faults; None when nothing is."""
        return salvage(body, self._validator(kind).iter_errors, name)

    def _test(self, kind: str) -> Test:
        if kind not in self._tests:
            schema = self.schemas[kind]
            compiler = Compiler(schema, lambda part, value: self._fallback(kind, part, value))
            self._tests[kind] = compiler.compile(schema)
        return self._tests[kind]

    def _validator(self, kind: str) -> Any:
        if kind not in self._validators:
            from referencing import Registry

            self._validators[kind] = _validator_class()(self.schemas[kind], registry=Registry())
        return self._validators[kind]

    def _fallback(self, kind: str, part: Any, value: Any) -> bool:
        return bool(self._validator(kind).evolve(schema=part).is_valid(value))


_shapes: dict[int, tuple[Mapping[str, FieldType], Shapes]] = {}


def shapes_for(types: Mapping[str, FieldType]) -> Shapes:
    """The compiled schemas for a set of field types; made once."""
    found = _shapes.get(id(types))
    if found is None or found[0] is not types:
        found = _shapes[id(types)] = (types, Shapes(types))
    return found[1]


def check_shapes(draft: Draft) -> None:
    """Report what is wrong with the shape of manifests and documents, and mark those that later passes must not read."""
    shapes = shapes_for(draft.types)
    for package in draft.packages.values():
        if not shapes.has_shape("app", package.manifest, package.digest):
            package.is_sound = False
            for fault in shapes.faults("app", package.manifest, Place(package.name, MANIFEST)):
                draft.add(fault)
    for document in draft.each():
        if document.is_read:
            check_document(document, shapes, draft)


def check_document(document: Document, shapes: Shapes, draft: Draft) -> bool:
    """Report what is wrong with one document. Returns: whether it has its shape."""
    if shapes.has_shape(document.kind, document.body, document.digest):
        document.is_sound = True
        return True
    for fault in shapes.faults(document.kind, document.body, document.place):
        draft.add(fault)
    keep_rest(document, shapes, draft)
    return False


def keep_rest(document: Document, shapes: Shapes, draft: Draft) -> None:
    """Go on with what is good of a document whose faults are reported."""
    found = shapes.rest(document.kind, document.body, document.name.partition(".")[2])
    document.is_sound = found is not None
    if found is not None:
        document.body, document.digest = found.body, ""
    draft.lost |= names_in(document.body) if found is None else found.lost
