"""Reference data that comes with an app: price books, reasons, whatever `seed/*.json` holds under `records`.

Every record is made once per installation: which ones were made stands beside the published version. What somebody
changed or deleted since stays as it is; a later version of the app brings only the records that are new. Files marked
`"demo": true` belong to the demo company and come with it alone.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from loomwork.catalog.model import Catalog, Component
from loomwork.core.errors import InvalidInput, PlatformError
from loomwork.core.jsonio import canonical
from loomwork.permissions.actor import Actor, system_actor
from loomwork.publishing.notes import keep_note, read_notes
from loomwork.query.tree import Query
from loomwork.records.service import ReadService, RecordService, program_of
from loomwork.storage.database import Work

Records = Mapping[str, Mapping[str, Any]]
HEAD = "seed:"
"""Under `seed:<app>` stands which records of an app were made: id by key, empty where one was left out."""


class Started(Protocol):
    """What installing needs of a runtime."""

    @property
    def catalog(self) -> Catalog:
        """The published catalog."""

    def read(self) -> AbstractContextManager[Work]:
        """A unit of work that reads."""

    def write(self) -> AbstractContextManager[Work]:
        """A unit of work that writes."""


def install_reference(runtime: Started) -> int:
    """Make the reference records that the installed apps bring and that were never made, all or nothing.

    Returns: how many were made. Raises: InvalidInput naming the record that the data refuses.
    """
    with runtime.read() as work:
        known = _notes(work)
    wanted = {app: _records_of(runtime.catalog, app) for app in runtime.catalog.apps}
    if all(set(records) <= set(known.get(app, {})) for app, records in wanted.items()):
        return 0
    with runtime.write() as work:
        seeder = _Seeder(work)
        for app, records in wanted.items():
            seeder.install(app, records)
    return len(seeder.made)


def reference_records(catalog: Catalog) -> dict[str, Mapping[str, Any]]:
    """All seed records of a catalog by key, those of the demo company too, in the order in which they are made."""
    found: dict[str, Mapping[str, Any]] = {}
    for app in catalog.apps:
        found.update(_records_of(catalog, app, demo=True))
    return found


def seed_reference(work: Work, catalog: Catalog) -> dict[str, str]:
    """Write the seed records of every app that were never made, those of the demo company too.

    Returns: record ids by seed key, those found again included. Raises: InvalidInput naming the record.
    """
    seeder = _Seeder(work)
    ids: dict[str, str] = {}
    for app in catalog.apps:
        ids.update(seeder.install(app, _records_of(catalog, app, demo=True)))
    return ids


def _records_of(catalog: Catalog, app: str, *, demo: bool = False) -> dict[str, Mapping[str, Any]]:
    """The records of an app's seed files, those of the demo company behind the others."""
    own: list[Component] = [one for one in catalog.of_kind("seed").values() if one.app == app]
    found: dict[str, Mapping[str, Any]] = {}
    for is_demo in (False, True) if demo else (False,):
        for one in own:
            if bool(one.body.get("demo")) is is_demo:
                found.update(one.body.get("records", {}))
    return found


def _notes(work: Work) -> dict[str, dict[str, str]]:
    return {app: json.loads(text) for app, text in read_notes(work, HEAD).items()}


@dataclass(slots=True)
class _Seeder:
    """Makes records in one unit of work. Shapes: `held` tells of entities whether somebody had records in them."""

    work: Work
    made: set[str] = field(default_factory=set)
    held: dict[str, bool] = field(default_factory=dict)
    actor: Actor = field(default_factory=lambda: system_actor("seed"))

    def install(self, app: str, records: Records) -> dict[str, str]:
        """Make what is missing of an app's records; ids by key of those that are there."""
        notes = _notes(self.work)
        is_first, ids = app not in notes, dict(notes.get(app, {}))
        before = dict(ids)
        for key, record in records.items():
            if key not in ids:
                entity = str(record["entity"])
                # An installation from before the notes were kept has its records already: they are found by title.
                is_held = is_first and self._is_held(entity)
                found = self._by_title(entity, record["fields"])
                ids[key] = found or ("" if is_held else self._make(key, records, ids))
        if ids != before or (is_first and records):
            keep_note(self.work, HEAD + app, canonical(ids))
        return {key: ids[key] for key in records if ids[key]}

    def _is_held(self, entity: str) -> bool:
        if entity not in self.held:
            self.held[entity] = bool(self._ids(Query(entity, ("id",), limit=1)))
        return self.held[entity]

    def _by_title(self, entity: str, fields: Mapping[str, Any]) -> str:
        """The id of a living record with the same title; empty where there is none, or the title is not kept."""
        found = program_of(self.work).catalog.entity(entity)
        value = fields.get(found.title_field)
        if not isinstance(value, str) or not found.fields[found.title_field].columns:
            return ""
        same = Query(entity, ("id",), filter=f"{found.title_field} = :title", params={"title": value}, limit=1)
        return next(iter(self._ids(same)), "")

    def _ids(self, query: Query) -> list[str]:
        return [str(row["id"]) for row in ReadService().run(self.work, self.actor, query).rows]

    def _make(self, key: str, records: Records, ids: Mapping[str, str]) -> str:
        record = records[key]
        needs = set(_seeds_in(record["fields"]))
        missing = needs - set(ids)
        if missing:
            raise InvalidInput(f'seed record "{key}" refers to "{min(missing)}", which stands behind it or nowhere')
        if not all(one in records and self._is_there(str(records[one]["entity"]), ids[one]) for one in needs):
            # It hangs on a record that somebody has deleted since.
            return ""
        entity = str(record["entity"])
        try:
            found = RecordService().create_many(self.work, self.actor, entity, [_with_ids(record["fields"], ids)])[0]
        except PlatformError as fault:
            text = f'the seed record "{key}" of {entity} was refused: {fault.message}'
            raise InvalidInput(text, details=fault.details) from fault
        self.made.add(found)
        return found

    def _is_there(self, entity: str, record_id: str) -> bool:
        if not record_id or record_id in self.made:
            return bool(record_id)
        return bool(self._ids(Query(entity, ("id",), filter="id = :id", params={"id": record_id}, limit=1)))


def _seeds_in(value: Any) -> Iterator[str]:
    """The keys of the seed records that a value refers to."""
    if isinstance(value, Mapping):
        if set(value) == {"seed"}:
            yield str(value["seed"])
            return
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from _seeds_in(inner)


def _with_ids(value: Any, ids: Mapping[str, str]) -> Any:
    """The value with `{"seed": key}` replaced by the id of that record."""
    if isinstance(value, Mapping):
        if set(value) == {"seed"}:
            return ids[str(value["seed"])]
        return {name: _with_ids(inner, ids) for name, inner in value.items()}
    return [_with_ids(inner, ids) for inner in value] if isinstance(value, list) else value
