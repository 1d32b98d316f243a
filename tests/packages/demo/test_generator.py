"""The demo generator: the same description and day give the same records; faults of a description are all named."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput
from loomwork.packages.demo import Generator, Ref
from loomwork.packages.demo.draws import VERBS
from tests.support.source import ROOT

TODAY = date(2026, 11, 22)
BOOKS: dict[str, Any] = {
    "seed": 7,
    "zone": "Asia/Shanghai",
    "lists": {"words": ["river", "stone", "lamp"], "cities": [{"name": "苏州", "code": "512"}]},
    "sets": {
        "authors": {
            "entity": "lib.author",
            "count": 5,
            "at": {"date": [-90, -60]},
            "fields": {"name": {"text": "{a} {b}", "with": {"a": {"pick": "words"}, "b": {"pick": "words"}}}},
        },
        "books": {
            "entity": "lib.book",
            "for_each": "authors",
            "count": [1, 3],
            "at": {"date": [-50, -10]},
            "by": "author",
            "fields": {
                "title": {"text": "{word} {nth}", "with": {"word": {"pick": "words"}}},
                "author": {"get": "each"},
                "author_name": {"get": "author.name"},
                "_secret": 1,
                "chapters": {"rows": [2, 4], "fields": {"pages": {"number": [5, 40]}, "_note": "x"}},
                "pages": {"total": "chapters", "multiply": ["pages"]},
            },
        },
    },
}


def _one(fields: dict[str, Any], lists: dict[str, Any] | None = None, seed: int = 1) -> dict[str, Any]:
    sets = {"things": {"entity": "lib.thing", "count": 1, "fields": fields}}
    world = Generator({"seed": seed, "zone": "UTC", "sets": sets}, lists).records(TODAY)
    return world.made["things"]["0000"].fields


def _many(draw: Any, lists: dict[str, Any] | None = None, count: int = 300) -> list[Any]:
    sets = {"things": {"entity": "lib.thing", "count": count, "fields": {"it": draw}}}
    world = Generator({"seed": 5, "zone": "UTC", "sets": sets}, lists).records(TODAY)
    return [made.fields["it"] for made in world.made["things"].values()]


def test_the_same_seed_and_day_give_the_same_events() -> None:
    first, second = Generator(BOOKS), Generator(BOOKS)
    assert first.events(first.records(TODAY)) == second.events(second.records(TODAY))


def test_another_seed_gives_other_records() -> None:
    other = Generator({**BOOKS, "seed": 8})
    first = Generator(BOOKS)
    assert first.events(first.records(TODAY)) != other.events(other.records(TODAY))


def test_a_new_set_does_not_shift_the_values_of_others() -> None:
    more = {
        **BOOKS,
        "sets": {"shelves": {"entity": "lib.shelf", "count": 9, "fields": {"n": {"number": [1, 99]}}}, **BOOKS["sets"]},
    }
    without = Generator(BOOKS).records(TODAY).made["books"]
    assert Generator(more).records(TODAY).made["books"] == without


def test_records_follow_the_day_on_which_they_are_drawn() -> None:
    early = Generator(BOOKS).records(date(2026, 3, 1)).made["authors"]["0000"]
    late = Generator(BOOKS).records(TODAY).made["authors"]["0000"]
    assert early.fields == late.fields
    assert early.at is not None
    assert late.at is not None
    assert (late.at - early.at).days == (TODAY - date(2026, 3, 1)).days


def test_notes_of_the_generator_are_never_written() -> None:
    generator = Generator(BOOKS)
    written = [event.fields for event in generator.events(generator.records(TODAY)) if event.entity == "lib.book"]
    assert written
    for fields in written:
        assert "_secret" not in fields
        assert all(set(row) == {"pages"} for row in fields["chapters"])


def test_totals_add_up_the_rows_of_the_record() -> None:
    for made in Generator(BOOKS).records(TODAY).made["books"].values():
        assert int(float(made.fields["pages"])) == sum(row["pages"] for row in made.fields["chapters"])


def test_copies_follow_references() -> None:
    world = Generator(BOOKS).records(TODAY)
    for made in world.made["books"].values():
        assert made.by == made.fields["author"]
        assert made.fields["author_name"] == world.find(made.fields["author"]).fields["name"]


def test_nothing_is_created_before_what_it_points_to() -> None:
    sets = {
        "late": {"entity": "lib.author", "count": 3, "at": {"date": [-5, -5]}, "fields": {"name": "x"}},
        "early": {
            "entity": "lib.book",
            "count": 6,
            "at": {"date": [-300, -200]},
            "fields": {"author": {"record": "late"}},
        },
    }
    generator = Generator({"seed": 3, "zone": "UTC", "sets": sets})
    seen: set[Ref] = set()
    for event in generator.events(generator.records(TODAY)):
        assert all(value in seen for value in event.fields.values() if isinstance(value, Ref))
        seen.add(event.ref)


def test_nothing_happens_after_today() -> None:
    sets = {"future": {"entity": "lib.thing", "count": 20, "at": {"date": [1, 40]}, "fields": {"n": 1}}}
    generator = Generator({"seed": 1, "zone": "Asia/Shanghai", "sets": sets})
    world = generator.records(TODAY)
    assert all(event.at.astimezone(world.zone).date() <= TODAY for event in generator.events(world))


def test_a_journey_is_told_as_creation_and_moves_in_order() -> None:
    sets = {
        "loans": {
            "entity": "lib.loan",
            "count": 8,
            "at": {"date": [-40, -30]},
            "fields": {
                "_states": {"value": ["asked", "lent", "back"]},
                "_until": {"date": [-9, -2]},
                "state": "back",
                "book": "a",
                "verdict": "good",
            },
            "journey": {
                "field": "state",
                "states": "_states",
                "until": "_until",
                "at_end": ["verdict"],
                "each_move": {"note": {"text": "now {_state}"}},
            },
        }
    }
    generator = Generator({"seed": 2, "zone": "UTC", "sets": sets})
    events = [event for event in generator.events(generator.records(TODAY)) if event.ref.key == "0003"]
    assert [event.action for event in events] == ["create", "update", "update"]
    assert [event.fields["state"] for event in events] == ["asked", "lent", "back"]
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert [event.fields.get("verdict") for event in events] == [None, None, "good"]
    assert events[1].fields["note"] == "now lent"
    assert "book" not in events[2].fields


def test_an_update_set_changes_the_record_it_is_made_for() -> None:
    sets = {
        "people": {"entity": "lib.person", "records": {"ada": {"name": "Ada"}, "bo": {"name": "Bo"}}},
        "friends": {
            "entity": "lib.person",
            "update": True,
            "for_each": "people",
            "only": {"name": ["Bo"]},
            "fields": {"friend": {"record": "people", "where": {"name": "Ada"}}},
        },
    }
    generator = Generator({"seed": 1, "zone": "UTC", "sets": sets})
    updates = [event for event in generator.events(generator.records(TODAY)) if event.action == "update"]
    assert [(event.ref, event.fields) for event in updates] == [(Ref("people", "bo"), {"friend": Ref("people", "ada")})]


def test_reference_data_is_referred_to_and_not_written() -> None:
    reference = {"pen": {"entity": "lib.item", "fields": {"name": "Pen"}}, "x": {"entity": "lib.other", "fields": {}}}
    sets = {
        "items": {"entity": "lib.item", "existing": True},
        "uses": {
            "entity": "lib.use",
            "count": 2,
            "fields": {"item": {"record": "items"}, "name": {"get": "item.name"}},
        },
    }
    generator = Generator({"seed": 1, "zone": "UTC", "sets": sets}, None, reference)
    events = generator.events(generator.records(TODAY))
    assert [event.fields for event in events] == [{"item": Ref("items", "pen"), "name": "Pen"}] * 2


def test_weights_are_kept_to() -> None:
    values = _many({"pick": {"often": 9, "seldom": 1}})
    assert 0.8 < values.count("often") / len(values) < 0.98


def test_dealt_values_repeat_only_when_the_list_is_used_up() -> None:
    values = _many({"pick": "words", "once": True}, {"words": list("abcdefghij")}, count=10)
    assert sorted(values) == list("abcdefghij")


def test_numbers_stay_in_range_on_their_step() -> None:
    assert all(10 <= value <= 90 and value % 5 == 0 for value in _many({"number": [10, 90], "step": 5}))
    favours_low = _many({"number": [10, 1000], "shape": "log"})
    assert sum(value < 100 for value in favours_low) > sum(value > 505 for value in favours_low)
    assert _one({"it": {"number": [2, 2], "scale": 2}})["it"] == "2.00"


def test_workdays_are_no_weekends_and_bounds_hold() -> None:
    days = [date.fromisoformat(day) for day in _many({"date": [-60, 60], "workday": True, "not_after": "today"})]
    assert all(day.isoweekday() <= 5 for day in days if day < TODAY)
    assert max(days) <= TODAY


def test_clock_times_are_in_the_hours_of_the_zone() -> None:
    sets = {"t": {"entity": "lib.thing", "count": 50, "fields": {"at": {"clock": {"date": [0, 3]}, "hours": [9, 12]}}}}
    world = Generator({"seed": 1, "zone": "Asia/Shanghai", "sets": sets}).records(TODAY)
    hours = {int(made.fields["at"][11:13]) for made in world.made["t"].values()}
    assert hours <= {1, 2, 3}


@pytest.mark.parametrize(
    ("draw", "expected"),
    [
        ({"slug": ["name"]}, "chenyifan"),
        ({"digits": "+86-{code}-####"}, "+86-512-"),
        ({"switch": "code", "cases": {"510|512": "east"}, "else": "west"}, "east"),
        ({"switch": "missing", "cases": {"none": "empty"}}, "empty"),
        ({"list": [{"get": "code"}, {"get": "code"}, {"get": "missing"}]}, ["512"]),
        ({"money": {"value": "3"}}, "3.00"),
        ({"money": {"value": "3"}, "currency": "EUR"}, {"amount": "3.00", "currency": "EUR"}),
        ({"object": {"a": {"get": "code"}, "b": {"get": "missing"}}}, {"a": "512"}),
        ({"chance": 0, "then": 1, "else": 2}, 2),
    ],
)
def test_verbs_give_their_value(draw: Any, expected: Any) -> None:
    value = _one({"name": "陈亦凡", "code": "512", "it": draw})["it"]
    assert value == expected or (
        isinstance(value, str) and value.startswith(expected) and len(value) == len("+86-512-####")
    )


def test_all_faults_of_a_description_are_named_with_their_place() -> None:
    sets = {
        "a": {
            "entity": "lib.thing",
            "colour": 1,
            "fields": {
                "x": {"pik": "words"},
                "y": {"pick": "wrods"},
                "z": {"number": [5, 1]},
                "w": {"pick": "words", "twice": True},
                "v": {"record": "b"},
            },
        },
        "c": {"fields": {}, "for_each": "nobody", "journey": {"field": "x"}},
    }
    with pytest.raises(InvalidInput) as caught:
        Generator({"seed": 1, "zone": "Mars/Base", "sets": sets}, {"words": ["a"]})
    found = {detail.path: detail.message for detail in caught.value.details}
    assert {"zone", "sets.a.colour", "sets.a.fields.x", "sets.a.fields.y", "sets.a.fields.z", "sets.a.fields.w.twice",
            "sets.a.fields.v", "sets.c", "sets.c.for_each", "sets.c.journey"} <= set(found)  # fmt: skip
    assert 'did you mean "pick"?' in found["sets.a.fields.x"]
    assert 'did you mean "words"?' in found["sets.a.fields.y"]


def test_an_empty_description_is_refused() -> None:
    with pytest.raises(InvalidInput):
        Generator({})


def test_every_verb_is_registered_with_its_own_name_among_its_keys() -> None:
    assert len(VERBS) >= 18
    assert all(name in entry.keys for name, entry in VERBS.items())


def test_every_verb_is_explained() -> None:
    page = (ROOT / "docs" / "how-to" / "describe-demo-data.md").read_text(encoding="utf-8")
    cells = " ".join(row.split(" | ")[0] for row in page.splitlines() if row.startswith("| `"))
    assert [name for name in VERBS if f"`{name}`" not in cells] == []
