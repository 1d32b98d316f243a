"""Fourth pass: names, namespaces, versions, dependencies; puts the packages into the order of their layers."""

import re
from collections.abc import Iterable, Mapping

from loomwork.catalog.draft import CUSTOMER_NAMESPACE, SYSTEM_NAMESPACE, Document, Draft, Package
from loomwork.catalog.faults import naming
from loomwork.catalog.model import SYSTEM_COLUMNS
from loomwork.core.diagnostics import did_you_mean

CUSTOMER_PREFIX = f"{CUSTOMER_NAMESPACE}_"
RESERVED_NAMESPACES = frozenset({"x", "platform", "loomwork", "sqlite", "pg", "information"})
_SQL = (
    "select insert update delete create drop alter from where join union having into values table column trigger "
    "primary foreign references constraint grant revoke exists distinct cast except intersect"
)
_DATABASE = "rowid oid ctid xmin xmax cmin cmax tableoid"
_FORMULA = "true false null and or not in is like between"
RESERVED_NAMES = frozenset(f"{_SQL} {_DATABASE} {_FORMULA}".split())
"""Names that no field may have, beside the system fields. `order`, `group`, `user` and the like are free: identifiers are quoted."""

_IDENTIFIER_LENGTH = 63
_BOUND = re.compile(r"(>=|<=|==|<|>)([0-9.]+)")


def check_packages(draft: Draft, platform_version: str) -> None:
    """Report faults of packages and sort `draft.packages` so that each stands behind those it depends on."""
    for package in draft.packages.values():
        _check_package(package, draft, platform_version)
    draft.packages = {package.name: package for package in _in_order(draft)}


def check_names(draft: Draft) -> None:
    """Report names of fields that cannot be used."""
    for document in draft.sound("entity"):
        _check_fields(document, draft)
        _check_prefix(document, "fields", document.body["fields"], draft)
        for name, field in document.body["fields"].items():
            choices = field.get("properties", {}).get("choices", {})
            _check_prefix(document, f"fields/{name}/properties/choices", choices, draft)
    for document in draft.sound("choice_set"):
        _check_prefix(document, "choices", document.body["choices"], draft)


def _check_prefix(document: Document, where: str, names: Iterable[str], draft: Draft) -> None:
    """Report names that only a company may give; those that its own layer brought are right."""
    if document.layer not in draft.packages or not isinstance(names, Mapping):
        return
    for name in names:
        pointer = f"{document.kind}/{document.name}#/{where}/{name}"
        if name.startswith(CUSTOMER_PREFIX) and draft.sources.get(pointer, document.layer) in draft.packages:
            draft.add(naming.CustomerPrefix.at(document.place.inside(*where.split("/"), name), name=name))


def _check_package(package: Package, draft: Draft, platform_version: str) -> None:
    if not package.is_sound:
        return
    namespace = package.namespace
    place = package.place
    if namespace in RESERVED_NAMESPACES:
        draft.add(naming.ReservedNamespace.at(place.inside("namespace"), namespace=namespace))
    others = [one for one in draft.packages.values() if one.namespace == namespace]
    if others[0] is not package:
        draft.add(naming.NamespaceTaken.at(place.inside("namespace"), namespace=namespace, other=others[0].name))
    count = sum(1 for one in draft.documents["entity"].values() if one.app == package.name)
    if count > draft.limits.entities:
        draft.add(naming.TooManyEntities.at(place, count=count, limit=draft.limits.entities))
    wanted = package.manifest.get("platform", "")
    if wanted and not suits(wanted, platform_version):
        draft.add(naming.PlatformTooOld.at(place.inside("platform"), wanted=wanted, version=platform_version))


def suits(wanted: str, version: str) -> bool:
    """Whether a version lies in a range such as `>=0.1,<1`; missing parts count as zero."""
    have = _numbers(version)
    for sign, text in _BOUND.findall(wanted):
        bound = _numbers(text)
        fits = {">=": have >= bound, "<=": have <= bound, "==": have == bound, "<": have < bound, ">": have > bound}
        if not fits[sign]:
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    parts = [int(part) for part in re.findall(r"[0-9]+", version.partition("-")[0])[:3]]
    return tuple(parts + [0] * (3 - len(parts)))


def _in_order(draft: Draft) -> list[Package]:
    """Packages, each behind its dependencies; the system app first, otherwise in the order given."""
    done: dict[str, Package] = {}
    on_the_way: list[str] = []

    def visit(package: Package) -> None:
        if package.name in done:
            return
        if package.name in on_the_way:
            chain = " → ".join([*on_the_way[on_the_way.index(package.name) :], package.name])
            draft.add(naming.DependencyCycle.at(package.place.inside("depends_on"), chain=chain))
            return
        on_the_way.append(package.name)
        for name in package.depends_on:
            below = draft.packages.get(name)
            if below is None:
                hint = did_you_mean(name, draft.packages)
                draft.add(naming.UnknownDependency.at(package.place.inside("depends_on"), hint, name=name))
            else:
                visit(below)
        on_the_way.pop()
        done[package.name] = package

    for package in sorted(draft.packages.values(), key=lambda one: one.namespace != SYSTEM_NAMESPACE):
        visit(package)
    return list(done.values())


def _check_fields(document: Document, draft: Draft) -> None:
    fields = document.body["fields"]
    for name, field in fields.items():
        if name in SYSTEM_COLUMNS:
            draft.add(naming.SystemFieldName.at(document.place.inside("fields", name), name=name))
        elif name in RESERVED_NAMES:
            draft.add(naming.ReservedName.at(document.place.inside("fields", name), name=name))
        columns = draft.types[field["type"]].columns(field.get("properties", {}))
        longest = max((len(name) + 2 + len(one.suffix) for one in columns if one.suffix), default=0)
        # Join tables and indexes carry the table's name as well.
        full = len(document.name) + 3 + longest
        if longest and full > _IDENTIFIER_LENGTH:
            shown = f"{document.name.replace('.', '__')}__{name}"
            draft.add(naming.NameTooLong.at(document.place.inside("fields", name), name=shown, length=full))
