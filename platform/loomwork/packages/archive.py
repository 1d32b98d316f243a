"""App packages as one file: written in one way only, and read only when they are written so.

An archive is a ZIP without compression. First stands `package.json`: format, name and version of the app, size and SHA-256 of
every file, and one hash over all of them. Then come the files below the name of the app, in the order of their paths, with no
time, no comment and no rights. The same app gives the same bytes on every machine.

Reading opens nothing on the disk. What is not, byte for byte, what writing its content anew gives is refused: so links, second
entries of a name, hidden data between entries, packed bombs and wrong sizes need no list of their own; the usual ones are told
by name first.
"""

import hashlib
import io
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loomwork.catalog import Limits
from loomwork.catalog.write import canonical_text, component_files
from loomwork.core.errors import Detail, InvalidInput, PlatformError, TooLarge
from loomwork.core.i18n import say
from loomwork.core.ids import is_name
from loomwork.core.jsonio import canonical, pretty, read_json

FORMAT = 1
HEAD, MANIFEST = "package.json", "app.json"
MAX_BYTES = 25_000_000
_LIMITS = Limits()
_EMPTY_TIME = (1980, 1, 1, 0, 0, 0)
_END = b"PK\x05\x06"
_END_BYTES = 22
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}(?:\.[A-Za-z0-9_-]{1,20}){1,3}")
_FOLDER = re.compile(r"[a-z][a-z_]{0,39}")
_DOCUMENTS = frozenset({"README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE"})
_SKIPPED = (".git", "__pycache__")


@dataclass(frozen=True, slots=True)
class Archive:
    """An app as one file. Shapes: `files` by path below the app's folder; `digest` is the hash over all of them."""

    name: str
    version: str
    digest: str
    files: Mapping[str, bytes]

    @property
    def file_name(self) -> str:
        """What the file is called."""
        return f"{self.name}-{self.version}.zip"

    def as_bytes(self) -> bytes:
        """The archive, always in the same bytes."""
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
            _add(archive, HEAD, pretty(self._head()).encode())
            for path in sorted(self.files):
                _add(archive, f"{self.name}/{path}", self.files[path])
        return made.getvalue()

    def unpack(self, below: Path) -> Path:
        """Write the app into a folder of its name; the folder."""
        for path, data in self.files.items():
            file = below / self.name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        return below / self.name

    def _head(self) -> dict[str, Any]:
        files = {path: {"sha256": _sha(data), "size": len(data)} for path, data in sorted(self.files.items())}
        return {"format": FORMAT, "name": self.name, "version": self.version, "hash": self.digest, "files": files}


def pack_folder(folder: Path) -> tuple[Archive, list[str]]:
    """The archive of an app package, its components written canonically, and the files that do not go in.

    Raises: InvalidInput `bad_package`, Unreadable, TooLarge for what cannot be read.
    """
    files = {file.relative_to(folder).as_posix(): canonical_text(file, kind) for file, kind in component_files(folder)}
    files.update({name: (folder / name).read_bytes() for name in sorted(_DOCUMENTS) if (folder / name).is_file()})
    for path, data in files.items():
        if (folder / path).is_symlink() or (folder / path).parent.is_symlink():
            raise bad_package("a link leads out of the folder", path)
        if not _is_path(path):
            raise bad_package("the name of a file has other characters than letters, digits, - and _", path)
        if len(data) > _LIMITS.file_bytes:
            raise TooLarge(f"{path} has over {_LIMITS.file_bytes:,} bytes")
    _check_single(files)
    name, version = _manifest(files)
    return Archive(name, version, _digest(files), files), sorted(_others(folder, files))


def _others(folder: Path, packed: Mapping[str, bytes]) -> Iterator[str]:
    for one in folder.rglob("*"):
        path = one.relative_to(folder)
        if one.is_file() and path.as_posix() not in packed and not set(path.parts) & set(_SKIPPED):
            yield path.as_posix()


