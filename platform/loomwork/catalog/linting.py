"""The ladder of an app package: loads → usable → exemplary.

Each rung is checked by code; a package stands on the highest whose checks, and those below, find nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from loomwork.catalog.checks import Check
from loomwork.catalog.compile import compile_apps, system_folder
from loomwork.catalog.draft import Document, Draft, Package
from loomwork.catalog.faults import naming, quality
from loomwork.catalog.model import Catalog
from loomwork.catalog.passes.read import LANGUAGE
from loomwork.catalog.write import component_files, write_text
from loomwork.core.diagnostics import Diagnostic, Diagnostics, Place, Severity
from loomwork.core.errors import PlatformError
from loomwork.core.jsonio import read_json

TEXT_KEYS = frozenset({"label", "plural", "help", "message", "reverse_label"})
"""Keys under which texts by language stand."""


class Rung(StrEnum):
    """How good a package is."""

    BROKEN = "broken"
    LOADS = "loads"
    """No errors."""
    USABLE = "usable"
    """People can find, read and name every record: menu, grants, titles, lists; no warnings of the compiler."""
    EXEMPLARY = "exemplary"
    """Every language, help, a form and a list for every entity, README, changelog, canonical files."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What lint found in a package: all diagnostics, and the rung on which it stands."""

    diagnostics: Diagnostics
    rung: Rung


@dataclass(frozen=True, slots=True)
class _Scene:
    """One package within the compiled whole."""

    package: Package
    catalog: Catalog
    draft: Draft

    def own(self, kind: str) -> Iterator[Document]:
        """Sound documents of the package."""
        return (one for one in self.draft.sound(kind) if one.app == self.package.name)

    def main_entities(self) -> Iterator[Document]:
        """Its entities without child tables, whose rows live on the parent's screens."""
        return (one for one in self.own("entity") if not self.catalog.entities[one.name].parent_field)


def lint(folder: Path, *, others: Sequence[Path] = (), checks: Sequence[Check] = ()) -> Diagnostics:
    """Everything that is wrong with an app package, or could be better.

    `others` are folders of the apps that it depends on; `checks` as for `load_catalog`.
    """
    return examine(folder, others=others, checks=checks).diagnostics


def examine(folder: Path, *, others: Sequence[Path] = (), checks: Sequence[Check] = ()) -> Finding:
    """The same with the rung that the package has reached."""
    is_system = folder.resolve() == system_folder().resolve()
    catalog, draft = compile_apps([*others, folder], checks=checks)
    package = next((one for one in draft.packages.values() if one.folder.resolve() == folder.resolve()), None)
    if package is None:
        return Finding(draft.report.result(), Rung.BROKEN)
    scene = _Scene(package, catalog, draft)
    found = [
        _judged(one) for one in draft.report.result() if is_system or one.place.app in (package.name, folder.name, "")
    ]
    if any(one.severity == "error" for one in found):
        return Finding(Diagnostics(found), Rung.BROKEN)
    rung = Rung.LOADS
    is_below_reached = not found
    for next_rung, rules in RULES:
        more = [fault for rule in rules for fault in rule(scene)]
        found.extend(more)
        is_below_reached = is_below_reached and not more
        rung = next_rung if is_below_reached else rung
    return Finding(Diagnostics(found), rung)


def _judged(fault: Diagnostic) -> Diagnostic:
    """The fault as lint sees it: what an export may hold, an app that somebody writes may not."""
    return replace(fault, severity=Severity.ERROR) if fault.code == naming.CustomerPrefix.code else fault


def _find_titles(scene: _Scene) -> Iterator[Diagnostic]:
    for one in scene.own("entity"):
        if scene.catalog.entities[one.name].title_field == "id":
            yield quality.TitleNotFound.at(one.place.inside("title_field"))


def _find_unreachable(scene: _Scene) -> Iterator[Diagnostic]:
    if not any(True for _ in scene.own("navigation")):
        reached: set[str] = set()
    else:
        reached = {name for one in scene.draft.sound("navigation") for name in _opened(one.body["items"], scene)}
    for one in scene.main_entities():
        if one.name not in reached and not scene.catalog.entities[one.name].is_system:
            yield quality.NotReachable.at(one.place)


