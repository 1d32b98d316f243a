"""P9, S5, S13 over the whole URL map: declared access, headers, forged requests, and reading that changes nothing.

The counter-tests plant what the rules forbid and see it found.
"""

import hashlib
import sqlite3
from typing import Any

import pytest
from flask import Flask

from loomwork.web.security_access import Undeclared, Who, access, collect_access, parse_access
from tests.support.answers import json_of
from tests.support.routes import Route, routes
from tests.support.running import Browser, Running

FLOOR = 60
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
MOVING = {"lw_session": {"seen_at"}, "lw_token": {"used_at"}}
"""Times of use, which reading may note; and the log of who exported, which is written because he read."""


@pytest.fixture(scope="module")
def book(library: Running) -> dict[str, Any]:
    made = library.call("lena", "POST", "/api/v1/records/lib.book", json={"title": "A book", "contact": "13812345678"})
    assert made.status_code == 201, made.text
    return dict(json_of(made))


def known(book: dict[str, Any]) -> dict[str, str]:
    return {"entity": "lib.book", "record_id": book["id"], "kind": "entity", "name": "lib.book", "field": "shelf"}


def state_of(library: Running) -> str:
    """A hash of everything in the database but the times of use."""
    digest = hashlib.sha256()
    with sqlite3.connect(library.rt.database.url.database or "") as connection:
        for (table,) in connection.execute(
            "select name from sqlite_master where type = 'table' order by name"
        ).fetchall():
            columns = [row[1] for row in connection.execute(f'pragma table_info("{table}")')]
            kept = ", ".join(f'"{name}"' for name in columns if name not in MOVING.get(table, ()))
            where = " where source is not 'access'" if table == "lw_audit" else ""
            rows = connection.execute(f'select {kept} from "{table}"{where}').fetchall()
            digest.update(repr((table, sorted(map(repr, rows)))).encode())
    return digest.hexdigest()


def test_every_route_declares_its_access(library: Running) -> None:
    found = routes(library)
    assert len(found) >= FLOOR
    assert {route.endpoint for route in found} <= set(library.app.access)


def test_a_route_without_declared_access_stops_the_start() -> None:
    app = Flask("planted", static_folder=None)
    app.add_url_rule("/open", "open", access("public")(lambda: "x"))
    collect_access(app)
    app.add_url_rule("/forgotten", "forgotten", lambda: "x")
    with pytest.raises(Undeclared, match="forgotten"):
        collect_access(app)


def test_of_two_scopes_either_opens_the_door(library: Running) -> None:
    found = parse_access("token:read token:import")
    assert (found.scope, found.or_scope, found.as_text()) == ("read", "import", "signed_in token:read token:import")
    several = {route.rule for route in routes(library) if library.app.access[route.endpoint].or_scope}
    assert several == {"/api/v1/jobs/<job_id>", "/api/v1/imports/<import_id>"}


@pytest.mark.parametrize("text", ["", "everybody", "token:root", "ability:", "publik", "public token:nope"])
def test_a_misspelt_declaration_is_refused(text: str) -> None:
    if text:
        with pytest.raises(ValueError, match="declares no access"):
            parse_access(text)
    else:
        assert parse_access(text).who is Who.SIGNED_IN


def test_nobody_gets_in_without_signing_in(library: Running, book: dict[str, Any]) -> None:
    asked = 0
    for route in routes(library, **known(book)):
        if library.app.access[route.endpoint].who is Who.PUBLIC:
            continue
        answer = library.call(None, route.method, route.path, headers={"Accept": "application/json"})
        asked += 1
        assert answer.status_code == 401, route
        assert json_of(answer)["error"]["code"] == "not_signed_in", route
    assert asked >= FLOOR - 20


def test_public_routes_are_these_and_no_others(library: Running) -> None:
    public = {route.rule for route in routes(library) if library.app.access[route.endpoint].who is Who.PUBLIC}
    assert public == {
        "/healthz", "/readyz", "/static/<path:name>", "/api/docs.css", "/sign-in", "/setup", "/forgot", "/reset/<secret>",
        "/invitation/<secret>",
    }  # fmt: skip


def test_every_answer_carries_the_headers(library: Running, book: dict[str, Any]) -> None:
    browser = library.browser("lena")
    for route in routes(library, **known(book)):
        if route.method != "GET" or route.rule == "/sign-out":
            continue
        answer = browser.get(route.path)
        assert answer.status_code < 500, (route, answer.text[:300])
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, (route, name)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy or "default-src 'none'" in policy, route
        assert "unsafe" not in policy, route
        if route.rule.startswith("/api/v1") and not route.rule.startswith("/api/v1/files"):
            assert answer.headers["Cache-Control"] == "no-store", route
        answer.close()


