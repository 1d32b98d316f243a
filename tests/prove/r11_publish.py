"""R11: publishing is all or nothing, whatever breaks at whichever statement.

A publish that creates a table, adds columns and indexes, converts a type with consent and retires a field is broken off
at each of its n statements by an exception, and at each that writes by `kill -9` as well. Afterwards the whole database
(schema and every row, the version of the metadata included) must equal the state before, or the state after. Counter-test:
with the driver's own transaction handling (SQLite), or none (PostgreSQL), halves are kept.
"""

from __future__ import annotations

import copy
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.prove.results import Context, Proof, Result
from tests.prove.shop import shop_files
from tests.prove.stage import environ, write_package
from tests.prove.tripwire import Tripped, Wire, dump, stretched

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def second_version() -> dict[str, Any]:
    """The package after the change."""
    files = copy.deepcopy(shop_files())
    files["app.json"]["version"] = "1.1.0"
    order = files["entities/order.json"]["fields"]
    text = {"en": "New", "zh-CN": "New"}
    del order["locked"]
    del files["roles/clerk.json"]["grants"]["orders"]["fields"]["except"][1]
    order["size"] = {"type": "decimal", "label": text, "order": "a3", "properties": {"scale": 2}}
    order["double"]["properties"]["result"] = "decimal"
    order["weight"] = {"type": "decimal", "label": text, "order": "b0", "indexed": True, "properties": {"scale": 3}}
    order["price"] = {"type": "money", "label": text, "order": "b1"}
    order["tags"] = {"type": "tags", "label": text, "order": "b2"}
    files["entities/order.json"]["indexes"] = {"by_state": {"fields": ["state", "-weight"]}}
    files["entities/customer.json"]["fields"]["city"]["searchable"] = True
    files["entities/customer.json"]["fields"]["number"] = {"type": "text", "label": text, "order": "b0", "unique": True}
    files["entities/crate.json"] = {
        "label": text,
        "plural": text,
        "title_field": "name",
        "fields": {
            "name": {"type": "text", "label": text, "order": "a0", "searchable": True},
            "parent": {
                "type": "link",
                "label": text,
                "order": "a1",
                "properties": {
                    "entity": "shop.order",
                    "reverse": "crates",
                    "reverse_label": text,
                    "on_delete": "cascade",
                },
            },
        },
    }
    return files


class Publisher:
    """The publish under test, on a database that is put back after each success."""

    def __init__(self, url: str, folder: Path, context: Context) -> None:
        self.url, self.folder, self.context = url, folder, context
        self.settings = environ(url, folder, write_package(folder / "one", shop_files()))
        self.catalog: Any = None

    def prepare(self) -> None:
        """The first version with some rows; the second version compiled."""
        from loomwork.core.settings import load_settings
        from loomwork.permissions.actor import system_actor
        from loomwork.runtime import Runtime

        rt = Runtime.start(load_settings(self.settings))
        try:
            with rt.write() as work:
                for number in range(40):
                    rt.records.create(
                        work,
                        system_actor("proof"),
                        "shop.order",
                        {"name": f"华为 {number}", "size": number, "note": "alpha beta"},
                    )
                    rt.records.create(
                        work, system_actor("proof"), "shop.customer", {"name": f"customer {number}", "city": "上海"}
                    )
            rt.app_folders = (write_package(self.folder / "two", second_version()),)
            self.catalog, faults = rt.load()
        finally:
            rt.close()
        if faults.errors:
            raise AssertionError("\n".join(one.as_text() for one in faults.errors))
        self._keep()

    def publish(self, wire: Wire) -> None:
        """Publish, with every statement touching the wire."""
        from loomwork.core.clock import frozen
        from loomwork.publishing.publish import publish
        from loomwork.storage.database import Database

        database = Database(self.url)
        try:
            with frozen(NOW), stretched(database.engine, wire), database.write() as work:
                publish(work, self.catalog, author="proof", message="second version", consent=True)
        finally:
            database.dispose()

    def kill(self, at: int) -> bool:
        """Publish in a process of its own that dies at a statement; whether it died."""
        child = os.fork()
        if child == 0:
            try:
                self.publish(Wire(at, is_deadly=True))
            finally:
                os._exit(0)
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])

    def _keep(self) -> None:
        if self.context.database == "sqlite":
            path = Path(self.url.removeprefix("sqlite:///"))
            shutil.copy(path, path.with_suffix(".kept"))

    def put_back(self) -> None:
        """The database as before (SQLite; on PostgreSQL a new database takes its place)."""
        path = Path(self.url.removeprefix("sqlite:///"))
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        shutil.copy(path.with_suffix(".kept"), path)


@contextmanager
def driver_defaults() -> Iterator[None]:
    """The counter-test: Python's SQLite driver begins and commits as it sees fit; PostgreSQL commits each statement."""
    from loomwork.storage import database

    kept = database._prepare_sqlite, database._begin_sqlite, database._begin_postgres

    def prepare(dbapi: Any, record: Any) -> None:
        kept[0](dbapi, record)
        dbapi.isolation_level = ""

    def begin(connection: Any) -> None:
        """No transaction is begun."""

    database._prepare_sqlite, database._begin_sqlite, database._begin_postgres = prepare, begin, begin
    try:
        yield
    finally:
        database._prepare_sqlite, database._begin_sqlite, database._begin_postgres = kept


