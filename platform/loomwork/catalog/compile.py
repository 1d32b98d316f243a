"""From folders to a catalog: read → upgrade → shape → names → layers → freeze → references → checks.

Each pass is a function over the draft; none of them stops at the first fault. References and checks work on the frozen
objects, so that a name is resolved in one place only; a catalog with errors is never served.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import loomwork
from loomwork.catalog.checks import Check, Places
from loomwork.catalog.draft import SYSTEM_NAMESPACE, Draft, Package, Report
from loomwork.catalog.faults import naming, reading
from loomwork.catalog.freezing.freeze import freeze
from loomwork.catalog.limits import Limits
from loomwork.catalog.model import Catalog
from loomwork.catalog.overlay import Overlay
from loomwork.catalog.passes.layers import apply_layers
from loomwork.catalog.passes.lookup import Lookup
from loomwork.catalog.passes.messages import fill_labels
from loomwork.catalog.passes.names import check_names, check_packages
from loomwork.catalog.passes.read import read_package
from loomwork.catalog.passes.references import check_entities
from loomwork.catalog.passes.references_data import check_data
from loomwork.catalog.passes.references_screens import check_screens
from loomwork.catalog.passes.references_seed import check_seeds
from loomwork.catalog.passes.shape import check_shapes
from loomwork.catalog.passes.structure import check_structure
from loomwork.catalog.passes.upgrade import upgrade
from loomwork.core.diagnostics import Diagnostics, Place
from loomwork.core.settings import data_root
from loomwork.field_types.base import FieldType


def system_folder() -> Path:
    """The folder of the platform's own app."""
    return data_root() / "metadata" / "system"


def load_catalog(  # noqa: PLR0913 - all but the folders may be left out
    app_folders: Sequence[Path],
    *,
    overlay: Overlay | None = None,
    checks: Sequence[Check] = (),
    limits: Limits | None = None,
    company_currency: str = "CNY",
    types: Mapping[str, FieldType] | None = None,
    is_known: Callable[[str], bool] | None = None,
) -> tuple[Catalog, Diagnostics]:
    """Compile app packages, the platform's own app always first, and the customer's overlay.

    `checks` are run on the frozen catalog by whoever knows more than this layer (formulas, queries). `is_known` tells of a
    version whether its references and checks were found sound before; then they are left out, their warnings too.
    Returns: the catalog and all faults found. While there are errors, the catalog holds only what is sound: good for
    showing and for further checks, never for serving.
    """
    catalog, draft = compile_apps(
        app_folders, overlay=overlay, checks=checks, limits=limits, company_currency=company_currency, types=types, is_known=is_known
    )  # fmt: skip
    return catalog, draft.report.result()


def compile_apps(  # noqa: PLR0913 - all but the folders may be left out
    app_folders: Sequence[Path],
    *,
    overlay: Overlay | None = None,
    checks: Sequence[Check] = (),
    limits: Limits | None = None,
    company_currency: str = "CNY",
    types: Mapping[str, FieldType] | None = None,
    is_known: Callable[[str], bool] | None = None,
) -> tuple[Catalog, Draft]:
    """`load_catalog` with the documents as they were read, for lint and tools."""
    if types is None:
        from loomwork.field_types import FIELD_TYPES

        types = FIELD_TYPES
    limit = limits or Limits()
    draft = Draft(types, limit, Report(limit.faults), company_currency)
    _read_all(app_folders, draft)
    upgrade(draft)
    check_shapes(draft)
    check_packages(draft, loomwork.__version__)
    apply_layers(draft, overlay)
    draft.lost |= overlay.lost if overlay else frozenset()
    draft.mute()
    fill_labels(draft)
    check_names(draft)
    catalog = freeze(draft)
    if is_known is not None and not draft.report.seen and is_known(catalog.version):
        return catalog, draft
    check_references(Lookup(catalog, draft))
    places = Places(draft)
    for check in checks:
        for fault in check(catalog, places):
            draft.add(fault)
    if draft.report.is_full:
        draft.report.limit += 1
        draft.add(reading.TooManyFaults.at(Place(), limit=limit.faults))
    return catalog, draft


def check_references(lookup: Lookup) -> None:
    """Check everything that names something else. Works on frozen objects, so that names are resolved in one place."""
    check_entities(lookup)
    check_structure(lookup)
    check_screens(lookup)
    check_data(lookup)
    check_seeds(lookup)


def _read_all(app_folders: Sequence[Path], draft: Draft) -> None:
    system = system_folder()
    folders = [Path(folder) for folder in app_folders]
    if system.is_dir():
        folders = [system, *(folder for folder in folders if folder.resolve() != system.resolve())]
    else:
        draft.add(naming.SystemMissing.at(Place(SYSTEM_NAMESPACE)))
    for folder in folders:
        package = read_package(folder, draft)
        if package is not None:
            _admit(package, draft)


def _admit(package: Package, draft: Draft) -> None:
    if package.name in draft.packages:
        draft.add(naming.AppTwice.at(package.place.inside("name"), name=package.name))
    else:
        draft.packages[package.name] = package
