"""Sign-in as people meet it: set-up, in and out, passwords, links by mail, switching accounts off."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.clock import frozen, now_utc
from loomwork.storage.outbox import list_jobs
from loomwork.web.auth import deactivation
from loomwork.worker.loop import Worker
from tests.support.answers import json_of
from tests.support.running import PASSWORD, Running, running

NEW = "a different long password"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Running]:
    """On SQLite: the statements of sign-in run on both databases in `test_stores.py`."""
    with running(f"sqlite:///{tmp_path / 'library.db'}", tmp_path) as made:
        yield made


@pytest.fixture
def library_on_both(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path) as made:
        yield made


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[Running]:
    with running(database_url, tmp_path, with_people=False) as made:
        yield made


def last_link(made: Running) -> str:
    """The address in the newest mail of the outbox folder, without its host."""
    Worker(made.rt).run_due()
    files = sorted((made.rt.settings.home / "outbox").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    message = email.message_from_bytes(files[-1].read_bytes(), policy=email.policy.default)
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    found = re.search(r"http://localhost(/\S+)", text)
    assert found is not None, text
    return found.group(1)


def test_the_first_visitor_is_led_to_set_up_and_becomes_administrator(empty: Running) -> None:
    browser = empty.browser()
    assert browser.get("/sign-in").headers["Location"] == "/setup"
    browser.get("/setup")
    done = browser.post("/setup", data={"name": "Ann", "email": "ann@example.com", "password": PASSWORD})
    assert (done.status_code, done.headers["Location"]) == (303, "/")
    me = json_of(browser.get("/api/v1/me"))
    assert me["name"] == "Ann"
    assert {"system.administrator", "lib.librarian"} <= set(me["roles"])
    assert browser.get("/setup").headers["Location"] == "/sign-in"
    again = empty.browser()
    again.get("/sign-in")
    assert (
        again.post("/setup", data={"name": "Eve", "email": "eve@example.com", "password": PASSWORD}).status_code == 409
    )


def test_from_another_machine_set_up_needs_the_printed_code(empty: Running) -> None:
    browser = empty.browser()
    far = {"environ_base": {"REMOTE_ADDR": "203.0.113.9"}}
    browser.get("/setup", **far)
    form = {"name": "Ann", "email": "ann@example.com", "password": PASSWORD}
    assert browser.post("/setup", data={**form, "code": "guess"}, **far).status_code == 403
    code = empty.app.extensions["loomwork_auth"].setup_code
    assert browser.post("/setup", data={**form, "code": code}, **far).status_code == 303


def test_sign_in_begins_a_session_and_sign_out_ends_it_for_good(library: Running) -> None:
    browser = library.browser("mia")
    kept = browser.client.get_cookie("loomwork_session")
    assert kept is not None
    assert json_of(browser.get("/api/v1/me"))["name"] == "Mia"
    assert browser.post("/sign-out").status_code == 303
    replay = library.browser()
    replay.client.set_cookie("loomwork_session", kept.value)
    assert replay.get("/api/v1/me").status_code == 401


def test_the_session_cookie_changes_at_sign_in(library: Running) -> None:
    browser = library.browser()
    browser.client.set_cookie("loomwork_session", "planted-by-somebody")
    browser.sign_in("mia")
    now = browser.client.get_cookie("loomwork_session")
    assert now is not None
    assert now.value != "planted-by-somebody"
    assert now.http_only
    assert now.same_site == "Lax"


def test_wrong_unknown_and_switched_off_are_told_in_the_same_words(library: Running) -> None:
    with library.rt.write() as work:
        from loomwork.permissions.actor import system_actor

        row = library.rt.query.get(work, system_actor("test"), "system.user", library.ids["max"], ("active",))
        library.rt.records.update(
            work, system_actor("test"), "system.user", row["id"], {"active": False}, row["row_version"]
        )
    bodies = set()
    for who, password in (("mia", "wrong password"), ("nobody", PASSWORD), ("max", PASSWORD)):
        browser = library.browser()
        response = browser.sign_in(who, password)
        assert response.status_code == 401
        text = re.sub(r'(name="csrf_token" value=|content=)"[0-9a-f]{64}"', "", response.text)
        bodies.add(text.replace(f"{who}@example.com", "somebody"))
    assert len(bodies) == 1


def test_ten_wrong_passwords_close_the_account_for_a_while(library: Running) -> None:
    for _ in range(10):
        assert library.browser().sign_in("mia", "wrong password").status_code == 401
    closed = library.browser().sign_in("mia", PASSWORD)
    assert closed.status_code == 429
    assert 0 < int(closed.headers["Retry-After"]) <= 900
    with frozen(now_utc() + timedelta(minutes=16)):
        assert library.browser().sign_in("mia").status_code == 303


def test_a_change_of_password_ends_every_other_session(library: Running) -> None:
    here, there = library.browser("mia"), library.browser("mia")
    wrong = here.post("/api/v1/me/password", json={"old_password": "wrong password", "new_password": NEW})
    assert json_of(wrong)["error"]["code"] == "wrong_old_password"
    assert here.post("/api/v1/me/password", json={"old_password": PASSWORD, "new_password": "short"}).status_code == 422
    assert here.post("/api/v1/me/password", json={"old_password": PASSWORD, "new_password": NEW}).status_code == 204
    assert here.get("/api/v1/me").status_code == 200
    assert there.get("/api/v1/me").status_code == 401
    assert library.browser().sign_in("mia", NEW).status_code == 303
    assert library.browser().sign_in("mia", PASSWORD).status_code == 401


def test_a_forgotten_password_is_set_by_a_link_that_works_once(library_on_both: Running) -> None:
    library = library_on_both
    old = library.browser("mia")
    browser = library.browser()
    browser.get("/forgot")
    asked = browser.post("/forgot", data={"email": "MIA@example.com"}, headers={"X-Forwarded-Host": "evil.example"})
    unknown = browser.post("/forgot", data={"email": "mio@example.com"})
    assert asked.status_code == unknown.status_code == 200
    assert asked.text.replace("MIA@", "") == unknown.text.replace("mio@", "")
    path = last_link(library)
    assert path.startswith("/reset/")
    page = library.browser()
    assert page.get(path).status_code == 200
    assert page.post(path, data={"password": "short"}).status_code == 422
    assert page.post(path, data={"password": NEW}).status_code == 303
    assert page.post(path, data={"password": "yet another password"}).status_code in (403, 404)
    assert library.browser().get(path).status_code == 404
    assert old.get("/api/v1/me").status_code == 401
    assert library.browser().sign_in("mia", NEW).status_code == 303


def path_of(answer: Any) -> str:
    """The path of the link in an answer, where no mail server is configured."""
    assert json_of(answer)["mailed"] is False, answer.text
    return str(json_of(answer)["link"]).removeprefix("http://localhost")


def state_of(library: Running, user_id: str) -> str:
    return str(json_of(library.call("lena", "GET", f"/api/v1/records/system.user/{user_id}?fields=state"))["state"])


def test_an_invitation_leads_to_the_first_password(library: Running) -> None:
    made = json_of(
        library.call("lena", "POST", "/api/v1/records/system.user", json={"name": "Ida", "email": "ida@example.com"})
    )
    assert state_of(library, made["id"]) == "new"
    assert library.call("mia", "POST", f"/api/v1/users/{made['id']}/invite").status_code == 403
    first = library.call("lena", "POST", f"/api/v1/users/{made['id']}/invite")
    assert first.status_code == 202
    assert state_of(library, made["id"]) == "invited"
    path = path_of(library.call("lena", "POST", f"/api/v1/users/{made['id']}/invite"))
    browser = library.browser()
    assert browser.get(path_of(first)).status_code == 404, "a newer link ends the older one"
    browser.get(path)
    assert browser.post(path, data={"password": NEW}).status_code == 303
    assert json_of(browser.get("/api/v1/me"))["name"] == "Ida"
    assert state_of(library, made["id"]) == "active"


def test_a_colleague_is_invited_with_roles_in_one_step(library_on_both: Running) -> None:
    library = library_on_both
    given = {"name": "Ida", "email": "ida@example.com", "language": "zh-CN", "roles": ["lib.member"]}
    assert library.call("mia", "POST", "/api/v1/users/invite", json=given).status_code == 403
    unknown = library.call("lena", "POST", "/api/v1/users/invite", json={**given, "roles": ["lib.membr"]})
    assert (unknown.status_code, json_of(unknown)["error"]["details"][0]["path"]) == (422, "role")
    assert library.call("lena", "POST", "/api/v1/users/invite", json={**given, "pet": "cat"}).status_code == 422
    assert library.call("lena", "POST", "/api/v1/users/invite", json={"name": "Ida"}).status_code == 422
    done = library.call("lena", "POST", "/api/v1/users/invite", json=given)
    assert done.status_code == 201, done.text
    twice = library.call("lena", "POST", "/api/v1/users/invite", json={**given, "email": "IDA@example.com"})
    assert (twice.status_code, json_of(twice)["error"]["code"]) == (409, "email_taken")
    path = path_of(done)
    browser = library.browser()
    browser.get(path)
    browser.post(path, data={"password": NEW})
    me = json_of(browser.get("/api/v1/me"))
    assert (me["language"], "lib.member" in me["roles"]) == ("zh-CN", True)


def test_with_a_mail_server_the_link_goes_out_by_mail_and_is_never_shown(library: Running) -> None:
    settings = library.rt.settings
    library.rt.settings = replace(settings, smtp_url="smtp://mail.example")
    for purpose in ("invite", "reset"):
        sent = json_of(library.call("lena", "POST", f"/api/v1/users/{library.ids['mia']}/{purpose}"))
        assert (sent["mailed"], sent["link"]) == (True, None)
    library.rt.settings = settings
    with library.rt.database.read() as work:
        waiting = [job.payload["purpose"] for job in list_jobs(work, state="waiting", limit=9)]
    assert sorted(waiting) == ["invite", "reset"]


def test_an_administrator_sends_a_link_for_a_new_password(library: Running) -> None:
    url = f"/api/v1/users/{library.ids['mia']}/reset"
    assert library.call("max", "POST", url).status_code == 403
    path = path_of(library.call("lena", "POST", url))
    browser = library.browser()
    browser.get(path)
    assert browser.post(path, data={"password": NEW}).status_code == 303
    assert library.browser().sign_in("mia", NEW).status_code == 303


def test_records_go_over_in_pieces_and_what_refuses_is_named(
    library_on_both: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = library_on_both
    monkeypatch.setattr(deactivation, "PIECE", 2)
    for number in range(5):
        library.call("mia", "POST", "/api/v1/records/lib.book", json={"title": f"Mine {number}"})
    url, browser = f"/api/v1/users/{library.ids['mia']}", library.browser("mia")
    assert library.call("max", "POST", f"{url}/switch-off").status_code == 403
    assert library.call("lena", "POST", f"{url}/switch-off").status_code == 204
    assert browser.get("/api/v1/me").status_code == 401
    assert state_of(library, library.ids["mia"]) == "deactivated"
    body, moved = {"successor": library.ids["max"], "entity": "lib.book"}, []
    while True:
        piece = json_of(library.call("lena", "POST", f"{url}/hand-over", json=body))
        assert piece["kept"] == []
        moved.append(piece["moved"])
        if not piece["after"]:
            break
        body["after"] = piece["after"]
    assert moved == [2, 2, 1]
    wrong = library.call("lena", "POST", f"{url}/hand-over", json={**body, "entity": "system.note"})
    assert wrong.status_code == 404
    assert library.call("lena", "POST", f"{url}/switch-on").status_code == 204
    assert library.browser().sign_in("mia").status_code == 303
    assert state_of(library, library.ids["mia"]) == "active"


def test_an_account_that_is_switched_off_hands_its_records_over(library_on_both: Running) -> None:
    library = library_on_both
    book = json_of(library.call("mia", "POST", "/api/v1/records/lib.book", json={"title": "Mine"}))
    browser, token = library.browser("mia"), library.token("mia")
    url = f"/api/v1/users/{library.ids['mia']}/deactivate"
    assert library.call("lena", "POST", url, json={"successor": library.ids["mia"]}).status_code == 422
    done = library.call("lena", "POST", url, json={"successor": library.ids["max"]})
    assert json_of(done) == {"handed_over": 1}
    assert browser.get("/api/v1/me").status_code == 401
    assert library.call("mia", "GET", "/api/v1/me").status_code == 401, token
    assert library.browser().sign_in("mia").status_code == 401
    moved = json_of(library.call("max", "GET", f"/api/v1/records/lib.book/{book['id']}?fields=owner_id"))
    assert moved["owner_id"]["id"] == library.ids["max"]


def test_the_last_person_who_manages_users_stays(library: Running) -> None:
    def off(who: str) -> int:
        path = f"/api/v1/users/{library.ids[who]}/deactivate"
        return library.call("lena", "POST", path, json={"successor": library.ids["max"]}).status_code

    assert off("otto") == 200
    assert off("lena") == 409


def test_tokens_do_what_their_scopes_say_and_end_when_revoked(library: Running) -> None:
    browser = library.browser("mia")
    made = browser.post("/api/v1/tokens", json={"name": "sync", "scopes": ["read"]})
    assert made.status_code == 201
    headers = {"Authorization": f"Bearer {json_of(made)['token']}"}
    assert library.call(None, "GET", "/api/v1/records/lib.shelf", headers=headers).status_code == 200
    refused = library.call(None, "POST", "/api/v1/records/lib.book", headers=headers, json={"title": "x"})
    assert (refused.status_code, json_of(refused)["error"]["code"]) == (403, "scope")
    assert "token" not in json_of(browser.get("/api/v1/tokens"))["items"][0]
    assert browser.send("DELETE", f"/api/v1/tokens/{json_of(made)['id']}").status_code == 204
    assert library.call(None, "GET", "/api/v1/me", headers=headers).status_code == 401


def test_without_the_right_to_use_the_api_there_is_no_token(library: Running) -> None:
    browser = library.browser("gus")
    assert browser.post("/api/v1/tokens", json={"name": "x", "scopes": ["read"]}).status_code == 403
    assert library.call("gus", "GET", "/api/v1/records/lib.shelf").status_code == 403
    assert browser.get("/api/v1/records/lib.shelf").status_code == 200


def test_sessions_are_listed_and_ended_by_their_owner_alone(library: Running) -> None:
    here, there, foreign = library.browser("mia"), library.browser("mia"), library.browser("max")
    items = json_of(here.get("/api/v1/sessions"))["items"]
    assert sorted(one["is_this_one"] for one in items) == [False, True]
    [other] = [one["id"] for one in items if not one["is_this_one"]]
    assert foreign.send("DELETE", f"/api/v1/sessions/{other}").status_code == 404
    assert here.send("DELETE", f"/api/v1/sessions/{other}").status_code == 204
    assert there.get("/api/v1/me").status_code == 401
    assert here.get("/api/v1/me").status_code == 200


def test_sign_in_leads_back_to_the_page_that_was_wanted(library: Running) -> None:
    browser = library.browser()
    browser.get("/sign-in")
    form = {"email": "mia@example.com", "password": PASSWORD}
    assert (
        browser.post("/sign-in", data={**form, "next": "/records/lib.book?sort=-title"})
        .headers["Location"]
        .startswith("/records")
    )
    evil = library.browser()
    evil.get("/sign-in")
    assert evil.post("/sign-in", data={**form, "next": "//evil.example"}).headers["Location"] == "/"


def test_a_role_holds_for_its_time_and_inside_its_unit(library_on_both: Running) -> None:
    library = library_on_both
    from loomwork.permissions.actor import system_actor
    from loomwork.web.auth import people

    rt, service, nora = library.rt, system_actor("test"), library.ids["nora"]
    with rt.write() as work:
        top = rt.records.create(work, service, "system.unit", {"name": "Top"})["id"]
        inner = rt.records.create(work, service, "system.unit", {"name": "Inner", "parent": top})["id"]
        other = rt.records.create(work, service, "system.unit", {"name": "Other"})["id"]
        row = rt.query.get(work, service, "system.user", nora, ("unit",))
        rt.records.update(work, service, "system.user", nora, {"unit": inner}, row["row_version"])
        assign = "system.role_assignment"
        rt.records.create(work, service, assign, {"user": nora, "role": "lib.member", "unit": top})
        rt.records.create(work, service, assign, {"user": nora, "role": "lib.librarian", "unit": other})
        rt.records.create(work, service, assign, {"user": nora, "role": "lib.guest", "valid_until": "2020-01-01"})
    with rt.read() as work:
        actor = people.find_actor(rt, work, nora)
        chief = people._units_below(rt, work, top)
    assert actor is not None
    assert actor.roles == {"system.everyone", "lib.member"}
    assert actor.unit_ids == (inner,)
    assert set(chief) == {top, inner}


def test_behind_a_proxy_the_caller_is_who_the_proxy_says(tmp_path: Path) -> None:
    for proxies, shown in (("0", "127.0.0.1"), ("1", "203.0.113.7")):
        home = tmp_path / proxies
        home.mkdir()
        with running(f"sqlite:///{home / 'library.db'}", home, LOOMWORK_PROXIES=proxies) as library:
            browser = library.browser()
            headers = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7", "X-Forwarded-Host": "evil.example"}
            browser.client.environ_base.update({"HTTP_X_FORWARDED_FOR": headers["X-Forwarded-For"]})
            browser.sign_in("mia")
            [session] = json_of(browser.get("/api/v1/sessions"))["items"]
            assert session["address"] == shown


def test_idleness_is_configured(tmp_path: Path) -> None:
    with running(f"sqlite:///{tmp_path / 'library.db'}", tmp_path, LOOMWORK_IDLE_MINUTES="5") as library:
        browser = library.browser("mia")
        library.app.guard.identities.forget()
        with frozen(now_utc() + timedelta(minutes=6)):
            assert browser.get("/api/v1/me").status_code == 401
