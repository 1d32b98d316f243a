"""The operator's console: closed to everybody else, without scripts, without values, writes through services."""

import re
from collections.abc import Iterator

import pytest

from loomwork.storage import outbox
from tests.support.running import Running, running

PAGES = (
    "/operate/",
    "/operate/jobs/",
    "/operate/sessions/",
    "/operate/tokens/",
    "/operate/audit/",
    "/operate/versions/",
    "/operate/settings/",
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("console")
    with running(
        f"sqlite:///{home / 'library.db'}", home, LOOMWORK_SMTP_URL="smtp://user:canary-password@127.0.0.1:1"
    ) as made:
        yield made


@pytest.mark.parametrize("page", PAGES)
def test_operators_get_in_and_nobody_else(library: Running, page: str) -> None:
    assert library.browser("lena").get(page).status_code == 200
    for who in ("mia", "gus", "nora"):
        assert library.browser(who).get(page).status_code == 403, who
    assert library.browser().get(page).status_code == 303
    assert library.call("lena", "GET", page).status_code == 403, "tokens do not open the console"


@pytest.mark.parametrize("page", PAGES)
def test_pages_need_no_script_and_no_exception_from_the_policy(library: Running, page: str) -> None:
    answer = library.browser("lena").get(page)
    assert "<script" not in answer.text
    assert not re.search(r"\son[a-z]+=", answer.text)
    assert "style=" not in answer.text
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_its_files_are_for_operators_as_well(library: Running) -> None:
    lena = library.browser("lena")
    href = "/operate/static/bootstrap/bootstrap4/css/bootstrap.min.css"
    found = lena.get(href)
    assert found.status_code == 200
    found.close()
    assert library.browser("mia").get(href).status_code == 403


def test_a_session_is_ended_from_the_console(library: Running) -> None:
    lena, max_ = library.browser("lena"), library.browser("max")
    with library.rt.read() as work:
        from loomwork.web.auth import sessions

        [session] = sessions.list_live(work, library.ids["max"])
    assert lena.client.post("/operate/sessions/revoke", data={"id": session.id}).status_code == 403, "without a token"
    assert lena.post("/operate/sessions/revoke", data={"id": session.id}).status_code == 303
    assert max_.get("/api/v1/me").status_code == 401


def test_a_token_is_revoked_and_its_secret_never_shown(library: Running) -> None:
    secret = library.token("otto")
    lena = library.browser("lena")
    page = lena.get("/operate/tokens/").text
    assert secret not in page
    with library.rt.read() as work:
        from loomwork.web.auth import tokens

        [token] = tokens.list_all(work, library.ids["otto"])
    assert token.id in page
    assert lena.post("/operate/tokens/revoke", data={"id": token.id}).status_code == 303
    assert library.call("otto", "GET", "/api/v1/me").status_code == 401


def test_a_dead_job_is_run_again(library: Running) -> None:
    with library.rt.write() as work:
        job_id = outbox.add_job(work, "test.topic", {})
        [job] = outbox.claim(work, ["test.topic"], worker="w")
        outbox.fail(work, job, "w", "Fault", is_final=True)
    lena = library.browser("lena")
    assert job_id in lena.get("/operate/jobs/?state=dead").text
    assert lena.post("/operate/jobs/retry", data={"id": job_id}).status_code == 303
    with library.rt.read() as work:
        assert outbox.get_job(work, job_id).state == "waiting"
    assert lena.post("/operate/jobs/retry", data={"id": job_id}).status_code == 404


def test_settings_and_audit_hold_no_secret_and_no_value(library: Running) -> None:
    library.call("mia", "POST", "/api/v1/records/lib.book", json={"title": "canary-title"})
    lena = library.browser("lena")
    assert "canary" not in lena.get("/operate/settings/").text
    audit = lena.get("/operate/audit/").text
    assert "lib.book" in audit
    assert "canary" not in audit


def test_tables_are_narrowed_sorted_and_name_people(library: Running) -> None:
    lena, _ = library.browser("lena"), library.browser("mia")
    page = lena.get("/operate/sessions/?q=mia").text
    rows = page[page.index("<tbody>") :]
    assert f"/e/system.user/{library.ids['mia']}" in rows
    assert f"/e/system.user/{library.ids['lena']}" not in rows
    names = [
        re.findall(r'href="/e/system\.user/[^"]+">([^<]+)<', lena.get(f"/operate/sessions/?sort={sort}").text)
        for sort in ("1", "-1")
    ]
    assert names[0] == sorted(names[0], key=str.casefold)
    assert names[1] == sorted(names[0], key=str.casefold, reverse=True)
    assert lena.get("/operate/sessions/?sort=99&q=%3Cscript%3E").status_code == 200
    assert "canary-password" not in lena.get("/operate/settings/").text
