"""Random changes: values of hidden cells as guesses, versions that are right and old, batches, imports, the trash.

A user may open a row to himself by what he writes, and a roll-up or a formula of its own right may show what he moves:
such fields are left alone, since what they tell is told on purpose (docs/threat-model.md).
"""

from __future__ import annotations

import csv
import io
import json
import random
from typing import Any

from tests.prove.p1.ask import Ask, form
from tests.prove.p1.material import Material, record_id
from tests.prove.p1.model import EntityModel, FieldModel, Model
from tests.prove.p1.oracle import Oracle
from tests.prove.p1.world import World


class Changer(Material):
    """Draws requests that change something."""

    def __init__(self, rng: random.Random, model: Model, worlds: tuple[World, World], oracle: Oracle) -> None:
        super().__init__(rng, model, worlds)
        self.oracle = oracle
        self.gone: list[tuple[str, str]] = []
        grants = [grant for held in oracle.grants.values() for grant in held]
        self.is_bound = any(isinstance(g.rows, tuple) and g.rows[0] in ("link", "many") for g in grants)
        self.blind = sorted(
            {(g.entity, n) for g in grants if "update" in g.actions for n in g.write if n not in g.read or n in g.mask}
        )

    def _sum_over(self, entity: EntityModel) -> set[str]:
        """The links by which records of an entity are summed up."""
        return {
            one.via
            for other in self.model.entities.values()
            for one in other.fields.values()
            if one.gather == "sum" and one.child == entity.name
        }

    def _fixed(self, entity: EntityModel) -> set[str]:
        """The fields that are left alone."""
        summed = self._sum_over(entity)
        far = {one.far for one in entity.fields.values() if one.far}
        links = {one.name for one in entity.fields.values() if one.target} if self.is_bound else set()
        return {"code", "state", "size"} | ({"cost"} if summed else set()) | summed | far | links

    def _open(self, entity: EntityModel) -> list[FieldModel]:
        fixed = self._fixed(entity)
        return [one for one in entity.fields.values() if one.is_written and one.name not in fixed]

    def _wire(self, one: FieldModel, value: Any) -> Any:
        if one.others:
            return [record_id(key) for key in value or ()]
        return record_id(value) if one.type in ("link", "user") and value is not None else value

    def _values(self, entity: EntityModel, fields: list[FieldModel]) -> dict[str, Any]:
        return {one.name: self._wire(one, self._held(entity, one)) for one in fields}

    def _some(self, entity: EntityModel, most: int = 3) -> list[FieldModel]:
        fields = self._open(entity)
        return self.rng.sample(fields, self.rng.randrange(1, min(most, len(fields)) + 1))

    def create(self) -> Ask:
        """A new record; its code is new, some values are wrong, links point anywhere."""
        entity = self._entity()
        skipped = {one.far for one in entity.fields.values()} | {"code"}
        if self.is_bound:
            skipped |= {one.name for one in entity.fields.values() if one.target}
        fields = [one for one in entity.fields.values() if one.is_written and one.name not in skipped]
        values = self._values(entity, self.rng.sample(fields, self.rng.randrange(2, len(fields))))
        values["code"] = f"new{self.rng.randrange(10**9)}"
        if self.rng.random() < 0.3:
            values[self.rng.choice(fields).name] = self.rng.choice(("nonsense", -1, [], {"a": 1}))
        return Ask("create", "POST", self._base(entity), body=values)

    def update(self) -> Ask:
        """A change of one to three fields, with a version that may be right."""
        entity = self._entity()
        headers = {"If-Match": f'"{self.rng.choice((1, 1, 2))}"'}
        return Ask(
            "update", "PATCH", self._record(entity), body=self._values(entity, self._some(entity)), headers=headers
        )

    def _guess(self) -> tuple[EntityModel, str, dict[str, Any]]:
        """A record and what it holds in one of the worlds, in a field that the user may write, if possible blindly."""
        pairs = [(e, n) for e, n in self.blind if n not in self._fixed(self.model.entities[e])]
        if pairs and self.rng.random() < 0.8:
            entity_name, name = self.rng.choice(pairs)
            entity = self.model.entities[entity_name]
            one = entity.fields[name]
        else:
            entity = self._entity()
            one = self.rng.choice(self._open(entity))
        seen = [k for k in self.keys[entity.name] if k in self.worlds[0].records and self._is_seen(k)]
        key = self.rng.choice(seen) if seen else self._key(entity)
        record = self.rng.choice(self.worlds).records.get(key)
        return entity, key, {one.name: self._wire(one, record.values.get(one.name) if record else None)}

    def _is_seen(self, key: str) -> bool:
        return self.oracle.sees_row(self.worlds[0].records[key])

    def probe(self) -> Ask:
        """The very value that a record holds, at its version: did it change anything?"""
        entity, key, values = self._guess()
        version = self.worlds[0].versions.get(key, 1) + self.rng.choice((0, 0, 0, 1, 2))
        headers = {"If-Match": f'"{version}"'}
        return Ask("probe", "PATCH", f"{self._base(entity)}/{record_id(key)}", body=values, headers=headers)

    def stale(self) -> Ask:
        """A change of an old version: who touched what meanwhile?"""
        entity, key, values = self._guess()
        values |= self._values(entity, self._some(entity))
        query = {"merge": "true"} if self.rng.random() < 0.5 else {}
        path = f"{self._base(entity)}/{record_id(key)}"
        return Ask("stale", "PATCH", path, query, values, {"If-Match": '"1"'})

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

    def _free(self) -> list[EntityModel]:
        """Entities whose records nothing points to and no sum is made of: a refusal, or the sum, would tell of hidden ones."""
        pointed = {one.target for other in self.model.entities.values() for one in other.fields.values()}
        return [
            one
            for one in self.model.entities.values()
            if one.name not in pointed and not self._sum_over(one) and not self.is_bound
        ]

    def delete(self) -> Ask:
        """Into the trash."""
        free = self._free()
        if not free:
            return self.trash()
        entity = self.rng.choice(free)
        key = self._key(entity)
        self.gone.append((entity.name, key))
        headers = {"If-Match": f'"{self.rng.choice((1, 2))}"'}
        return Ask("delete", "DELETE", f"{self._base(entity)}/{record_id(key)}", headers=headers)

    def trash(self) -> Ask:
        """What lies in the trash."""
        query = {"trash": "true", "fields": "name", "count": "exact"}
        return Ask("trash", "GET", self._base(self._entity()), query)

    def restore(self) -> Ask:
        """Out of the trash."""
        free = self._free()
        if self.gone and self.rng.random() < 0.8:
            name, key = self.rng.choice(self.gone)
            entity = self.model.entities[name]
        elif free:
            entity = self.rng.choice(free)
            key = self._key(entity)
        else:
            return self.trash()
        return Ask("restore", "POST", f"{self._base(entity)}/{record_id(key)}/restore")

    def batch(self) -> Ask:
        """Two or three changes at once."""
        entity = self._entity()
        changes: list[dict[str, Any]] = []
        for _ in range(self.rng.randrange(1, 4)):
            data = self._values(entity, self._some(entity))
            if self.rng.random() < 0.3:
                changes.append({"do": "create", "data": {"name": "batch", **data}})
            else:
                version = self.rng.choice((1, 1, 2))
                key = record_id(self._key(entity))
                changes.append({"do": "update", "id": key, "row_version": version, "data": data})
        return Ask("batch", "POST", f"{self._base(entity)}/batch", body={"changes": changes})

    def load(self) -> Ask:
        """An import that looks records up by what others hold, to match them or to link to them."""
        entity = self._entity()
        fields = self._open(entity)
        texts = [one for one in fields if one.type in ("text", "integer", "decimal", "date", "email")]
        match = self.rng.choice(texts)
        columns: dict[str, Any] = {"name": {"field": "name"}, match.name: {"field": match.name}}
        links = [one for one in fields if one.target]
        if links:
            link = self.rng.choice(links)
            columns[link.name] = {"field": link.name, "lookup": self.rng.choice(("name", "name", "code", "cost"))}
        heads = list(columns)
        rows = [[self._cell(entity, entity.fields[head], columns[head]) for head in heads] for _ in range(2)]
        file = io.StringIO(newline="")
        csv.writer(file).writerows([heads, *rows])
        mapping = {"type": "import", "columns": columns}
        if self.rng.random() < 0.8:
            mapping |= {"match": [match.name], "on_match": self.rng.choice(("update", "skip", "refuse"))}
        dry = self.rng.choice(("true", "true", "false"))
        parts = {"mapping": json.dumps(mapping), "dry_run": dry}
        return form("import", f"{self._base(entity)}/import", parts, file.getvalue())

    def _cell(self, entity: EntityModel, one: FieldModel, column: dict[str, Any]) -> str:
        if "lookup" in column:
            entity = self.model.entities[one.target]
            one = entity.fields[column["lookup"]]
        value = self._held(entity, one)
        return "" if value is None else str(value)
