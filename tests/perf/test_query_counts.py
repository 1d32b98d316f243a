"""Rule: no query in a loop. The statements of a request are counted at the driver, on both databases, and committed here.

Reason: a page that asks once per row is fast with the five rows of whoever wrote it and slow with the customer's five
thousand. The numbers are bounds: what asks more is wrong, and one that is far too wide has to be written down anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.perf.counting import memory_that_stays, statements_of
from tests.perf.sales import API, Sales, at_work
from tests.support.databases import PostgresMaker, SqliteMaker

FEW, MANY = 1, 20
SLACK = 4
"""How far a bound may lie above what is counted."""

# act → statements on SQLite and on PostgreSQL, whatever there is to see.
READS = {
    "list": (2, 2), "list page": (7, 7), "record": (1, 1), "record page": (22, 22), "record page of an account": (20, 20),
    "form page": (4, 4), "history": (9, 9), "explain": (2, 2), "notes": (3, 3), "home page": (16, 16), "search": (9, 9),
    "group": (1, 1), "export": (5, 5),
}  # fmt: skip
WRITES = {"create": (16, 16), "update": (10, 7), "convert": (31, 26)}
# act → statements on SQLite and on PostgreSQL, for one row as for twenty.
ROWS = {
    "batch": (14, 14), "import": (27, 27), "create with lines": (31, 29), "change lines": (24, 23), "replace lines": (38, 36),
    "delete with lines": (32, 31), "restore with lines": (26, 25), "create with a filtered link": (13, 10),
}  # fmt: skip


@dataclass
class Counted:
    """Statements by act: with little in the database, and with much (or for few rows, and for many)."""

    few: dict[str, list[str]] = field(default_factory=dict)
    many: dict[str, list[str]] = field(default_factory=dict)


def count_all(sales: Sales) -> Counted:
    """Each act twice, so that no statement is prepared for the first time; then with more rows."""
    counted, on = Counted(), sales.on

    def count(into: dict[str, list[str]], acts: Callable[[], dict[str, Any]]) -> None:
        for name in acts():
            for _ in range(2):
                into[name] = statements_of(on, acts()[name])

    def count_rows(into: dict[str, list[str]], rows: int) -> None:
        for name, prepare in sales.many(rows).items():
            for _ in range(2):
                into[name] = statements_of(on, prepare())

    with memory_that_stays(on):
        sales.grow(6)  # more than the lists of a page show
        count(counted.few, sales.reads)
        count(counted.few, sales.writes)
        count_rows(counted.few, FEW)
        sales.grow(12)
        count(counted.many, sales.reads)
        count(counted.many, sales.writes)
        count_rows(counted.many, MANY)
    return counted


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def counted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Counted]]:
    chosen = request.config.getoption("--db")
    if chosen not in ("both", request.param):
        pytest.skip(f"--db {chosen}")
    folder = tmp_path_factory.mktemp("perf")
    is_sqlite = request.param == "sqlite"
    maker = SqliteMaker(folder) if is_sqlite else PostgresMaker(request.getfixturevalue("postgres_server"))
    with at_work(maker.create(), folder / "home") as sales:
        yield (0 if is_sqlite else 1), count_all(sales)
    maker.drop_all()


def check_bound(act: str, count: int, bound: int, statements: list[str]) -> None:
    """A count lies at its bound or a little below."""
    shown = "\n".join(one[:160] for one in statements)
    assert count <= bound, f"{act} asks {count} times instead of {bound}:\n{shown}"
    assert bound - count <= SLACK, f"{act} asks {count} times; write that down in place of {bound}"


@pytest.mark.parametrize("act", [*READS, *WRITES])
def test_it_costs_the_same_whatever_there_is_to_see(counted: tuple[int, Counted], act: str) -> None:
    place, found = counted
    few, many = found.few[act], found.many[act]
    assert len(few) == len(many), f"{act} asks once per row:\n" + "\n".join(one[:160] for one in many)
    check_bound(act, len(many), {**READS, **WRITES}[act][place], many)


@pytest.mark.parametrize("act", ROWS)
def test_many_rows_cost_as_much_as_one(counted: tuple[int, Counted], act: str) -> None:
    place, found = counted
    few, many = found.few[act], found.many[act]
    assert len(few) == len(many), f"{act} asks {len(few)} times for one row and for {MANY}:\n" + "\n".join(
        one[:160] for one in many
    )
    check_bound(act, len(many), ROWS[act][place], many)


def test_every_act_is_counted(counted: tuple[int, Counted]) -> None:
    _, found = counted
    assert set(found.few) == set(found.many) == {*READS, *WRITES, *ROWS}


def test_a_question_in_a_loop_is_seen(tmp_path: Path) -> None:
    with at_work(SqliteMaker(tmp_path).create(), tmp_path / "home") as sales, memory_that_stays(sales.on):

        def loop() -> Any:
            for _ in range(5):
                answer = sales.ask("GET", f"{API}/crm.opportunity/{sales.deal['id']}")
            return answer

        loop()
        assert len(statements_of(sales.on, loop)) == 5
