"""Imports: a file and a mapping become records; dry run first, nothing dropped silently, undo per import."""

from loomwork.records.importing.report import ImportReport
from loomwork.records.importing.run import Import, run_import, undo_import
from loomwork.records.importing.sources import Sheet, read_sheet

__all__ = ["Import", "ImportReport", "Sheet", "read_sheet", "run_import", "undo_import"]
