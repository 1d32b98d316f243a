"""What goes, stays or is cleared when records are deleted: the links that point to them, followed level by level."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Entity, Field
from loomwork.core.errors import Conflict
from loomwork.core.i18n import DEFAULT_LANGUAGE
from loomwork.core.jsonio import canonical
from loomwork.query.conditions import in_list
from loomwork.records.around.pointing import still_linked
from loomwork.records.program import Program
from loomwork.storage.database import Work
from loomwork.storage.statements import Prepared, prepare

MOST_CASCADED = 5_000

Level = dict[str, list[str]]
"""Entity → the ids of its records that are reached in the same number of steps."""


def pointing_links(program: Program, target: str) -> Iterator[tuple[Entity, Field, str]]:
    """Every link to an entity with what it does when its target goes: restrict, clear or cascade."""
    for entity in program.catalog.entities.values():
        for one in entity.fields.values():
            if one.is_link and one.target == target and not one.is_system:
                yield entity, one, one.columns[0].on_delete


@dataclass(slots=True)
class Settled:
    """What happens to others when records go.

    Shapes: `levels` are all that go, the records themselves first; `cleared` are (entity, link, ids); `roots` are the
    records of the first level by those that go with them. `is_entangled`: some point to what goes with another of them,
    so that it would matter in which order they go.
    """

    levels: list[Level]
    cleared: list[tuple[str, str, list[str]]] = field(default_factory=list)
    roots: dict[str, str] = field(default_factory=dict)
    is_entangled: bool = False

    @property
    def below(self) -> Iterator[tuple[str, list[str]]]:
        """Those that go along, by entity, the farthest first."""
        for level in reversed(self.levels[1:]):
            yield from reversed(level.items())


def gather(
    program: Program, work: Work, entity: str, ids: Sequence[str], *, language: str = DEFAULT_LANGUAGE
) -> Settled:
    """Follow the links that point to records, and to those that go with them.

    Raises: Conflict `still_linked` where records that stay refuse, saying which and how many; `too_many` beyond 5,000 records that would go.
    """
    found, seen = Settled([{entity: list(ids)}], roots={one: one for one in ids}), set(ids)
    pairs: list[tuple[str, str]] = []
    refusing: list[tuple[str, str, list[str]]] = []
    while level := found.levels[-1]:
        following: Level = defaultdict(list)
        for here, targets in level.items():
            for other, link, manner in pointing_links(program, here):
                hits = _pointing(program, work, other.name, link.name, targets, is_whole=manner == "clear")
                pairs += hits
                some = [one for one, _ in hits]
                if some and manner == "cascade":
                    for one, target in hits:
                        found.roots.setdefault(one, found.roots[target])
                    following[other.name].extend(dict.fromkeys(one for one in some if one not in seen))
                    seen.update(some)
                elif some:
                    (found.cleared if manner == "clear" else refusing).append((other.name, link.name, some))
                if len(seen) > MOST_CASCADED:
                    raise Conflict(f"more than {MOST_CASCADED:,} records would go with this one", code="too_many")
        found.levels.append({name: some for name, some in following.items() if some})
    found.levels.pop()
    counts = _staying(refusing, seen)
    if counts:
        raise still_linked(program, counts, most=MOST_CASCADED, language=language)
    roots = found.roots
    found.is_entangled = any(roots.get(one, roots[target]) != roots[target] for one, target in pairs)
    found.cleared = [(n, f, rest) for n, f, some in found.cleared if (rest := [one for one in some if one not in seen])]
    return found


def _staying(refusing: Sequence[tuple[str, str, list[str]]], seen: set[str]) -> dict[tuple[str, str], int]:
    """How many records that do not go refuse, by entity and link."""
    staying: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, by, some in refusing:
        staying[name, by].update(one for one in some if one not in seen)
    return {link: len(some) for link, some in staying.items() if some}


def _pointing(
    program: Program, work: Work, entity: str, link: str, targets: Sequence[str], *, is_whole: bool
) -> list[tuple[str, str]]:
    """The living records that point to some others, and to which: all of them, or as many as tell that they are too many."""
    held = program.tables.entities[entity]
    column, deleted = held.column(link), held.column("deleted_at")

    def make() -> Prepared:
        here = in_list(column, "targets", program.tables.dialect)
        chosen = sa.select(held.column("id"), column).where(here, deleted.is_(None))
        return prepare(chosen if is_whole else chosen.limit(MOST_CASCADED + 1), program.plans.dialect)

    packed: Any = canonical(list(targets)) if work.dialect == "sqlite" else list(targets)
    rows = work.rows(program.engine.kept(("pointing", entity, link, is_whole), make), {"targets": packed})
    return [(row[0], row[1]) for row in rows]
