"""A shop with people in it, for the proofs about rights and requests: who may what, and what a database holds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.prove.results import Context
from tests.prove.shop import AUDITOR, BOSS, GUEST, ROLE, make_shop
from tests.prove.stage import Stage, stage
from tests.prove.tripwire import dump

TRACES = frozenset(
    {"lw_session", "lw_token", "lw_access", "lw_access_log", "lw_throttle", "sqlite_sequence", "sqlite_stat1"}
)
"""Tables that note who looked when; reading may write there, on purpose. An export leaves its line in the audit."""
ORDERS = "/api/v1/records/shop.order"


@dataclass
class Shop:
    """The stage with an order of a clerk, and a customer.

    `owner`, `mate` and `peer` have the same role, the first two in one unit; `guest` and `auditor` have lower ones;
    `gone` is deactivated, `late` holds a token that ended.
    """

    on: Stage
    order: dict[str, Any]
    customer: dict[str, Any]
    url: str
    cookies: dict[str, str] = field(default_factory=dict)

    def state(self) -> dict[str, Any]:
        """What the database holds but for traces of looking."""
        rows = dump(self.url)["rows"]
        looked = {
            name: [row for row in held if name != "lw_audit" or "'exported'" not in row] for name, held in rows.items()
        }
        return {name: held for name, held in looked.items() if name not in TRACES}

    def session(self, person: str) -> str:
        """The secret of a browser session of a person."""
        if person not in self.cookies:
            from loomwork.web.auth import sessions

            with self.on.rt.database.write() as work:
                self.cookies[person] = sessions.create(work, self.on.users[person], address="127.0.0.1", agent="proof")
        return self.cookies[person]

    def browse(
        self, person: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        """A request of a browser: with the session's cookie, without a token."""
        name = self.on.server.guard.cookies.session_name
        sent = {"Cookie": f"{name}={self.session(person)}", **(headers or {})}
        return self.on.ask("", method, path, body, sent)

    def csrf(self, person: str) -> str:
        """The token that belongs to the person's session."""
        from loomwork.web.auth.secret_text import digest
        from loomwork.web.security_csrf import make_csrf

        return make_csrf(self.on.rt.settings, digest(self.session(person)))


@contextmanager
def opened(context: Context) -> Iterator[Shop]:
    """A shop on a new database."""
    with tempfile.TemporaryDirectory() as folder:
        url = context.make_url()
        with stage(url, Path(folder) / "home", make_shop(Path(folder))) as on:
            yield _furnish(on, url)


def _furnish(on: Stage, url: str) -> Shop:
    from loomwork.core.clock import now_utc, to_micros
    from loomwork.storage.statements import prepare
    from loomwork.web.auth.tables import CREDENTIAL, TOKEN

    one, two = on.add_unit("North"), on.add_unit("South")
    clerk = ("write", "import")
    on.add_person("owner", "Owner", roles=(ROLE,), unit=one, scopes=clerk)
    on.add_person("mate", "Mate", roles=(ROLE,), unit=one, scopes=clerk)
    on.add_person("peer", "Peer", roles=(ROLE,), unit=two, scopes=clerk)
    on.add_person("auditor", "Auditor", roles=(AUDITOR,), unit=two, scopes=clerk)
    on.add_person("guest", "Guest", roles=(GUEST,), unit=one, scopes=clerk)
    on.add_person(
        "boss", "Boss", roles=(BOSS, "system.administrator"), unit=one, scopes=("write", "import", "metadata", "admin")
    )
    on.add_person("gone", "Gone", roles=(ROLE,), unit=one)
    on.add_person("late", "Late", roles=(ROLE,), unit=one)
    with on.rt.database.write() as work:
        # Somebody can sign in, so that the set-up is behind us.
        work.execute(CREDENTIAL.insert().values(user_id=on.users["boss"], hash="none", changed_at=work.now_micros))
    with on.rt.read() as work:
        gone = on.rt.query.get(work, on.actor(), "system.user", on.users["gone"])
    on.update("system.user", on.users["gone"], {"active": False}, gone["row_version"])
    table = TOKEN
    with on.rt.database.write() as work:
        import sqlalchemy as sa

        past = to_micros(now_utc()) - 1_000_000
        work.run(
            prepare(
                sa.update(table).where(table.c.user_id == on.users["late"]).values(expires_at=past),
                work.database.engine.dialect,
            ),
            {},
        )
    customer = on.create("shop.customer", {"name": "Contoso", "city": "上海"}, person="owner")
    values = {
        "name": "first",
        "code": "c-1",
        "size": 5,
        "note": "alpha",
        "customer": customer["id"],
        "phone": "+8613812345678",
        "secret": "hidden-canary",
        "locked": "x",
    }
    order = on.create("shop.order", values, person="owner")
    return Shop(on, order, customer, url)
