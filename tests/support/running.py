"""A platform that runs the library app, with people of several kinds: what tests of the server talk to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import loomwork.web.auth.tables  # noqa: F401 - its tables are made with the others
from loomwork.core.settings import load_settings
from loomwork.runtime import Runtime
from loomwork.web.app import Server, create_app
from loomwork.web.auth import passwords, people, tokens
from loomwork.web.auth.service import store_password
from loomwork.web.security_csrf import make_csrf

LIBRARY = Path(__file__).parent / "library"
PASSWORD = "correct horse battery"
PEOPLE = {
    "lena": ("lib.librarian", "system.administrator"),
    "otto": ("lib.librarian", "system.administrator"),
    "mia": ("lib.member",),
    "max": ("lib.member",),
    "gus": ("lib.guest",),
    "nora": (),
}
"""Two librarians, two members, a guest without the API, and somebody without any role."""


@dataclass
class Running:
    """A started platform and its server; requests go through the whole stack but the socket."""

    rt: Runtime
    app: Server
    ids: dict[str, str] = field(default_factory=dict)
    _tokens: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)

    def token(self, who: str, *scopes: str) -> str:
        """A token of a person, made once per set of scopes; all scopes when none is named."""
        wanted = scopes or ("admin",)
        if (who, wanted) not in self._tokens:
            with self.rt.write() as work:
                self._tokens[who, wanted], _ = tokens.create(work, self.ids[who], name="test", scopes=wanted)
        return self._tokens[who, wanted]

    def call(self, who: str | None, method: str, path: str, **options: Any) -> TestResponse:
        """One request of a person's token; without a person an anonymous one."""
        headers = {"Accept-Language": "en", **options.pop("headers", {})}
        if who is not None:
            headers["Authorization"] = f"Bearer {self.token(who)}"
        return self.app.test_client(use_cookies=False).open(path, method=method, headers=headers, **options)

    def browser(self, who: str | None = None) -> Browser:
        """A browser, signed in as a person."""
        made = Browser(self, self.app.test_client())
        if who is not None:
            made.sign_in(who)
        return made


@dataclass
class Browser:
    """Cookies, and the token that pages carry for changes."""

    running: Running
    client: FlaskClient
    is_signed_in: bool = False

    def sign_in(self, who: str, password: str = PASSWORD) -> TestResponse:
        """Through the page, as people do."""
        self.client.get("/sign-in")
        response = self.post("/sign-in", data={"email": f"{who}@example.com", "password": password})
        self.is_signed_in = response.status_code == 303
        return response

    def post(self, path: str, **options: Any) -> TestResponse:
        """A form or a change with the right token."""
        return self.send("POST", path, **options)

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        """A change with the right token in the header."""
        headers = {"X-CSRF-Token": self.token(), "Origin": "http://localhost", **options.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        """A page."""
        return self.client.get(path, **options)

    def token(self) -> str:
        """What a page of this browser would carry."""
        cookies = self.running.app.guard.cookies
        session = self.client.get_cookie(cookies.session_name)
        visitor = self.client.get_cookie(cookies.anonymous_name)
        if session is not None and self.is_signed_in:
            from loomwork.web.auth.secret_text import digest

            return make_csrf(self.running.rt.settings, digest(session.value))
        return make_csrf(self.running.rt.settings, f"visitor:{visitor.value}") if visitor else ""


@contextmanager
def running(database_url: str, home: Path, *, with_people: bool = True, **environ: str) -> Iterator[Running]:
    """Start the library app on an empty database."""
    settings = load_settings(
        {
            "LOOMWORK_HOME": str(home),
            "LOOMWORK_DATABASE_URL": database_url,
            "LOOMWORK_LANGUAGE": "en",
            "LOOMWORK_LOG_LEVEL": "ERROR",
            "LOOMWORK_PUBLIC_URL": "http://localhost",
            **environ,
        }
    )
    rt = Runtime.start(settings, app_folders=[LIBRARY])
    try:
        made = Running(rt, create_app(rt))
        if with_people:
            _add_people(made)
        yield made
    finally:
        rt.close()


def _add_people(made: Running) -> None:
    stored = passwords.hash_password(PASSWORD)
    with made.rt.write() as work:
        for name, roles in PEOPLE.items():
            made.ids[name] = people.create(
                made.rt, work, name=name.capitalize(), email=f"{name}@example.com", roles=roles
            )
            store_password(work, made.ids[name], stored)
