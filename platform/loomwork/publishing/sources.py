"""The app packages of a version, kept in the database with it, so that a version does not hang on folders that may change.

A process that finds other files in its folders than were published, or none that it can read, goes on with these.
"""

import hashlib
import json
import shutil
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from loomwork.catalog.write import component_files
from loomwork.core.errors import Broken
from loomwork.publishing.notes import keep_note, read_note
from loomwork.storage.database import Work
from loomwork.storage.system_tables import CATALOG_SOURCE

HEAD = "catalog_source:"
"""Under `catalog_source:<number>` stands which packages belong to a version."""
_LEVEL = 1


def keep_sources(work: Work, number: int, folders: Sequence[Path]) -> None:
    """Keep the files of the app packages of a version, once for equal ones. Nothing happens when they are kept already."""
    if has_sources(work, number):
        return
    packages = [
        [folder.name, {file.relative_to(folder).as_posix(): _text(file) for file, _ in component_files(folder)}]
        for folder in folders
    ]
    packed = json.dumps(packages, ensure_ascii=False, sort_keys=True).encode()
    digest = hashlib.sha256(packed).hexdigest()
    if not work.fetch(sa.select(CATALOG_SOURCE.c.digest).where(CATALOG_SOURCE.c.digest == digest)):
        work.execute(sa.insert(CATALOG_SOURCE).values(digest=digest, body=zlib.compress(packed, _LEVEL)))
    keep_note(work, f"{HEAD}{number}", digest)


def has_sources(work: Work, number: int) -> bool:
    """Whether the files of a version are kept."""
    return bool(read_note(work, f"{HEAD}{number}"))


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8-sig")


def unpack_sources(work: Work, number: int, below: Path) -> list[Path]:
    """Folders with the app packages of a version, in the order in which they were given then; empty when none are kept.

    They lie in `below`, once for each content.
    """
    digest = read_note(work, f"{HEAD}{number}")
    found = work.fetch(sa.select(CATALOG_SOURCE.c.body).where(CATALOG_SOURCE.c.digest == digest))
    if not found:
        return []
    packages = json.loads(zlib.decompress(bytes(found[0][0])))
    target = below / digest[:24]
    if not target.is_dir():
        _write(packages, target)
    return [target / name for name, _ in packages]


def _write(packages: list[tuple[str, dict[str, str]]], target: Path) -> None:
    """Write beside the place first: nobody finds half a package there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=target.parent))
    try:
        for name, files in packages:
            for path, text in files.items():
                file = (made / name / path).resolve()
                if not file.is_relative_to(made.resolve()):
                    raise Broken("a kept package names a file outside its folder")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
        made.replace(target)
    except OSError:
        # Another process was quicker; its folder holds the same.
        if not target.is_dir():
            raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
