"""What random requests are made of: values that records hold in either world, paths, conditions, words."""

from __future__ import annotations

import hashlib
import random
from typing import Any

from tests.prove.p1.book import Book
from tests.prove.p1.model import EntityModel, FieldModel, Model
from tests.prove.p1.world import World

API = "/api/v1"
NUMBERS = ("integer", "decimal", "formula", "roll_up")


def record_id(key: str) -> str:
    """The fixed id of a record: a UUIDv7 that tells nothing about its place."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"0193aaaa-{digest[:4]}-7{digest[4:7]}-8{digest[7:10]}-{digest[10:22]}"


class Material:
    """Draws the parts of requests. The same seed gives the same parts."""

    def __init__(self, rng: random.Random, model: Model, worlds: tuple[World, World]) -> None:
        self.rng = rng
        self.model = model
        self.worlds = worlds
        self.books = [Book(model, world.records) for world in worlds]
        self.keys: dict[str, list[str]] = {
            name: sorted({k for world in worlds for k, r in world.records.items() if r.entity == name})
            for name in model.entities
        }

    def _entity(self) -> EntityModel:
        return self.rng.choice(list(self.model.entities.values()))

    def _base(self, entity: EntityModel) -> str:
        return f"{API}/records/{entity.qualified}"

    def _key(self, entity: EntityModel) -> str:
        return self.rng.choice(self.keys[entity.name])

    def _record(self, entity: EntityModel) -> str:
        return f"{self._base(entity)}/{record_id(self._key(entity))}"

    def _held(self, entity: EntityModel, one: FieldModel) -> Any:
        """A value that some record holds in one of the worlds."""
        for _ in range(6):
            book = self.rng.choice(self.books)
            found = book.records.get(self._key(entity))
            value = book.value(found, one.name) if found else None
            if value is not None:
                return value
        return None

    def _path(self, entity: EntityModel) -> tuple[str, EntityModel, FieldModel]:
        """A field, now and then over a link."""
        one = self.rng.choice([f for f in entity.fields.values() if not f.others])
        if one.target and self.rng.random() < 0.6:
            target = self.model.entities[one.target]
            path, last, field_ = self._path(target)
            return f"{one.name}.{path}", last, field_
        return one.name, entity, one

    def _literal(self, entity: EntityModel, one: FieldModel) -> str:
        value = self._held(entity, one)
        if value is None:
            return "NULL"
        if one.type == "link":
            return f"'{record_id(value)}'"
        if one.type == "user":
            return f"'{record_id(value)}'"
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if one.type == "money":
            return str(value["amount"])
        if one.type in NUMBERS:
            return str(value)
        if one.type == "date":
            return f"DATE('{value}')" if self.rng.random() < 0.5 else f"'{value}'"
        return "'" + str(value).replace("'", "''") + "'"

    def _condition(self, entity: EntityModel, depth: int = 0) -> str:
        if depth < 2 and self.rng.random() < 0.3:
            joined = self.rng.choice((" and ", " or "))
            return "(" + joined.join(self._condition(entity, depth + 1) for _ in range(2)) + ")"
        if self.rng.random() < 0.2:
            return f"not ({self._condition(entity, depth + 1)})"
        path, last, one = self._path(entity)
        if one.type in NUMBERS or one.type in ("money", "date", "instant"):
            operator = self.rng.choice(("=", "<>", "<", ">=", ">"))
        else:
            operator = self.rng.choice(("=", "=", "<>"))
        literal = self._literal(last, one)
        if self.rng.random() < 0.2:
            return self._called(path, one, literal)
        return f"{path} {operator} {literal}"

    def _called(self, path: str, one: FieldModel, literal: str) -> str:
        """A condition that takes the value through functions: what is not seen may not show through them either."""
        kinds = [f"IFNULL({path}, {literal}) = {literal}", f"{path} = NULL"]
        if one.type in ("text", "email", "phone", "long_text") and literal != "NULL":
            kinds += [
                f"CONTAINS({path}, {literal})",
                f"LEN({path}) > {self.rng.randrange(30)}",
                f"UPPER({path}) = UPPER({literal})",
            ]
        if one.type in NUMBERS and literal != "NULL":
            kinds += [
                f"{path} * 2 >= {literal} * 2",
                f"ABS({path} - {literal}) < 1",
                f"MAX({path}, {literal}) = {literal}",
            ]
        return self.rng.choice(kinds)

    def _word(self) -> str:
        """A word that some text holds: of a visible or a hidden cell, of either world; whole or its beginning."""
        for _ in range(8):
            entity = self._entity()
            one = self.rng.choice([f for f in entity.fields.values() if f.type in ("text", "long_text", "email")])
            value = self._held(entity, one)
            if value:
                word = str(self.rng.choice(value.split()))
                return word if self.rng.random() < 0.7 else word[: max(2, len(word) - 2)]
        return "alpha"

    def _fields(self, entity: EntityModel) -> dict[str, str]:
        if self.rng.random() < 0.4:
            return {}
        named = [self._path(entity)[0] for _ in range(self.rng.randrange(1, 6))]
        lists = [f.name for f in entity.fields.values() if f.others and self.rng.random() < 0.3]
        return {"fields": ",".join(dict.fromkeys(named + lists))}
