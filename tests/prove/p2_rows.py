"""The matrix of P2 as data: every endpoint, what is sent, and the status that each kind of person gets.

In paths and bodies stand ids of the owner's things: `{order}` a fresh order, `{trashed}` one in the trash, `{file}`,
`{hung}` a file of that order, in the trash where it is brought back,
`{import}`, `{job}`, `{session}`, `{token}`; `{other}` is an id of nothing. `{peer}` and `{owner}` are people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

INSIDE = ("owner", "mate", "peer", "guest", "auditor", "boss")
"""The owner; a clerk of his unit; a clerk of another unit; lower roles; one who may everything."""
OUTSIDE = ("nobody", "gone", "late")
"""Nobody; a person who was deactivated; one whose token, or session, has ended."""
TOKEN, BROWSER, ANYONE = "token", "browser", "anyone"


@dataclass(frozen=True)
class Row:
    """One request of the matrix.

    Shapes: `wanted` are the statuses of `INSIDE`, in order, or one for everybody; `by` says how it is sent; a body that
    is a tuple is a multipart form: (name of the file, its bytes).
    """

    endpoint: str
    method: str
    path: str
    wanted: tuple[int, ...]
    body: Any = None
    by: str = TOKEN

    @property
    def outside(self) -> int:
        """What people get who are not let in."""
        return self.wanted[0] if self.by == ANYONE else 401


_CSV = ("a.csv", b"name\r\nx\r\n")
_ORDER = "/api/v1/records/shop.order"
_ONE = f"{_ORDER}/{{order}}"
_CLERKS = (200, 200, 404, 404, 404, 200)
"""Who sees every order of his unit does it; who does not see the order is told that there is none."""
_READERS = (200, 200, 404, 404, 200, 200)
"""The same, and the auditor, who sees every order."""
_WRITERS = (200, 200, 404, 404, 403, 200)
"""The same, and the auditor is told that he may only look."""
_PAGE_WRITERS = (200, 200, 404, 403, 403, 200)
"""Whoever changes no order at all is told so before anything is looked up."""
_ALL, _NONE, _CLOSED = (200,) * 6, (404,) * 6, (403,) * 6
_BOSS = (403,) * 5 + (200,)
_MINE = (200, 404, 404, 404, 404, 404)
_CONSOLE = (403,) * 5 + (200,)


def _statuses(done: int, given: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(done if status == 200 else status for status in given)


def _changes(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"changes": list(changes)}


_RECORDS = (
    Row("api.list_records", "GET", _ORDER, _ALL),
    Row("api.create_record", "POST", _ORDER, (201, 201, 201, 403, 403, 201), {"name": "new"}),
    Row("api.create_record", "POST", "/api/v1/records/shop.line", (201, 201, 422, 403, 403, 201), {"what": "a", "order": "{order}"}),
    Row("api.begin_record", "POST", f"{_ORDER}/new", (200, 200, 200, 403, 403, 200), {"name": "new"}),
    Row("api.get_record", "GET", _ONE, _READERS),
    Row("api.update_record", "PATCH", _ONE, _WRITERS, {"note": "changed"}),
    Row("api.update_record", "PATCH", _ONE, _WRITERS, {"customer": "{customer}"}),
    Row("api.update_record", "PATCH", _ONE, _WRITERS, {"customer": None}),
    Row("api.update_record", "PATCH", _ONE, (422, 422, 404, 404, 403, 422), {"customer": "{other}"}),
    Row("api.update_record", "PATCH", _ONE, (403, 403, 404, 404, 403, 200), {"secret": "mine"}),
    Row("api.update_record", "PATCH", _ONE, _WRITERS, {"lines": [{"what": "a line"}]}),
    Row("api.delete_record", "DELETE", _ONE, _statuses(204, _WRITERS)),
    Row("api.restore_record", "POST", f"{_ORDER}/{{trashed}}/restore", _WRITERS, {}),
    Row("api.show_history", "GET", f"{_ONE}/history", _READERS),
    Row("api.explain_record", "GET", f"{_ONE}/explain", _READERS),
    Row("api.list_files", "GET", f"{_ONE}/files", _READERS),
    Row("api.add_file", "POST", f"{_ONE}/files", _statuses(201, _WRITERS), _CSV),
    Row("api.remove_file", "DELETE", f"{_ONE}/files/{{hung}}", _statuses(204, _WRITERS)),
    Row("api.restore_file", "POST", f"{_ONE}/files/{{hung}}/restore", _WRITERS, {}),
    Row("api.list_notes", "GET", f"{_ONE}/notes", _READERS),
    Row("api.add_note", "POST", f"{_ONE}/notes", _statuses(201, _READERS), {"body": "a note"}),
    Row("api.list_actions", "GET", f"{_ONE}/actions", _READERS),
    Row("api.run_action", "POST", f"{_ONE}/actions/shop.settle", _WRITERS, {}),
    Row("api.run_action", "POST", f"{_ONE}/actions/shop.none", _NONE, {}),
    Row("api.preview_action", "POST", f"{_ONE}/actions/shop.settle/preview", _WRITERS, {}),
    Row("api.share_record", "POST", f"{_ONE}/share", _WRITERS, {"principal": "{peer}", "level": "read"}),
    Row("api.unshare_record", "DELETE", f"{_ONE}/share/{{boss}}", _statuses(204, _WRITERS)),
    Row("api.list_shares", "GET", f"{_ONE}/shares", _READERS),
    Row("api.reveal_field", "POST", f"{_ONE}/reveal", (403, 403, 403, 403, 200, 403), {"field": "phone"}),
    Row("api.batch", "POST", f"{_ORDER}/batch", (200, 200, 200, 403, 403, 200), _changes({"do": "create", "data": {"name": "b"}})),
    Row("api.batch", "POST", f"{_ORDER}/batch", _WRITERS, _changes({"do": "update", "id": "{order}", "row_version": 1, "data": {"note": "b"}})),
    Row("api.batch", "POST", f"{_ORDER}/batch", _WRITERS, _changes({"do": "delete", "id": "{order}", "row_version": 1})),
    Row("api.batch", "POST", f"{_ORDER}/batch", _WRITERS, _changes({"do": "restore", "id": "{trashed}"})),
    Row("api.export_records", "GET", f"{_ORDER}/export?format=csv", (200, 200, 200, 403, 403, 200)),
    Row("api.import_records", "POST", f"{_ORDER}/import", (201, 201, 201, 403, 403, 201), _CSV),
    Row("api.query", "POST", "/api/v1/query", _ALL, {"entity": "shop.order", "measures": {"n": "COUNT()"}}),
    Row("api.evaluate_formula", "POST", "/api/v1/formula/evaluate", _READERS, {"formula": "name", "entity": "shop.order", "record": "{order}"}),
    Row("api.upload_file", "POST", "/api/v1/files", (201,) * 6, _CSV),
    Row("api.download_file", "GET", "/api/v1/files/{file}", _READERS),
    Row("api.show_import", "GET", "/api/v1/imports/{import}", _MINE),
    Row("api.undo_import_of", "POST", "/api/v1/imports/{import}/undo", _MINE, {}),
    Row("api.show_job", "GET", "/api/v1/jobs/{job}", (200, 404, 404, 404, 404, 200)),
    Row("api.list_versions", "GET", "/api/v1/metadata/versions", _BOSS),
    Row("api.list_components", "GET", "/api/v1/metadata/entity", _BOSS),
    Row("api.get_component", "GET", "/api/v1/metadata/entity/shop.order", _BOSS),
)  # fmt: skip

_PEOPLE = (
    Row("auth_api.me", "GET", "/api/v1/me", _ALL),
    Row("auth_api.me", "GET", "/api/v1/me", _ALL, by=BROWSER),
    Row("auth_api.change_password", "POST", "/api/v1/me/password", _CLOSED, {"old_password": "x", "new_password": "y"}),
    Row("auth_api.change_password", "POST", "/api/v1/me/password", (422,) * 6, {"old_password": "x", "new_password": "y"}, BROWSER),
    Row("auth_api.list_sessions", "GET", "/api/v1/sessions", _CLOSED),
    Row("auth_api.list_sessions", "GET", "/api/v1/sessions", _ALL, by=BROWSER),
    Row("auth_api.end_session", "DELETE", "/api/v1/sessions/{session}", _CLOSED),
    Row("auth_api.end_session", "DELETE", "/api/v1/sessions/{session}", _statuses(204, _MINE), by=BROWSER),
    Row("auth_api.list_tokens", "GET", "/api/v1/tokens", _CLOSED),
    Row("auth_api.list_tokens", "GET", "/api/v1/tokens", _ALL, by=BROWSER),
    Row("auth_api.create_token", "POST", "/api/v1/tokens", _CLOSED, {"name": "mine", "scopes": ["admin"]}),
    Row("auth_api.create_token", "POST", "/api/v1/tokens", (201,) * 6, {"name": "mine", "scopes": ["read"]}, BROWSER),
    Row("auth_api.end_token", "DELETE", "/api/v1/tokens/{token}", _CLOSED),
    Row("auth_api.end_token", "DELETE", "/api/v1/tokens/{token}", _statuses(204, _MINE), by=BROWSER),
    Row("accounts_api.invite_new", "POST", "/api/v1/users/invite", (403,) * 5 + (422,), {}),
    Row("accounts_api.invite", "POST", "/api/v1/users/{leaver}/invite", _statuses(202, _BOSS), {}),
    Row("accounts_api.reset", "POST", "/api/v1/users/{leaver}/reset", _statuses(202, _BOSS), {}),
    Row("accounts_api.deactivate", "POST", "/api/v1/users/{leaver}/deactivate", _BOSS, {"successor": "{boss}"}),
    Row("accounts_api.switch_off", "POST", "/api/v1/users/{leaver}/switch-off", _statuses(204, _BOSS), {}),
    Row("accounts_api.switch_on", "POST", "/api/v1/users/{leaver}/switch-on", _statuses(204, _BOSS), {}),
    Row("accounts_api.hand_over", "POST", "/api/v1/users/{leaver}/hand-over", _BOSS, {"successor": "{boss}", "entity": "shop.order"}),
    Row("packages_api.upload", "POST", "/api/v1/packages", (403,) * 5 + (422,), {}),
    Row("packages_api.plan", "POST", "/api/v1/packages/nothing/plan", _statuses(404, _BOSS), {}),
    Row("packages_api.upgrade", "POST", "/api/v1/packages/nothing/upgrade", _statuses(404, _BOSS), {}),
    Row("company_api.read_currency", "GET", "/api/v1/company/currency", _ALL),
    Row("company_api.write_currency", "PUT", "/api/v1/company/currency", _BOSS, {"currency": "CNY"}),
    Row("company_pages.show_currency", "GET", "/company/currency", _BOSS, by=BROWSER),
    Row("accounts_api.list_units", "GET", "/api/v1/units", _ALL),
    Row("accounts_api.remove", "POST", "/api/v1/units/{unit}/remove", _BOSS, {}),
    Row("accounts.show_invite", "GET", "/people/invite", _BOSS, by=BROWSER),
    Row("accounts.show_invite_again", "GET", "/people/{leaver}/invite", _BOSS, by=BROWSER),
    Row("accounts.show_reset", "GET", "/people/{leaver}/reset", _BOSS, by=BROWSER),
    Row("accounts.show_deactivate", "GET", "/people/{leaver}/deactivate", _BOSS, by=BROWSER),
    Row("accounts.show_reactivate", "GET", "/people/{leaver}/reactivate", _BOSS, by=BROWSER),
    Row("auth.do_sign_out", "POST", "/sign-out", (401,) * 6, {}, BROWSER),  # he is shown the way to sign in, as asked
)  # fmt: skip


def _page(endpoint: str, path: str, wanted: tuple[int, ...]) -> Row:
    return Row(endpoint, "GET", path, wanted, by=BROWSER)


_SCREENS = (
    _page("screens.home", "/", _ALL),
    _page("screens.show_units", "/settings/units", _ALL),
    _page("screens.show_list", "/e/shop.order", _ALL),
    _page("screens.show_export", "/e/shop.order/export", (200, 200, 200, 403, 403, 200)),
    _page("screens.show_new", "/e/shop.order/new", (200, 200, 200, 403, 403, 200)),
    _page("screens.show_record", "/e/shop.order/{order}", _READERS),
    _page("screens.show_edit", "/e/shop.order/{order}/edit", _PAGE_WRITERS),
    _page("screens.show_timeline", "/e/shop.order/{order}/timeline", _READERS),
    _page("screens.show_files", "/e/shop.order/{order}/files", _READERS),
    _page("screens.show_explain", "/e/shop.order/{order}/explain", _READERS),
    _page("screens.show_share", "/e/shop.order/{order}/share", _READERS),
    _page("screens.show_action", "/e/shop.order/{order}/actions/shop.settle", _PAGE_WRITERS),
    _page("screens.show_import", "/e/shop.order/import", (200, 200, 200, 403, 403, 200)),
    _page("screens.show_lookup", "/lookup/shop.order/customer?q=c", _ALL),
    _page("screens.show_found", "/search?q=first", _ALL),
    _page("screens.show_trash", "/trash", _ALL),
    _page("screens.show_trash", "/trash/shop.order", (200, 200, 200, 403, 403, 200)),
    _page("screens.show_settings", "/settings", _ALL),
    Row("screens.save_wishes", "POST", "/settings/wishes", _ALL, {"theme": "dark"}, BROWSER),
    Row("screens.show_readable", "POST", "/readable", _ALL, {"values": [["shop.order", "name", "x"]]}, BROWSER),
    Row("screens.compute", "POST", "/e/shop.order/compute", _ALL, {"values": {"size": 2}}, BROWSER),
    Row("screens.import_columns", "POST", "/e/shop.order/import/columns", (200, 200, 200, 403, 403, 200), _CSV, BROWSER),
    Row("screens.import_refused", "POST", "/e/shop.order/import/refused", (200, 200, 200, 403, 403, 200), _CSV, BROWSER),
    # Somebody else's import is told from none by nothing: both have zero rows.
    _page("screens.import_progress", "/e/shop.order/import/progress/{import}", (200, 200, 200, 403, 403, 200)),
    Row("screens.import_run", "POST", "/e/shop.order/import/run", (200, 200, 200, 403, 403, 200), _CSV, BROWSER),
    _page("screens.show_seen", "/seen", _ALL),
    _page("screens.show_counts", "/e/shop.order/counts", _ALL),
    _page("screens.show_fitting", "/e/shop.order/fitting", (200, 200, 200, 403, 403, 200)),
    _page("describe.docs", "/api/docs", _ALL),
    Row("describe.openapi", "GET", "/api/openapi.json", _ALL),
    Row("health.metrics", "GET", "/metrics", _BOSS),
    _page("console.index", "/operate/", _CONSOLE),
    _page("console.static", "/operate/static/none.css", (403,) * 5 + (404,)),
    _page("console_audit.index", "/operate/audit/", _CONSOLE),
    _page("console_jobs.index", "/operate/jobs/", _CONSOLE),
    _page("console_sessions.index", "/operate/sessions/", _CONSOLE),
    _page("console_settings.index", "/operate/settings/", _CONSOLE),
    _page("console_tokens.index", "/operate/tokens/", _CONSOLE),
    _page("console_versions.index", "/operate/versions/", _CONSOLE),
    Row("console_jobs.retry", "POST", "/operate/jobs/retry", (403,) * 5 + (404,), {}, BROWSER),
    Row("console_sessions.revoke", "POST", "/operate/sessions/revoke", (403,) * 5 + (303,), {}, BROWSER),
    Row("console_tokens.revoke", "POST", "/operate/tokens/revoke", (403,) * 5 + (404,), {}, BROWSER),
)  # fmt: skip

_PUBLIC = (
    Row("assets.show", "GET", "/static/none.css", (404,), by=ANYONE),
    Row("auth.show_forgot", "GET", "/forgot", (200,), by=ANYONE),
    Row("auth.show_invitation", "GET", "/invitation/x", (404,), by=ANYONE),
    Row("auth.show_reset", "GET", "/reset/x", (404,), by=ANYONE),
    Row("auth.show_setup", "GET", "/setup", (303,), by=ANYONE),
    Row("auth.show_sign_in", "GET", "/sign-in", (200,), by=ANYONE),
    Row("auth.do_forgot", "POST", "/forgot", (403,), {}, ANYONE),
    Row("auth.do_invitation", "POST", "/invitation/x", (403,), {}, ANYONE),
    Row("auth.do_reset", "POST", "/reset/x", (403,), {}, ANYONE),
    Row("auth.do_setup", "POST", "/setup", (403,), {}, ANYONE),
    Row("auth.do_sign_in", "POST", "/sign-in", (403,), {}, ANYONE),
    Row("describe.docs_style", "GET", "/api/docs.css", (200,), by=ANYONE),
    Row("health.alive", "GET", "/healthz", (200,), by=ANYONE),
    Row("health.ready", "GET", "/readyz", (200,), by=ANYONE),
)

MATRIX: tuple[Row, ...] = (*_RECORDS, *_PEOPLE, *_SCREENS, *_PUBLIC)