def run(context: Context) -> Result:
    """Every statement by exception, every one that writes by kill as well; then the counter-test."""
    with tempfile.TemporaryDirectory() as folder:
        publisher = Publisher(context.make_url(), Path(folder), context)
        publisher.prepare()
        before = dump(publisher.url)
        wire = Wire()
        publisher.publish(wire)
        after = dump(publisher.url)
        publisher = _again(publisher, context, Path(folder))
        before = dump(publisher.url)
        faults = [] if _shape(after) != _shape(before) else ["the publish changed nothing, so the proof proves nothing"]
        points = _points(wire, context)
        whole = {how: _break_off(publisher, how, points[how], before, faults) for how in points}
        publisher.publish(Wire())
        if _shape(dump(publisher.url)) != _shape(after):
            faults.append(f"after all that a publish gives something else: {_difference(after, dump(publisher.url))}")
        figures: dict[str, Any] = {
            "statements": wire.count,
            **{how: f"{whole[how]}/{len(points[how])}" for how in points},
        }
        if context.database != "sqlite":
            publisher = _again(publisher, context, Path(folder), "counter")
            before = dump(publisher.url)
        found = _counter_test(publisher, before, points["kill"])
        figures["counter_test"] = "fails" if found else "holds"
        if not found:
            faults.append("without our transactions nothing broke: the proof cannot see what it looks for")
    return Result(not faults and len(points["exception"]) >= 20, figures, faults)


def _points(wire: Wire, context: Context) -> dict[str, list[int]]:
    """The numbers of the statements at which it breaks: by exception every one; by kill, unless at full size, those that write."""
    everything = list(range(1, wire.count + 1))
    if context.is_full:
        return {"exception": everything, "kill": everything}
    reads = ("SELECT", "PRAGMA", "WITH", "--")
    writes = [n for n in everything if not wire.statements[n - 1].lstrip().upper().startswith(reads)]
    return {"exception": everything, "kill": writes}


def _break_off(publisher: Publisher, how: str, points: list[int], before: dict[str, Any], faults: list[str]) -> int:
    """How many of the points leave the database as it was."""
    whole = 0
    for at in points:
        is_done = _attempt(publisher, how, at)
        now = dump(publisher.url)
        if now == before and not is_done:
            whole += 1
        else:
            faults.append(f"{how} at statement {at}: {_difference(before, now)}")
            break
    return whole


def _attempt(publisher: Publisher, how: str, at: int) -> bool:
    """Break the publish off at a statement; True when it had fewer and went through."""
    if how == "exception":
        wire = Wire(at)
        try:
            publisher.publish(wire)
        except Exception as fault:
            if not _is_tripped(fault):
                raise
            return False
        return True
    return not publisher.kill(at)


def _is_tripped(fault: BaseException | None) -> bool:
    while fault is not None:
        if isinstance(fault, Tripped):
            return True
        fault = fault.__cause__ or fault.__context__
    return False


def _again(publisher: Publisher, context: Context, folder: Path, name: str = "again") -> Publisher:
    """The state before, for another round."""
    if context.database == "sqlite":
        publisher.put_back()
        return publisher
    other = Publisher(context.make_url(), folder / name, context)
    other.prepare()
    return other


def _counter_test(publisher: Publisher, before: dict[str, Any], points: list[int]) -> bool:
    """Whether a publish without our transaction handling leaves a half somewhere."""
    with driver_defaults():
        for at in points if publisher.context.database == "sqlite" else points[len(points) // 2 :][:1]:
            if publisher.context.database == "sqlite":
                publisher.put_back()
            if _attempt(publisher, "exception", at):
                return False
            if dump(publisher.url) != before:
                return True
    return False


def _shape(state: dict[str, Any]) -> Any:
    """What two runs must have in common: the schema and the number of rows (ids and times of the rows differ)."""
    return state["schema"], state.get("indexes"), {name: len(rows) for name, rows in state["rows"].items()}


def _difference(one: dict[str, Any], two: dict[str, Any]) -> str:
    parts = []
    for key in ("schema", "indexes"):
        gone, come = (
            [x for x in one.get(key, []) if x not in two.get(key, [])],
            [x for x in two.get(key, []) if x not in one.get(key, [])],
        )
        if gone or come:
            parts.append(f"{key}: gone {str(gone[:2])[:200]}, come {str(come[:2])[:200]}")
    names = [name for name in {**one["rows"], **two["rows"]} if one["rows"].get(name) != two["rows"].get(name)]
    if names:
        parts.append(f"rows of {', '.join(sorted(names)[:5])}")
    return "; ".join(parts) or "equal"


PROOF = Proof("R11", "publish is all or nothing", run)
