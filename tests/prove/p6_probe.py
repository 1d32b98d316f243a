"""What P6 looks at besides refusals: the source, every statement while it runs, and whom the audit names."""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any
from unittest.mock import patch

from tests.prove.counter import ORDERS, Shop
from tests.prove.stage import Stage
from tests.support.answers import json_of
from tests.support.source import Module, functions, planted, platform_modules

LAYERS = ("loomwork.records", "loomwork.actions", "loomwork.query", "loomwork.permissions")
REMEMBERED = ("system__calendar", "system__holiday", "system__unit")
"""What is the same for everybody and kept in memory: the calendar by which formulas count, the tree of units."""


def lint(faults: list[str]) -> int:
    """No function takes `no actor` for an answer; how many functions were looked at. A planted one must be found."""
    modules = platform_modules()
    found = list(_lint(modules))
    faults += found
    breach = "def f(work: Work, actor: Actor | None = None) -> None: ...\ndef g(work: Work, actor=system_actor('x')) -> None: ..."
    if len(list(_lint([planted(breach, "loomwork.records.planted")]))) != 2:
        faults.append("a planted function without an actor was not found")
    return sum(1 for module in modules for _ in functions(module.tree))


def _lint(modules: Iterable[Module]) -> Iterator[str]:
    for module in modules:
        is_inside = module.name.startswith(LAYERS)
        for one in functions(module.tree):
            given = one.args
            named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
            defaults = [None] * (len(given.posonlyargs) + len(given.args) - len(given.defaults)) + [
                *given.defaults,
                *given.kw_defaults,
            ]
            for argument, default in zip(named, defaults, strict=True):
                note = ast.unparse(argument.annotation) if argument.annotation else ""
                if argument.arg not in ("actor", "reader") or note == "str":
                    continue
                if default is not None or (is_inside and "None" in note and one.name != "require"):
                    yield f"{module.place}:{one.lineno} {one.name}({argument.arg}: {note}) can do without"


@dataclass
class Seen:
    """Statements on tables of entities, and those behind which nobody stood."""

    count: int = 0
    strays: set[str] = field(default_factory=set)


@contextmanager
def watched(on: Stage) -> Iterator[Seen]:
    """Look for the actor behind every statement that runs meanwhile."""
    from loomwork.storage.database import Work

    tables = tuple(f"{held.table.name}" for held in on.rt.program.tables.entities.values())
    seen, originals = Seen(), {name: getattr(Work, name) for name in ("rows", "run", "run_many")}

    def watch(name: str) -> Any:
        original = originals[name]

        def watching(self: Any, prepared: Any, *given: Any, **named: Any) -> Any:
            sql = prepared.sql
            if any(table in sql for table in tables) and not any(f"FROM {one}" in sql for one in REMEMBERED):
                seen.count += 1
                if not _has_actor(sys._getframe(1)):
                    seen.strays.add(sql[:120])
            return original(self, prepared, *given, **named)

        return watching

    with patch.multiple(Work, **{name: watch(name) for name in originals}):
        yield seen


def _has_actor(frame: FrameType | None) -> bool:
    """Whether one of the callers holds an actor, or somebody's rights made of one."""
    from loomwork.actions.base import Call
    from loomwork.permissions.actor import Actor
    from loomwork.query.engine import Reader
    from loomwork.records.draft import Draft

    while frame is not None:
        if frame.f_code.co_name == "find_actor":
            return True  # who asks is being found out
        is_ours = frame.f_globals.get("__name__", "").startswith("loomwork.")
        if is_ours and any(isinstance(value, Actor | Reader | Draft | Call) for value in frame.f_locals.values()):
            return True
        frame = frame.f_back
    return False


def nested(shop: Shop) -> list[str]:
    """Whatever follows from what a person does names him: files, records that go along, actions, and their undoing."""
    on, faults = shop.on, []
    me = on.users["owner"]
    order = json_of(on.ask("owner", "POST", ORDERS, {"name": "nested", "lines": [{"what": "a"}, {"what": "b"}]}))
    lines = [
        row["id"]
        for row in json_of(on.ask("owner", "GET", "/api/v1/records/shop.line?filter=order.name = 'nested'"))["records"]
    ]
    if len(lines) != 2:
        return [f"an order with two lines has {len(lines)}"]
    on.ask("owner", "POST", f"{ORDERS}/{order['id']}/actions/shop.settle", {})
    settled = json_of(on.ask("owner", "GET", f"{ORDERS}/{order['id']}"))
    version = {"If-Match": f'"{settled["row_version"]}"'}
    on.ask("owner", "DELETE", f"{ORDERS}/{order['id']}", None, version)
    on.ask("owner", "POST", f"{ORDERS}/{order['id']}/restore", {})
    report = _import(shop, "name\nfrom a file\n")
    imported = [
        row["id"] for row in json_of(on.ask("owner", "GET", f"{ORDERS}?filter=name = 'from a file'"))["records"]
    ]
    on.ask("owner", "POST", f"/api/v1/imports/{report['id']}/undo", {})
    wanted = {
        order["id"]: ["created", "updated", "deleted", "restored"], settled["customer"]["id"]: ["created"],
        **{line: ["created", "deleted", "restored"] for line in lines}, **{one: ["created", "deleted"] for one in imported},
    }  # fmt: skip
    for record, verbs in wanted.items():
        rows = _audit(shop, record)
        if [row[0] for row in rows] != verbs:
            faults.append(f"the audit of {record} tells {[row[0] for row in rows]} instead of {verbs}")
        faults += [
            f"{verb} of {record} names {who}, on behalf of {behalf}"
            for verb, who, behalf in rows
            if me not in (who, behalf)
        ]
    if not imported:
        faults.append("nothing was imported")
    return faults


def _import(shop: Shop, text: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {shop.on.tokens['owner']}", "Accept": "application/json"}
    data = {"file": (io.BytesIO(text.encode()), "a.csv")}
    return dict(json_of(shop.on.client.open(f"{ORDERS}/import", method="POST", headers=headers, data=data))["report"])


def _audit(shop: Shop, record: str) -> list[tuple[str, str, str | None]]:
    """(verb, actor, on behalf of) of a record's changes, in order."""
    import sqlalchemy as sa

    from loomwork.storage.system_tables import AUDIT

    c = AUDIT.c
    with shop.on.rt.database.read() as work:
        rows = work.fetch(
            sa.select(c.verb, c.actor, c.on_behalf_of).where(c.record_id == record).order_by(c.version, c.at)
        )
        return [tuple(row) for row in rows]


def counter_test(shop: Shop, seen: Seen) -> list[str]:
    """A statement that nobody asks for must be seen."""
    import sqlalchemy as sa

    before = len(seen.strays)
    table = shop.on.rt.program.tables.entities["shop.order"].table
    with shop.on.rt.database.read() as work:
        work.fetch(sa.select(sa.func.count()).select_from(table))
    return [] if len(seen.strays) > before else ["a statement without an actor was not seen"]
