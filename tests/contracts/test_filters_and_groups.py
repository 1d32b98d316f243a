"""Every filter operator that a field type names works on both databases, and what a query cannot compare never gets out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput
from loomwork.field_types import BUILTIN
from loomwork.query.tree import Dimension, Measure, Query
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, both, choices, entity, field, grant, start_shop

FLOOR = 300
PROPERTIES: Mapping[str, dict[str, Any]] = {
    "choice": choices("red", "green"),
    "multi_choice": choices("red", "green"),
    "link": {"entity": "shop.friend", "reverse": "linked"},
    "link_any": {"entities": ["shop.friend", "shop.product"]},
    "many_to_many": {"entity": "shop.friend", "reverse": "gathered"},
    "child_table": {"entity": "shop.part", "link": "whole"},
    "auto_number": {"pattern": "N-{000}"},
    "formula": {"formula": "integer + 1", "result": "integer"},
    "roll_up": {"relation": "child_table", "function": "count"},
}
EMPTY_HOLDS = {"is_empty", "ne", "not_in", "not_contains", "has_none"}
"""Operators that an empty value satisfies."""


@dataclass(frozen=True)
class World:
    """One record with a value in every field, one with none, and what the fields of relations may hold."""

    rt: Runtime
    full: str
    bare: str
    values: Mapping[str, Any]


def _fields() -> dict[str, Any]:
    found = {"title": field("text", 0, required=True)}
    for place, kind in enumerate(BUILTIN, start=1):
        found[kind.name] = field(kind.name, place, properties=PROPERTIES.get(kind.name))
    return found


def _changes() -> dict[str, Any]:
    names = ("friend", "part", "gallery")
    part = {"name": field("text", 0), "whole": field("link", 1, properties={"entity": "shop.gallery"})}
    return {
        "entities/gallery.json": entity("Gallery", "title", _fields()),
        "entities/friend.json": entity("Friend", "name", {"name": field("text", 0)}),
        "entities/part.json": entity("Part", "name", part),
        "roles/curator.json": {
            "label": both("Curator"),
            "grants": {name: grant(name, "read", rows="all") for name in names},
        },
    }


def _create(rt: Runtime, name: str, data: dict[str, Any]) -> str:
    with rt.write() as work:
        return str(rt.records.create(work, SYSTEM, name, data)["id"])


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    made = _world(tmp_path, database_url)
    yield made
    made.rt.close()


def _world(folder: Path, url: str) -> World:
    rt = start_shop(folder, url, _changes())
    friend, whole = _create(rt, "shop.friend", {"name": "Ann"}), _create(rt, "shop.gallery", {"title": "root"})
    user = _create(rt, "system.user", {"name": "Bo", "email": "bo@example.com"})
    unit = _create(rt, "system.unit", {"name": "West"})
    values: dict[str, Any] = {
        "choice": "red",
        "multi_choice": ["red"],
        "link": friend,
        "link_any": {"entity": "shop.friend", "id": friend},
        "many_to_many": [friend],
        "child_table": [{"name": "leg"}],
        "tree_parent": whole,
        "user": user,
        "unit": unit,
    }
    for kind in BUILTIN:
        if kind.name not in values and kind.origin.value == "input" and not kind.holds_files:
            values[kind.name] = next(one.wire for one in kind.samples if not one.code and not one.props)
    full = _create(rt, "shop.gallery", {"title": "full", **values})
    return World(rt, full, _create(rt, "shop.gallery", {"title": "bare"}), values)


def _plain(world: World, name: str) -> Any:
    """The value of a field as a filter names it: as it comes out, money as the plain amount."""
    with world.rt.read() as work:
        row = world.rt.query.get(work, SYSTEM, "shop.gallery", world.full, ("id", name))
    value = row[name]
    if isinstance(value, Mapping) and "amount" in value:
        return value["amount"]
    return value["full"] if isinstance(value, Mapping) and "full" in value else value


def _operand(world: World, name: str, operator: str) -> dict[str, Any]:
    if operator in ("is_empty", "is_not_empty", "is_me", "is_my_unit", "today") or operator.startswith("this_"):
        return {}
    if operator.endswith("_n_days"):
        return {"value": 30}
    value = _plain(world, name)
    if operator == "between":
        return {"value": [value, value]}
    if operator in ("in", "not_in"):
        return {"value": [value]}
    if isinstance(value, Mapping) and "street" in value:
        return {"value": value["street"]}
    return {"value": value}


def _found(world: World, condition: Any) -> set[str]:
    with world.rt.read() as work:
        rows = world.rt.query.run(work, SYSTEM, Query("shop.gallery", fields=("title",), conditions=condition)).rows
    return {row["id"] for row in rows}


HOLD = {"eq", "in", "le", "ge", "between", "contains", "has_any", "has_all", "is_not_empty"}
"""Operators that a value satisfies against itself; of `starts_with` and the like an address knows only the whole line."""
FAIL = {"ne", "not_in", "lt", "gt", "not_contains", "has_none", "is_empty"}


def test_every_operator_that_a_type_names_finds_what_it_says(world: World) -> None:
    seen = 0
    made = world.rt.program.catalog.entities["shop.gallery"]
    for kind in BUILTIN:
        one = made.fields[kind.name]
        is_filled = kind.name in world.values or kind.name in ("auto_number", "formula", "roll_up")
        for operator in one.type.operators_for(one.props):
            if not is_filled and operator not in ("is_empty", "is_not_empty"):
                continue
            condition = {"field": kind.name, "op": operator, **(_operand(world, kind.name, operator))}
            found = _found(world, condition)
            if is_filled and operator in HOLD | FAIL:
                assert (world.full in found) is (operator in HOLD), condition
            if kind.name in world.values:
                assert (world.bare in found) is (operator in EMPTY_HOLDS), condition
            seen += 1
    assert seen >= FLOOR


def test_the_other_side_of_a_relation_is_asked_in_the_same_way(world: World) -> None:
    friend = world.values["link"]
    for relation in ("linked", "gathered"):
        for operator, expected in (("has_any", {friend}), ("has_all", {friend}), ("has_none", set())):
            condition = {"field": relation, "op": operator, "value": [world.full]}
            with world.rt.read() as work:
                rows = world.rt.query.run(work, SYSTEM, Query("shop.friend", conditions=condition)).rows
            assert {row["id"] for row in rows} == expected, (relation, operator)
    ids = [friend, _create(world.rt, "shop.friend", {"name": "Cy"})]
    assert _found(world, {"field": "many_to_many", "op": "has_any", "value": ids}) == {world.full}
    assert _found(world, {"field": "many_to_many", "op": "has_all", "value": ids}) == set()
    assert world.full not in _found(world, {"field": "many_to_many", "op": "has_none", "value": ids})


def test_what_is_not_compared_is_neither_grouped_nor_measured(world: World) -> None:
    """Ciphertext would go out as it stands in the table."""
    for name in ("encrypted_text", "json"):
        asked = [Query("shop.gallery", group=(Dimension(name),), measures=(Measure("n", "count"),))]
        asked += [
            Query("shop.gallery", measures=(Measure("n", how, name),)) for how in ("min", "max", "count_distinct")
        ]
        for query in asked:
            with world.rt.read() as work, pytest.raises(InvalidInput, match="cannot be grouped or measured"):
                world.rt.query.group(work, SYSTEM, query)
        with world.rt.read() as work:
            counted = world.rt.query.group(work, SYSTEM, Query("shop.gallery", measures=(Measure("n", "count", name),)))
        assert counted["rows"] == [{"n": 1}]


def test_what_points_to_a_record_or_file_is_grouped_as_a_list_shows_it(world: World) -> None:
    """A bare id says nothing to anybody."""
    kinds = [kind for kind in BUILTIN if kind.columns({}) and kind.shape({}).kind == "link"]
    picture = {"name": "a.png", "size": 12, "type": "image/png"}
    file = _create(world.rt, "system.file", picture)
    held = {kind.name: file if kind.holds_files else world.values[kind.name] for kind in kinds}
    made = _create(world.rt, "shop.gallery", {"title": "held", **held})
    assert len(kinds) >= 8
    for kind in kinds:
        with world.rt.read() as work:
            listed = world.rt.query.get(work, SYSTEM, "shop.gallery", made, (kind.name,))[kind.name]
            query = Query("shop.gallery", group=(Dimension(kind.name),), measures=(Measure("n", "count"),))
            groups = {str(row[kind.name]): row["n"] for row in world.rt.query.group(work, SYSTEM, query)["rows"]}
        assert set(listed) - {"entity"} == ({"id", *picture} if kind.holds_files else {"id", "label"}), kind.name
        assert groups[str(listed)] == (1 if kind.holds_files else 2), kind.name
        assert set(groups) == {str(listed), "None"}, kind.name
