"""What is wrong with a filter or formula is said in the reader's language, entities by their labels, at every door."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from loomwork.permissions.actor import system_actor
from tests.support.answers import json_of
from tests.support.running import Running, running

BOOKS = "/api/v1/records/lib.book"
PLAIN = "图书没有名为“titel”的字段（第 1 行第 1 列）；是不是“title”？"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("words")
    with running(f"sqlite:///{folder / 'library.db'}", folder) as made:
        service = system_actor("test")
        with made.rt.write() as work:
            row = made.rt.query.get(work, service, "system.user", made.ids["otto"])
            made.rt.records.update(work, service, "system.user", row["id"], {"language": "zh-CN"}, row["row_version"])
        made.app.guard.identities.forget()
        yield made


def told(library: Running, path: str, who: str = "otto", **body: Any) -> dict[str, Any]:
    answer = library.call(who, "POST" if body else "GET", path, json=body or None)
    assert answer.status_code == 422
    error: dict[str, Any] = json_of(answer)["error"]
    return error


def test_a_filter_is_refused_in_the_language_asked_for_with_its_values(library: Running) -> None:
    address = f"{BOOKS}?filter={quote('titel = 1')}"
    for error in (
        told(library, address),
        told(library, "/api/v1/query", entity="lib.book", filter="titel = 1"),
        told(library, "/api/v1/formula/evaluate", entity="lib.book", formula="titel = 1"),
    ):
        assert error["message"] == PLAIN
        [detail] = error["details"]
        assert (detail["code"], detail["message"]) == ("X110", PLAIN)
        [fault] = error["faults"]
        assert (fault["message"], fault["hint"]) == ("图书没有名为“titel”的字段", "是不是“title”？")
        assert (fault["line"], fault["column"], fault["length"]) == (1, 1, 5)
    english = told(library, address, "lena")
    assert english["message"] == 'Books has no name "titel" (line 1, column 1); did you mean "title"?'
    assert english["details"][0]["code"] == "X110"


def test_a_condition_names_fields_by_their_labels(library: Running) -> None:
    tree = {"and": [{"field": "pages", "op": "gt", "value": "many"}, {"field": "title", "op": "is_me"}]}
    error = told(library, "/api/v1/query", entity="lib.book", filter=tree)
    first, second = error["details"]
    assert (first["path"], first["code"]) == ("filter.and.0", "X144")
    assert first["message"] == '"many" 不是整数（位于 filter.and.0）；请写 12'
    assert second["message"].startswith("“is_me”不适用于“书名”，它是文本（位于 filter.and.1）；适用的有：")
    assert error["message"] == first["message"] + "（另有 1 处）"


def test_a_page_says_what_its_address_asks_wrongly(library: Running) -> None:
    otto = library.browser("otto")
    wrong = json.dumps({"and": [{"field": "pages", "op": "gt", "value": "many"}]})
    for place in ("/e/lib.book", "/e/lib.book/export"):
        page = otto.get(f"{place}?filter={quote(wrong)}")
        assert page.status_code == 422
        assert "不是整数" in page.text
        assert "is no integer" not in page.text


def test_what_is_too_large_says_how_much_is_taken(library: Running) -> None:
    rows = b"Name\n" + b"A\n" * 100_001
    for who, said in (
        ("otto", "文件有 100001 行，最多读取 100000 行"),
        ("lena", "the file has 100001 rows; at most 100000"),
    ):
        form = {"file": (io.BytesIO(rows), "a.csv"), "mapping": '{"type":"import","columns":{"Name":"title"}}'}
        answer = library.call(who, "POST", f"{BOOKS}/import", data=form)
        error = json_of(answer)["error"]
        assert (answer.status_code, error["code"]) == (413, "too_large")
        assert error["message"].startswith(said)
        body = library.call(who, "POST", BOOKS, data=b" " * 1_100_000, content_type="application/json")
        assert "1,000,000" in json_of(body)["error"]["message"]
