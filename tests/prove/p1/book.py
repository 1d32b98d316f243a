"""The records of a world with an index of who points to whom, and what follows from others: roll-ups, formulas over links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.prove.p1.model import FieldModel, Model


@dataclass(frozen=True)
class Record:
    """The state of a record: `values` by field; links hold the key of their target."""

    key: str
    entity: str
    owner: str
    creator: str
    values: Mapping[str, Any]


class Book:
    """Records by key that may be put and dropped."""

    def __init__(self, model: Model, records: Mapping[str, Record]) -> None:
        self.model = model
        self.records: dict[str, Record] = {}
        self._pointing: dict[str, set[tuple[str, str]]] = {}
        for record in records.values():
            self.put(record)

    def put(self, record: Record) -> None:
        """Add a record, or put it in the place of its former state."""
        if record.key in self.records:
            self.drop(record.key)
        self.records[record.key] = record
        for name, target in self._aims(record):
            self._pointing.setdefault(target, set()).add((record.key, name))

    def drop(self, key: str) -> None:
        """Forget a record."""
        record = self.records.pop(key)
        for name, target in self._aims(record):
            self._pointing[target].discard((key, name))

    def _aims(self, record: Record) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for one in self.model.entities[record.entity].fields.values():
            value = record.values.get(one.name)
            if one.target and value is not None:
                found.append((one.name, value))
            elif one.others:
                found += [(one.name, key) for key in value or ()]
        return found

    def neighbours(self, key: str) -> set[str]:
        """The records that point to one, and those to which it points."""
        found = {one for one, _ in self._pointing.get(key, ())}
        if key in self.records:
            found.update(target for _, target in self._aims(self.records[key]))
        return found

    def children(self, key: str, entity: str, via: str) -> list[Record]:
        """The records of an entity whose link points to one."""
        found = [self.records[one] for one, name in self._pointing.get(key, ()) if name == via]
        return [record for record in found if record.entity == entity]

    def derived(self, record: Record, one: FieldModel) -> Any:
        """The value of a field that nobody writes."""
        if one.gather:
            children = self.children(record.key, one.child, one.via)
            if one.gather == "count":
                return len(children)
            return sum((Decimal(c.values["cost"]) for c in children if c.values.get("cost") is not None), Decimal(0))
        if one.far:
            target = self.records.get(str(record.values.get(one.far)))
            return target.values.get("size") if target else None
        size, cost = record.values.get("size"), record.values.get("cost")
        return None if size is None or cost is None else size * 2 + Decimal(cost)

    def value(self, record: Record, name: str) -> Any:
        """The value of any field of a record."""
        one = self.model.entities[record.entity].fields[name]
        return record.values.get(name) if one.is_written else self.derived(record, one)
