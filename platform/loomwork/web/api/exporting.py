"""Records as files: CSV and XLSX that a spreadsheet opens without running anything, and that import again unchanged."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from loomwork.catalog.model import Catalog, Entity, Field
from loomwork.core.errors import InvalidInput, TooLarge
from loomwork.core.i18n import label_text, say
from loomwork.core.sheets import guard_cell
from loomwork.permissions.actor import Actor
from loomwork.query.tree import Query
from loomwork.records.around.exporting import export_fields, export_pages
from loomwork.records.service import program_of
from loomwork.storage.database import Work

MAX_ROWS = 100_000
MAX_CELL = 32_767
"""Characters in a cell of a workbook; longer ones are refused, never cut."""


@dataclass(slots=True)
class Export:
    """One export: what is asked, by whom, and (afterwards) how many rows it had."""

    actor: Actor
    query: Query
    is_labelled: bool
    language: str
    rows: int = 0
    paths: tuple[str, ...] = field(default=())

    def read(self, work: Work) -> Iterator[dict[str, Any]]:
        """All rows, page by page within one unit of work.

        Raises: NotAllowed without the right to export; TooLarge beyond the limit.
        """
        self.paths = self.query.fields or export_fields(work, self.actor, self.query.entity)
        for page in export_pages(work, self.actor, replace(self.query, fields=self.paths)):
            self.rows += len(page.rows)
            if self.rows > MAX_ROWS:
                raise TooLarge(say("too_large.export", limit=MAX_ROWS), params={"limit": MAX_ROWS})
            yield from page.rows

    def columns(self, catalog: Catalog) -> list[tuple[str, Field | None]]:
        """Head and field of every column."""
        entity = catalog.entity(self.query.entity)
        found = []
        for path in self.paths:
            one = field_of(catalog, entity, path)
            head = label_text(one.label, self.language, path) if self.is_labelled and one is not None else path
            found.append((head, one))
        return found


def field_of(catalog: Catalog, entity: Entity, path: str) -> Field | None:
    """The last field of a dotted path; None for a part of a field (`price.currency`)."""
    *links, last = path.split(".")
    here = entity
    for name in links:
        one = here.find(name)
        if one is None or one.target not in catalog.entities:
            return None
        here = catalog.entities[one.target]
    return here.find(last)


def cell_text(one: Field | None, wire: Any) -> str:
    """A value as the text of a cell, before it is guarded."""
    if wire is None:
        return ""
    if one is None or isinstance(wire, str):
        return str(wire)
    if isinstance(wire, dict) and wire.keys() == {"masked"}:
        return str(wire["masked"])
    return one.type.to_file(wire, one.props)


def label_cell(one: Field | None, wire: Any, language: str) -> str:
    """A value as people read it: what a link leads to, the words of a choice, a name in one piece."""
    if one is None or wire is None or is_number(one) or (isinstance(wire, dict) and wire.keys() == {"masked"}):
        return cell_text(one, wire)
    linked = wire if isinstance(wire, list) else [wire]
    if linked and all(isinstance(item, dict) and "id" in item and "label" in item for item in linked):
        return "; ".join(str(item["label"] or "") for item in linked)
    return one.type.display(wire, one.props, language)


def is_number(one: Field | None) -> bool:
    """Whether the field's texts are numbers, which keep their sign without a guard."""
    return one is not None and one.type.shape(one.props).kind == "number"


def _cells(export: Export, columns: list[tuple[str, Field | None]], row: Mapping[str, Any]) -> list[str]:
    values = ((one, row.get(path)) for path, (_, one) in zip(export.paths, columns, strict=True))
    if export.is_labelled:
        texts = [label_cell(one, wire, export.language) for one, wire in values]
    else:
        texts = [cell_text(one, wire) for one, wire in values]
    return [
        text if is_number(one) and _plain_number(text) else guard_cell(text)
        for text, (_, one) in zip(texts, columns, strict=True)
    ]


def _plain_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isascii() and text.lstrip("-").replace(".", "", 1).isdigit()


def write_csv(export: Export, work: Work) -> bytes:
    """UTF-8 with a mark at the beginning, because spreadsheets guess wrong without it."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    columns: list[tuple[str, Field | None]] = []
    for row in export.read(work):
        if not columns:
            columns = export.columns(program_of(work).catalog)
            writer.writerow([guard_cell(head) for head, _ in columns])
        writer.writerow(_cells(export, columns, row))
    if not columns:
        writer.writerow([guard_cell(head) for head, _ in export.columns(program_of(work).catalog)])
    return buffer.getvalue().encode("utf-8-sig", "surrogatepass")


def write_xlsx(export: Export, work: Work) -> bytes:
    """A workbook of one sheet; every cell is a text or a number, never a formula or a link."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    sheet = book.add_worksheet("records")
    columns: list[tuple[str, Field | None]] = []
    for number, row in enumerate(export.read(work), start=1):
        if not columns:
            columns = export.columns(program_of(work).catalog)
        for place, text in enumerate(_cells(export, columns, row)):
            if len(text) > MAX_CELL:
                raise InvalidInput(
                    f"{export.paths[place]}: a value is too long for a workbook; export as CSV", code="cell_too_long"
                )
            if is_number(columns[place][1]) and _plain_number(text) and len(text) <= 15:
                sheet.write_number(number, place, float(text))
            else:
                sheet.write_string(number, place, text)
    for place, (head, _) in enumerate(columns or export.columns(program_of(work).catalog)):
        sheet.write_string(0, place, guard_cell(head))
    book.close()
    return buffer.getvalue()


def csv_of(table: Sequence[Sequence[str]]) -> bytes:
    """A table of texts as CSV that spreadsheets open; nothing in it runs as a formula."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows([guard_cell(cell) for cell in row] for row in table)
    return buffer.getvalue().encode("utf-8-sig", "surrogatepass")


def xlsx_of(table: Sequence[Sequence[str]]) -> bytes:
    """A table of texts as a workbook of one sheet; every cell is a text."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    sheet = book.add_worksheet("rows")
    for number, row in enumerate(table):
        for place, cell in enumerate(row):
            sheet.write_string(number, place, guard_cell(cell)[:MAX_CELL])
    book.close()
    return buffer.getvalue()
