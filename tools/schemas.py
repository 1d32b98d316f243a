"""`make schemas`: writes the JSON Schema of every kind of metadata to `metadata/schemas`, for editors and for readers."""

from __future__ import annotations

import json
import sys

from loomwork.catalog.schemas import build_schemas
from loomwork.field_types import FIELD_TYPES
from tools.generated import settle


def texts() -> dict[str, str]:
    """File name → schema as indented JSON."""
    schemas = build_schemas(FIELD_TYPES)
    return {f"{kind}.schema.json": json.dumps(s, ensure_ascii=False, indent=2) + "\n" for kind, s in schemas.items()}


if __name__ == "__main__":
    sys.exit(settle("metadata/schemas", texts(), sys.argv[1:]))
