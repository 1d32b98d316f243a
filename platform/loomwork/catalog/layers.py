"""Questions about layers: reading an overlay, and which layer a value comes from."""

from typing import Any

from loomwork.catalog.model import Catalog
from loomwork.catalog.overlay import CUSTOMER_LAYER, Overlay, patch_from_json
from loomwork.catalog.passes.shape import shapes_for
from loomwork.core.diagnostics import Diagnostics, Place


def read_overlay(data: Any, *, layer: str = CUSTOMER_LAYER) -> tuple[Overlay, Diagnostics]:
    """An overlay from its wire form `{"layer", "patches": [...]}`.

    Returns: the overlay (of the good patches when there are faults) and what is wrong with its shape.
    """
    from loomwork.field_types import FIELD_TYPES

    shapes = shapes_for(FIELD_TYPES)
    if not shapes.has_shape("overlay", data):
        faults = Diagnostics(shapes.faults("overlay", data, Place(layer, "overlay.json")))
        rest = shapes.rest("overlay", data, layer) if isinstance(data, dict) else None
        patches = tuple(patch_from_json(one) for one in rest.body["patches"]) if rest else ()
        return Overlay(patches, layer, lost=frozenset(rest.lost if rest else ())), faults
    return Overlay(tuple(patch_from_json(one) for one in data["patches"]), data.get("layer", layer)), Diagnostics()


def source_of(catalog: Catalog, kind: str, name: str, pointer: str = "") -> str:
    """The layer that gave a value: that of the nearest patch at or above the pointer, else the app of the component.

    Returns: an app's name, `customer`, or an empty text when there is no such component.
    """
    here = pointer
    while True:
        found = catalog.sources.get(f"{kind}/{name}#{here}")
        if found is not None:
            return found
        if not here:
            return ""
        here = here.rpartition("/")[0]
