"""Workbooks: a look at the zip directory before anything unpacks it, then one sheet, read by a process with limits."""

import json
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import InvalidInput, TooLarge, TryAgain
from loomwork.core.i18n import say

MAX_ENTRIES = 200
MAX_TOTAL = 200_000_000
MAX_RATIO = 100
MEMORY = 1_500_000_000
"""Bytes of address space of the process that reads a workbook."""
SECONDS = 60
"""Its time: of the processor, and twice that on the clock."""
PARALLEL = 2
WAIT_S = 30.0
_READER = Path(__file__).with_name("sheet_reader.py")
_KEPT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")
"""What the reader learns of the environment; the server's keys and passwords are none of its business."""
_slots = threading.BoundedSemaphore(PARALLEL)
_END = b"PK\x05\x06"
_ENTRY = b"PK\x01\x02"


def check_workbook(data: bytes) -> None:
    """Refuse a workbook that would unpack to more than is sane; reads the directory only.

    Source: APPNOTE 6.3.9 §4.3.12 and §4.3.16 (central directory, its end record).
    Raises: InvalidInput for a broken directory, TooLarge for a bomb.
    """
    end = data.rfind(_END, max(0, len(data) - 66_000))
    if end < 0 or len(data) < end + 22:
        raise InvalidInput("the workbook is cut off", code="bad_workbook")
    entries, size, start = struct.unpack("<HII", data[end + 10 : end + 20])
    if entries == 0xFFFF or size == 0xFFFFFFFF or entries > MAX_ENTRIES:
        raise TooLarge(f"the workbook holds over {MAX_ENTRIES} parts")
    total, at = 0, start
    for _ in range(entries):
        if data[at : at + 4] != _ENTRY or len(data) < at + 46:
            raise InvalidInput("the workbook's directory is broken", code="bad_workbook")
        packed, plain, name, extra, comment = struct.unpack("<II", data[at + 20 : at + 28]) + struct.unpack(
            "<HHH", data[at + 28 : at + 34]
        )
        if plain == 0xFFFFFFFF or (packed and plain / packed > MAX_RATIO and plain > 1_000_000):
            raise TooLarge("a part of the workbook unpacks to more than a hundred times its size")
        total += plain
        at += 46 + name + extra + comment
    if total > MAX_TOTAL:
        raise TooLarge(f"the workbook unpacks to {total} bytes; at most {MAX_TOTAL} are read")


def read_rows(data: bytes, wanted: str, most: int) -> dict[str, Any]:
    """`{names, name, rows: [[line, [text…]]…]}` of the named sheet, else the first; rows without a value are left out.

    Raises: InvalidInput `bad_workbook`, `no_sheet`; TooLarge for more than `most` rows and for what cannot be read within
    the limits; TryAgain `import_busy`.
    """
    check_workbook(data)
    asked = json.dumps({"sheet": wanted, "rows": most, "memory": MEMORY, "seconds": SECONDS}).encode()
    if not _slots.acquire(timeout=WAIT_S):
        raise TryAgain("other files are being read at this moment; try again", code="import_busy")
    try:
        done = subprocess.run(  # noqa: S603 - our own reader, no shell
            [sys.executable, "-P", "-s", str(_READER)],
            input=asked + b"\n" + data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            timeout=SECONDS * 2,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise TooLarge(say("too_large.workbook")) from None
    finally:
        _slots.release()
    found: dict[str, Any] = json.loads(done.stdout)
    match found.get("fault"):
        case None:
            return found
        case "too_many":
            raise TooLarge(say("too_large.sheet", limit=most - 1))
        case "no_sheet":
            message = f'the workbook has no sheet "{wanted[:80]}"; {did_you_mean(wanted, found["names"])}'.rstrip("; ")
            raise InvalidInput(message, code="no_sheet", params={"sheet": wanted[:80]})
        case _:
            raise InvalidInput("the workbook cannot be read", code="bad_workbook")
