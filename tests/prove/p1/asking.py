"""Random requests of one user: every way in which a value could come out, asked with the very values that are hidden.

A request is drawn once and sent to both worlds. Words, numbers and ids come from both worlds, seen and hidden alike:
whoever guesses right must learn nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.prove.p1.ask import Ask
from tests.prove.p1.changing import Changer
from tests.prove.p1.material import API, NUMBERS, record_id
from tests.prove.p1.model import EntityModel, Model
from tests.prove.p1.oracle import Oracle
from tests.prove.p1.world import World


class Asker(Changer):
    """Draws requests. The same seed gives the same requests."""

    def __init__(self, rng: random.Random, model: Model, worlds: tuple[World, World], oracle: Oracle) -> None:
        super().__init__(rng, model, worlds, oracle)
        self.reading: list[tuple[Callable[[], Ask], int]] = [
            (self.get, 6), (self.listing, 6), (self.count, 5), (self.page, 4), (self.sort, 6), (self.filter, 12), (self.search, 8),
            (self.group, 6), (self.aggregate, 7), (self.lookup, 6), (self.history, 6), (self.notes, 3), (self.files, 2),
            (self.formula, 4), (self.mistake, 3), (self.many, 7), (self.openapi, 1), (self.metadata, 2), (self.links, 4),
            (self.parts, 3), (self.pairs, 5), (self.tree, 5), (self.shares, 2), (self.trash, 2),
        ]  # fmt: skip
        self.trying: list[tuple[Callable[[], Ask], int]] = [
            (self.export, 5), (self.explain, 3), (self.create, 4), (self.update, 4), (self.probe, 6), (self.stale, 5),
            (self.repeat, 4), (self.delete, 2), (self.restore, 2), (self.batch, 3), (self.load, 5),
        ]  # fmt: skip

    def draw(self, *, tries: bool = True) -> Ask:
        """The next request; `tries` adds those whose answer says what the user may do."""
        kinds = self.reading + (self.trying if tries else [])
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
            numbers = one.type in (*NUMBERS, "money")
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
        formula = self._over(child, f"{child.name}s")
        if self.rng.random() < 0.3:
            return Ask("many", "POST", f"{API}/formula/evaluate", body=self._evaluated(parent, formula))
        return Ask("many", "GET", self._base(parent), {"filter": formula, "fields": "id", "limit": "200"})

    def _over(self, entity: EntityModel, relation: str) -> str:
        """A condition over the rows of a relation to an entity."""
        path, last, one = self._path(entity)
        below = [f.child for f in entity.fields.values() if f.gather]
        kinds = [
            f"COUNT({relation}) > {self.rng.randrange(3)}",
            f"COUNT({relation}, {path} = {self._literal(last, one)}) > 0",
            f"COUNT({relation}, not ({path} = {self._literal(last, one)})) > 0",
            f"SUM({relation}, size) > {self.rng.randrange(2000)}",
            f"MAX({relation}, cost) >= {self.rng.randrange(1000)}",
            f"MIN({relation}, {path}) = {self._literal(last, one)}",
            f"AVG({relation}, cost) > {self.rng.randrange(1000)}",
        ]
        if below:
            inner = f"COUNT({self.rng.choice(below)}s, size > {self.rng.randrange(1000)})"
            kinds.append(f"COUNT({relation}, {inner} > 0) > {self.rng.randrange(2)}")
        return self.rng.choice(kinds)

    def pairs(self) -> Ask:
        """Lists of links: shown, and counted from either side."""
        found = [(e, f) for e in self.model.entities.values() for f in e.fields.values() if f.others]
        if not found:
            return self.many()
        owner, one = self.rng.choice(found)
        other = self.model.entities[one.others]
        kind = self.rng.randrange(4)
        if kind == 0:
            return Ask("pairs", "GET", self._base(owner), {"fields": one.name, "limit": "200"})
        if kind == 1:
            return Ask("pairs", "GET", self._record(owner), {"fields": f"name,{one.name}"})
        if kind == 2:
            query = {"filter": self._over(other, one.name), "fields": "id", "limit": "200"}
            return Ask("pairs", "GET", self._base(owner), query)
        query = {"filter": self._over(owner, f"{owner.name}_fans"), "fields": "id", "limit": "200"}
        return Ask("pairs", "GET", self._base(other), query)

    def tree(self) -> Ask:
        """Conditions as filter builders write them."""
        entity = self._entity()
        leaves = [self._leaf(entity) for _ in range(self.rng.randrange(1, 3))]
        body: Any = leaves[0] if len(leaves) == 1 else {self.rng.choice(("and", "or")): leaves}
        if self.rng.random() < 0.3:
            body = {"not": body}
        asked = {"entity": entity.qualified, "fields": ["id"], "filter": body, "limit": 200, "count": "exact"}
        return Ask("tree", "POST", f"{API}/query", body=asked)

    def _leaf(self, entity: EntityModel) -> dict[str, Any]:
        below = [f.child for f in entity.fields.values() if f.gather]
        if below and self.rng.random() < 0.4:
            child = self.rng.choice(below)
            path, last, one = self._path(self.model.entities[child])
            path = f"{child}s.{path}"
        else:
            path, last, one = self._path(entity)
        if self.rng.random() < 0.25:
            return {"field": path, "op": self.rng.choice(("is_empty", "is_not_empty"))}
        value = self._held(last, one)
        value = record_id(value) if one.type in ("link", "user") and value else value
        value = (
            value["amount"]
            if isinstance(value, dict)
            else str(value)
            if one.type in NUMBERS and value is not None
            else value
        )
        texts = ("contains", "not_contains", "starts_with") if one.type in ("text", "email", "long_text") else ()
        ordered = ("gt", "le") if one.type in NUMBERS else ()
        return {"field": path, "op": self.rng.choice(("eq", "ne", *texts, *ordered)), "value": value}

    def shares(self) -> Ask:
        """With whom a record is shared."""
        return Ask("shares", "GET", f"{self._record(self._entity())}/shares")

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
        kind = self.rng.choice(("csv", "xlsx"))
        heads = {"heads": "labels"} if self.rng.random() < 0.3 else {}
        query = {"format": kind, **heads, **self._fields(entity)}
        if self.rng.random() < 0.4:
            query["filter"] = self._condition(entity)
        return Ask(kind, "GET", f"{self._base(entity)}/export", query)

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
