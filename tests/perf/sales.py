"""The CRM with a manager in it, and what he does: each act by name, with a number of rows where it has one."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.prove.stage import Stage, stage
from tests.support.answers import json_of

API = "/api/v1/records"
_LOOKUP = {"type": "import", "columns": {"name": {"field": "name"}, "account": {"field": "account", "lookup": "name"}}}


@dataclass
class Sales:
    """A manager at work. `account` and `deal` are records that much hangs on."""

    on: Stage
    browser: dict[str, str]
    product: str
    names: Iterator[int] = field(default_factory=itertools.count)
    account: dict[str, Any] = field(default_factory=dict)
    deal: dict[str, Any] = field(default_factory=dict)

    def name(self) -> str:
        """A name that nobody has yet."""
        return f"N{next(self.names):05}"

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        """Through the API."""
        return self.on.ask("manager", method, path, body, headers)

    def page(self, path: str) -> Any:
        """In a browser."""
        return self.on.ask("", "GET", path, None, self.browser)

    def grow(self, count: int) -> None:
        """More of everything that a page shows."""
        for _ in range(count):
            deal = json_of(self.ask("POST", f"{API}/crm.opportunity", self.deal_values(1)))
            self.ask("POST", f"{API}/crm.opportunity/{self.deal['id']}/notes", {"body": self.name()})
            values = {
                "subject": self.name(),
                "kind": "call",
                "opportunity": self.deal["id"],
                "account": self.account["id"],
            }
            for made in (deal, json_of(self.ask("POST", f"{API}/crm.activity", values))):
                if "id" not in made:
                    raise AssertionError(str(made)[:300])
            self.change(self.deal, "crm.opportunity")

    def change(self, record: dict[str, Any], entity: str) -> Any:
        """Another name for a record."""
        version = {"If-Match": f'"{record["row_version"]}"'}
        answer = self.ask("PATCH", f"{API}/{entity}/{record['id']}", {"name": self.name()}, version)
        record["row_version"] += 1
        return answer

    def deal_values(self, lines: int) -> dict[str, Any]:
        """A new opportunity with lines."""
        line = {"product": self.product, "quantity": 1}
        return {"name": self.name(), "account": self.account["id"], "lines": [dict(line) for _ in range(lines)]}

    def batch(self, rows: int) -> Any:
        """Many accounts in one request."""
        changes = [{"do": "create", "data": {"name": self.name(), "kind": "company"}} for _ in range(rows)]
        return self.ask("POST", f"{API}/crm.account/batch", {"changes": changes})

    def load(self, rows: int) -> Any:
        """A file of opportunities whose accounts are looked up by name."""
        text = "name,account\n" + "".join(f"{self.name()},{self.account['name']}\n" for _ in range(rows))
        headers = {"Authorization": f"Bearer {self.on.tokens['manager']}", "Accept": "application/json"}
        data = {"file": (io.BytesIO(text.encode()), "a.csv"), "mapping": json.dumps(_LOOKUP)}
        return self.on.client.open(f"{API}/crm.opportunity/import", method="POST", headers=headers, data=data)

    def convert(self) -> Callable[[], Any]:
        """A lead that is converted."""
        lead = json_of(self.ask("POST", f"{API}/crm.lead", {"name": self.name(), "company": self.name()}))
        return lambda: self.ask("POST", f"{API}/crm.lead/{lead['id']}/actions/crm.lead_convert", {})

    def deal_with(self, lines: int) -> dict[str, Any]:
        """An opportunity with lines, and with leads and activities that point to it."""
        deal: dict[str, Any] = json_of(self.ask("POST", f"{API}/crm.opportunity", self.deal_values(lines)))
        for _ in range(lines):
            self.ask("POST", f"{API}/crm.activity", {"subject": self.name(), "kind": "call", "opportunity": deal["id"]})
            self.ask("POST", f"{API}/crm.lead", {"name": self.name(), "company": "A", "opportunity": deal["id"]})
        return deal

    def delete(self, lines: int) -> Callable[[], Any]:
        """An opportunity that goes with its lines, and that others point to."""
        deal = self.deal_with(lines)
        version = {"If-Match": f'"{deal["row_version"]}"'}
        return lambda: self.ask("DELETE", f"{API}/crm.opportunity/{deal['id']}", None, version)

    def restore(self, lines: int) -> Callable[[], Any]:
        """An opportunity that comes back with its lines."""
        deal = self.deal_with(lines)
        self.ask("DELETE", f"{API}/crm.opportunity/{deal['id']}", None, {"If-Match": f'"{deal["row_version"]}"'})
        return lambda: self.ask("POST", f"{API}/crm.opportunity/{deal['id']}/restore")

    def edit_lines(self, lines: int, *, is_kept: bool) -> Callable[[], Any]:
        """All lines of an opportunity changed, each in other fields; or taken away and replaced."""
        deal = json_of(self.ask("POST", f"{API}/crm.opportunity", self.deal_values(lines)))
        asked = {
            "entity": "crm.opportunity_line",
            "fields": ["id"],
            "filter": {"field": "opportunity", "op": "eq", "value": deal["id"]},
        }
        there = json_of(self.ask("POST", "/api/v1/query", asked))["records"]
        every = {"quantity": 2, "note": self.name(), "discount": "5", "item": self.name()}
        some = (every, {"quantity": 3}, {"discount": "7"}, {"item": self.name(), "note": self.name()})
        changed = [{"id": one["id"], **some[place % len(some)]} for place, one in enumerate(there)]
        fresh = [{"product": self.product, "note": self.name(), **some[2 - place % 2]} for place in range(lines)]
        values = {"lines": changed if is_kept else fresh}
        version = {"If-Match": f'"{deal["row_version"]}"'}
        return lambda: self.ask("PATCH", f"{API}/crm.opportunity/{deal['id']}", values, version)

    def refer(self, rows: int) -> Callable[[], Any]:
        """Contacts in one request, each with a superior who has to be of the account that the contact names."""
        accounts = [json_of(self.ask("POST", f"{API}/crm.account", {"name": self.name()}))["id"] for _ in range(rows)]
        people = [
            json_of(self.ask("POST", f"{API}/crm.contact", {"name": {"family": self.name()}, "account": one}))["id"]
            for one in accounts
        ]
        data = [
            {"name": {"family": self.name()}, "account": account, "reports_to": above}
            for account, above in zip(accounts, people, strict=True)
        ]
        changes = [{"do": "create", "data": one} for one in data]
        return lambda: self.ask("POST", f"{API}/crm.contact/batch", {"changes": changes})

    def reads(self) -> dict[str, Callable[[], Any]]:
        """Everything that is looked at; none of it may cost more when there is more to see."""
        deal, account = f"crm.opportunity/{self.deal['id']}", f"crm.account/{self.account['id']}"
        group = {"entity": "crm.opportunity", "group": ["account"], "measures": {"n": "COUNT()"}}
        return {
            "list": lambda: self.ask("GET", f"{API}/crm.opportunity?limit=200&count=true"),
            "list page": lambda: self.page("/e/crm.opportunity"),
            "record": lambda: self.ask("GET", f"{API}/{deal}"),
            "record page": lambda: self.page(f"/e/{deal}"),
            "record page of an account": lambda: self.page(f"/e/{account}"),
            "form page": lambda: self.page(f"/e/{deal}/edit"),
            "history": lambda: self.ask("GET", f"{API}/{deal}/history"),
            "explain": lambda: self.ask("GET", f"{API}/{deal}/explain"),
            "notes": lambda: self.ask("GET", f"{API}/{deal}/notes"),
            "home page": lambda: self.page("/"),
            "search": lambda: self.page("/search?q=N000"),
            "group": lambda: self.ask("POST", "/api/v1/query", group),
            "export": lambda: self.ask("GET", f"{API}/crm.opportunity/export?format=csv"),
        }

    def writes(self) -> dict[str, Callable[[], Any]]:
        """Single changes."""
        return {
            "create": lambda: self.ask("POST", f"{API}/crm.opportunity", self.deal_values(0)),
            "update": lambda: self.change(self.deal, "crm.opportunity"),
            "convert": self.convert(),
        }

    def many(self, rows: int) -> dict[str, Callable[[], Callable[[], Any]]]:
        """Changes of many rows: each prepares what it needs, and gives the act."""
        return {
            "batch": lambda: lambda: self.batch(rows),
            "import": lambda: lambda: self.load(rows),
            "create with lines": lambda: lambda: self.ask("POST", f"{API}/crm.opportunity", self.deal_values(rows)),
            "change lines": lambda: self.edit_lines(rows, is_kept=True),
            "replace lines": lambda: self.edit_lines(rows, is_kept=False),
            "delete with lines": lambda: self.delete(rows),
            "restore with lines": lambda: self.restore(rows),
            "create with a filtered link": lambda: self.refer(rows),
        }


@contextmanager
def at_work(url: str, home: Path) -> Iterator[Sales]:
    """A CRM on a new database."""
    with stage(url, home, None) as on:
        from loomwork.web.auth import sessions
        from loomwork.web.auth.tables import CREDENTIAL

        user = on.add_person(
            "manager", "Manager", roles=("crm.manager",), unit=on.add_unit("North"), scopes=("write", "import")
        )
        with on.rt.database.write() as work:
            work.execute(CREDENTIAL.insert().values(user_id=user, hash="none", changed_at=work.now_micros))
            secret = sessions.create(work, user, address="127.0.0.1", agent="test")
        product = on.create("crm.product", {"name": "Product", "price": {"amount": "3.00", "currency": "CNY"}})["id"]
        browser = {"Cookie": f"{on.server.guard.cookies.session_name}={secret}", "Accept": "text/html"}
        sales = Sales(on, browser, product)
        sales.account = json_of(sales.ask("POST", f"{API}/crm.account", {"name": "Acme", "kind": "company"}))
        sales.deal = json_of(sales.ask("POST", f"{API}/crm.opportunity", sales.deal_values(2)))
        yield sales
