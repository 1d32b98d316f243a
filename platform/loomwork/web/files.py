"""Stored files: bytes under generated names in the home folder, what they are told by their content.

The name that a person gave is data and never a path. Nothing here is ever served to be shown by the browser as a page.
"""

import contextlib
import hashlib
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loomwork.core.errors import Detail, InvalidInput, NotFound, TryAgain
from loomwork.core.ids import is_id

MAX_BYTES = 25_000_000
MAX_NAME = 255
OTHER = "application/octet-stream"
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"})
"""Types that a file is sent with; everything else goes out as plain bytes."""
PROGRAMS = frozenset(
    {
        "app", "apk", "bat", "cmd", "com", "cpl", "deb", "dll", "dmg", "exe", "gadget", "hta", "inf", "ins",
        "jar", "jse", "lnk", "msc", "msi", "msp", "pif", "ps1", "reg", "rpm", "scf", "scr", "sct", "url",
        "vb", "vbe", "vbs", "ws", "wsc", "wsf", "wsh",
    }
)  # fmt: skip
"""Endings of names that a computer runs when somebody opens the file; one that is packed in an archive is not run so."""
_PROGRAM_MAGIC = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_OFFICE = {
    b"word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A received file, looked at. Shapes: `type` by content; `digest` is the SHA-256 in hex."""

    name: str
    data: bytes
    type: str
    digest: str


def look_at(name: str | None, data: bytes) -> Upload:
    """Check what came in and find out what it is.

    Raises: InvalidInput `file_empty`, `file_size`, `file_program`.
    """
    if not data:
        raise _fault("file_empty", "the file is empty")
    if len(data) > MAX_BYTES:
        raise _fault("file_size", f"a file has at most {MAX_BYTES // 1_000_000} MB")
    found = Upload(clean_name(name or ""), data, type_of(data), hashlib.sha256(data).hexdigest())
    if is_program(found.name, data):
        raise _fault("file_program", "programs are not taken; put the file into a ZIP archive, or send a link to it")
    return found


def is_program(name: str, data: bytes) -> bool:
    """Whether a computer would run it: by the ending of its name, or by what it is whatever its name says."""
    if name.rpartition(".")[2].strip().lower() in PROGRAMS and "." in name:
        return True
    return data.startswith(_PROGRAM_MAGIC) and type_of(data) == OTHER


def _fault(code: str, message: str) -> InvalidInput:
    params = {"limit": MAX_BYTES // 1_000_000}
    return InvalidInput(message, code=code, params=params, details=[Detail("file", code, message)])


def clean_name(name: str) -> str:
    """The last part of a path, without control characters and marks that turn text around, its ending kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        mark for mark in unicodedata.normalize("NFC", last) if unicodedata.category(mark) not in ("Cc", "Cf", "Cs")
    )
    kept = kept.strip().strip(".") or "file"
    if len(kept) <= MAX_NAME:
        return kept
    stem, dot, ending = kept.rpartition(".")
    ending = ending[:20] if dot else ""
    return f"{(stem or kept)[: MAX_NAME - len(ending) - 1]}.{ending}" if ending else kept[:MAX_NAME]


def type_of(data: bytes) -> str:
    """The media type that the content shows, whatever the name says."""
    for magic, found in _MAGIC:
        if data.startswith(magic):
            return _office_type(data) if found == "application/zip" else found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return OTHER
    return OTHER if "\0" in text else "text/plain"


def _office_type(data: bytes) -> str:
    """Which office format a ZIP is, by the names in its directory; it is not opened."""
    return next((kind for name, kind in _OFFICE.items() if name in data), "application/zip")


class FileStore:
    """Bytes by id, below `<home>/files`."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "files"

    def path(self, file_id: str) -> Path:
        """Where a file lies. Raises: NotFound for what is no id, so that no text ever becomes a path."""
        if not is_id(file_id):
            raise NotFound("there is no such file")
        return self._folder / file_id[-2:] / file_id

    def write(self, file_id: str, data: bytes) -> None:
        """Store bytes durably, whole or not at all.

        Raises: TryAgain `disk_full` when there is no room.
        """
        target = self.path(file_id)
        part = target.with_suffix(".part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        except OSError as fault:
            _unlink(part)
            raise TryAgain(
                "the file cannot be stored: there is no room, or the folder is closed", code="disk_full"
            ) from fault

    def all_paths(self) -> Iterator[Path]:
        """Everything that lies in the store, also what does not belong there."""
        return (one for one in self._folder.rglob("*") if one.is_file())

    def remove(self, file_id: str) -> None:
        """Take the bytes of a file away whose record was not written."""
        _unlink(self.path(file_id))


def _unlink(path: Path) -> None:
    """What cannot be taken away stays, and `loomwork doctor` tells of it: the first fault is the one to be told."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
