"""Sixth pass, fourth part: seed records, whose values are read as those of a client."""

from collections.abc import Mapping
from typing import Any

from loomwork.catalog.cycles import find_cycles
from loomwork.catalog.draft import Document
from loomwork.catalog.faults import referencing, usage
from loomwork.catalog.model import Entity, Field
from loomwork.catalog.passes.lookup import Lookup, refusal
from loomwork.catalog.passes.references_data import is_awaited
from loomwork.core.diagnostics import Place, did_you_mean
from loomwork.field_types.base import Storage

_Records = Mapping[str, tuple[Document, Mapping[str, Any]]]


def check_seeds(lookup: Lookup) -> None:
    """Check the seed records of every app; keys count for all seed files of an app."""
    by_app: dict[str, dict[str, tuple[Document, Mapping[str, Any]]]] = {}
    for document in lookup.draft.sound("seed"):
        records = by_app.setdefault(document.app, {})
        for key, record in document.body.get("records", {}).items():
            records.setdefault(key, (document, record))
    for records in by_app.values():
        needs: dict[str, list[str]] = {}
        for key, (document, record) in records.items():
            entity = lookup.entity(record["entity"], document, document.place.inside("records", key, "entity"))
            if entity is not None:
                needs[key] = _check_record(key, entity, records, lookup)
        for cycle in find_cycles(needs):
            document = records[cycle[0]][0]
            place = document.place.inside("records", cycle[0])
            lookup.report(usage.SeedCycle.at(place, chain=" → ".join(cycle)))


def _check_record(key: str, entity: Entity, records: _Records, lookup: Lookup) -> list[str]:
    """Check one record. Returns: the keys of the records that it needs."""
    document, record = records[key]
    place = document.place.inside("records", key, "fields")
    needs: list[str] = []
    for name, value in record["fields"].items():
        field = lookup.field(entity, name, place.inside(name))
        if field is not None:
            needs.extend(_check_value(field, value, place.inside(name), (document, records), lookup))
    for field in entity.fields.values():
        if is_awaited(field) and record["fields"].get(field.name) is None:
            lookup.report(usage.SeedRefused.at(place, fault=f'{entity.name} requires "{field.name}"'))
    return needs


def _check_value(field: Field, value: Any, place: Place, known: tuple[Document, _Records], lookup: Lookup) -> list[str]:
    if field.type.storage is Storage.CHILDREN:
        # Rows are read as records of their own when they are made.
        return []
    document, records = known
    seeds = value if isinstance(value, list) and any(is_seed(one) for one in value) else [value]
    needs = [one["seed"] for one in seeds if is_seed(one)]
    if not needs:
        fault = refusal(field, value)
        if fault:
            lookup.report(usage.SeedRefused.at(place, fault=fault))
    for key in needs:
        found = records.get(key)
        if found is None:
            lookup.report(referencing.UnknownSeed.at(place, did_you_mean(key, records), name=key, what=""))
        elif found[0].body.get("demo") and not document.body.get("demo"):
            what = " for every installation; it belongs to the demo company"
            lookup.report(referencing.UnknownSeed.at(place, name=key, what=what))
        elif field.target and found[1]["entity"] != field.target:
            what = f" of {field.target}; it is of {found[1]['entity']}"
            lookup.report(referencing.UnknownSeed.at(place, name=key, what=what))
    return [key for key in needs if key in records]


def is_seed(value: Any) -> bool:
    """Whether a value stands for another seed record: `{"seed": key}`."""
    return isinstance(value, dict) and set(value) == {"seed"} and isinstance(value["seed"], str)
