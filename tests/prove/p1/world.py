"""World A as a list of operations.

Operations rather than rows, so that history, search index and audit grow in both worlds the way they do in life.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.prove.p1.book import Record
from tests.prove.p1.model import COLOURS, STATES, FieldModel, Model
from tests.prove.p1.people import People

CANARY = "zq"
"""Every text that the proof invents begins with it, so that a leaked value can be found in any answer."""


@dataclass(frozen=True)
class Op:
    """One thing that happens: create, update, share, note. `values` are wire values, links hold keys of records."""

    kind: str
    key: str
    entity: str
    actor: str
    values: Mapping[str, Any]
    at: int = 0
    """Minutes after the beginning; what both worlds share happens at the same minute in both."""


@dataclass(frozen=True)
class World:
    """The operations in order and the records that they leave."""

    ops: tuple[Op, ...]
    records: Mapping[str, Record]
    shared: Mapping[str, frozenset[str]]
    versions: Mapping[str, int]


def replay(ops: tuple[Op, ...]) -> World:
    """What the operations leave."""
    records: dict[str, Record] = {}
    shared: dict[str, frozenset[str]] = {}
    versions: Counter[str] = Counter()
    for op in ops:
        versions[op.key] += op.kind in ("create", "update")
        if op.kind == "create":
            values = {name: value for name, value in op.values.items() if name != "owner_id"}
            records[op.key] = Record(op.key, op.entity, op.values["owner_id"], op.actor, values)
        elif op.kind == "update":
            before = records[op.key]
            records[op.key] = replace(before, values={**before.values, **op.values})
        elif op.kind == "share":
            shared[op.key] = shared.get(op.key, frozenset()) | {op.values["to"]}
    return World(ops, records, shared, versions)


class Values:
    """Random values by type of field; texts are canaries."""

    def __init__(self, rng: random.Random, people: People) -> None:
        self.rng = rng
        self.users = list(people.persons)
        self.count = 0
        self.mark = rng.randrange(10**6)

    def canary(self) -> str:
        """A word that occurs nowhere else."""
        self.count += 1
        return f"{CANARY}{self.mark:06d}x{self.count}"

    def draw(self, one: FieldModel, targets: list[str]) -> Any:
        """A value of a field; None now and then."""
        if one.name not in ("name", "code", "state") and self.rng.random() < 0.12:
            return [] if one.others else None
        if one.name == "state":
            return self.rng.choice(STATES)
        return _DRAW[one.type](self, targets)


def _phone(values: Values, _: list[str]) -> str:
    return f"+86138{values.rng.randrange(10**4):04d}{values.rng.randrange(10**4):04d}"


_DRAW: dict[str, Callable[[Values, list[str]], Any]] = {
    "text": lambda v, _: v.canary() + v.rng.choice(("", " 华为技术", " alpha", " beta")),
    "long_text": lambda v, _: f"{v.canary()} {v.rng.choice(('上海', '北京', 'gamma', 'delta'))} {v.canary()}",
    "integer": lambda v, _: v.rng.randrange(1000),
    "decimal": lambda v, _: f"{v.rng.randrange(100_000) / 100:.2f}",
    "money": lambda v, _: {"amount": f"{v.rng.randrange(10_000_000) / 100:.2f}", "currency": "CNY"},
    "date": lambda v, _: f"2026-{v.rng.randrange(1, 13):02d}-{v.rng.randrange(1, 29):02d}",
    "instant": lambda v, _: (
        f"2026-{v.rng.randrange(1, 13):02d}-{v.rng.randrange(1, 29):02d}T{v.rng.randrange(24):02d}:00:00Z"
    ),
    "boolean": lambda v, _: v.rng.random() < 0.5,
    "choice": lambda v, _: v.rng.choice(COLOURS),
    "email": lambda v, _: f"{v.canary()}@mail.example",
    "phone": _phone,
    "user": lambda v, _: v.rng.choice(v.users),
    "link": lambda v, targets: v.rng.choice(targets) if targets else None,
    "many_to_many": lambda v, targets: v.rng.sample(targets, min(len(targets), v.rng.randrange(4))),
}


def make_world(rng: random.Random, model: Model, people: People, *, rows: int) -> World:
    """World A: `rows` records per entity, updates of a third of them, notes, and some records shared with a person."""
    values = Values(rng, people)
    principals = people.principals()
    ops: list[Op] = []
    keys: dict[str, list[str]] = {}
    for entity in model.entities.values():
        keys[entity.name] = []
        for number in range(rows):
            key = f"{entity.name}-{number}"
            given = {f.name: values.draw(f, keys.get(f.aim, [])) for f in entity.fields.values() if f.is_written}
            actor = rng.choice(values.users)
            ops.append(Op("create", key, entity.name, actor, {**given, "owner_id": rng.choice(values.users)}))
            keys[entity.name].append(key)
    now = {op.key: dict(op.values) for op in ops}
    for entity in model.entities.values():
        written = [f for f in entity.fields.values() if f.is_written]
        for key in rng.sample(keys[entity.name], rows // 3):
            drawn = {f.name: values.draw(f, keys.get(f.aim, [])) for f in rng.sample(written, rng.randrange(1, 4))}
            changed = {name: value for name, value in drawn.items() if now[key][name] != value} or {
                "name": values.canary()
            }
            ops.append(Op("update", key, entity.name, rng.choice(values.users), changed))
        for key in rng.sample(keys[entity.name], rows // 6):
            ops.append(Op("note", key, entity.name, rng.choice(values.users), {"text": values.canary()}))
        for key in rng.sample(keys[entity.name], rows // 6):
            ops.append(Op("share", key, entity.name, rng.choice(values.users), {"to": rng.choice(principals)}))
    return replay(tuple(replace(op, at=number) for number, op in enumerate(ops)))
