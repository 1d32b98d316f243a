"""Names in place of ids in what a history tells: of people, and of the records that links led to, as the reader sees them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from loomwork.field_types.base import Storage
from loomwork.query.decode import label_of
from loomwork.query.engine import Reader
from loomwork.query.to_many import label_anywhere
from loomwork.records.program import Program
from loomwork.storage.database import Work

USER = "system.user"


def label_changes(
    program: Program,
    work: Work,
    reader: Reader,
    entity: str,
    told: Sequence[dict[str, Any]],
    people: Iterable[str] = (),
) -> Mapping[str, str | None]:
    """Put `{id, label}` in the place of ids of links and of lists of them: one query per entity that they lead to.

    Shapes: `told` are changes of one entity, `{field: [old, new]}`; the answer names the `people`, by id.
    """
    fields = program.catalog.entities[entity].fields
    wanted: dict[str, set[str]] = defaultdict(set, {USER: set(people)})
    pairs = [
        (pair, fields[name].target)
        for changes in told
        for name, pair in changes.items()
        if fields[name].is_link and fields[name].target
    ]
    for pair, target in pairs:
        wanted[target].update(value for value in pair if isinstance(value, str))
    many = [(changes, name) for changes in told for name in changes if fields[name].type.storage is Storage.JOIN_TABLE]
    for changes, name in many:
        wanted[fields[name].target].update(one for side in changes[name] for one in side or ())
    labels = {target: titles(program, work, reader, target, ids) for target, ids in wanted.items() if ids}
    for changes, name in many:
        # Records that the reader does not see are no part of the field for him, nor is a change of them alone.
        known = labels.get(fields[name].target, {})
        old, new = ([{"id": v, "label": known[v]} for v in side or () if v in known] for side in changes[name])
        changes[name] = [old or None, new or None]
        if old == new:
            del changes[name]
    anywhere = [
        {"old": pair[0], "new": pair[1]}
        for changes in told
        for name, pair in changes.items()
        if fields[name].props.get("entities")
    ]
    label_anywhere(program.engine, work, reader, ("old", "new"), anywhere)
    for pair, target in pairs:
        pair[:] = [{"id": v, "label": labels[target].get(v)} if isinstance(v, str) else v for v in pair]
    return labels.get(USER, {})


def titles(program: Program, work: Work, reader: Reader, target: str, ids: Iterable[str]) -> Mapping[str, str | None]:
    """Titles by id, of the records that the reader sees; None where he does not see the title."""
    held = program.catalog.entities.get(target)
    if held is None or not ids:
        return {}
    title, rights = held.fields[held.title_field], reader.access.entity(target)
    is_open = not (rights.is_closed(title.name) or rights.is_only_masked(title.name))
    rows = program.engine.get_many(work, reader, target, sorted(ids), (title.name,) if is_open else ("id",))
    return {row["id"]: label_of(title, row[title.name]) if is_open else None for row in rows}
