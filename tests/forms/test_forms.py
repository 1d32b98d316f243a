"""The form engine over a small library: which form, what the browser gets, what a preview gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from loomwork.catalog.model import Component
from loomwork.core.settings import load_settings
from loomwork.forms import find_form, form_logic, preview
from loomwork.forms.layout import default_form
from loomwork.permissions.actor import Actor, system_actor
from loomwork.query.tree import Query
from loomwork.records.program import Program
from loomwork.records.service import program_of
from loomwork.runtime import Runtime
from loomwork.storage.database import Work

APP = Path(__file__).parents[1] / "e2e" / "library"
CLERK = Actor("0192f0c1-7b2a-7c3d-8e4f-0123456789ab", "Ada", frozenset({"lib.clerk"}))


@pytest.fixture(scope="module")
def rt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    started = Runtime.start(load_settings({"LOOMWORK_HOME": str(tmp_path_factory.mktemp("forms"))}), app_folders=[APP])
    yield started
    started.close()


@pytest.fixture
def work(rt: Runtime) -> Iterator[Work]:
    with rt.read() as unit:
        yield unit


@pytest.fixture
def program(work: Work) -> Program:
    return program_of(work)


def with_forms(program: Program, *bodies: dict[str, object]) -> Program:
    forms = {f"lib.f{n}": Component("form", f"lib.f{n}", "library", body) for n, body in enumerate(bodies)}
    catalog = replace(program.catalog, components={**program.catalog.components, "form": forms})
    return replace(program, catalog=catalog)


def body(field: str, **more: object) -> dict[str, object]:
    tabs = {"main": {"order": "a0", "sections": {"s": {"order": "a0", "fields": {field: {"order": "a0"}}}}}}
    return {"entity": "lib.book", "label": {"en": field}, "tabs": tabs, **more}


def names(program: Program, actor: Actor = CLERK, values: dict[str, object] | None = None) -> list[str]:
    return [f.name for f in find_form(program, program.catalog.entity("lib.book"), actor, values).fields()]


def test_the_form_of_metadata_is_taken_in_its_order(program: Program) -> None:
    form = find_form(program, program.catalog.entity("lib.book"), CLERK)
    assert [section.key for tab in form.tabs for section in tab.sections] == ["about", "value", "loans"]
    assert next(iter(form.fields())).name == "title"


def test_an_entity_without_a_form_gets_one_of_all_its_fields(program: Program) -> None:
    form = find_form(program, program.catalog.entity("lib.author"), CLERK)
    assert form.name == ""
    assert [field.name for field in form.fields()] == ["name", "country", "phone", "portrait", "owner_id"]
    spans = {item.field.name: item.span for tab in form.tabs for s in tab.sections for item in s.items}
    assert spans["name"] == 2


def test_a_role_gets_its_own_form_and_others_the_next(program: Program) -> None:
    changed = with_forms(program, body("copies", roles=["lib.clerk"], order="a0"), body("price", order="a1"))
    assert names(changed) == ["copies"]
    assert names(changed, replace(CLERK, roles=frozenset({"lib.visitor"}))) == ["price"]


def test_a_record_decides_on_its_form(program: Program) -> None:
    changed = with_forms(program, body("reason", when="status = 'gone'", order="a0"), body("price", order="a1"))
    assert names(changed, values={"status": "gone"}) == ["reason"]
    assert names(changed, values={"status": "lent"}) == ["price"]
    assert names(changed) == ["price"]


def test_hidden_forms_and_hidden_fields_are_passed_over(program: Program) -> None:
    hidden = body("copies", hidden=True)
    assert names(with_forms(program, hidden)) == [
        f.name for f in default_form(program.catalog.entity("lib.book")).fields()
    ]


def test_the_browser_gets_trees_with_what_they_need(program: Program) -> None:
    logic = form_logic(program, program.catalog.entity("lib.book"), CLERK)
    [worth] = logic["computed"]
    assert worth["field"] == "worth"
    assert worth["is_local"] is True
    assert set(worth["needs"]) == {"price", "copies"}
    gone = next(rule for rule in logic["rules"] if rule["name"] == "gone")
    assert gone["show"] == ["reason"]
    assert gone["ir"]["type"] == "boolean"
    assert logic["lines"] == {"loans": []}


def test_a_formula_over_a_closed_field_does_not_reach_the_browser(program: Program) -> None:
    nobody = replace(CLERK, roles=frozenset())
    logic = form_logic(program, program.catalog.entity("lib.book"), nobody)
    assert logic["computed"] == []
    assert logic["rules"] == []


def test_a_preview_computes_and_judges_without_writing(rt: Runtime, work: Work, program: Program) -> None:
    entity = program.catalog.entity("lib.book")
    found = preview(program, work, CLERK, entity, {"price": "12.50", "copies": 3, "status": "gone"})
    assert found == {"computed": {"worth": "37.50"}, "rules": {"gone": True, "lent": False}}
    page = rt.query.run(work, system_actor("test"), Query("lib.book"))
    assert page.rows == []


@pytest.mark.parametrize(
    "values", [{}, {"price": "x", "copies": "many"}, {"price": {"amount": None}}, {"copies": [], "loans": "x"}]
)
def test_what_cannot_be_read_counts_as_empty_in_a_preview(
    work: Work, program: Program, values: dict[str, object]
) -> None:
    found = preview(program, work, CLERK, program.catalog.entity("lib.book"), values)
    assert found["computed"]["worth"] is None
