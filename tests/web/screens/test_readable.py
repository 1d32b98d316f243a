"""Values whose wire form reads badly are written in groups wherever they are shown: in rows of tables, in conflicts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from loomwork.runtime import Runtime
from loomwork.web.screens.specs import field_spec, readable_rows
from tests.support.answers import json_of
from tests.support.running import Running, running
from tests.web.screens.conftest import OpenDesk

WIRE, SHOWN = "+8613800138000", "+86 138 0013 8000"


def test_rows_of_a_child_table_bring_the_readable_forms_of_their_phones(runtime: Runtime, desk: OpenDesk) -> None:
    with desk() as place:
        author = place.catalog.entity("lib.author")
        columns = [field_spec(place, author.fields[name]) for name in ("name", "phone")]
        rows: list[dict[str, Any]] = [{"name": "A", "phone": WIRE}, {"name": "B", "phone": None}, {"name": "C"}]
        name, phone = readable_rows(columns, place, rows)
    assert "readable" not in name
    assert phone["entity"] == "lib.author"
    assert phone["readable"] == {WIRE: SHOWN}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("readable")
    with running(f"sqlite:///{home / 'library.db'}", home) as made:
        yield made


def test_the_server_says_how_values_are_read(library: Running) -> None:
    browser = library.browser("lena")
    asked = [
        ["system.user", "phone", WIRE],
        ["system.user", "name", WIRE],
        ["lib.nothing", "phone", WIRE],
        ["system.user", "nothing", WIRE],
        ["system.user", "phone", "not a number"],
    ]
    answer = browser.post("/readable", json={"values": asked})
    assert json_of(answer) == {"texts": [SHOWN, "", "", "", ""]}


@pytest.mark.parametrize("values", [None, "x", [["a", "b"]], [["a", "b", 1]], [[]] * 501])
def test_what_is_no_list_of_values_is_refused(library: Running, values: object) -> None:
    answer = library.browser("lena").post("/readable", json={"values": values}, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert library.browser().post("/readable", json={"values": []}).status_code in (401, 403)
