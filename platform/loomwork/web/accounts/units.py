"""The tree of units with its people, and taking a unit out of it with a place for those who stand in it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from loomwork.core.errors import Detail, InvalidInput, VersionMissing
from loomwork.permissions.actor import Actor
from loomwork.query.tree import Dimension, Measure, Query
from loomwork.storage.database import Work

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

UNIT, USER = "system.unit", "system.user"
_PAGE = 200
_MOST_GROUPS = 10_000


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit in its place, as the reader sees it.

    Shapes: `parent` is empty at the top; `level` counts from 1; `people` stand in the unit itself, `people_below` in it
    and all units below; `children` are units directly below; `place` of `siblings` is its place among those beside it.
    """

    id: str
    row_version: int
    name: str
    code: str
    manager: str
    active: bool
    parent: str
    level: int
    place: int
    siblings: int
    children: int
    people: int
    people_below: int


def read_tree(rt: "Runtime", work: Work, actor: Actor) -> list[UnitNode]:
    """All units that the actor sees, each below the one it belongs to, siblings by name.

    Raises: NotFound, NotAllowed for who sees no units.
    """
    rows = {row["id"]: row for row in _all(rt, work, actor, Query(UNIT, sort=("name", "id"), limit=_PAGE))}
    below: dict[str, list[str]] = defaultdict(list)
    for key, row in rows.items():
        above = (row.get("parent") or {}).get("id", "")
        below[above if above in rows else ""].append(key)
    people = _people(rt, work, actor)
    return list(_walk(rows, below, people, "", 1))


def _walk(
    rows: Mapping[str, Any], below: Mapping[str, list[str]], people: Mapping[str, int], above: str, level: int
) -> Iterator[UnitNode]:
    siblings = below.get(above, [])
    for place, key in enumerate(siblings, start=1):
        row, inner = rows[key], list(_walk(rows, below, people, key, level + 1))
        own = people.get(key, 0)
        yield UnitNode(
            id=key,
            row_version=row["row_version"],
            name=str(row.get("name") or "–"),
            code=str(row.get("code") or ""),
            manager=str((row.get("manager") or {}).get("label") or ""),
            active=row.get("active") is not False,
            parent=above,
            level=level,
            place=place,
            siblings=len(siblings),
            children=len(below.get(key, ())),
            people=own,
            people_below=own + sum(one.people for one in inner),
        )
        yield from inner


def _all(rt: "Runtime", work: Work, actor: Actor, query: Query) -> Iterator[dict[str, Any]]:
    """Every record of a query, page after page."""
    cursor = ""
    while True:
        page = rt.query.run(work, actor, replace(query, cursor=cursor))
        yield from page.rows
        cursor = page.next_cursor
        if not cursor:
            return


def _people(rt: "Runtime", work: Work, actor: Actor) -> dict[str, int]:
    """How many people stand in each unit; nobody for a reader who does not see people."""
    if not rt.query.may(work, actor, USER, "read"):
        return {}
    asked = Query(USER, group=(Dimension("unit"),), measures=(Measure("people", "count"),), limit=_MOST_GROUPS)
    rows = rt.query.group(work, actor, asked)["rows"]
    return {row["unit"]["id"]: row["people"] for row in rows if row["unit"]}


def remove_unit(
    rt: "Runtime", work: Work, actor: Actor, unit_id: str, *, row_version: int | None, move_to: str = ""
) -> int:
    """Put a unit into the trash after its people and the units below went to `move_to`; how many of both moved.

    All under the actor's own rights, in one unit of work. Without `move_to` nothing moves.
    Raises: NotFound, NotAllowed, VersionMissing, StaleRecord; InvalidInput `unit_inside` for a place within the unit;
    Conflict `still_linked` where people, units or others still point to it.
    """
    if row_version is None:
        raise VersionMissing("say which version you remove: If-Match with the unit's row_version")
    rt.query.get(work, actor, UNIT, unit_id, ("id",))
    moved = 0
    if move_to:
        _refuse_inside(rt, work, actor, unit_id, move_to)
        for entity, link in ((USER, "unit"), (UNIT, "parent")):
            standing = Query(entity, ("id",), conditions={"field": link, "op": "eq", "value": unit_id}, limit=_PAGE)
            for row in list(_all(rt, work, actor, standing)):
                change = {link: move_to}
                rt.records.update(work, actor, entity, row["id"], change, row["row_version"], is_shown=False)
                moved += 1
    rt.records.delete(work, actor, UNIT, unit_id, row_version)
    return moved


def _refuse_inside(rt: "Runtime", work: Work, actor: Actor, unit_id: str, place: str) -> None:
    """Refuse a place that is the unit itself or below it. Raises: NotFound for one that is not there; InvalidInput."""
    rt.query.get(work, actor, UNIT, place, ("id",))
    above = {one.id: one.parent for one in read_tree(rt, work, actor)}
    here = place
    while here:
        if here == unit_id:
            message = "this is the unit itself or one below it; choose a unit outside of it"
            raise InvalidInput(message, code="unit_inside", details=[Detail("move_to", "unit_inside", message)])
        here = above.get(here, "")
