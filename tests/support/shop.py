"""A small shop as an app package: every manner of field, rule and right that the record layer has to honour."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

import loomwork.web.auth.tables  # noqa: F401 - its tables are made with the others, whatever test runs first
from loomwork.core.settings import load_settings
from loomwork.permissions.actor import Actor, system_actor
from loomwork.runtime import Runtime
from loomwork.storage.search import fts_name
from loomwork.storage.system_tables import PLATFORM
from tests.support.apps import write_package

SYSTEM = system_actor("test")


def both(text: str) -> dict[str, str]:
    """A label in both languages."""
    return {"en": text, "zh-CN": text}


def field(
    kind: str, place: int, *, label: str = "", properties: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A field of an entity."""
    body: dict[str, Any] = {"type": kind, "label": both(label or kind), "order": f"a{place:02d}x", **more}
    if properties:
        body["properties"] = properties
    return body


def choices(*values: str) -> dict[str, Any]:
    """Inline choices."""
    return {"choices": {v: {"label": both(v), "order": f"a{n}x"} for n, v in enumerate(values)}}


def entity(label: str, title: str, fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An entity."""
    return {"label": both(label), "plural": both(label + "s"), "title_field": title, "fields": fields, **more}


def link(target: str, reverse: str, on_delete: str = "restrict") -> dict[str, Any]:
    """Properties of a link."""
    return {"entity": target, "reverse": reverse, "reverse_label": both(reverse), "on_delete": on_delete}


CUSTOMER = entity(
    "Customer",
    "name",
    {
        "name": field("text", 0, required=True, searchable=True, indexed=True),
        "code": field("auto_number", 1, properties={"pattern": "C-{0000}"}),
        "email": field("email", 2, unique=True, searchable=True),
        "city": field("text", 3, searchable=True),
        "secret": field("text", 4, searchable=True),
        "rating": field("integer", 5, properties={"min": 0, "max": 100}, default=10),
        "region": field("choice", 6, properties=choices("north", "south")),
        "pin": field("encrypted_text", 7),
        "orders_total": field("roll_up", 8, properties={"relation": "orders", "function": "sum", "value": "total"}),
        "orders_open": field(
            "roll_up", 9, properties={"relation": "orders", "function": "count", "filter": "status = 'open'"}
        ),
        "favourites": field(
            "many_to_many", 10, properties={"entity": "shop.product", "reverse": "fans", "reverse_label": both("Fans")}
        ),
        "rank": field(
            "formula", 11, properties={"formula": "IF(rating >= 50, 'A', 'B')", "result": "text", "stored": True}
        ),
    },
)

ORDER = entity(
    "Order",
    "number",
    {
        "number": field("auto_number", 0, properties={"pattern": "O-{yyyy}-{0000}", "period": "year"}),
        "customer": field("link", 1, required=True, properties=link("shop.customer", "orders")),
        "status": field("choice", 2, required=True, default="open", properties=choices("open", "paid", "cancelled")),
        "discount": field("percent", 3, properties={"scale": 2}),
        "due": field("date", 4),
        "reason": field("text", 5),
        "lines": field("child_table", 6, properties={"entity": "shop.line", "link": "order"}),
        "total": field("roll_up", 7, properties={"relation": "lines", "function": "sum", "value": "amount"}),
        "net": field(
            "formula",
            8,
            properties={"formula": "total * (1 - discount / 100)", "result": "decimal", "scale": 2, "stored": True},
        ),
        "customer_city": field("formula", 9, properties={"formula": "customer.city", "result": "text", "stored": True}),
        "late": field(
            "formula",
            10,
            properties={"formula": "due < TODAY() AND status = 'open'", "result": "boolean", "stored": False},
        ),
        "placed": field("date", 11, default={"formula": "TODAY()"}),
        "twin": field(
            "link",
            13,
            properties={
                **link("shop.order", "twins", "clear"),
                "filter": "customer = parent.customer AND id <> parent.id",
            },
        ),
        "city_now": field("formula", 12, properties={"formula": "customer.city", "result": "text", "stored": False}),
    },
    state_field="status",
    rules={
        "cancelled": {"when": "status = 'cancelled'", "require": ["reason"], "message": both("Say why")},
        "paid": {"when": "status = 'paid'", "lock": ["discount"]},
        "rich": {"when": "customer.rating > 90", "set": {"reason": "'rich'"}},
    },
    validations={
        "discount": {
            "check": "discount = NULL OR discount <= 50",
            "message": both("At most 50 %"),
            "field": "discount",
        },
        "region": {
            "check": "customer.region = NULL OR customer.region <> 'south' OR discount = NULL",
            "message": both("No discount in the south"),
            "field": "discount",
        },
    },
)

LINE = entity(
    "Line",
    "text",
    {
        "text": field("text", 0),
        "order": field("link", 1, required=True, properties=link("shop.order", "order_lines", "cascade")),
        "product": field("link", 2, properties=link("shop.product", "lines", "clear")),
        "quantity": field("decimal", 3, properties={"scale": 2}),
        "price": field("decimal", 4, properties={"scale": 2}),
        "amount": field(
            "formula", 5, properties={"formula": "quantity * price", "result": "decimal", "scale": 2, "stored": True}
        ),
    },
)

PRODUCT = entity(
    "Product",
    "name",
    {
        "name": field("text", 0, required=True, searchable=True),
        "sku": field("text", 1, unique=True),
        "made": field("instant", 2),
        "size": field("json", 3),
    },
)


def grant(name: str, actions: str, **more: Any) -> dict[str, Any]:
    """A grant on an entity of the shop."""
    return {"entity": f"shop.{name}", "actions": actions.split(), **more}


ALL = "read create update delete restore export import share"
ROLES = {
    "manager": {
        name: grant(name, ALL, rows="all", fields={"read": ["*"], "write": ["*"]})
        for name in ("customer", "order", "line", "product")
    },
    "seller": {
        "customers": grant("customer", ALL, rows="own", fields={"read": ["*"], "write": ["*"]}),
        "orders": grant(
            "order", ALL, rows={"formula": "customer.owner_id = CURRENT_USER()"}, fields={"read": ["*"], "write": ["*"]}
        ),
        "lines": grant("line", ALL, rows="own", fields={"read": ["*"], "write": ["*"]}),
        "products": grant("product", "read", rows="all", fields={"read": ["*"], "write": []}),
    },
    "clerk": {
        "customers": grant(
            "customer",
            "read update",
            rows="all",
            fields={"read": ["*"], "write": ["city"], "mask": ["email"], "except": ["secret", "pin"]},
        ),
        "orders": grant("order", "read update", rows="all", fields={"read": ["*"], "write": ["due"]}, states=["open"]),
    },
    "patch": {
        "north": grant(
            "customer",
            "read",
            rows={"formula": "region = 'north'"},
            fields={"read": ["name", "region", "city"], "write": []},
        ),
        "south": grant(
            "customer",
            "read",
            rows={"formula": "region = 'south'"},
            fields={"read": ["name", "region", "secret"], "write": []},
        ),
        "orders": grant("order", "read", rows="all", fields={"read": ["*"], "write": []}),
    },
    "masker": {
        "all": grant(
            "customer", "read", rows="all", fields={"read": ["name", "region", "email"], "write": [], "mask": ["email"]}
        ),
        "mine": grant("customer", "read", rows="own", fields={"read": ["*"], "write": []}),
    },
    "blind": {
        "customers": grant(
            "customer",
            "read update",
            rows="all",
            fields={
                "read": ["name", "region", "city", "email"],
                "write": ["name", "secret", "email", "city"],
                "mask": ["email"],
            },
        ),
        # Rows of the north are seen in full.
        "north": grant("customer", "read", rows={"formula": "region = 'north'"}, fields={"read": ["*"], "write": []}),
        "orders": grant(
            "order",
            "read update",
            rows="all",
            fields={"read": ["number", "status", "reason"], "write": ["twin", "discount"]},
        ),
        "products": grant("product", "read", rows="all", fields={"read": ["name"], "write": []}),
    },
    "packer": {"orders": grant("order", "read", rows="all", fields={"read": ["*"], "write": []})},
    "unit_head": {"customers": grant("customer", "read", rows="unit_and_below", fields={"read": ["*"], "write": []})},
    "unit_mate": {"customers": grant("customer", "read", rows="unit", fields={"read": ["*"], "write": []})},
    "team_mate": {"customers": grant("customer", "read", rows="team", fields={"read": ["*"], "write": []})},
}


def files() -> dict[str, Any]:
    """The package's files."""
    found: dict[str, Any] = {
        "app.json": {
            "format": 1, "name": "shop_app", "namespace": "shop", "version": "1.0.0", "label": both("Shop"), "languages": ["en", "zh-CN"],
            "platform": ">=0.1,<1",
        },
    }  # fmt: skip
    bodies = {"customer": CUSTOMER, "order": ORDER, "line": LINE, "product": PRODUCT}
    found |= {f"entities/{name}.json": body for name, body in bodies.items()}
    found |= {f"roles/{name}.json": {"label": both(name), "grants": grants} for name, grants in ROLES.items()}
    return found


_kept: dict[str, Runtime] = {}
"""One runtime of the shop per kind of database and process: emptied between tests, which is far faster than publishing."""


def start_shop(folder: Path, database_url: str, changes: dict[str, Any] | None = None) -> Runtime:
    """A runtime of the shop in a fresh database of the test's own; `changes` replace files of the package."""
    package = write_package(folder / "shop_app", {**files(), **(changes or {})})
    settings = load_settings({"LOOMWORK_HOME": str(folder / "home"), "LOOMWORK_DATABASE_URL": database_url})
    return Runtime.start(settings, app_folders=[package])


def empty_shop(kind: str, request: pytest.FixtureRequest) -> Runtime:
    """The process's shop on `sqlite` or `postgresql`, without a record."""
    found = _kept.get(kind)
    if found is None:
        folder = Path(tempfile.mkdtemp(prefix="loomwork-shop-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        found = _kept[kind] = start_shop(folder, _fresh_database(kind, folder, request))
        request.session.addfinalizer(found.close)
        return found
    with found.database.write() as work:
        for name in [*(one.name for one in found.program.tables.layouts()), *PLATFORM.tables]:
            if name not in KEPT_TABLES:
                work.execute(sa.delete(sa.table(name)))
        if kind == "sqlite":
            for held in found.program.tables.entities.values():
                if held.search:
                    work.execute(sa.delete(sa.table(fts_name(held))))
    return found


KEPT_TABLES = {"lw_state", "lw_catalog_version", "lw_column_map", "lw_schema_log"}


def _fresh_database(kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    if kind == "sqlite":
        return f"sqlite:///{folder / 'shop.db'}"
    server = make_url(str(request.getfixturevalue("postgres_server"))).set(drivername="postgresql")
    name = f"shop_{os.getpid()}"
    text = server.render_as_string(hide_password=False)
    _run_sql(text, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
    atexit.register(_forget, text, name)
    return server.set(database=name).render_as_string(hide_password=False)


def _forget(server: str, name: str) -> None:
    with contextlib.suppress(psycopg.Error):
        _run_sql(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _run_sql(server: str, *statements: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def make_person(rt: Runtime, name: str, role: str, unit: str | None = None) -> Actor:
    """A user with one role of the shop."""
    with rt.write() as work:
        made = rt.records.create(
            work, SYSTEM, "system.user", {"name": name, "email": f"{name.lower()}@example.com", "unit": unit}
        )
        row = rt.query.get(work, SYSTEM, "system.user", made["id"], ("id",))
    roles = frozenset({f"shop.{role}", "system.everyone"})
    return Actor(row["id"], name, roles, unit, (unit,) if unit else ())