def test_faults_carry_the_headers_as_well(library: Running) -> None:
    for path, method in (("/nowhere", "GET"), ("/api/v1/me", "GET"), ("/healthz", "POST"), ("/api/v1/nowhere", "GET")):
        answer = library.call(None, method, path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Request-Id"]


def test_reading_changes_nothing(library: Running, book: dict[str, Any]) -> None:
    browser = library.browser("lena")
    asked = 0
    before = state_of(library)
    for route in routes(library, **known(book)):
        if route.method == "GET":
            browser.get(route.path).close()
            browser.client.head(route.path).close()
            asked += 1
    assert asked >= 30
    assert state_of(library) == before
    browser.post("/api/v1/records/lib.book", json={"title": "counter-test"})
    assert state_of(library) != before


FORGERIES = {
    "no token": {},
    "a foreign token": {"X-CSRF-Token": "0" * 64},
    "a foreign page": {"Origin": "https://evil.example"},
    "a foreign site by fetch metadata": {"Sec-Fetch-Site": "cross-site"},
    "a sibling site": {"Sec-Fetch-Site": "same-site"},
    "an opaque page": {"Origin": "null"},
}


def forged(browser: Browser, route: Route, headers: dict[str, str]) -> Any:
    token = {} if "X-CSRF-Token" in headers or not headers else {"X-CSRF-Token": browser.token()}
    return browser.client.open(
        route.path,
        method=route.method,
        headers={**token, **headers, "Accept": "application/json"},
        json={"title": "forged"},
    )


@pytest.mark.parametrize("way", list(FORGERIES))
def test_a_forged_change_is_refused_everywhere(library: Running, book: dict[str, Any], way: str) -> None:
    browser = library.browser("lena")
    before = state_of(library)
    asked = 0
    for route in routes(library, **known(book)):
        if route.method in ("GET", "HEAD"):
            continue
        answer = forged(browser, route, FORGERIES[way])
        asked += 1
        assert answer.status_code == 403, (route, way, answer.text[:200])
        assert json_of(answer)["error"]["code"] in ("csrf", "csrf_origin"), route
    assert asked >= 25
    assert state_of(library) == before


def test_the_token_of_another_session_is_refused(library: Running) -> None:
    lena, mia = library.browser("lena"), library.browser("mia")
    answer = lena.client.post("/api/v1/records/lib.book", json={"title": "x"}, headers={"X-CSRF-Token": mia.token()})
    assert (answer.status_code, json_of(answer)["error"]["code"]) == (403, "csrf")


def test_a_form_of_another_type_is_no_json(library: Running) -> None:
    lena = library.browser("lena")
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = lena.post("/api/v1/records/lib.book", data=b'{"title": "x"}', content_type=kind)
        assert answer.status_code == 415, kind


def test_changes_by_get_do_not_exist(library: Running, book: dict[str, Any]) -> None:
    lena = library.browser("lena")
    reading = {route.path for route in routes(library, **known(book)) if route.method == "GET"}
    for route in routes(library, **known(book)):
        if route.method != "GET" and route.path not in reading:
            assert lena.get(route.path, headers={"Accept": "application/json"}).status_code in (404, 405), route


def test_a_token_of_a_program_needs_no_csrf_token_and_no_cookie_replaces_it(library: Running) -> None:
    assert library.call("lena", "POST", "/api/v1/records/lib.book", json={"title": "by token"}).status_code == 201
    lena = library.browser("lena")
    answer = lena.client.get("/api/v1/me", headers={"Authorization": "Bearer wrong"})
    assert (answer.status_code, json_of(answer)["error"]["code"]) == (401, "token")


def test_https_switches_strict_transport_and_host_bound_cookies_on(tmp_path_factory: pytest.TempPathFactory) -> None:
    from tests.support.running import running

    home = tmp_path_factory.mktemp("https")
    with running(f"sqlite:///{home / 'x.db'}", home, LOOMWORK_PUBLIC_URL="https://crm.example") as made:
        answer = made.app.test_client().get("/sign-in", base_url="https://crm.example")
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
        [cookie] = answer.headers.getlist("Set-Cookie")
        assert cookie.startswith("__Host-loomwork_visitor=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= {part.strip() for part in cookie.split(";")}
