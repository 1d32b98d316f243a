"""A program of its own that reads one sheet of a workbook: started by `workbook`, in a process with limits.

What a workbook says of itself is not to be trusted: a file of two kilobytes can ask for terabytes, and the library then
ends the process that it runs in. So it never runs in the server's.

In: a line of JSON, `{"sheet", "rows", "memory", "seconds"}`, then the file. Out: JSON, `{"names", "name", "rows": [[line,
[text…]]…]}`, cells behind the last filled one left out; or `{"fault": "no_sheet", "names"}`, `{"fault": "too_many"}` or
`{"fault": "bad"}`.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

MOST_COLUMNS = 1_000


def cell_text(cell: object) -> str:
    """A cell as the text that a person would have typed."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    # What XML cannot hold stands as `_xFFFE_` in a workbook (ECMA-376, ST_Xstring); the reader leaves these two.
    return str(cell).replace("_xFFFE_", "\ufffe").replace("_xFFFF_", "\uffff")


def filled(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Number and texts of every row with a value; the library begins its rows at the first used column."""
    before = [""] * (sheet.start[1] if sheet.start else 0)
    for number, row in enumerate(sheet.iter_rows(), start=1):
        texts = [cell_text(cell) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            yield number, before + texts


def read(data: bytes, wanted: str, most: int) -> dict[str, Any]:
    """The answer for a file."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = list(book.sheet_names)
        if wanted and wanted not in names:
            return {"fault": "no_sheet", "names": names}
        name = wanted or names[0]
        rows, sheet = [], book.get_sheet_by_name(name)
        if sheet.width > MOST_COLUMNS:
            return {"fault": "too_many"}
        for one in filled(sheet):
            rows.append(one)
            if len(rows) > most:
                return {"fault": "too_many"}
    except (CalamineError, IndexError, ValueError):
        return {"fault": "bad"}
    return {"names": names, "name": name, "rows": rows}


def main() -> None:
    """Limit this process, read the file from the standard input, write the answer to the standard output."""
    asked = json.loads(sys.stdin.buffer.readline())
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    found = read(sys.stdin.buffer.read(), asked["sheet"], asked["rows"])
    sys.stdout.buffer.write(json.dumps(found, ensure_ascii=True).encode())


if __name__ == "__main__":
    main()
