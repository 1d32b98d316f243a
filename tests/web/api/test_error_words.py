"""One rule: codes never change, messages and their details are in the language of the person who asks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from loomwork.core.i18n import platform_messages
from tests.support.answers import json_of
from tests.support.running import Running, running
from tests.support.source import platform_modules

BOOKS = "/api/v1/records/lib.book"
CHINESE = re.compile(r"[一-鿿]")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("words")
    with running(f"sqlite:///{home / 'library.db'}", home) as made:
        path = f"/api/v1/records/system.user/{made.ids['mia']}"
        version = made.call("lena", "GET", path).headers["ETag"]
        changed = made.call("lena", "PATCH", path, json={"language": "zh-CN"}, headers={"If-Match": version})
        assert changed.status_code == 200, changed.text
        made.app.guard.identities.forget()
        yield made


def faults(library: Running, who: str) -> dict[str, TestResponse]:
    """Refusals of each kind that people meet on screens."""
    book = json_of(library.call(who, "POST", BOOKS, json={"title": "A", "isbn": f"978-{who}"}))
    path = f"{BOOKS}/{book['id']}"
    now, old = {"If-Match": f'"{book["row_version"]}"'}, {"If-Match": '"99"'}
    stale = {"do": "update", "id": book["id"], "row_version": 99, "data": {"title": "B"}}
    other = json_of(library.call("otto", "POST", BOOKS, json={"title": "B"}))["id"]
    return {
        "stale": library.call(who, "PATCH", path, json={"title": "B"}, headers=old),
        "unknown": library.call(who, "PATCH", path, json={"titel": "B"}, headers=now),
        "system": library.call(who, "PATCH", path, json={"stock_value": "1"}, headers=now),
        "value": library.call(who, "PATCH", path, json={"pages": "many"}, headers=now),
        "used": library.call(who, "POST", BOOKS, json={"title": "C", "isbn": f"978-{who}"}),
        "batch": library.call(who, "POST", f"{BOOKS}/batch", json={"changes": [{"do": "create", "data": {"isbn": f"978-{who}"}}]}),
        "stale in a batch": library.call(who, "POST", f"{BOOKS}/batch", json={"changes": [stale]}),
        "missing": library.call(who, "GET", f"{BOOKS}/{'0' * 36}"),
        "version": library.call(who, "PATCH", path, json={"title": "B"}),
        "link": library.call(who, "PATCH", path, json={"shelf": other}, headers=now),
    }  # fmt: skip


def texts(answer: TestResponse) -> list[str]:
    fault: dict[str, Any] = json_of(answer)["error"]
    return [fault["message"], *(one["message"] for one in fault["details"])]


def codes(answer: TestResponse) -> list[str]:
    fault: dict[str, Any] = json_of(answer)["error"]
    return [fault["code"], *(f"{one['path']} {one['code']}" for one in fault["details"])]


def test_codes_are_the_same_and_words_are_the_readers(library: Running) -> None:
    english, chinese = faults(library, "max"), faults(library, "mia")
    for name, answer in english.items():
        assert answer.status_code == chinese[name].status_code, name
        assert codes(answer) == codes(chinese[name]), name
        assert not [one for one in texts(answer) if CHINESE.search(one)], name
        assert [one for one in texts(chinese[name]) if not CHINESE.search(one)] == [], name


def test_a_closed_field_is_told_in_the_readers_words(library: Running) -> None:
    book = json_of(library.call("mia", "POST", BOOKS, json={"title": "A"}))
    headers = {"If-Match": '"1"'}
    answer = library.call("mia", "PATCH", f"{BOOKS}/{book['id']}", json={"secret": "x"}, headers=headers)
    assert texts(answer) == ["你无权填写：secret。", "不可修改“secret”。"]
    asked = library.call("mia", "GET", f"{BOOKS}?sort=secret")
    assert texts(asked)[1] == "不可读取“secret”。"


def test_entities_and_fields_are_called_as_people_call_them(library: Running) -> None:
    """By their labels in the words, by their names in paths and beside the code: what the reader may know of, that is."""
    said: dict[str, list[list[str]]] = {}
    for who in ("max", "mia"):
        book = json_of(library.call(who, "POST", BOOKS, json={"title": "A"}))
        path, now = f"{BOOKS}/{book['id']}", {"If-Match": '"1"'}
        refused = library.call(who, "POST", "/api/v1/records/lib.shelf", json={"name": "A"})
        fault = json_of(refused)["error"]
        assert (fault["entity"], fault["action"]) == ("lib.shelf", "create")
        closed = library.call(who, "PATCH", path, json={"contact": "13812345678"}, headers=now)
        assert json_of(closed)["error"]["details"][0]["path"] == "contact"
        given = library.call(who, "PATCH", path, json={"stock_value": "1"}, headers=now)
        wrong = library.call(who, "PATCH", path, json={"pages": "many", "titel": "x"}, headers=now)
        changes = {
            "changes": [{"do": "update", "id": book["id"], "row_version": 1, "data": {"contact": "13812345678"}}]
        }
        many = library.call(who, "POST", f"{BOOKS}/batch", json=changes)
        filtered = library.call(who, "GET", f"{BOOKS}?sort=titel")
        said[who] = [texts(one) for one in (refused, closed, given, wrong, many, filtered)]
    shelves, contact, value, pages, listed, unknown = said["max"]
    assert shelves == ["You may not create records of “Shelves”. An administrator can give you a role that lets you."]
    assert contact == ["You may not write: Contact.", 'you may not write "Contact"']
    assert value == ['Value: "Value" is given by the system', '"Value" is given by the system']
    assert pages[0].startswith(("Pages: ", "titel: "))
    assert "Pages: " in pages[0]
    assert "lib.book" not in str(said)
    assert 'Books has no field "titel"; did you mean "title"?' in unknown[0]
    shelves, contact, value, pages, listed, unknown = said["mia"]
    assert shelves == ["你无权新建“书架”的记录，可以请管理员授予相应角色。"]
    assert contact == ["你无权填写：联系电话。", "不可修改“联系电话”。"]
    assert value[1] == "“价值”由系统填写。"
    assert listed[-1] == "不可修改“联系电话”。"


# Codes that no reader of a screen or of the API meets: the command line, mail, what packages seed, workers.
_INNER = {
    "bad_demo", "no_demo", "single", "not_loaded", "mail_later", "mail_header", "mail_disk", "mail_unreachable", "no_connection",
    "bad_filter", "bad_values", "bad_record",
}  # fmt: skip
_FAULTS = {"NotSignedIn", "NotAllowed", "NotFound", "Conflict", "TooLarge", "InvalidInput", "TooMany", "TryAgain"}


def test_every_code_has_words_in_every_language() -> None:
    raised: dict[str, str] = {}
    for module in platform_modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FAULTS:
                for one in node.keywords:
                    if one.arg == "code" and isinstance(one.value, ast.Constant):
                        raised[str(one.value.value)] = module.place
    assert len(raised) > 60
    for language, messages in platform_messages().items():
        lacking = {code: place for code, place in raised.items() if f"errors.{code}" not in messages}
        assert {code: place for code, place in lacking.items() if code not in _INNER} == {}, language
