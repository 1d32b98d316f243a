"""Look at a workbook's zip directory before anything unpacks it: entries, sizes, ratio."""

import struct

from loomwork.core.errors import InvalidInput, TooLarge

MAX_ENTRIES = 200
MAX_TOTAL = 200_000_000
MAX_RATIO = 100
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
