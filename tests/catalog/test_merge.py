"""Upgrades under a customer's layer: nothing of the customer's is lost, the vendor's news arrive, conflicts are shown."""

import copy
from pathlib import Path
from typing import Any

import pytest

from loomwork.catalog import Decision, Op, Overlay, Patch, State, load_catalog, settle, three_way
from loomwork.catalog.faults.base import Drop, Put
from loomwork.catalog.faults.example import EXAMPLE
from tests.support.apps import write_example

BOOK = EXAMPLE["entities/book.json"]


def _raw(book: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {"entity": {"lib.book": book}}


def _changed(*path_and_value: Any) -> dict[str, Any]:
    book: dict[str, Any] = copy.deepcopy(BOOK)
    *path, value = path_and_value
    here: Any = book
    for key in path[:-1]:
        here = here[key]
    if value is None:
        here.pop(path[-1])
    else:
        here[path[-1]] = value
    return book


def _patch(path: str, op: Op = Op.SET, value: Any = None, **more: Any) -> Patch:
    return Patch("entity", "lib.book", path, op, value, **more)


PAGES = ("fields", "pages", "label", "en")
MINE = _patch("/fields/pages/label/en", Op.SET, "Sheets", base="Pages")


@pytest.mark.parametrize(
    ("new", "patches", "state"),
    [
        (_changed(*PAGES, "Pages"), (), None),
        (_changed(*PAGES, "Extent"), (), State.VENDOR_ONLY),
        (_changed(*PAGES, "Pages"), (MINE,), State.CUSTOMER_ONLY),
        (_changed(*PAGES, "Sheets"), (MINE,), State.BOTH_SAME),
        (_changed(*PAGES, "Extent"), (MINE,), State.CONFLICT),
        (_changed("fields", "pages", None), (MINE,), State.DANGLING),
        (
            _changed(*PAGES, "Pages"),
            (_patch("/fields/pages/label/en", Op.SET, "Pages", base="Pages"),),
            State.UNCHANGED,
        ),
        (_changed(*PAGES, "Pages"), (_patch("/fields/pages", Op.HIDE),), State.CUSTOMER_ONLY),
        (_changed("fields", "pages", None), (_patch("/fields/pages", Op.HIDE),), State.DANGLING),
        (_changed(*PAGES, "Pages"), (_patch("/fields/x_a", Op.ADD, {"type": "text"}),), State.CUSTOMER_ONLY),
        (
            _changed("fields", "x_a", {"type": "text"}),
            (_patch("/fields/x_a", Op.ADD, {"type": "text"}),),
            State.BOTH_SAME,
        ),
        (
            _changed("fields", "x_a", {"type": "date"}),
            (_patch("/fields/x_a", Op.ADD, {"type": "text"}),),
            State.CONFLICT,
        ),
    ],
)
def test_each_property_is_in_one_of_six_states(
    new: dict[str, Any], patches: tuple[Patch, ...], state: State | None
) -> None:
    plan = three_way(_raw(BOOK), _raw(new), Overlay(patches))
    mine = [one for one in plan.items if one.patch is not None] or list(plan.items)
    assert [one.state for one in mine] == ([] if state is None else [state])
    assert len(plan.open) == (state in (State.CONFLICT, State.DANGLING))


def test_what_the_vendor_gave_to_the_customer_is_never_a_conflict() -> None:
    old, new = copy.deepcopy(BOOK), _changed(*PAGES, "Extent")
    for body in (old, new):
        body["policies"] = {"/fields/*/label": "customer"}
    plan = three_way(_raw(old), _raw(new), Overlay((MINE,)))
    assert [(one.state, one.policy) for one in plan.items] == [(State.CUSTOMER_ONLY, "customer")]


def test_an_upgrade_keeps_all_that_the_customer_did(tmp_path: Path) -> None:
    """Relabelled one field, hid one, added one, changed a stage: all kept, the vendor's novelty arrives, one conflict."""
    old, _ = write_example(tmp_path / "old")
    news = (
        Put("app.json", "/version", "1.1.0"),
        Put("entities/book.json", "/fields/subtitle", {"type": "text", "label": {"en": "Subtitle"}, "order": "a01"}),
        Put("entities/book.json", "/fields/pages/label/en", "Extent"),
        Put("choice_sets/status.json", "/choices/gone/label/en", "Withdrawn"),
    )
    new, _ = write_example(tmp_path / "new", news)
    status = ("choice_set", "lib.status")
    overlay = Overlay(
        (
            MINE,
            _patch("/fields/title/label/en", Op.SET, "Name", base="Title"),
            _patch("/fields/author", Op.HIDE),
            _patch("/fields/x_shelf", Op.ADD, {"type": "text", "label": {"en": "Shelf"}}),
            Patch(*status, "/choices/lent/label/en", Op.SET, "On loan", base="Lent"),
        )
    )
    before, after = load_catalog([old])[0], load_catalog([new])[0]
    plan = three_way(before, after, overlay)
    assert [one.target for one in plan.open] == [("entity", "lib.book", "/fields/pages/label/en")]
    assert plan.counts() == {
        "unchanged": 0,
        "vendor_only": 3,
        "customer_only": 4,
        "both_same": 0,
        "conflict": 1,
        "dangling": 0,
    }
    with pytest.raises(ValueError, match=r"no decision for entity lib\.book"):
        settle(plan, overlay, {})
    refused = load_catalog([new], overlay=overlay)[1]
    assert [one.code for one in refused] == ["C502"]

    kept = settle(plan, overlay, {plan.open[0].target: Decision.MINE})
    catalog, found = load_catalog([new], overlay=kept)
    assert list(found) == []
    book = catalog.entity("lib.book")
    assert book.fields["pages"].label == {"en": "Sheets"}
    assert book.fields["title"].label == {"en": "Name"}
    assert book.fields["author"].hidden
    assert {"x_shelf", "subtitle"} <= set(book.fields)
    labels = {value: one.label["en"] for value, one in catalog.choice_sets["lib.status"].choices.items()}
    assert labels == {"new": "New", "lent": "On loan", "gone": "Withdrawn"}

    given_up = settle(plan, overlay, {plan.open[0].target: Decision.VENDOR})
    catalog, found = load_catalog([new], overlay=given_up)
    assert list(found) == []
    assert catalog.entity("lib.book").fields["pages"].label == {"en": "Extent"}


def test_a_patch_whose_target_is_gone_can_only_be_dropped(tmp_path: Path) -> None:
    old, _ = write_example(tmp_path / "old")
    new, _ = write_example(
        tmp_path / "new",
        (
            Drop("entities/book.json", "/fields/pages"),
            Drop("views/book_all.json", "/columns/pages"),
            Put("pages/book_page.json", "/highlights", ["status"]),
            Drop("seed/base.json", "/records/earthsea/fields/pages"),
        ),
    )
    overlay = Overlay((MINE,))
    plan = three_way(load_catalog([old])[0], load_catalog([new])[0], overlay)
    target = plan.open[0].target
    assert plan.open[0].state is State.DANGLING
    with pytest.raises(ValueError, match="nothing to keep"):
        settle(plan, overlay, {target: Decision.MINE})
    settled = settle(plan, overlay, {target: Decision.VENDOR})
    assert settled.patches == ()
    assert list(load_catalog([new], overlay=settled)[1]) == []


def test_the_plan_crosses_the_wire() -> None:
    plan = three_way(_raw(BOOK), _raw(_changed(*PAGES, "Extent")), Overlay((MINE,)))
    assert [one.as_json() for one in plan.items] == [
        {
            "kind": "entity",
            "name": "lib.book",
            "pointer": "/fields/pages/label/en",
            "state": "conflict",
            "policy": "vendor",
            "old": "Pages",
            "new": "Extent",
            "mine": "Sheets",
        }
    ]