def _opened(items: Mapping[str, Any], scene: _Scene) -> Iterator[str]:
    """Entities that menu entries open, themselves or by a view or page."""
    for item in items.values():
        if "entity" in item:
            yield item["entity"]
        for kind in ("view", "page"):
            document = scene.draft.get(kind, item.get(kind, ""))
            if document is not None and document.is_sound:
                yield document.body["entity"]
        yield from _opened(item.get("items", {}), scene)


def _find_unreadable(scene: _Scene) -> Iterator[Diagnostic]:
    granted = {
        grant.entity for role in scene.catalog.roles.values() for grant in role.grants if "read" in grant.actions
    }
    for one in scene.main_entities():
        if one.name not in granted:
            yield quality.NobodyMayRead.at(one.place)


def _find_missing_views(scene: _Scene) -> Iterator[Diagnostic]:
    having = {one.body["entity"] for one in scene.own("view")}
    for one in scene.main_entities():
        if one.name not in having:
            yield quality.NoListView.at(one.place)


def _find_unused(scene: _Scene) -> Iterator[Diagnostic]:
    used = {
        field.props.get("choice_set") for entity in scene.catalog.entities.values() for field in entity.fields.values()
    }
    for one in scene.own("choice_set"):
        if one.name not in used:
            yield quality.UnusedChoiceSet.at(one.place)


def _find_missing_forms(scene: _Scene) -> Iterator[Diagnostic]:
    having = {one.body["entity"] for one in scene.own("form")}
    for one in scene.main_entities():
        if one.name not in having:
            yield quality.NoForm.at(one.place)


def _find_missing_help(scene: _Scene) -> Iterator[Diagnostic]:
    for one in scene.own("entity"):
        if "help" not in one.body:
            yield quality.MissingHelp.at(one.place)


def _find_untranslated(scene: _Scene) -> Iterator[Diagnostic]:
    languages = scene.package.manifest.get("languages", ["en"])
    bodies = [(scene.package.place, scene.package.manifest)]
    bodies += [
        (one.place, one.body)
        for one in scene.draft.each()
        if one.app == scene.package.name and one.is_sound and one.kind != "messages"
    ]
    for place, body in bodies:
        for here, texts in _texts(body, place):
            for language in languages:
                if language not in texts:
                    yield quality.MissingTranslation.at(here, language=language)


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, Mapping[str, str]]]:
    """Every text by language in a document, with its place."""
    if not isinstance(value, dict):
        return
    for key, below in value.items():
        if key in TEXT_KEYS and isinstance(below, dict) and below and all(map(LANGUAGE.match, below)):
            yield place.inside(key), below
        else:
            yield from _texts(below, place.inside(key))


def _find_missing_pages(scene: _Scene) -> Iterator[Diagnostic]:
    pages = (("README.md", quality.NoReadme), ("CHANGELOG.md", quality.NoChangelog))
    for file, fault in pages:
        if not (scene.package.folder / file).is_file():
            yield fault.at(Place(scene.package.name, file))


def _find_uncanonical(scene: _Scene) -> Iterator[Diagnostic]:
    folder = scene.package.folder
    for file, kind in component_files(folder):
        raw = file.read_bytes()
        try:
            text = write_text(kind, read_json(raw))
        except PlatformError:
            continue
        if raw != text.encode():
            hint = "loomwork app lint --fix writes it anew"
            yield quality.NotCanonical.at(Place(scene.package.name, file.relative_to(folder).as_posix()), hint)


Rule = Callable[[_Scene], Iterator[Diagnostic]]
RULES: tuple[tuple[Rung, tuple[Rule, ...]], ...] = (
    (Rung.USABLE, (_find_titles, _find_unreachable, _find_unreadable, _find_missing_views, _find_unused)),
    (
        Rung.EXEMPLARY,
        (_find_missing_forms, _find_missing_help, _find_untranslated, _find_missing_pages, _find_uncanonical),
    ),
)
"""The checks of each rung above `loads`, in order."""
