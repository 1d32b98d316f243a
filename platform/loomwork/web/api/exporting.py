"""Records as files: CSV and XLSX that a spreadsheet opens without running anything, and that import again unchanged."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from loomwork.catalog.model import Catalog, Entity, Field
from loomwork.core.errors import InvalidInput, TooLarge
from loomwork.core.i18n import label_text
from loomwork.core.sheets import guard_cell
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import not_allowed
from loomwork.query.access import Access, EntityAccess
from loomwork.query.engine import Reader
from loomwork.query.tree import MAX_LIMIT, Query
from loomwork.records.service import program_of
from loomwork.storage.database import Work

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

MAX_ROWS = 100_000
MAX_CELL = 32_767
"""Characters in a cell of a workbook; longer ones are refused, never cut."""


class ExportAccess:
    """The reader's rights, but on the exported entity only those rows that an export right gives.

    A record that was shared with him he may look at, not take away, so shares do not count here.
    """

    has_shares = False

    def __init__(self, inner: Access, entity: str) -> None:
        self._inner = inner
        self._entity = entity
        self.key = f"export:{entity}:{inner.key}"

    def entity(self, name: str, action: str = "read") -> EntityAccess:
        """Rights on an entity."""
        return self._inner.entity(name, "export" if name == self._entity and action == "read" else action)


@dataclass(slots=True)
class Export:
    """One export: what is asked, by whom, and (afterwards) how many rows it had."""

    rt: "Runtime"
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
        program = program_of(work)
        entity = program.catalog.entity(self.query.entity)
        if not self.rt.query.may(work, self.actor, entity.name, "export"):
            raise not_allowed("export", entity.name)
        reader = program.reader(self.actor)
        reader = Reader(ExportAccess(reader.access, entity.name), reader.binds, reader.user, reader.zone)
        self.paths = self.query.fields or _visible(entity, reader.access)
        query = replace(self.query, fields=self.paths, limit=MAX_LIMIT)
        while True:
            page = program.engine.run(work, reader, query)
            self.rows += len(page.rows)
            if self.rows > MAX_ROWS:
                raise TooLarge(f"an export has at most {MAX_ROWS} rows; narrow the filter", params={"limit": MAX_ROWS})
            yield from page.rows
            if not page.next_cursor:
                return
            query = replace(query, cursor=page.next_cursor)

    def columns(self, catalog: Catalog) -> list[tuple[str, Field | None]]:
        """Head and field of every column."""
        entity = catalog.entity(self.query.entity)
        found = []
        for path in self.paths:
            one = field_of(catalog, entity, path)
            head = label_text(one.label, self.language, path) if self.is_labelled and one is not None else path
            found.append((head, one))
        return found


def _visible(entity: Entity, access: Access) -> tuple[str, ...]:
    rights = access.entity(entity.name)
    names = ["id", *(name for name, one in entity.fields.items() if not one.is_system)]
    return tuple(name for name in names if not rights.is_closed(name))


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
    return one.type.to_file(wire, one.props)


def is_number(one: Field | None) -> bool:
    """Whether the field's texts are numbers, which keep their sign without a guard."""
    return one is not None and one.type.shape(one.props).kind == "number"


def _cells(export: Export, columns: list[tuple[str, Field | None]], row: Mapping[str, Any]) -> list[str]:
    texts = (cell_text(one, row.get(path)) for path, (_, one) in zip(export.paths, columns, strict=True))
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