def read_archive(data: bytes) -> Archive:
    """The app in an archive, whole and unchanged; whether it is sound metadata is asked later.

    Raises: InvalidInput `bad_package` with the path inside the archive; TooLarge; Unreadable.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(say("too_large.package", limit=MAX_BYTES // 1_000_000))
    _check_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            for entry in entries:
                _check_entry(entry)
            found = {entry.filename: archive.read(entry) for entry in entries}
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as fault:
        raise bad_package(f"it is damaged ({fault})") from None
    if len(found) != len(entries):
        raise bad_package("a name stands twice in it")
    head = _read_head(found)
    files = {path.removeprefix(f"{head['name']}/"): text for path, text in found.items() if path != HEAD}
    _check_files(files, head)
    made = Archive(head["name"], head["version"], head["hash"], files)
    if made.as_bytes() != data:
        raise bad_package('it was not made by "loomwork app pack": there is more in it than its files')
    return made


def bad_package(message: str, path: str = "") -> InvalidInput:
    """The fault of an archive that is not taken."""
    shown = path[:200].encode("utf-8", "backslashreplace").decode()
    text = f"this package is not taken: {message}" + (f" ({shown})" if shown else "")
    return InvalidInput(text, code="bad_package", details=[Detail(shown or "file", "bad_package", message)])


def _check_directory(data: bytes) -> None:
    """Before anything reads it: one directory, at the end, of a sane size (APPNOTE 6.3.9 §4.3.16)."""
    end = len(data) - _END_BYTES
    if end < 0 or data[:4] != b"PK\x03\x04" or data[end : end + 4] != _END:
        raise bad_package('it is no archive of "loomwork app pack"')
    disk, start_disk, here, entries, size, start, comment = struct.unpack("<HHHHIIH", data[end + 4 :])
    if disk or start_disk or comment or here != entries or start + size != end:
        raise bad_package("its directory is damaged")
    if entries > _LIMITS.files:
        raise TooLarge(f"a package has at most {_LIMITS.files:,} files")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    path = entry.filename
    folder, _, rest = path.partition("/")
    if path != HEAD and not (is_name(folder) and _is_path(rest)):
        raise bad_package("only JSON of an app and its documents go into a package", path)
    if entry.flag_bits or entry.compress_type != zipfile.ZIP_STORED:
        raise bad_package("a file in it is packed or locked", path)
    if entry.file_size > _LIMITS.file_bytes or entry.compress_size != entry.file_size:
        raise bad_package("a file in it is too large, or its size is wrong", path)


def _is_path(path: str) -> bool:
    """Whether a path is one that a package may hold: a document, the manifest, or JSON in one folder."""
    folder, slash, name = path.rpartition("/")
    if not slash:
        return path == MANIFEST or path in _DOCUMENTS
    return bool(_FOLDER.fullmatch(folder) and _NAME.fullmatch(name) and name.endswith(".json"))


def _read_head(found: Mapping[str, bytes]) -> dict[str, Any]:
    head = read_json(found.get(HEAD, b"null"))
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise bad_package(f"its {HEAD} is missing or of another format than {FORMAT}", HEAD)
    if not isinstance(head.get("name"), str) or not is_name(head["name"]) or not isinstance(head.get("version"), str):
        raise bad_package("it names no app", HEAD)
    return head


def _check_files(files: Mapping[str, bytes], head: Mapping[str, Any]) -> None:
    """The files are those that the head names, unchanged, and of the app that it names."""
    for path in files:
        if not _is_path(path):
            raise bad_package("it stands outside the folder of the app", path)
    _check_single(files)
    told = head.get("files")
    if not isinstance(told, dict) or told.keys() != files.keys():
        odd = sorted(set(told or ()) ^ set(files)) if isinstance(told, dict) else [HEAD]
        raise bad_package("its list of files is not what is in it", odd[0])
    for path, data in files.items():
        if told[path] != {"sha256": _sha(data), "size": len(data)}:
            raise bad_package("a file in it was changed", path)
    if head.get("hash") != _digest(files):
        raise bad_package("its hash is wrong", HEAD)
    if _manifest(files) != (head["name"], head["version"]):
        raise bad_package("name or version differ from those of the app", MANIFEST)


def _check_single(files: Mapping[str, bytes]) -> None:
    """No two paths that some machine takes for one."""
    seen: dict[str, str] = {}
    for path in files:
        other = seen.setdefault(path.casefold(), path)
        if other != path:
            raise bad_package(f"it differs from {other} in capitals only", path)


def _manifest(files: Mapping[str, bytes]) -> tuple[str, str]:
    if MANIFEST not in files:
        raise bad_package("there is no app in it", MANIFEST)
    try:
        manifest = read_json(files[MANIFEST])
    except PlatformError as fault:
        raise bad_package(fault.message, MANIFEST) from None
    name, version = (manifest.get(key) if isinstance(manifest, dict) else None for key in ("name", "version"))
    if (
        not isinstance(name, str)
        or not is_name(name)
        or not isinstance(version, str)
        or not re.fullmatch(r"[0-9a-z.-]{1,40}", version)
    ):
        raise bad_package("the app has no name or no version", MANIFEST)
    return name, version


def _digest(files: Mapping[str, bytes]) -> str:
    return _sha(canonical({path: _sha(data) for path, data in files.items()}).encode())


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _add(archive: zipfile.ZipFile, path: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(path, _EMPTY_TIME)
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    archive.writestr(entry, data)
