"""What is asked wrongly is refused and said, never passed over: parameters, bodies, mappings, files."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.answers import json_of
from tests.support.running import Running, running

BOOKS = "/api/v1/records/lib.book"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("refusals")
    with running(f"sqlite:///{folder / 'library.db'}", folder) as made:
        yield made


def speak_chinese(library: Running, who: str) -> None:
    from loomwork.permissions.actor import system_actor

    service = system_actor("test")
    with library.rt.write() as work:
        row = library.rt.query.get(work, service, "system.user", library.ids[who])
        library.rt.records.update(work, service, "system.user", row["id"], {"language": "zh-CN"}, row["row_version"])
    library.app.guard.identities.forget()


def fault(answer: Any) -> tuple[int, str, str]:
    """Status, code and first place."""
    error = json_of(answer)["error"]
    return answer.status_code, error["code"], error["details"][0]["path"] if error["details"] else ""


def ask(library: Running, **body: Any) -> Any:
    return library.call("lena", "POST", "/api/v1/query", json={"entity": "lib.book", **body})


@pytest.mark.parametrize("name", ["limit=2", "cursor=x", "count=true"])
def test_an_export_takes_no_parameters_of_pages(library: Running, name: str) -> None:
    answer = library.call("lena", "GET", f"{BOOKS}/export?format=csv&{name}")
    assert fault(answer) == (422, "unknown_parameter", f"query.{name.partition('=')[0]}")
    done = library.call("lena", "GET", f"{BOOKS}/export?format=csv&fields=title")
    assert done.headers["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize(("key", "value"), [("fields", ["title"]), ("cursor", "abc"), ("count", True)])
def test_groups_take_nothing_that_belongs_to_records(library: Running, key: str, value: Any) -> None:
    answer = ask(library, measures={"n": "COUNT()"}, **{key: value})
    assert fault(answer) == (422, "not_with_groups", key)


@pytest.mark.parametrize("empty", ["", "  ", {}, {"and": []}, {"or": []}, {"and": [{"and": []}]}])
def test_an_empty_filter_is_not_all_records(library: Running, empty: Any) -> None:
    assert fault(ask(library, filter=empty)) == (422, "empty_filter", "filter")


def test_an_empty_or_unreadable_parameter_is_refused(library: Running) -> None:
    assert fault(library.call("lena", "GET", f"{BOOKS}?filter=")) == (422, "bad_parameter", "query.filter")
    for query in ("filter=%ff", "search=%ff%fe"):
        assert fault(library.call("lena", "GET", f"{BOOKS}?{query}"))[:2] == (400, "bad_encoding")
    assert library.call("lena", "GET", f"{BOOKS}?search=%E4%B9%A6").status_code == 200


def test_a_tree_of_conditions_stands_in_the_address_as_well(library: Running) -> None:
    for title in ("Dune", "Emma"):
        assert library.call("lena", "POST", BOOKS, json={"title": title}).status_code == 201
    tree = {"or": [{"field": "title", "op": "eq", "value": "Dune"}, {"formula": "title = 'Sula'"}]}
    found = json_of(library.call("lena", "GET", f"{BOOKS}?fields=title&filter={quote(json.dumps(tree))}"))
    assert [one["title"] for one in found["records"]] == ["Dune"]
    assert fault(library.call("lena", "GET", f"{BOOKS}?filter={quote('{')}")) == (422, "bad_parameter", "query.filter")
    assert fault(library.call("lena", "GET", f"{BOOKS}?filter={quote('{}')}")) == (422, "empty_filter", "filter")
    wrong = quote(json.dumps({"field": "titel", "op": "eq", "value": "x"}))
    assert library.call("lena", "GET", f"{BOOKS}?filter={wrong}").status_code == 422


@pytest.mark.parametrize(
    ("query", "said"), [("limit=201", "200"), ("limit=abc", "abc"), ("count=all", "exact"), ("fields=a,,b", "逗号")]
)
def test_an_unreadable_parameter_says_what_it_takes_in_the_readers_language(
    library: Running, query: str, said: str
) -> None:
    speak_chinese(library, "otto")
    english, chinese = (
        json_of(library.call(who, "GET", f"{BOOKS}?{query}"))["error"]["details"][0]["message"]
        for who in ("lena", "otto")
    )
    assert said in chinese
    assert said in english or "commas" in english
    assert english != chinese


def test_a_parameter_that_no_formula_names_is_refused(library: Running) -> None:
    answer = ask(library, filter="title = :title", params={"titel": "x", "title": "y"})
    assert fault(answer) == (422, "unused_parameter", "params.titel")
    assert "title" in json_of(answer)["error"]["message"]
    assert fault(ask(library, filter="title = :title", params={"title": None})) == (
        422,
        "bad_parameter",
        "params.title",
    )


def test_days_are_counted_from_zero_on(library: Running) -> None:
    answer = ask(library, filter={"field": "created_at", "op": "last_n_days", "value": -3})
    assert (answer.status_code, json_of(answer)["error"]["details"][0]["code"]) == (422, "X144")


def test_explaining_an_unknown_action_or_field_is_refused(library: Running) -> None:
    book = json_of(library.call("lena", "POST", BOOKS, json={"title": "T"}))["id"]
    assert fault(library.call("lena", "GET", f"{BOOKS}/{book}/explain?action=explode"))[:2] == (422, "unknown_action")
    answer = library.call("lena", "GET", f"{BOOKS}/{book}/explain?field=titel")
    assert fault(answer) == (422, "unknown_field", "query.field")
    assert "title" in json_of(answer)["error"]["message"]
    found = json_of(library.call("lena", "GET", f"{BOOKS}/{book}/explain?field=title"))
    assert set(found["fields"]) == {"title"}


def test_explaining_offers_names_that_the_reader_sees_in_his_words(library: Running) -> None:
    book = json_of(library.call("lena", "POST", BOOKS, json={"title": "T"}))["id"]
    person = f"/api/v1/records/system.user/{library.ids['mia']}"
    for language, told in (
        ("en", 'there is no field "{}"; did you mean "{}"?'),
        ("zh-CN", "没有名为“{}”的字段。是不是“{}”？"),
    ):
        version = library.call("lena", "GET", person).headers["ETag"]
        library.call("lena", "PATCH", person, json={"language": language}, headers={"If-Match": version})
        library.app.guard.identities.forget()
        for asked, meant in (("titel", "title"), ("creatd_at", "created_at")):
            answer = library.call("mia", "GET", f"{BOOKS}/{book}/explain?field={asked}")
            assert json_of(answer)["error"]["details"][0]["message"] == told.format(asked, meant)
        closed = library.call("mia", "GET", f"{BOOKS}/{book}/explain?field=secrt")
        assert "secret" not in closed.text


def test_a_list_of_records_is_called_one(library: Running) -> None:
    relation = next(iter(library.rt.catalog.entity("lib.shelf").relations))
    answer = library.call("lena", "GET", f"/api/v1/records/lib.shelf?fields={relation}.title")
    assert answer.status_code == 422
    assert "list of records" in json_of(answer)["error"]["message"]
    assert "did you mean" not in json_of(answer)["error"]["message"]


def test_a_body_that_is_too_large_is_told_the_limit(library: Running) -> None:
    answer = library.call("lena", "POST", BOOKS, data=b"{" + b" " * 1_100_000 + b"}", content_type="application/json")
    assert answer.status_code == 413
    assert "1,000,000" in json_of(answer)["error"]["message"]


@pytest.mark.parametrize("name", ["row_version", "id", "created_at"])
def test_what_the_system_gives_is_refused_alike_when_made_and_when_changed(library: Running, name: str) -> None:
    book = json_of(library.call("lena", "POST", BOOKS, json={"title": "T"}))
    path, match = f"{BOOKS}/{book['id']}", {"If-Match": str(book["row_version"])}
    made = library.call("lena", "POST", BOOKS, json={"title": "T", name: book[name]})
    changed = library.call("lena", "PATCH", path, headers=match, json={name: book[name]})
    for answer in (made, changed):
        assert answer.status_code == 422
        assert json_of(answer)["error"]["details"][0]["code"] == "not_writable"


def test_faults_of_a_batch_name_their_place_in_the_body(library: Running) -> None:
    book = json_of(library.call("lena", "POST", BOOKS, json={"title": "T"}))
    changes = [{"do": "update", "id": book["id"], "row_version": 99, "data": {"title": "U"}}]
    answer = library.call("lena", "POST", f"{BOOKS}/batch", json={"changes": changes})
    assert fault(answer) == (409, "stale_record", "changes.0")
    changes = [{"do": "create", "data": {"title": "U"}}, {"do": "create", "data": {}}]
    answer = library.call("lena", "POST", f"{BOOKS}/batch", json={"changes": changes})
    assert fault(answer) == (422, "invalid", "changes.1.data.title")


def bring(library: Running, mapping: Any) -> Any:
    form = {"file": (io.BytesIO(b"Name\nA\n"), "a.csv"), "mapping": json.dumps(mapping)}
    return library.call("lena", "POST", f"{BOOKS}/import", data=form)


@pytest.mark.parametrize(
    ("extra", "path"),
    [
        ({"mtach": ["title"]}, "mtach"),
        ({"onmatch": "update"}, "onmatch"),
        ({"colums": {}}, "colums"),
        ({"match": "title"}, "match"),
        ({"columns": []}, "columns"),
        ({"columns": {"Name": {"field": "title", "trm": True}}}, "columns.Name.trm"),
        ({"columns": {"Name": 3}}, "columns.Name"),
        ({"constants": []}, "constants"),
        ({"ignore": [1]}, "ignore.0"),
    ],
)
def test_a_mapping_with_a_slip_of_the_pen_is_refused(library: Running, extra: dict[str, Any], path: str) -> None:
    mapping = {"type": "import", "entity": "lib.book", "columns": {"Name": "title"}, **extra}
    assert fault(bring(library, mapping)) == (422, "bad_mapping", path)


def test_a_mapping_says_what_is_wrong_with_it_in_chinese_too(library: Running) -> None:
    form = {
        "file": (io.BytesIO(b"Name\nA\n"), "a.csv"),
        "mapping": json.dumps({"type": "import", "columns": {"Nam": "title"}}),
    }
    with library.rt.write() as work:
        from loomwork.permissions.actor import system_actor

        who = system_actor("test")
        row = library.rt.query.get(work, who, "system.user", library.ids["otto"])
        library.rt.records.update(work, who, "system.user", row["id"], {"language": "zh-CN"}, row["row_version"])
    answer = library.call("otto", "POST", f"{BOOKS}/import", data=form)
    assert "类型" not in json_of(answer)["error"]["message"]
    assert json_of(answer)["error"]["details"][0]["path"] == "columns.Nam"


def test_the_report_of_an_import_is_in_the_readers_language(library: Running) -> None:
    speak_chinese(library, "otto")
    mapping = {
        "type": "import", "match": ["title"], "on_match": "refuse",
        "columns": {"Name": "title", "Pages": "pages", "Shelf": {"field": "shelf", "lookup": "name"}},
    }  # fmt: skip
    form = {"file": (io.BytesIO(b"Name,Pages,Shelf\nA,abc,\nA,1,nowhere\n"), "a.csv"), "mapping": json.dumps(mapping)}
    refused = json_of(library.call("otto", "POST", f"{BOOKS}/import", data=form))["error"]["report"]["faults"]
    assert refused
    for one in refused:
        assert any("\u4e00" <= mark <= "\u9fff" for mark in one["message"]), one


def test_a_body_without_a_key_or_with_another_says_so(library: Running) -> None:
    book = json_of(library.call("lena", "POST", BOOKS, json={"title": "T"}))["id"]
    answer = library.call("lena", "POST", f"{BOOKS}/{book}/notes", json={})
    assert (*fault(answer), json_of(answer)["error"]["message"]) == (422, "missing_key", "body", "body is needed")
    answer = library.call("lena", "POST", f"{BOOKS}/{book}/notes", json={"bdy": "x"})
    assert fault(answer) == (422, "unknown_key", "bdy")
    assert "body" in json_of(answer)["error"]["message"]


def test_hints_are_given_in_every_language(library: Running) -> None:
    speak_chinese(library, "otto")
    answer = library.call("otto", "POST", BOOKS, json={"titel": "x"})
    message = json_of(answer)["error"]["details"][0]["message"]
    assert "是不是“title”" in message
    answer = library.call("otto", "GET", f"{BOOKS}?limt=3")
    assert "是不是“limit”" in json_of(answer)["error"]["details"][0]["message"]


def test_an_export_for_people_says_what_people_read(library: Running) -> None:
    shelf = library.call("lena", "POST", "/api/v1/records/lib.shelf", json={"name": "North"})
    assert shelf.status_code == 201, shelf.text
    library.call("lena", "POST", BOOKS, json={"title": "Labelled", "shelf": json_of(shelf)["id"]})
    path = f"{BOOKS}/export?format=csv&fields=title,shelf,owner_id&filter=title%20%3D%20'Labelled'"
    people = library.call("lena", "GET", f"{path}&heads=labels").text
    again = library.call("lena", "GET", path).text
    assert "North" in people
    assert json_of(shelf)["id"] not in people
    assert json_of(shelf)["id"] in again


def test_a_text_is_no_picture(library: Running) -> None:
    """A text that is called a picture stays what it is, and no field for pictures takes it."""
    stored = library.call("lena", "POST", "/api/v1/files", data={"file": (io.BytesIO(b"not png"), "a.png")})
    assert json_of(stored)["type"] == "text/plain"
    user = json_of(library.call("lena", "GET", f"/api/v1/records/system.user/{library.ids['lena']}"))
    path, match = f"/api/v1/records/system.user/{user['id']}", {"If-Match": str(user["row_version"])}
    pictures = [
        one.name for one in library.rt.catalog.entity("system.user").fields.values() if one.type.name == "image"
    ]
    answer = library.call("lena", "PATCH", path, headers=match, json={pictures[0]: json_of(stored)["id"]})
    assert (answer.status_code, json_of(answer)["error"]["details"][0]["code"]) == (422, "file_type")
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
    stored = library.call("lena", "POST", "/api/v1/files", data={"file": (io.BytesIO(png), "a.png")})
    answer = library.call("lena", "PATCH", path, headers=match, json={pictures[0]: json_of(stored)["id"]})
    assert answer.status_code == 200, answer.text


def test_a_mapping_is_refused_by_the_name_that_it_gives(library: Running) -> None:
    wrong = {
        "type": "import",
        "entity": "lib.book",
        "columns": {"Name": {"field": "titel"}},
        "constants": {"shlf": "x"},
    }

    def send(entity: str) -> Any:
        form = {"file": (io.BytesIO(b"Name\nDune\n"), "b.csv"), "mapping": json.dumps(wrong)}
        return library.call("otto", "POST", f"/api/v1/records/{entity}/import", data=form)

    speak_chinese(library, "otto")
    told = json_of(send("lib.book"))["error"]["details"]
    assert [(one["path"], "“titel”" in one["message"], "“shlf”" in one["message"]) for one in told[:2]] in (
        [("columns.Name", True, False), ("constants.shlf", False, True)],
        [("constants.shlf", False, True), ("columns.Name", True, False)],
    )
    answer = send("lib.bok")
    assert (answer.status_code, "lib.book" in json_of(answer)["error"]["message"]) == (404, True)
