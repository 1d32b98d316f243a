"""What is worth an entry beside changes: a masked value shown in clear, an export, a share. Values never stand in it."""

from typing import Any

import sqlalchemy as sa

from loomwork.core.ids import new_id
from loomwork.core.jsonio import canonical
from loomwork.storage.database import Work
from loomwork.storage.system_tables import AUDIT


def note_access(work: Work, *, actor: str, entity: str, record_id: str, verb: str, about: dict[str, Any]) -> None:
    """Write an entry.

    Shapes: `verb` is `revealed`, `exported`, `shared` or `unshared`; `about` says which fields, how many rows, with whom,
    never a value.
    """
    row = {
        "id": new_id(), "at": work.now_micros, "actor": actor, "entity": entity, "record_id": record_id, "verb": verb,
        "version": 0, "changes": canonical({name: [None, value] for name, value in about.items()}), "source": "access",
    }  # fmt: skip
    work.execute(sa.insert(AUDIT).values(**row))


def count_access(work: Work, *, actor: str, verb: str, since_micros: int) -> int:
    """How many entries of a kind a person has made since an instant."""
    query = sa.select(sa.func.count()).where(AUDIT.c.actor == actor, AUDIT.c.verb == verb, AUDIT.c.at >= since_micros)
    return int(work.fetch(query)[0][0])
