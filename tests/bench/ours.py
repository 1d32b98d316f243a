"""The platform's side: the app package installed on a fresh database and filled with the same rows.

The rows go in by bulk statements made from the platform's own plans (columns, encodings, search documents), since
100,000 walks through the record service would measure nothing and take minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import cases, data
from tests.bench.baseline.wire import batches

WSGI = "loomwork.web.wsgi:make_app()"
APP = Path(__file__).with_name("app") / "bench"
ROLE = "bench.seller"


@dataclass(frozen=True)
class Installed:
    """A filled installation: the environment that serves it, and the tokens by number of the user."""

    environ: dict[str, str]
    tokens: dict[int, str]


def environ(url: str, home: Path, apps: Path = APP) -> dict[str, str]:
    """The configuration of the installation."""
    return {
        "LOOMWORK_DATABASE_URL": url,
        "LOOMWORK_HOME": str(home),
        "LOOMWORK_APPS": str(apps),
        "LOOMWORK_LANGUAGE": "en",
        "LOOMWORK_TIME_ZONE": "UTC",
        "LOOMWORK_LOG_LEVEL": "WARNING",
        "LOOMWORK_SECRET_KEY": "a-key-for-the-benchmark-0123456789abcdef",
        "LOOMWORK_POOL_SIZE": "5",
    }


def install(url: str, home: Path, size: data.Size) -> Installed:
    """Publish the package, fill the tables, make the tokens."""
    from loomwork.core.settings import load_settings
    from loomwork.runtime import Runtime
    from loomwork.web.auth import tokens

    settings = environ(url, home)
    rt = Runtime.start(load_settings(settings))
    made: dict[int, str] = {}
    try:
        _fill_people(rt, size)
        fill(rt, "bench.account", data.accounts(size))
        fill(rt, "bench.deal", (_deal(row) for row in data.deals(size)))
        people = data.users(size)
        with rt.database.write() as work:
            for number in cases.READERS:
                made[number] = tokens.create(work, people[number]["id"], name="bench", scopes=("write",))[0]
        with rt.database.write() as work:
            work.connection.exec_driver_sql("ANALYZE")
    finally:
        rt.database.dispose()
    return Installed(settings, made)


def adopt(world: cases.World, installed: Installed) -> None:
    """Let the requests carry the tokens of the installation."""
    world.tokens["ours"] = installed.tokens


def _deal(row: Mapping[str, Any]) -> dict[str, Any]:
    created = row["created_at"]
    return {**cases.wire({k: v for k, v in row.items() if k != "created_at"}), "id": row["id"], "created_at": created}


def _fill_people(rt: Any, size: data.Size) -> None:
    at = data.START
    boss = data.make_id(data.USER, 0)
    fill(rt, "system.unit", ({**row, "created_at": at, "owner_id": boss} for row in data.units()))
    people = data.users(size)
    fill(
        rt,
        "system.user",
        (
            {
                **{k: p[k] for k in ("id", "name", "email", "unit")},
                "active": True,
                "created_at": at,
                "owner_id": p["id"],
            }
            for p in people
        ),
    )
    fill(
        rt,
        "system.role_assignment",
        (
            {"id": data.make_id(9, n), "user": p["id"], "role": ROLE, "created_at": at, "owner_id": boss}
            for n, p in enumerate(people)
        ),
    )


def fill(rt: Any, entity: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows with fixed ids.

    Shapes: wire values by field; `created_at` is an aware datetime, the other system columns follow from it.
    """
    import sqlalchemy as sa

    from loomwork.records.plans import search_document
    from loomwork.storage import search
    from loomwork.storage.statements import prepare
    from loomwork.storage.tables import SEARCH, SEQUENCE

    program = rt.program
    plan = program.plans.of(entity)
    table, dialect = plan.held.table, rt.database.engine.dialect
    names = {
        bind: column.name
        for writer in plan.writers.values()
        for bind, column in zip(writer.binds, plan.held.fields[writer.field.name].columns, strict=True)
    }
    values: dict[str, Any] = {
        column: sa.bindparam(bind, type_=table.c[column].type, required=True) for bind, column in names.items()
    }
    if SEQUENCE in table.c:
        values[SEQUENCE] = sa.bindparam("seq", type_=sa.Integer(), required=True)
    if SEARCH in table.c:
        values[SEARCH] = sa.cast(sa.bindparam("search", type_=sa.Text(), required=True), table.c[SEARCH].type)
    insert = prepare(sa.insert(table).values(values), dialect)
    fts = None
    if SEQUENCE in table.c and plan.held.search:
        index = sa.table(search.fts_name(plan.held), sa.column("rowid"), sa.column("tokens"))
        fts = prepare(
            sa.insert(index).values(
                rowid=sa.bindparam("seq", required=True), tokens=sa.bindparam("search", required=True)
            ),
            dialect,
        )
    number = 0
    for batch in batches(iter(dict(row) for row in rows)):
        bound = []
        for row in batch:
            number += 1
            cells = _cells(plan, row)
            one: dict[str, Any] = {"seq": number, "search": search_document(plan, cells, rt.database.dialect)}
            for name, writer in plan.writers.items():
                one.update(writer.bound(cells[name]))
            bound.append(one)
        with rt.database.write() as work:
            work.run_many(insert, bound)
            if fts is not None:
                work.run_many(fts, [{"seq": one["seq"], "search": one["search"]} for one in bound])


def _cells(plan: Any, row: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    cells = {name: writer.empty for name, writer in plan.writers.items()}
    at, owner = row["created_at"], row.get("owner_id")
    for name, value in row.items():
        if name in plan.writers and name not in ("id", "created_at") and value is not None:
            cells[name] = plan.writers[name].read(value)
    cells.update(
        id=(row["id"],),
        created_at=(at,),
        updated_at=(at,),
        created_by=(owner,),
        updated_by=(owner,),
        owner_id=(owner,),
        row_version=(1,),
    )
    for name, default, _ in plan.defaults:
        if cells[name] == plan.writers[name].empty and not isinstance(default, Mapping):
            cells[name] = plan.writers[name].read(default)
    return cells
