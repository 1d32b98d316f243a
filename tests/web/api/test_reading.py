"""What the API reads from requests: parameters, versions, keys, bodies. Unknown is refused with the nearest name."""

from typing import Any

import pytest
from flask import Flask, Request, request

from loomwork.core.errors import InvalidInput, PlatformError, TooLarge, Unreadable, VersionMissing
from loomwork.query.tree import Dimension, Measure
from loomwork.web.api.query_body import read_query
from loomwork.web.api.requests import read_key, read_list, read_version
from loomwork.web.wire import UnsupportedBody, read_body, read_object

app = Flask(__name__)


def made(path: str = "/", **options: Any) -> Request:
    with app.test_request_context(path, **options):
        return request._get_current_object()  # type: ignore[attr-defined, no-any-return]


def test_a_list_request_becomes_a_query() -> None:
    path = "/?filter=amount%20%3E%205&fields=name,owner.name&sort=-name,id&limit=200&count=exact&search=%E5%8D%8E%E4%B8%BA&trash=true"
    with app.test_request_context(path):
        query, _ = read_list(request, "lib.book")
    assert (query.filter, query.fields, query.sort) == ("amount > 5", ("name", "owner.name"), ("-name", "id"))
    assert (query.limit, query.count, query.search, query.trash) == (200, "exact", "华为", True)


@pytest.mark.parametrize(
    ("path", "code", "place"),
    [
        ("/?filtre=a", "unknown_parameter", "query.filtre"),
        ("/?limit=5&limit=6", "doubled_parameter", "query.limit"),
        ("/?limit=0", "too_small", "query.limit"),
        ("/?limit=201", "too_large", "query.limit"),
        ("/?limit=1e9", "not_integer", "query.limit"),
        ("/?limit=٣", "not_integer", "query.limit"),
        ("/?limit=99999999999999999999", "too_large", "query.limit"),
        ("/?fields=a,,b", "empty_name", "query.fields"),
        ("/?sort=", "empty_name", "query.sort"),
        ("/?count=maybe", "unknown_choice", "query.count"),
        ("/?trash=yes", "not_boolean", "query.trash"),
        ("/?filter=" + "x" * 4001, "too_long", "query.filter"),
        ("/?" + "x" * 500 + "=1", "unknown_parameter", "query." + "x" * 80),
    ],
)
def test_a_wrong_parameter_is_named(path: str, code: str, place: str) -> None:
    with app.test_request_context(path), pytest.raises(InvalidInput) as raised:
        read_list(request, "lib.book")
    assert [(one.code, one.path) for one in raised.value.details] == [(code, place)]


def test_an_unknown_parameter_offers_the_nearest_one() -> None:
    with app.test_request_context("/?filtre=a"), pytest.raises(InvalidInput, match='did you mean "filter"'):
        read_list(request, "lib.book")


@pytest.mark.parametrize(("header", "version"), [('"7"', 7), ("7", 7), ('W/"7"', 7), (' "12" ', 12)])
def test_a_version_is_read_from_the_etag(header: str, version: int) -> None:
    assert read_version(made(headers={"If-Match": header})) == version


@pytest.mark.parametrize("header", ["*", "", '"0"', '"-1"', '"1", "2"', "abc", '"1e3"', '"' + "9" * 30 + '"', '"٣"'])
def test_another_etag_is_refused(header: str) -> None:
    with pytest.raises(InvalidInput):
        read_version(made(headers={"If-Match": header}))


def test_no_version_is_told_apart_from_a_wrong_one() -> None:
    with pytest.raises(VersionMissing):
        read_version(made())


def test_keys_have_a_form() -> None:
    assert read_key(made()) is None
    assert read_key(made(headers={"Idempotency-Key": "order-2026.11:7"})) == "order-2026.11:7"
    for bad in ("", "a b", "x" * 256, "钥匙", "a,b"):
        with pytest.raises(InvalidInput):
            read_key(made(headers={"Idempotency-Key": bad.encode("utf-8").decode("latin-1")}))


