"""JSON Schemas 2020-12, one per kind: assembled here, written to `metadata/schemas` for editors."""

from collections.abc import Mapping

from loomwork.catalog.schemas.access import role_schema
from loomwork.catalog.schemas.entity import choice_set_schema, entity_schema
from loomwork.catalog.schemas.package import app_schema, messages_schema, overlay_schema, seed_schema
from loomwork.catalog.schemas.process import action_schema, mapping_schema
from loomwork.catalog.schemas.screens import form_schema, navigation_schema, page_schema, view_schema
from loomwork.catalog.schemas.words import Schema
from loomwork.field_types.base import FieldType

FORMAT = 1
"""The newest version of the metadata language."""


def build_schemas(types: Mapping[str, FieldType]) -> dict[str, Schema]:
    """Kind → schema, for a set of field types. `app` is the manifest."""
    return {
        "app": app_schema(FORMAT),
        "entity": entity_schema(types),
        "choice_set": choice_set_schema(),
        "form": form_schema(),
        "view": view_schema(),
        "page": page_schema(),
        "action": action_schema(),
        "mapping": mapping_schema(),
        "navigation": navigation_schema(),
        "role": role_schema(),
        "messages": messages_schema(),
        "seed": seed_schema(),
        "overlay": overlay_schema(),
    }
