"""Metadata: read, upgrade, layer, check, freeze, diff, write. Knows field types and JSON, nothing of databases."""

from loomwork.catalog.compile import load_catalog, system_folder
from loomwork.catalog.model import Catalog
from loomwork.catalog.overlay import Op, Overlay, Patch

__all__ = ["Catalog", "Op", "Overlay", "Patch", "load_catalog", "system_folder"]
