"""Random requests of one user: every way in which a value could come out, asked with the very values that are hidden.

A request is drawn once and sent to both worlds. Words, numbers and ids come from both worlds, seen and hidden alike:
whoever guesses right must learn nothing.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.prove.p1.material import API, Material, record_id
from tests.prove.p1.model import EntityModel, Model
from tests.prove.p1.world import World


@dataclass(frozen=True)
class Ask:
    """One request; a paged one is followed from page to page."""

    kind: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_paged: bool = False

    @property
    def url(self) -> str:
        """Path and query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    def text(self) -> str:
        """The request for a report."""
        return f"{self.method} {self.url} {json.dumps(self.body, ensure_ascii=False)[:300] if self.body is not None else ''}".strip()


class Asker(Material):
    """Draws requests. The same seed gives the same requests."""

    def __init__(self, rng: random.Random, model: Model, worlds: tuple[World, World]) -> None:
        super().__init__(rng, model, worlds)
        self.reading: list[tuple[Callable[[], Ask], int]] = [
            (self.get, 6), (self.listing, 6), (self.count, 5), (self.page, 4), (self.sort, 6), (self.filter, 12), (self.search, 8),
            (self.group, 6), (self.aggregate, 7), (self.lookup, 6), (self.export, 4), (self.history, 6), (self.notes, 3), (self.files, 2),
            (self.explain, 3), (self.formula, 4), (self.mistake, 3), (self.many, 4), (self.openapi, 1), (self.metadata, 2), (self.links, 4),
            (self.parts, 3),
        ]  # fmt: skip
        self.writing: list[tuple[Callable[[], Ask], int]] = [
            (self.create, 4),
            (self.update, 5),
            (self.repeat, 4),
            (self.delete, 2),
        ]

    def draw(self, *, writes: bool = True) -> Ask:
        """The next request."""
        kinds = self.reading + (self.writing if writes else [])
        return self.rng.choices([make for make, _ in kinds], [weight for _, weight in kinds])[0]()

    # Requests.

    def get(self) -> Ask:
        """One record."""
        entity = self._entity()
        return Ask("get", "GET", self._record(entity), self._fields(entity))

    def listing(self) -> Ask:
        """A list."""
        entity = self._entity()
        return Ask(
            "list", "GET", self._base(entity), {**self._fields(entity), "limit": str(self.rng.choice((5, 50, 200)))}
        )

    def count(self) -> Ask:
        """How many meet a condition."""
        entity = self._entity()
        query = {"count": self.rng.choice(("true", "exact")), "limit": "1"}
        if self.rng.random() < 0.7:
            query["filter"] = self._condition(entity)
        return Ask("count", "GET", self._base(entity), query)

    def page(self) -> Ask:
        """Page after page."""
        entity = self._entity()
        sign = self.rng.choice(("", "-"))
        return Ask(
            "page", "GET", self._base(entity), {"limit": "3", "sort": f"{sign}{self._path(entity)[0]}"}, is_paged=True
        )

    def sort(self) -> Ask:
        """In some order."""
        entity = self._entity()
        keys = [self.rng.choice(("", "-")) + self._path(entity)[0] for _ in range(self.rng.choice((1, 1, 2)))]
        return Ask(
            "sort", "GET", self._base(entity), {"sort": ",".join(dict.fromkeys(keys)), "fields": "name", "limit": "200"}
        )

    def filter(self) -> Ask:
        """Under a condition."""
        entity = self._entity()
        return Ask(
            "filter", "GET", self._base(entity), {"filter": self._condition(entity), "fields": "id", "limit": "200"}
        )

    def search(self) -> Ask:
        """By a word."""
        entity = self._entity()
        return Ask(
            "search",
            "GET",
            self._base(entity),
            {"search": self._word(), "count": "exact", "limit": "50", "fields": "id"},
        )

    def lookup(self) -> Ask:
        """What a link field offers while typing."""
        entity = self._entity()
        return Ask(
            "lookup",
            "GET",
            self._base(entity),
            {"search": self._word(), "fields": "name", "limit": "10", "sort": "name"},
        )

    def group(self) -> Ask:
        """Counted by a field."""
        entity = self._entity()
        path, _, one = self._path(entity)
        bucket = ":month" if one.type in ("date", "instant") else ""
        body: dict[str, Any] = {
            "entity": entity.qualified,
            "group": {"part": path + bucket},
            "measures": {"rows": "COUNT()"},
            "limit": 1000,
        }
        if self.rng.random() < 0.4:
            body["filter"] = self._condition(entity)
        return Ask("group", "POST", f"{API}/query", body=body)

    def aggregate(self) -> Ask:
        """Smallest, largest, sum, number of different ones."""
        entity = self._entity()
        measures: dict[str, Any] = {}
        for number in range(self.rng.randrange(1, 4)):
            path, _, one = self._path(entity)
            numbers = one.type in ("integer", "decimal", "money", "formula")
            function = self.rng.choice(
                ("sum", "avg", "min", "max") if numbers else ("min", "max", "count", "count_distinct")
            )
            measures[f"m{number}"] = {"function": function, "path": path}
            if self.rng.random() < 0.3:
                measures[f"m{number}"]["filter"] = self._condition(entity)
        return Ask("aggregate", "POST", f"{API}/query", body={"entity": entity.qualified, "measures": measures})

    def many(self) -> Ask:
        """A condition over the records that point here."""
        pairs = [(e, f) for e in self.model.entities.values() for f in e.fields.values() if f.target]
        child, link = self.rng.choice(pairs)
        parent = self.model.entities[link.target]
        path, last, one = self._path(child)
        formula = self.rng.choice(
            (
                f"COUNT({child.name}s) > {self.rng.randrange(3)}",
                f"COUNT({child.name}s, {path} = {self._literal(last, one)}) > 0",
                f"SUM({child.name}s, size) > {self.rng.randrange(2000)}",
                f"MAX({child.name}s, cost) >= {self.rng.randrange(1000)}",
            )
        )
        if self.rng.random() < 0.3:
            return Ask("many", "POST", f"{API}/formula/evaluate", body=self._evaluated(parent, formula))
        return Ask("many", "GET", self._base(parent), {"filter": formula, "fields": "id", "limit": "200"})

    def links(self) -> Ask:
        """A link with the title of what it points to, and fields of it."""
        children = [e for e in self.model.entities.values() if any(f.target for f in e.fields.values())]
        entity = self.rng.choice(children)
        link = self.rng.choice([f for f in entity.fields.values() if f.target])
        target = self.model.entities[link.target]
        paths = [link.name, *(f"{link.name}.{name}" for name in self.rng.sample(list(target.fields), 3))]
        query = {"fields": ",".join(paths), "limit": "200"}
        if self.rng.random() < 0.4:
            query["filter"] = f"{link.name} = '{record_id(self._key(target))}'"
        return Ask("links", "GET", self._base(entity), query)

    def parts(self) -> Ask:
        """Parts of values under their own names: the amount of a sum of money, the key that a text is sorted by."""
        entity = self._entity()
        parts = {"money": ("amount", "currency", "base"), "text": ("sort",), "email": ("sort",), "phone": ("sort",)}
        known = [f"{f.name}.{part}" for f in entity.fields.values() for part in parts.get(f.type, ())]
        path = self.rng.choice(known)
        kind = self.rng.randrange(3)
        if kind == 0:
            return Ask("parts", "GET", self._base(entity), {"fields": path, "limit": "200"})
        if kind == 1:
            return Ask("parts", "GET", self._base(entity), {"sort": path, "fields": "id", "limit": "200"})
        return Ask(
            "parts",
            "POST",
            f"{API}/query",
            body={"entity": entity.qualified, "measures": {"m": {"function": "max", "path": path}}},
        )

    def export(self) -> Ask:
        """As a file."""
        entity = self._entity()
        query = {"format": "csv", **self._fields(entity)}
        if self.rng.random() < 0.4:
            query["filter"] = self._condition(entity)
        return Ask("export", "GET", f"{self._base(entity)}/export", query)

    def history(self) -> Ask:
        """What happened to a record."""
        return Ask("history", "GET", f"{self._record(self._entity())}/history")

    def notes(self) -> Ask:
        """Notes on a record."""
        return Ask("notes", "GET", f"{self._record(self._entity())}/notes")

    def files(self) -> Ask:
        """Files on a record."""
        return Ask("files", "GET", f"{self._record(self._entity())}/files")

    def explain(self) -> Ask:
        """Why something cannot be seen or done."""
        entity = self._entity()
        query = {"action": self.rng.choice(("read", "update", "delete"))} if self.rng.random() < 0.5 else {}
        if self.rng.random() < 0.5:
            query["field"] = self.rng.choice(list(entity.fields))
        return Ask("explain", "GET", f"{self._record(entity)}/explain", query)

    def formula(self) -> Ask:
        """A formula over a record."""
        entity = self._entity()
        path, last, one = self._path(entity)
        text = self.rng.choice((path, f"IF({path} = {self._literal(last, one)}, 'yes', 'no')", self._condition(entity)))
        return Ask("formula", "POST", f"{API}/formula/evaluate", body=self._evaluated(entity, text))

    def _evaluated(self, entity: EntityModel, text: str) -> dict[str, Any]:
        backend = self.rng.choice(("python", "sql"))
        return {"formula": text, "entity": entity.qualified, "record": record_id(self._key(entity)), "backend": backend}

    def mistake(self) -> Ask:
        """A request that is wrong: the answer must not depend on what is hidden."""
        entity = self._entity()
        name = self.rng.choice(list(entity.fields))
        query = self.rng.choice(
            (
                {"fields": f"{name}x"},
                {"filter": f"{name} = "},
                {"filter": f"{name} + 'a' > 1"},
                {"filter": f"1 / ({name} - {name}) > 0"},
                {"sort": f"{name}.{name}"},
                {"cursor": "AAAA"},
                {"limit": "0"},
            )
        )
        return Ask("mistake", "GET", self._base(entity), query)

    def openapi(self) -> Ask:
        """The description of the interface."""
        return Ask("openapi", "GET", "/api/openapi.json")

    def metadata(self) -> Ask:
        """The description of an entity."""
        return Ask("metadata", "GET", f"{API}/metadata/entities/{self._entity().qualified}")

    def _values(self, entity: EntityModel, names: list[str]) -> dict[str, Any]:
        values = {}
        for name in names:
            one = entity.fields[name]
            value = self._held(entity, one)
            values[name] = record_id(value) if one.type in ("link", "user") and value is not None else value
        return values

    def create(self) -> Ask:
        """A new record; its code is new, some values are wrong, links point anywhere."""
        entity = self._entity()
        written = [f.name for f in entity.fields.values() if f.is_written and f.name != "code"]
        values = self._values(entity, self.rng.sample(written, self.rng.randrange(2, len(written))))
        values["code"] = f"new{self.rng.randrange(10**9)}"
        if self.rng.random() < 0.3:
            values[self.rng.choice(written)] = self.rng.choice(("nonsense", -1, [], {"a": 1}))
        return Ask("create", "POST", self._base(entity), body=values)

    def update(self) -> Ask:
        """A change of one to three fields, with a version that may be right.

        Not of those on which rights depend: who may write a record's state may by that open it to himself.
        """
        entity = self._entity()
        fixed = ("code", "state", "size")
        written = [f.name for f in entity.fields.values() if f.is_written and f.name not in fixed]
        values = self._values(entity, self.rng.sample(written, self.rng.randrange(1, 4)))
        return Ask(
            "update",
            "PATCH",
            self._record(entity),
            body=values,
            headers={"If-Match": f'"{self.rng.choice((1, 1, 2))}"'},
        )

    def repeat(self) -> Ask:
        """A value that is used: the answer says "already used" and nothing about who uses it.

        That a value is used is told on purpose, so the codes that both worlds share are taken.
        """
        entity = self._entity()
        one, two = (world.records for world in self.worlds)
        shared = [
            k
            for k in self.keys[entity.name]
            if k in one and k in two and one[k].values["code"] == two[k].values["code"]
        ]
        if not shared:
            return self.create()
        code = one[self.rng.choice(shared)].values["code"]
        if self.rng.random() < 0.5:
            return Ask("unique", "POST", self._base(entity), body={"name": "again", "code": code})
        return Ask("unique", "PATCH", self._record(entity), body={"code": code}, headers={"If-Match": '"1"'})

    def delete(self) -> Ask:
        """Into the trash; only records that nothing can point to, since a refusal would tell of hidden ones."""
        free = [
            e
            for e in self.model.entities.values()
            if not any(f.target == e.name for o in self.model.entities.values() for f in o.fields.values())
        ]
        if not free:
            return self.get()
        return Ask(
            "delete",
            "DELETE",
            self._record(self.rng.choice(free)),
            headers={"If-Match": f'"{self.rng.choice((1, 2))}"'},
        )
