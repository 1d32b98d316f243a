"""App packages that somebody has sent and not published yet: one for each name, in the database, where every process finds it."""

import hashlib
import zlib

import sqlalchemy as sa

from loomwork.publishing.notes import keep_note, read_note
from loomwork.storage.database import Work
from loomwork.storage.system_tables import CATALOG_SOURCE

HEAD = "package_upload:"
"""Under `package_upload:<name>` stands which archive was sent last."""
_BEFORE = b"upload\0"
_C = CATALOG_SOURCE.c


def keep_upload(work: Work, name: str, data: bytes) -> None:
    """Keep an archive in the place of the one of the same name."""
    digest = hashlib.sha256(_BEFORE + data).hexdigest()
    forget_upload(work, name)
    work.execute(sa.insert(CATALOG_SOURCE).values(digest=digest, body=zlib.compress(data)))
    keep_note(work, HEAD + name, digest)


def find_upload(work: Work, name: str) -> bytes | None:
    """The archive that was sent last for an app."""
    digest = read_note(work, HEAD + name)
    found = work.fetch(sa.select(_C.body).where(_C.digest == digest)) if digest else []
    return zlib.decompress(bytes(found[0][0])) if found else None


def forget_upload(work: Work, name: str) -> None:
    """Let go of an archive that was published, or that another one replaces."""
    digest = read_note(work, HEAD + name)
    if digest:
        work.execute(sa.delete(CATALOG_SOURCE).where(_C.digest == digest))
        keep_note(work, HEAD + name, "")
