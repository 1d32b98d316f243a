"""World A as a list of operations, and world B: A with everything that one user cannot see made different.

Operations rather than rows, so that history, search index and audit grow in both worlds the way they do in life.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.prove.p1.model import COLOURS, STATES, FieldModel, Model
from tests.prove.p1.oracle import HIDDEN, MASKED, Oracle, Record
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


def replay(ops: tuple[Op, ...]) -> World:
    """What the operations leave."""
    records: dict[str, Record] = {}
    shared: dict[str, frozenset[str]] = {}
    for op in ops:
        if op.kind == "create":
            values = {name: value for name, value in op.values.items() if name != "owner_id"}
            records[op.key] = Record(op.key, op.entity, op.values["owner_id"], op.actor, values)
        elif op.kind == "update":
            before = records[op.key]
            records[op.key] = replace(before, values={**before.values, **op.values})
        elif op.kind == "share":
            shared[op.key] = shared.get(op.key, frozenset()) | {op.values["user"]}
    return World(ops, records, shared)


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
            return None
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
}


def make_world(rng: random.Random, model: Model, people: People, *, rows: int) -> World:
    """World A: `rows` records per entity, updates of a third of them, notes, and some records shared with a person."""
    values = Values(rng, people)
    ops: list[Op] = []
    keys: dict[str, list[str]] = {}
    for entity in model.entities.values():
        keys[entity.name] = []
        for number in range(rows):
            key = f"{entity.name}-{number}"
            given = {f.name: values.draw(f, keys.get(f.target, [])) for f in entity.fields.values() if f.is_written}
            actor = rng.choice(values.users)
            ops.append(Op("create", key, entity.name, actor, {**given, "owner_id": rng.choice(values.users)}))
            keys[entity.name].append(key)
    now = {op.key: dict(op.values) for op in ops}
    for entity in model.entities.values():
        written = [f for f in entity.fields.values() if f.is_written]
        for key in rng.sample(keys[entity.name], rows // 3):
            drawn = {f.name: values.draw(f, keys.get(f.target, [])) for f in rng.sample(written, rng.randrange(1, 4))}
            changed = {name: value for name, value in drawn.items() if now[key][name] != value} or {
                "name": values.canary()
            }
            ops.append(Op("update", key, entity.name, rng.choice(values.users), changed))
        for key in rng.sample(keys[entity.name], rows // 6):
            ops.append(Op("note", key, entity.name, rng.choice(values.users), {"text": values.canary()}))
        for key in rng.sample(keys[entity.name], rows // 6):
            ops.append(Op("share", key, entity.name, rng.choice(values.users), {"user": rng.choice(values.users)}))
    return replay(tuple(replace(op, at=number) for number, op in enumerate(ops)))


@dataclass(frozen=True)
class Twin:
    """World B and what was done to A: `canaries` are the hidden texts of both worlds."""

    world: World
    changed_cells: int
    removed: int
    added: int
    canaries: frozenset[str]


def make_twin(rng: random.Random, model: Model, people: People, world: World, user: str) -> Twin:
    """World B for a user.

    Hidden rows are altered, removed or added; hidden cells of visible rows are altered; masked cells change where the
    mask does not show it. Every change is taken back if it would alter what the user sees.
    """
    return _Twins(rng, model, people, world, user).make()


class _Twins:
    def __init__(self, rng: random.Random, model: Model, people: People, world: World, user: str) -> None:
        self.rng, self.model, self.people, self.world, self.user = rng, model, people, world, user
        self.oracle = Oracle(model, people, user, world.shared)
        self.values = Values(rng, people)
        self.keys = {name: [k for k, r in world.records.items() if r.entity == name] for name in model.entities}
        self.hidden = {key for key, record in world.records.items() if not self.oracle.sees_row(record)}
        self.changed = 0
        self.canaries: set[str] = set()

    def make(self) -> Twin:
        removed = self._removable()
        kept = {name: [k for k in keys if k not in removed] for name, keys in self.keys.items()}
        final = {key: self._alter(record, kept) for key, record in self.world.records.items() if key not in removed}
        last = {
            (op.key, name): n
            for n, op in enumerate(self.world.ops)
            if op.kind in ("create", "update")
            for name in op.values
        }
        ops, now = [], dict[tuple[str, str], Any]()
        for number, op in enumerate(self.world.ops):
            if op.key in removed:
                self._mark_all(op.values)
            elif op.kind == "note" and op.key in self.hidden:
                self._mark_all(op.values)
                ops.append(replace(op, values={"text": self._mark(self.values.canary())}))
            elif op.kind in ("create", "update"):
                ops.append(self._rewrite(number, op, final[op.key], last, now, kept))
            else:
                ops.append(op)
        extra = self._extra(kept)
        self._weave(ops, extra)
        twin = replay(tuple(ops))
        self._check(twin)
        return Twin(twin, self.changed, len(removed), len(extra), frozenset(self.canaries - self._seen_words()))

    def _weave(self, ops: list[Op], extra: list[Op]) -> None:
        """Hidden rows lie between the visible ones, after the rows that they point to."""
        for op in extra:
            targets = {
                op.values[f.name]
                for f in self.model.entities[op.entity].fields.values()
                if f.target and op.values.get(f.name)
            }
            least = max(
                (n + 1 for n, other in enumerate(ops) if other.kind == "create" and other.key in targets), default=0
            )
            place = self.rng.randrange(least, len(ops) + 1)
            ops.insert(place, replace(op, at=ops[place - 1].at if place else 0))

    def _removable(self) -> set[str]:
        """Hidden rows that nothing points to."""
        pointed = {
            op.values[f.name]
            for op in self.world.ops
            if op.kind in ("create", "update")
            for f in self.model.entities[op.entity].fields.values()
            if f.target and op.values.get(f.name)
        }
        return {key for key in sorted(self.hidden - pointed) if self.rng.random() < 0.3}

    def _alter(self, record: Record, kept: dict[str, list[str]]) -> dict[str, Any]:
        """The final values of a record that differ in world B; the user sees the same rows and cells with them."""
        found: dict[str, Any] = {}
        for one in self.model.entities[record.entity].fields.values():
            if not one.is_written:
                continue
            seen = HIDDEN if record.key in self.hidden else self.oracle.cell(record, one.name)
            old = record.values.get(one.name)
            if seen == HIDDEN:
                new = self.values.draw(one, self._targets(one, kept))
            elif seen == MASKED and one.type in _SAME_MASK and old is not None:
                new = _SAME_MASK[one.type](self.values, old)
            else:
                continue
            if self._keeps(record, {**record.values, **found, one.name: new}):
                found[one.name] = new
        return found

    def _targets(self, one: FieldModel, kept: dict[str, list[str]]) -> list[str]:
        return kept.get(one.target, [])

    def _rewrite(
        self,
        number: int,
        op: Op,
        final: Mapping[str, Any],
        last: Mapping[tuple[str, str], int],
        now: dict[tuple[str, str], Any],
        kept: dict[str, list[str]],
    ) -> Op:
        """An operation of world A with the values of world B; what changed something there changes something here."""
        fields = self.model.entities[op.entity].fields
        changed = dict(op.values)
        for name, old in op.values.items():
            if name in final:
                is_last = last[op.key, name] == number
                # In between any value will do: what counts is the state in which the user looks.
                changed[name] = final[name] if is_last else self._between(fields[name], old, final[name], kept)
                if op.kind == "update" and now.get((op.key, name)) == changed[name]:
                    changed[name] = old if now.get((op.key, name)) != old and not is_last else changed[name]
                self._mark_all({name: old})
                self._mark(changed[name])
                self.changed += changed[name] != old
            now[op.key, name] = changed[name]
        return replace(op, values=changed)

    def _between(self, one: FieldModel, old: Any, final: Any, kept: dict[str, list[str]]) -> Any:
        """A value other than the one that follows it, so that the following update is an update in both worlds."""
        for _ in range(20):
            new = self.values.draw(one, self._targets(one, kept))
            if new != final:
                return new
        return None if final is not None else old

    def _keeps(self, record: Record, values: Mapping[str, Any]) -> bool:
        """Whether the user would see the same rows and cells with these values."""
        other = replace(record, values=values)
        names = self.model.entities[record.entity].fields
        return self.oracle.sees_row(other) == self.oracle.sees_row(record) and all(
            self.oracle.cell(other, name) == self.oracle.cell(record, name) for name in names
        )

    def _extra(self, kept: dict[str, list[str]]) -> list[Op]:
        """New rows that the user does not see."""
        made = []
        for entity in self.model.entities.values():
            for number in range(max(2, len(self.keys[entity.name]) // 5)):
                key = f"{entity.name}-extra-{number}"
                given = {
                    f.name: self.values.draw(f, kept.get(f.target, [])) for f in entity.fields.values() if f.is_written
                }
                owner = self.rng.choice(self.values.users)
                record = Record(key, entity.name, owner, owner, given)
                if not self.oracle.sees_row(record):
                    self._mark_all(given)
                    made.append(Op("create", key, entity.name, owner, {**given, "owner_id": owner}))
        return made

    def _mark(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith(CANARY):
            self.canaries.update(word for word in value.replace("@", " ").split() if word.startswith(CANARY))
        return value

    def _mark_all(self, values: Mapping[str, Any]) -> None:
        for value in values.values():
            self._mark(value)

    def _seen_words(self) -> set[str]:
        """Words of visible or masked cells: an altered masked cell may show a part."""
        words: set[str] = set()
        for record in self.world.records.values():
            for name, value in record.values.items():
                if isinstance(value, str) and self.oracle.sees_row(record) and self.oracle.cell(record, name) != HIDDEN:
                    words.update(value.replace("@", " ").split())
        return words

    def _check(self, twin: World) -> None:
        """World B must look the same to the user by the oracle's own word; else the proof itself is wrong."""
        other = Oracle(self.model, self.people, self.user, twin.shared)
        seen_a = {k for k, r in self.world.records.items() if self.oracle.sees_row(r)}
        seen_b = {k for k, r in twin.records.items() if other.sees_row(r)}
        if seen_a != seen_b:
            raise AssertionError(f"the twin shows other rows: {sorted(seen_a ^ seen_b)[:5]}")
        for key in seen_a:
            one, two = self.world.records[key], twin.records[key]
            for name, value in one.values.items():
                if self.oracle.cell(one, name) == "plain" and two.values[name] != value:
                    raise AssertionError(f"the twin shows another value of {key}.{name}")


def _same_phone(values: Values, old: Any) -> Any:
    return f"{old[:6]}{values.rng.randrange(10**4):04d}{old[-4:]}" if isinstance(old, str) and len(old) == 14 else old


_SAME_MASK: dict[str, Callable[[Values, Any], Any]] = {
    "phone": _same_phone,
    "email": lambda v, old: f"{old[0]}{v.canary()[1:]}@{old.split('@')[1]}" if old else old,
    "text": lambda v, old: v.canary() if old else old,
    "integer": lambda v, old: v.rng.randrange(1000) if old is not None else old,
    "decimal": lambda v, old: f"{v.rng.randrange(100_000) / 100:.2f}" if old is not None else old,
    "money": lambda v, old: (
        {"amount": f"{v.rng.randrange(10_000_000) / 100:.2f}", "currency": "CNY"} if old is not None else old
    ),
    "date": lambda v, old: (
        f"2026-{v.rng.randrange(1, 13):02d}-{v.rng.randrange(1, 29):02d}" if old is not None else old
    ),
}
