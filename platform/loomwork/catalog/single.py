"""One document that lies outside every app, checked as if it lay in one: same reading, same schema, same references."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loomwork.catalog.draft import Document, Draft, Report
from loomwork.catalog.limits import Limits
from loomwork.catalog.model import Catalog
from loomwork.catalog.passes.lookup import Lookup
from loomwork.catalog.passes.read import read_file
from loomwork.catalog.passes.references_data import check_data
from loomwork.catalog.passes.shape import check_document, shapes_for
from loomwork.core.diagnostics import Diagnostics, Place


def read_mapping(file: Path, catalog: Catalog) -> tuple[Mapping[str, Any] | None, Diagnostics]:
    """A mapping in a file, with all faults that it would have under `mappings/` of an app.

    Returns: what is sound of its body, None if nothing is: good for further checks (formulas: `runtime/component_checks.py`),
    to be used only without errors. The faults stand at the file, as the caller named it.
    """
    from loomwork.field_types import FIELD_TYPES

    limits = Limits()
    draft = Draft(FIELD_TYPES, limits, Report(limits.faults), company_currency="")
    place = Place(file.parent.as_posix(), file.name)
    read = read_file(file, place, draft)
    if read is None:
        return None, draft.report.result()
    document = Document(place.app, "mapping", file.stem, place.file, *read, layer=place.app)
    draft.documents["mapping"][document.name] = document
    check_document(document, shapes_for(FIELD_TYPES), draft)
    draft.mute()
    check_data(Lookup(catalog, draft))
    return (document.body if document.is_sound else None), draft.report.result()
