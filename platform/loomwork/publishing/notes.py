"""Small notes that stand in the database beside the published version: what was made once, what held at the last publish."""

import sqlalchemy as sa

from loomwork.storage.database import Work
from loomwork.storage.system_tables import STATE


def read_note(work: Work, key: str) -> str:
    """A note; empty where there is none."""
    rows = work.fetch(sa.select(STATE.c.value).where(STATE.c.key == key))
    return str(rows[0][0]) if rows else ""


def read_notes(work: Work, head: str) -> dict[str, str]:
    """All notes whose keys begin with `head`, by the rest of the key."""
    rows = work.fetch(sa.select(STATE.c.key, STATE.c.value).where(STATE.c.key.like(head + "%")))
    return {str(key).removeprefix(head): str(value) for key, value in rows}


def keep_note(work: Work, key: str, value: str) -> None:
    """Keep a note in the place of the one before."""
    if read_note(work, key) != value:
        work.execute(sa.delete(STATE).where(STATE.c.key == key))
        work.execute(sa.insert(STATE).values(key=key, value=value))
