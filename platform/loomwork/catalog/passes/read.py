"""First pass: files of an app folder → documents. Strict about what lies there; content is not looked at yet."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from loomwork.catalog.draft import FOLDERS, MANIFEST, Document, Draft, Package
from loomwork.catalog.faults import reading
from loomwork.core.diagnostics import Diagnostic, Place, did_you_mean
from loomwork.core.errors import TooLarge, Unreadable
from loomwork.core.ids import is_name
from loomwork.core.jsonio import canonical, read_json

LANGUAGE = re.compile(r"^[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?$")
BESIDE = frozenset({"README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE", ".gitignore", "icon.svg"})
"""Files that may stand beside `app.json`."""
BESIDE_FOLDERS = frozenset({"docs", "scenarios", "demo", "templates"})
"""Folders that other parts of the platform read."""
_CODE = frozenset(
    {".py", ".pyc", ".pyd", ".so", ".dll", ".exe", ".js", ".mjs", ".ts", ".sql", ".sh", ".bat", ".ps1", ".php", ".rb"}
)
_FAULT_BY_CODE = {
    "bad_encoding": reading.BadEncoding,
    "bad_json": reading.BadJson,
    "duplicate_key": reading.DuplicateKey,
    "too_deep": reading.TooDeep,
    "bad_number": reading.BadNumber,
}
_CACHE_SIZE = 8_000
_parsed: dict[str, Any] = {}


def read_package(folder: Path, draft: Draft) -> Package | None:
    """Read an app folder into the draft.

    Returns: the package, or None when the folder or its manifest cannot be read (the fault is in the draft).
    """
    name = folder.name
    if not folder.is_dir():
        draft.add(reading.MissingFolder.at(Place(name, ""), folder=str(name)))
        return None
    manifest_file = folder / MANIFEST
    if not manifest_file.is_file():
        draft.add(reading.MissingManifest.at(Place(name, MANIFEST)))
        return None
    place = Place(name, MANIFEST)
    read = read_file(manifest_file, place, draft)
    if read is None:
        return None
    body, digest = read
    app_name = body.get("name")
    package = Package(app_name if isinstance(app_name, str) and app_name else name, folder, body, digest)
    if package.name != name:
        draft.add(reading.FolderNameDiffers.at(place.inside("name"), folder=name, name=package.name))
    _read_folders(package, draft)
    return package


def _read_folders(package: Package, draft: Draft) -> None:
    entries = sorted(package.folder.iterdir(), key=lambda entry: entry.name)
    count = 0
    for entry in entries:
        place = Place(package.name, entry.name)
        if _is_foreign(entry, place, draft):
            continue
        if entry.is_dir():
            if entry.name in FOLDERS:
                count += _read_kind(package, FOLDERS[entry.name], entry, draft, draft.limits.files - count)
            elif entry.name not in BESIDE_FOLDERS:
                hint = did_you_mean(entry.name, FOLDERS)
                draft.add(reading.UnknownFolder.at(place, hint, folder=entry.name))
        elif entry.name not in BESIDE and entry.name != MANIFEST:
            draft.add(reading.UnexpectedFile.at(place, did_you_mean(entry.name, BESIDE), file=entry.name))
    if count > draft.limits.files:
        draft.add(reading.TooManyFiles.at(package.place, count=count, what="files", limit=draft.limits.files))


def _is_foreign(entry: Path, place: Place, draft: Draft) -> bool:
    """Whether an entry has no business in a package: a link or program code."""
    if entry.is_symlink():
        draft.add(reading.OutsideFolder.at(place, file=entry.name))
        return True
    if entry.suffix.lower() in _CODE:
        draft.add(reading.CodeInPackage.at(place, file=entry.name))
        return True
    return False


def _read_kind(package: Package, kind: str, folder: Path, draft: Draft, room: int) -> int:
    """Read the documents of one folder; returns how many files stand in it, of which at most `room` are read."""
    folded: dict[str, str] = {}
    files = sorted(folder.iterdir(), key=lambda entry: entry.name)
    for entry in files[: max(room, 0)]:
        file = f"{folder.name}/{entry.name}"
        place = Place(package.name, file)
        if _is_foreign(entry, place, draft):
            continue
        if entry.suffix != ".json" or not entry.is_file():
            draft.add(reading.UnexpectedFile.at(place, file=entry.name))
            continue
        for fault in _name_faults(kind, entry.stem, folded, place):
            draft.add(fault)
        folded.setdefault(entry.stem.casefold(), entry.stem)
        read = read_file(entry, place, draft)
        name = f"{package.namespace}.{entry.stem}"
        if read is None:
            # It is there all the same: whoever names it is not to blame.
            lost = Document(package.name, kind, name, file, {}, "", package.name, is_sound=False, is_read=False)
            draft.documents[kind].setdefault(name, lost)
            continue
        document = Document(package.name, kind, name, file, read[0], read[1], package.name)
        # Two apps may claim one namespace; the names pass says so, and the first one stays.
        draft.documents[kind].setdefault(name, document)
    return len(files)


def _name_faults(kind: str, stem: str, folded: dict[str, str], place: Place) -> Iterator[Diagnostic]:
    other = folded.get(stem.casefold())
    if other is not None:
        yield reading.CaseCollision.at(place, name=stem, other=other)
    if kind == "messages":
        if LANGUAGE.match(stem) is None:
            yield reading.BadLanguageFile.at(place, name=stem)
    elif not is_name(stem):
        yield reading.BadFileName.at(place, name=stem)


def read_file(file: Path, place: Place, draft: Draft) -> tuple[dict[str, Any], str] | None:
    """The JSON object of a file and the hash of its bytes; None when there was a fault, which is in the draft then."""
    limit = draft.limits.file_bytes
    try:
        size = file.stat().st_size
        if size > limit:
            draft.add(reading.FileTooLarge.at(place, size=size, limit=limit))
            return None
        raw = file.read_bytes()
    except OSError as fault:
        draft.add(reading.BadJson.at(place, fault=f"the file cannot be read: {fault.strerror}"))
        return None
    digest = hashlib.sha256(raw).hexdigest()
    body = _parsed.get(digest)
    if body is None:
        body = _parse(raw, limit, place, draft)
        if body is None:
            return None
        if len(_parsed) >= _CACHE_SIZE:
            _parsed.clear()
        _parsed[digest] = body
    return body, digest


def _parse(raw: bytes, limit: int, place: Place, draft: Draft) -> dict[str, Any] | None:
    try:
        body = read_json(raw, max_bytes=limit)
    except TooLarge:
        draft.add(reading.FileTooLarge.at(place, size=len(raw), limit=limit))
        return None
    except Unreadable as fault:
        draft.add(_FAULT_BY_CODE.get(fault.code, reading.BadJson).at(place, fault=fault.message))
        return None
    if b"\\ud" in raw.lower() and _has_half_pair(body):
        draft.add(reading.BadEncoding.at(place, fault="not text: it holds half a surrogate pair"))
        return None
    if not isinstance(body, dict):
        draft.add(reading.NotAnObject.at(place, got=json_type(body)))
        return None
    return body


def _has_half_pair(body: Any) -> bool:
    """Whether a text holds a lone surrogate, which no database takes. JSON can spell it, UTF-8 cannot."""
    try:
        canonical(body).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def json_type(value: Any) -> str:
    """The JSON type of a value in words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes/no"
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return "a number"