JSON = {"content_type": "application/json", "method": "POST"}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty_body"), (b"{", "bad_json"), (b'{"a":1,"a":2}', "duplicate_key"), (b"NaN", "bad_number"), (b"\xff\xfe{}", "bad_encoding"),
        (b"[" * 40 + b"]" * 40, "too_deep"), (b"[" * 200_000, "too_deep"), (b'{"a":1e999999}x', "bad_json"), (b"'a'", "bad_json"),
    ],
)  # fmt: skip
def test_an_unreadable_body_says_why(raw: bytes, code: str) -> None:
    with app.test_request_context("/", data=raw, **JSON), pytest.raises(Unreadable) as raised:
        read_body(request)
    assert raised.value.code == code


def test_a_body_beyond_the_limit_is_too_large() -> None:
    with app.test_request_context("/", data=b'"' + b"x" * 1_000_001 + b'"', **JSON), pytest.raises(TooLarge):
        read_body(request)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "text/json"]
)
def test_a_form_posing_as_json_never_gets_in(kind: str) -> None:
    with (
        app.test_request_context("/", data=b'{"a":1}', method="POST", content_type=kind),
        pytest.raises(UnsupportedBody),
    ):
        read_body(request)


@pytest.mark.parametrize("raw", [b"[]", b"1", b'"x"', b"null", b"true"])
def test_what_is_no_object_is_refused(raw: bytes) -> None:
    with app.test_request_context("/", data=raw, **JSON), pytest.raises(InvalidInput, match="object"):
        read_object(request)


def test_a_grouped_query_is_read_in_both_forms() -> None:
    plain = read_query(
        {
            "entity": "lib.book",
            "group": ["shelf", "bought:month"],
            "measures": {"total": {"function": "sum", "path": "price"}},
        }
    )
    named = read_query(
        {
            "entity": "lib.book",
            "group": {"s": "shelf", "m": "MONTH_START(bought)"},
            "measures": {"total": "SUM(price)", "n": "COUNT()"},
            "sort": ["-m"],
        }
    )
    assert plain.query.group == (Dimension("shelf"), Dimension("bought", "month")) == named.query.group
    assert plain.query.measures == (Measure("total", "sum", "price"),)
    assert named.query.measures[1] == Measure("n", "count")
    assert named.names == {"shelf": "s", "bought:month": "m"}
    assert named.query.sort == ("-bought:month",)


@pytest.mark.parametrize(
    "body",
    [
        {}, {"entity": 1}, {"entity": None}, {"entity": "a", "fields": "name"}, {"entity": "a", "fields": [1]}, {"entity": "a", "fitler": "x"},
        {"entity": "a", "filter": 1}, {"entity": "a", "filter": []}, {"entity": "a", "params": []}, {"entity": "a", "group": "x"},
        {"entity": "a", "group": [1]}, {"entity": "a", "group": ["d:fortnight"]}, {"entity": "a", "group": {"a b": "x"}},
        {"entity": "a", "measures": []}, {"entity": "a", "measures": {"n": "MEDIAN(x)"}}, {"entity": "a", "measures": {"n": "SUM()"}},
        {"entity": "a", "measures": {"n": "1; drop table"}}, {"entity": "a", "measures": {"n": {"function": "sum", "path": "x", "as": "y"}}},
        {"entity": "a", "measures": {"n": 1}}, {"entity": "a", "limit": 0}, {"entity": "a", "limit": True}, {"entity": "a", "limit": 201},
        {"entity": "a", "limit": 10**9}, {"entity": "a", "count": "yes"}, {"entity": "a", "count": 1.5}, {"entity": "a", "trash": "true"},
        {"entity": "a", "sort": "name"}, {"entity": "a", "cursor": 5}, {"entity": "a", "search": ["x"]}, {"entity": "a", "count": {}},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_query_is_refused_with_its_place(body: dict[str, Any]) -> None:
    with pytest.raises(PlatformError) as raised:
        read_query(body)
    assert isinstance(raised.value, InvalidInput)
    assert raised.value.details
