"""Read CSV and spreadsheet files into rows of text, defensively: size, encoding, broken quoting, zip bombs."""

import csv
import io
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from loomwork.core.errors import Detail, InvalidInput, TooLarge
from loomwork.core.i18n import say
from loomwork.core.sheets import unguard_cell
from loomwork.records.values import RefusedDetail

MAX_BYTES = 25_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 256
MAX_CELL = 32_767
_ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of texts. `lines` are the numbers of the rows in the file, for messages (the head is line 1).

    `name` is that of the sheet that was read, `names` are those of all sheets of a workbook; empty for CSV.
    """

    columns: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    name: str = ""
    names: tuple[str, ...] = ()

    def only(self, lines: Container[int], *, others: bool = False) -> "Sheet":
        """The sheet with the rows of these lines alone, or of all others."""
        kept = [at for at, line in enumerate(self.lines) if (line in lines) is not others]
        return replace(self, rows=[self.rows[at] for at in kept], lines=[self.lines[at] for at in kept])


def read_sheet(data: bytes, name: str, sheet: str = "") -> Sheet:
    """A sheet of a file by its content: the named one of a workbook, else the first.

    Raises: TooLarge; InvalidInput for an empty file, unknown encoding, broken quotes, double or empty column heads,
    rows of another width than the head.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(say("too_large.file", size=len(data), limit=MAX_BYTES))
    found, names = "", tuple[str, ...]()
    if data[:4] == b"PK\x03\x04":
        rows, lines, found, names = _read_workbook(data, sheet)
    elif data[:4] == b"\xd0\xcf\x11\xe0":
        raise InvalidInput("old Excel files (.xls) are not read; save it as .xlsx or CSV", code="old_excel")
    else:
        rows, lines = _read_csv(data)
    if not rows:
        raise InvalidInput(f"{name or 'the file'} is empty", code="empty_file")
    head = [unguard_cell(cell.strip()) for cell in rows[0]]
    _check_head(head)
    _check_rows(rows[1:], lines[1:], len(head))
    return Sheet(tuple(head), [[unguard_cell(cell) for cell in row] for row in rows[1:]], lines[1:], found, names)


def _check_head(head: Sequence[str]) -> None:
    if len(head) > MAX_COLUMNS:
        raise TooLarge(say("too_large.columns", count=len(head), limit=MAX_COLUMNS))
    for place, cell in enumerate(head):
        if not cell:
            raise InvalidInput(f"column {place + 1} has no head", code="empty_head", params={"column": place + 1})
        if cell in head[:place]:
            raise InvalidInput(f'the head "{cell}" stands twice', code="double_head", params={"head": cell[:80]})


def _check_rows(rows: Sequence[Sequence[str]], lines: Sequence[int], width: int) -> None:
    if len(rows) > MAX_ROWS:
        raise TooLarge(say("too_large.rows", count=len(rows), limit=MAX_ROWS))
    faults = [
        _row_detail(
            line, "bad_width", f"line {line} has {len(row)} cells, the head has {width}", cells=len(row), width=width
        )
        for row, line in zip(rows, lines, strict=True)
        if len(row) != width
    ]
    faults += [
        _row_detail(line, "long_cell", f"line {line} has a cell of over {MAX_CELL} characters", limit=MAX_CELL)
        for row, line in zip(rows, lines, strict=True)
        if any(len(cell) > MAX_CELL for cell in row)
    ]
    if faults:
        raise InvalidInput(faults[0].message, code="bad_rows", details=faults[:100])


def _row_detail(line: int, code: str, message: str, **more: int) -> Detail:
    return RefusedDetail(f"line {line}", code, message, {"line": line, **more})


def _decode(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise InvalidInput("the file begins like UTF-16 and is not", code="file_encoding") from None
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("the file is neither UTF-8 nor GB 18030 text; save it as CSV UTF-8", code="file_encoding")


def _read_csv(data: bytes) -> tuple[list[list[str]], list[int]]:
    text = _decode(data)
    if "\x00" in text:
        raise InvalidInput("the file holds NUL characters; it is not a CSV file", code="not_csv")
    csv.field_size_limit(MAX_BYTES)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    line = 1
    try:
        for row in reader:
            if row and not (len(row) == 1 and not row[0].strip()):
                rows.append(row)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as fault:
        message = f"line {line}: {fault}; is a quote not closed?"
        raise InvalidInput(message, code="broken_csv", params={"line": line}) from None
    return rows, lines


_Table = tuple[list[list[str]], list[int], str, tuple[str, ...]]


def _read_workbook(data: bytes, wanted: str) -> _Table:
    from loomwork.records.importing.workbook import read_rows

    found = read_rows(data, wanted, MAX_ROWS + 1)
    width = len(found["rows"][0][1]) if found["rows"] else 0
    rows = [texts + [""] * (width - len(texts)) for _, texts in found["rows"]]
    return rows, [line for line, _ in found["rows"]], found["name"], tuple(found["names"])
