"""Imports: a file and a mapping become records; dry run first, nothing dropped silently, undo per import."""

from loomwork.records.importing.run import ImportReport, run_import, undo_import
from loomwork.records.importing.sources import Sheet, read_sheet

__all__ = ["ImportReport", "Sheet", "read_sheet", "run_import", "undo_import"]
