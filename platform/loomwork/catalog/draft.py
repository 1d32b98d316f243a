"""What the passes hand on: documents read so far, faults found so far, and where each thing stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from loomwork.catalog.limits import Limits
from loomwork.catalog.overlay import Patch
from loomwork.core.diagnostics import Diagnostic, Diagnostics, Place
from loomwork.field_types.base import FieldType

KINDS: Mapping[str, str] = {
    "entity": "entities",
    "choice_set": "choice_sets",
    "form": "forms",
    "view": "views",
    "page": "pages",
    "action": "actions",
    "mapping": "mappings",
    "navigation": "navigation",
    "role": "roles",
    "messages": "messages",
    "seed": "seed",
    "overlay": "overlays",
}
"""Kind of component → folder in an app package."""

FOLDERS: Mapping[str, str] = {folder: kind for kind, folder in KINDS.items()}
MANIFEST = "app.json"
_UNKNOWN_NAMES = frozenset({"X110", "C308"})
"""Faults that say that an entity has no such name: in a formula, as a relation."""
CUSTOMER_NAMESPACE = "x"
SYSTEM_NAMESPACE = "system"


@dataclass(slots=True)
class Document:
    """One component: its JSON after reading, upgrading and layering.

    Shapes: `name` is qualified; `layer` is the app that ships it, or `customer`; `is_sound` tells whether the body has
    the shape of its kind, so that later passes may read it without asking; `pointer` is where it stands in a file that
    holds several, such as an overlay; `is_read` is false for a file that could not be read at all.
    """

    app: str
    kind: str
    name: str
    file: str
    body: Mapping[str, Any]
    digest: str
    layer: str
    is_sound: bool = True
    pointer: str = ""
    is_read: bool = True

    @property
    def place(self) -> Place:
        """Where the document stands."""
        return Place(self.app, self.file, self.pointer)

    @property
    def namespace(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]


@dataclass(slots=True)
class Package:
    """An app package: its manifest, its folder and what it lays over the packages below it."""

    name: str
    folder: Path
    manifest: Mapping[str, Any]
    digest: str
    is_sound: bool = True
    patches: list[tuple[Patch, Place]] = field(default_factory=list)

    @property
    def namespace(self) -> str:
        """The namespace of its components; empty when the manifest gives none."""
        value = self.manifest.get("namespace")
        return value if isinstance(value, str) else ""

    @property
    def depends_on(self) -> tuple[str, ...]:
        """Names of the packages that this one builds on."""
        value = self.manifest.get("depends_on")
        return tuple(name for name in value if isinstance(name, str)) if isinstance(value, list) else ()

    @property
    def place(self) -> Place:
        """Where the manifest stands."""
        return Place(self.name, MANIFEST)


@dataclass(slots=True)
class Report:
    """Collects faults of one run: equal ones once, at most `limit` of them."""

    limit: int
    seen: dict[Diagnostic, None] = field(default_factory=dict)
    is_full: bool = False

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep a fault."""
        if len(self.seen) < self.limit:
            self.seen[diagnostic] = None
        else:
            self.is_full = True

    def result(self) -> Diagnostics:
        """All faults, in the order of files and of finding."""
        return Diagnostics(list(self.seen))


@dataclass(slots=True)
class Draft:
    """The work in progress of one run.

    Shapes: `documents[kind][qualified name]`; `packages[name]` in dependency order once the names pass has run;
    `sources` as in `Catalog.sources`.
    """

    types: Mapping[str, FieldType]
    limits: Limits
    report: Report
    company_currency: str
    packages: dict[str, Package] = field(default_factory=dict)
    documents: dict[str, dict[str, Document]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    sources: dict[str, str] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    """Names that went with parts whose own fault is reported; what hangs on them is nobody's fault."""
    patched: dict[tuple[str, str], dict[str, Place]] = field(default_factory=dict)
    """For files that layers above change: pointer of each change → where the patch stands. A fault in it is its author's."""
    is_muted: bool = False

    def mute(self) -> None:
        """From now on say nothing about what hangs on lost parts."""
        self.is_muted = bool(self.lost) or self.is_blind

    @property
    def is_blind(self) -> bool:
        """Whether an entity could not be read at all, so that nobody knows which names it would have given."""
        return any(not one.is_read for one in self.documents["entity"].values())

    def add(self, diagnostic: Diagnostic) -> None:
        """Report a fault."""
        if self.is_muted and self._hangs_on_lost(diagnostic):
            return
        self.report.add(self._at_its_author(diagnostic))

    def _at_its_author(self, fault: Diagnostic) -> Diagnostic:
        """The same fault where the value was written: in the layer that put it there, not in the file below."""
        patches = self.patched.get((fault.place.app, fault.place.file))
        head = fault.place.pointer
        while patches and head:
            if head in patches:
                rest = fault.place.pointer[len(head) :]
                return replace(fault, place=replace(patches[head], pointer=patches[head].pointer + rest))
            head = head.rpartition("/")[0]
        return fault

    def _hangs_on_lost(self, fault: Diagnostic) -> bool:
        if self.is_blind and fault.code in _UNKNOWN_NAMES:
            return True
        return any(f'"{name}"' in fault.message for name in self.lost)

    def sound(self, kind: str) -> Iterator[Document]:
        """Documents of a kind that have their shape."""
        return (one for one in self.documents[kind].values() if one.is_sound)

    def get(self, kind: str, name: str) -> Document | None:
        """The document of that kind and name."""
        return self.documents[kind].get(name)

    def each(self) -> Iterator[Document]:
        """All documents, kind by kind."""
        for by_name in self.documents.values():
            yield from by_name.values()
