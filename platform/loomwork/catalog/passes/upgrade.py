"""Second pass: documents of older formats become documents of the newest, one format at a time.

A row of `STEPS` knows one format and the next, nothing else. The loop drives the chain and writes the number, so a new
format is one row here and one pair of golden folders in `metadata/upgrades`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from loomwork.catalog.draft import Draft, Package
from loomwork.catalog.faults import reading
from loomwork.catalog.faults.base import shown
from loomwork.catalog.passes.format_0 import from_format_0
from loomwork.catalog.schemas import FORMAT

UpgradeStep = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""Kind (`app` for the manifest) and body → body of the next format. Odd input comes out as it is: the shape pass says so."""

STEPS: Mapping[int, UpgradeStep] = {0: from_format_0}
"""Format → step to the next one."""


def upgrade(draft: Draft) -> None:
    """Bring every package to the newest format; report those whose format cannot be read."""
    for package in draft.packages.values():
        found = package.manifest.get("format", FORMAT)
        place = package.place.inside("format")
        if isinstance(found, bool) or not isinstance(found, int) or found < 0:
            draft.add(reading.FormatUnknown.at(place, newest=FORMAT, got=shown(found)))
        elif found > FORMAT:
            draft.add(reading.FormatTooNew.at(place, format=found, newest=FORMAT))
        else:
            _climb(package, found, draft)


def _climb(package: Package, found: int, draft: Draft) -> None:
    for number in range(found, FORMAT):
        step = STEPS[number]
        package.manifest = {**step("app", package.manifest), "format": number + 1}
        package.digest += f"@{number + 1}"
        for document in draft.each():
            if document.app == package.name:
                document.body = step(document.kind, document.body)
                document.digest += f"@{number + 1}"
