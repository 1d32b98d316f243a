"""World B: world A with everything that one user cannot see made different."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.prove.p1.book import Book, Record
from tests.prove.p1.model import FieldModel, Model
from tests.prove.p1.oracle import HIDDEN, MASKED, Oracle
from tests.prove.p1.people import People
from tests.prove.p1.world import CANARY, Op, Values, World, replay


@dataclass(frozen=True)
class Twin:
    """World B and what was done to A.

    Shapes: `canaries` are the hidden texts of both worlds; `is_strict` says that the same grants hold in both, so that
    the user may be told what he may do and may try it.
    """

    world: World
    changed_cells: int
    removed: int
    added: int
    canaries: frozenset[str]
    is_strict: bool


def make_twin(rng: random.Random, model: Model, people: People, world: World, user: str) -> Twin:
    """World B for a user.

    Hidden rows are altered, removed or added; hidden cells of visible rows are altered; masked cells change where the
    mask does not show it; hidden records come and go in lists of links. A change that the user would notice is taken back.
    """
    return _Twins(rng, model, people, world, user).make()


class _Twins:
    def __init__(self, rng: random.Random, model: Model, people: People, world: World, user: str) -> None:
        self.rng, self.model, self.people, self.world, self.user = rng, model, people, world, user
        self.is_strict = rng.random() < 0.7
        self.book = Book(model, world.records)
        self.oracle = Oracle(model, people, user, world.shared, self.book)
        self.values = Values(rng, people)
        self.keys = {name: [k for k, r in world.records.items() if r.entity == name] for name in model.entities}
        self.looks = {key: self._look(record) for key, record in world.records.items()}
        self.hidden = {key for key, look in self.looks.items() if look is None}
        self.changed = 0
        self.canaries: set[str] = set()

    def make(self) -> Twin:
        removed = self._remove()
        kept = {name: [k for k in keys if k not in removed] for name, keys in self.keys.items()}
        final = {key: self._alter(record, kept) for key, record in self.world.records.items() if key not in removed}
        given = [self._touch_more(op) for op in self.world.ops if op.key not in removed]
        last = {(op.key, name): n for n, op in enumerate(given) if op.kind in _WRITES for name in op.values}
        ops, now = [], dict[tuple[str, str], Any]()
        for op in self.world.ops:
            if op.key in removed:
                self._mark_all(op.values)
        for number, op in enumerate(given):
            if op.kind == "note" and op.key in self.hidden:
                self._mark_all(op.values)
                ops.append(replace(op, values={"text": self._mark(self.values.canary())}))
            elif op.kind in _WRITES:
                ops.append(self._rewrite(number, op, final[op.key], last, now, kept))
            else:
                ops.append(op)
        ops += self._shares()
        extra = self._extra(kept)
        self._weave(ops, extra)
        twin = replay(tuple(ops))
        self._check(twin)
        hidden = frozenset(self.canaries - self._seen_words())
        return Twin(twin, self.changed, len(removed), len(extra), hidden, self.is_strict)

    def _look(self, record: Record) -> Any:
        return self.oracle.look(record, strict=self.is_strict)

    def _is_same(self, keys: set[str]) -> bool:
        """Whether the user sees of these records in the book what he sees of them in world A."""
        return all(
            self._look(self.book.records[key]) == self.looks.get(key) for key in keys if key in self.book.records
        )

    def _touch_more(self, op: Op) -> Op:
        """Now and then an update touches one more hidden field than in world A: histories and conflicts may not tell."""
        if op.kind != "update" or self.rng.random() < 0.5:
            return op
        record = self.world.records[op.key]
        fields = [f for f in self.model.entities[op.entity].fields.values() if f.is_written and not f.unique]
        hidden = [f.name for f in fields if f.name not in op.values and self.oracle_a(record, f.name) == HIDDEN]
        if not hidden:
            return op
        name = self.rng.choice(hidden)
        return replace(op, values={**op.values, name: record.values.get(name)})

    def oracle_a(self, record: Record, name: str) -> str:
        """How the user saw a cell in world A."""
        look = self.looks[record.key]
        return HIDDEN if look is None else str(look[0][name][0])

    def _shares(self) -> list[Op]:
        """Hidden records are shared with others."""
        me = self.oracle.principals
        others = [one for one in self.people.principals() if one not in me]
        some = self.rng.sample(sorted(self.hidden), min(8, len(self.hidden)))
        some = [key for key in some if key in self.book.records]
        at = len(self.world.ops)
        return [
            Op("share", key, self.world.records[key].entity, self.user, {"to": self.rng.choice(others)}, at + n)
            for n, key in enumerate(some)
        ]

    def _weave(self, ops: list[Op], extra: list[Op]) -> None:
        """Hidden rows lie between the visible ones, after the rows that they point to."""
        for op in extra:
            targets = set(self._aims(op))
            least = max(
                (n + 1 for n, other in enumerate(ops) if other.kind == "create" and other.key in targets), default=0
            )
            place = self.rng.randrange(least, len(ops) + 1)
            ops.insert(place, replace(op, at=ops[place - 1].at if place else 0))

    def _aims(self, op: Op) -> list[str]:
        found: list[str] = []
        for one in self.model.entities[op.entity].fields.values():
            value = op.values.get(one.name)
            if value and one.aim:
                found += value if one.others else [value]
        return found

    def _remove(self) -> set[str]:
        """Take away hidden rows that nothing ever points to, where nobody notices."""
        pointed = {key for op in self.world.ops if op.kind in _WRITES for key in self._aims(op)}
        gone = set()
        for key in sorted(self.hidden - pointed):
            near = self.book.neighbours(key)
            if self.rng.random() < 0.4:
                record = self.book.records[key]
                self.book.drop(key)
                if self._is_same(near):
                    gone.add(key)
                else:
                    self.book.put(record)
        return gone

    def _alter(self, record: Record, kept: dict[str, list[str]]) -> dict[str, Any]:
        """The final values of a record that differ in world B; the user sees all as before with them."""
        found: dict[str, Any] = {}
        for one in self.model.entities[record.entity].fields.values():
            if not one.is_written:
                continue
            seen, old = self.oracle_a(record, one.name), record.values.get(one.name)
            if seen == HIDDEN:
                new = self.values.draw(one, self._targets(one, kept))
            elif seen == MASKED and one.type in _SAME_MASK and old is not None:
                new = _SAME_MASK[one.type](self.values, old)
            elif one.others:
                new = self._mixed(one, old or [], kept)
            else:
                continue
            now = self.book.records[record.key]
            near = {record.key}
            if one.aim or one.name in ("size", "cost", "state"):
                near |= self.book.neighbours(record.key)
            self.book.put(replace(now, values={**now.values, one.name: new}))
            if one.aim:
                near |= self.book.neighbours(record.key)
            if self._is_same(near):
                found[one.name] = new
            else:
                self.book.put(now)
        return found

    def _mixed(self, one: FieldModel, old: list[str], kept: dict[str, list[str]]) -> list[str]:
        """A list of links with other hidden records between the visible ones."""
        found = [key for key in old if key not in self.hidden]
        free = sorted(self.hidden.intersection(self._targets(one, kept)))
        for key in self.rng.sample(free, min(len(free), self.rng.randrange(3))):
            found.insert(self.rng.randrange(len(found) + 1), key)
        return found

    def _targets(self, one: FieldModel, kept: dict[str, list[str]]) -> list[str]:
        return kept.get(one.aim, [])

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

    def _extra(self, kept: dict[str, list[str]]) -> list[Op]:
        """New rows that the user does not see and does not notice."""
        made = []
        for entity in self.model.entities.values():
            for number in range(max(3, len(self.keys[entity.name]) // 4)):
                key = f"{entity.name}-extra-{number}"
                given = {
                    f.name: self.values.draw(f, self._targets(f, kept)) for f in entity.fields.values() if f.is_written
                }
                owner = self.rng.choice(self.values.users)
                self.book.put(Record(key, entity.name, owner, owner, given))
                if self._is_same({key, *self.book.neighbours(key)}):
                    self._mark_all(given)
                    made.append(Op("create", key, entity.name, owner, {**given, "owner_id": owner}))
                else:
                    self.book.drop(key)
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
                if isinstance(value, str) and self.oracle_a(record, name) != HIDDEN:
                    words.update(value.replace("@", " ").split())
        return words

    def _check(self, twin: World) -> None:
        """World B must look the same to the user by the oracle's own word; else the proof itself is wrong."""
        book = Book(self.model, twin.records)
        other = Oracle(self.model, self.people, self.user, twin.shared, book)
        looks = {key: other.look(record, strict=self.is_strict) for key, record in twin.records.items()}
        for key in sorted(self.looks.keys() | looks.keys()):
            if looks.get(key) != self.looks.get(key):
                raise AssertionError(f"the twin shows {key} otherwise: {self.looks.get(key)} / {looks.get(key)}")


_WRITES = ("create", "update")


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
