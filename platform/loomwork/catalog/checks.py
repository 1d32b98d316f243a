"""What the layers above may check: they pass functions to `load_catalog`, the catalog never imports them.

A check sees the frozen catalog (only what is sound) and `places`, which says where a component's file stands.
"""

from collections.abc import Iterable
from typing import Protocol

from loomwork.catalog.draft import Draft
from loomwork.catalog.model import Catalog
from loomwork.core.diagnostics import Diagnostic, Place


class Places:
    """Where components stand, for messages."""

    def __init__(self, draft: Draft) -> None:
        self._documents = draft.documents

    def of(self, kind: str, name: str, *keys: str) -> Place:
        """The place of a value in a component: `places.of("entity", "lib.book", "validations", "v1", "check")`."""
        document = self._documents.get(kind, {}).get(name)
        place = document.place if document else Place("", f"{kind}/{name}")
        return place.inside(*keys)


class Check(Protocol):
    """A check from a layer above the catalog."""

    def __call__(self, catalog: Catalog, places: Places) -> Iterable[Diagnostic]:
        """Everything that is wrong, with code, place and hint."""
