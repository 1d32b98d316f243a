"""Who works in a reader's units and teams, read once at sign-in instead of inside every statement.

A row rule over units then binds a list of owners: the database sees constants, estimates well and uses its indexes.
"""

from typing import Any

import sqlalchemy as sa

from loomwork.core.jsonio import canonical
from loomwork.permissions.actor import Colleagues
from loomwork.query.conditions import list_items
from loomwork.storage.database import Work
from loomwork.storage.tables import Tables

MOST = 500
"""Longer lists would cost more on their way to the database than the look-up that they spare."""


def find(
    work: Work,
    tables: Tables,
    user_id: str,
    *,
    unit_id: str | None,
    unit_ids: tuple[str, ...],
    team_ids: tuple[str, ...],
) -> Colleagues | None:
    """The colleagues of a user by kind of row rule, himself included; None when they are too many to be listed."""
    by_unit = _pairs(work, tables, "system.user", ("id", "unit"), unit_ids)
    in_teams = _pairs(work, tables, "system.team_member", ("user", "team"), team_ids)
    if by_unit is None or in_teams is None:
        return None
    mine = {user_id}
    return Colleagues(
        unit=tuple(sorted(mine | {user for user, unit in by_unit if unit == unit_id})),
        below=tuple(sorted(mine | {user for user, _ in by_unit})),
        teams=tuple(sorted(mine | {user for user, _ in in_teams})),
    )


def _pairs(
    work: Work, tables: Tables, entity: str, names: tuple[str, str], ids: tuple[str, ...]
) -> list[tuple[str, str]] | None:
    """(user, group) of the groups with these ids; None when there are too many. Users in the trash still own."""
    if not ids:
        return []
    held = tables.entities[entity]
    user, group = (held.table.c[held.column(name).name] for name in names)

    def make() -> sa.Select[Any]:
        chosen = sa.select(user, group).where(group.in_(list_items("ids", work.dialect, group.type)), user.is_not(None))
        if entity != "system.user":
            chosen = chosen.where(held.table.c[held.column("deleted_at").name].is_(None))
        return chosen.limit(sa.bindparam("most", type_=sa.Integer(), required=True))

    prepared = work.database.prepared(f"colleagues {entity} {user.name} {group.name}", make)
    packed: Any = canonical(list(ids)) if work.dialect == "sqlite" else list(ids)
    found = work.rows(prepared, {"ids": packed, "most": MOST + 1})
    return None if len(found) > MOST else [(row[0], row[1]) for row in found]
