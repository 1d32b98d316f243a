"""Workbooks are read by a process with limits: none of them ends the server, and ordinary ones come out as they are."""

from __future__ import annotations

import io
import struct
import subprocess
import zipfile
from datetime import datetime

import pytest
import xlsxwriter

from loomwork.core.errors import InvalidInput, PlatformError, TooLarge
from loomwork.records.importing import read_sheet, workbook

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def packed(sheet: str) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="S" sheetId="1" r:id="r"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r" Type="{OFFICE}/worksheet" Target="worksheets/s.xml"/></Relationships>',
        "xl/worksheets/s.xml": sheet,
    }
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return held.getvalue()


def cells(*places: tuple[int, str]) -> bytes:
    rows = "".join(
        f'<row r="{row}"><c r="{column}{row}" t="inlineStr"><is><t>Name</t></is></c></row>' for row, column in places
    )
    return packed(f'<worksheet xmlns="{SHEETS}"><sheetData>{rows}</sheetData></worksheet>')


def lying() -> bytes:
    """A part that unpacks to 400 MB and says that it is small."""
    head = f'<worksheet xmlns="{SHEETS}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
    data = bytearray(packed(head + "x" * 400_000_000))
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.rfind(mark)
        data[place + at : place + at + 4] = struct.pack("<I", 900_000)
    return bytes(data)


def repeated() -> bytes:
    """An OpenDocument sheet of one cell that is repeated a billion times."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{office}:office:1.0" xmlns:table="{office}:table:1.0" '
        f'xmlns:text="{office}:text:1.0"><office:body><office:spreadsheet><table:table table:name="S">'
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="string" '
        'table:number-columns-repeated="16000"><text:p>Name</text:p></table:table-cell></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return held.getvalue()


@pytest.mark.parametrize(
    "make", [lambda: cells((1, "A"), (1_048_576, "XFD")), lying, repeated], ids=["far", "lying", "repeated"]
)
def test_a_small_file_that_asks_for_everything_is_refused(make: object) -> None:
    data = make()  # type: ignore[operator]
    assert len(data) < 1_000_000
    with pytest.raises(PlatformError) as fault:
        read_sheet(data, "x.xlsx")
    assert fault.value.code in ("too_large", "bad_workbook")


def test_it_is_the_limits_that_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    ordinary = cells((1, "A"), (2, "A"))
    assert read_sheet(ordinary, "x.xlsx").rows == [["Name"]]
    monkeypatch.setattr(workbook, "MEMORY", 10_000_000)
    with pytest.raises(TooLarge):
        read_sheet(ordinary, "x.xlsx")


def test_the_reader_learns_nothing_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, str]] = []
    run = subprocess.run

    def spy(*args: object, **more: object) -> object:
        asked.append(more["env"])  # type: ignore[arg-type]
        return run(*args, **more)  # type: ignore[call-overload]

    monkeypatch.setenv("LOOMWORK_SECRET_KEY", "k" * 40)
    monkeypatch.setattr(subprocess, "run", spy)
    read_sheet(cells((1, "A")), "x.xlsx")
    assert [[name for name in one if name.startswith("LOOMWORK")] for one in asked] == [[]]


def test_an_ordinary_workbook_comes_out_as_it_is() -> None:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        first, second = book.add_worksheet("一"), book.add_worksheet("Second")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for column, head in enumerate(("A", "B", "C", "D")):
            second.write_string(2, column, head)
        second.write_number(4, 0, 12)
        second.write_number(4, 1, 1.5)
        second.write_datetime(4, 2, datetime(2026, 1, 31), day)
        second.write_boolean(5, 0, True)
        second.write_string(5, 2, "a😀\n_x_")
        first.write_string(0, 0, "Only")
    sheet = read_sheet(held.getvalue(), "x.xlsx", "Second")
    assert (sheet.columns, sheet.lines, sheet.name, sheet.names) == (
        ("A", "B", "C", "D"),
        [5, 6],
        "Second",
        ("一", "Second"),
    )
    assert sheet.rows == [["12", "1.5", "2026-01-31", ""], ["true", "", "a😀\n_x_", ""]]
    assert read_sheet(held.getvalue(), "x.xlsx").columns == ("Only",)
    with pytest.raises(InvalidInput) as fault:
        read_sheet(held.getvalue(), "x.xlsx", "Secnd\0")
    assert fault.value.code == "no_sheet"
    with pytest.raises(InvalidInput) as wide:
        read_sheet(cells((1, "A"), (3, "C")), "x.xlsx")
    assert (wide.value.code, wide.value.details[0].path) == ("bad_rows", "line 3")
