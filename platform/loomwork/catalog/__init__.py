"""Metadata: read, upgrade, layer, check, freeze, diff, write. Knows field types and JSON, nothing of databases."""

from loomwork.catalog.checks import Check, Places
from loomwork.catalog.compile import load_catalog, system_folder
from loomwork.catalog.diffing import Change, diff
from loomwork.catalog.layers import read_overlay, source_of
from loomwork.catalog.limits import Limits
from loomwork.catalog.linting import Finding, Rung, examine, lint
from loomwork.catalog.merge import Decision, State, UpgradePlan, rebase, settle, three_way
from loomwork.catalog.model import Catalog
from loomwork.catalog.overlay import Op, Overlay, Patch
from loomwork.catalog.write import export_catalog, export_overlay, rewrite

__all__ = [
    "Catalog",
    "Change",
    "Check",
    "Decision",
    "Finding",
    "Limits",
    "Op",
    "Overlay",
    "Patch",
    "Places",
    "Rung",
    "State",
    "UpgradePlan",
    "diff",
    "examine",
    "export_catalog",
    "export_overlay",
    "lint",
    "load_catalog",
    "read_overlay",
    "rebase",
    "rewrite",
    "settle",
    "source_of",
    "system_folder",
    "three_way",
]
