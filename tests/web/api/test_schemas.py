"""The marshmallow schema at the edge and the compiled plan of the record service take and refuse the same values."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loomwork.core.errors import Detail
from loomwork.records.values import read_value
from loomwork.web.api.schemas import check_record, record_schema
from tests.support.answers import json_of
from tests.support.running import Running, running

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.decimals(allow_nan=False, allow_infinity=False), st.text(max_size=30),
    st.dates().map(str), st.datetimes().map(lambda at: at.isoformat() + "Z"), st.uuids().map(str), st.sampled_from(["available", "lent", "", "1.5"]),
)  # fmt: skip
VALUES = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=3),
    st.fixed_dictionaries({"amount": SCALARS}, optional={"currency": st.sampled_from(["CNY", "usd", 1])}),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("schemas")
    with running(f"sqlite:///{home / 'library.db'}", home) as made:
        yield made


def both(library: Running, entity: str, name: str, wire: Any) -> tuple[Any, Any]:
    """What the plan and what the schema make of a value: cells, or the codes and places of the refusal."""
    details: list[Detail] = []
    writer = library.rt.program.plans.of(entity).writers[name]
    cells = read_value(writer, wire, details)
    plan = [(one.path, one.code) for one in details] or cells
    known = library.rt.catalog.entity(entity)
    faults = check_record(known, {name: wire}, "at")
    schema = [(one.path.removeprefix("at."), one.code) for one in faults] or record_schema(known).load({name: wire})[
        name
    ]
    return plan, schema


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_both_read_every_value_alike(library: Running, data: st.DataObject) -> None:
    entity = data.draw(st.sampled_from(["lib.book", "lib.shelf", "system.user"]))
    writers = library.rt.program.plans.of(entity).writers
    name = data.draw(st.sampled_from(sorted(writers)))
    plan, schema = both(library, entity, name, data.draw(VALUES))
    assert plan == schema


def test_every_sample_of_every_field_type_is_read_alike(library: Running) -> None:
    asked = 0
    for entity in library.rt.catalog.entities.values():
        writers = library.rt.program.plans.of(entity.name).writers
        for name, writer in writers.items():
            for sample in writer.field.type.samples:
                plan, schema = both(library, entity.name, name, sample.wire)
                assert plan == schema, (entity.name, name, sample)
                asked += 1
    assert asked >= 300


def test_a_batch_names_every_fault_of_every_change_at_once(library: Running) -> None:
    changes = [
        {"do": "create", "data": {"title": "fine"}},
        {"do": "create", "data": {"pages": "many", "price": {"amount": "x", "currency": "CNY"}}},
        {"do": "create", "data": {"tilte": "x"}},
    ]
    answer = library.call("lena", "POST", "/api/v1/records/lib.book/batch", json={"changes": changes})
    places = [one["path"] for one in json_of(answer)["error"]["details"]]
    assert answer.status_code == 422
    assert places == ["changes.1.data.pages", "changes.1.data.price.amount", "changes.2.data.tilte"]
    assert json_of(
        library.call("lena", "POST", "/api/v1/query", json={"entity": "lib.book", "measures": {"n": "COUNT()"}})
    )["rows"][0]["n"] in (0, "0")


@pytest.mark.parametrize(
    "change",
    [
        7,
        [],
        {"do": 1},
        {"do": "drop"},
        {"do": "create"},
        {"do": "create", "data": []},
        {"do": "create", "data": {}, "id": "x"},
        {"do": "create", "data": {}, "as": "admin"},
        {"do": "update", "id": 1},
        {"do": "update", "id": "x", "row_version": "1", "data": {}},
        {"do": "update", "id": "x", "row_version": 1.5, "data": {}},
        {"do": "delete", "id": "x"},
    ],
    ids=str,
)
def test_a_change_of_another_shape_is_refused_with_its_place(library: Running, change: Any) -> None:
    answer = library.call("lena", "POST", "/api/v1/records/lib.book/batch", json={"changes": [change]})
    assert answer.status_code == 422
    assert json_of(answer)["error"]["details"][0]["path"].startswith("changes.0")
