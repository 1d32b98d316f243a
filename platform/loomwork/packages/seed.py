"""Reference data that comes with an app: products, lists of prices, whatever `seed/*.json` holds under `records`.

An entity that holds records already is left as it is; its records are found again by their title, so that later seeds
and the demo can refer to them.
"""

from collections.abc import Mapping
from typing import Any

from loomwork.catalog.model import Catalog
from loomwork.core.errors import InvalidInput
from loomwork.permissions.actor import Actor, system_actor
from loomwork.query.tree import Query
from loomwork.records.service import ReadService, RecordService
from loomwork.storage.database import Work

Records = Mapping[str, Mapping[str, Any]]


def reference_records(catalog: Catalog) -> dict[str, Mapping[str, Any]]:
    """All seed records of a catalog by key, in the order in which they are made."""
    found: dict[str, Mapping[str, Any]] = {}
    for component in catalog.of_kind("seed").values():
        found.update(component.body.get("records", {}))
    return found


def seed_reference(work: Work, catalog: Catalog) -> dict[str, str]:
    """Write the seed records of every app whose entity is still empty.

    Returns: record ids by seed key, those found again included. Raises: InvalidInput naming the record.
    """
    records, actor = reference_records(catalog), system_actor("seed")
    held: dict[str, dict[str, str]] = {}
    ids: dict[str, str] = {}
    for key, record in records.items():
        entity = str(record["entity"])
        if entity not in held:
            held[entity] = _ids_by_title(work, actor, catalog, entity)
        known = held[entity]
        if known:
            title = str(record["fields"].get(catalog.entity(entity).title_field, ""))
            if title in known:
                ids[key] = known[title]
            continue
        ids[key] = _create(work, actor, entity, _with_ids(key, record["fields"], ids))
    return ids


def _create(work: Work, actor: Actor, entity: str, fields: Mapping[str, Any]) -> str:
    return RecordService().create_many(work, actor, entity, [fields])[0]


def _ids_by_title(work: Work, actor: Actor, catalog: Catalog, entity: str) -> dict[str, str]:
    title = catalog.entity(entity).title_field
    page = ReadService().run(work, actor, Query(entity, (title,), limit=200))
    return {str(row.get(title)): str(row["id"]) for row in page.rows}


def _with_ids(key: str, value: Any, ids: Mapping[str, str]) -> Any:
    """The value with `{"seed": key}` replaced by the id of that record."""
    if isinstance(value, Mapping):
        if set(value) == {"seed"}:
            other = ids.get(str(value["seed"]))
            if other is None:
                raise InvalidInput(
                    f'seed record "{key}" refers to "{value["seed"]}", which stands behind it or nowhere'
                )
            return other
        return {name: _with_ids(key, inner, ids) for name, inner in value.items()}
    return [_with_ids(key, inner, ids) for inner in value] if isinstance(value, list) else value
