"""Imports: all or nothing, mapping decisions, odd files, and the way back. Each on SQLite and PostgreSQL."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import xlsxwriter

from loomwork.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, PlatformError, TryAgain
from loomwork.query.tree import Query
from loomwork.records.importing import Import, ImportReport, read_sheet, run, run_import, undo_import
from loomwork.runtime import Runtime
from loomwork.storage.database import Work
from tests.support.shop import SYSTEM, empty_shop, make_person

CUSTOMERS: dict[str, Any] = {
    "type": "import",
    "entity": "shop.customer",
    "columns": {"Name": {"field": "name"}, "Town": {"field": "city"}},
    "match": ["name"],
    "on_match": "update",
}


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def load(
    rt: Runtime,
    text: str | bytes,
    mapping: Any = CUSTOMERS,
    entity: str = "shop.customer",
    actor: Any = SYSTEM,
    **more: Any,
) -> ImportReport:
    raw = text.encode() if isinstance(text, str) else text
    return run_import(rt, actor, Import(entity, read_sheet(raw, more.pop("name", "x.csv")), mapping, **more))


def customers(rt: Runtime) -> list[tuple[Any, ...]]:
    with rt.read() as work:
        rows = rt.query.run(work, SYSTEM, Query("shop.customer", fields=("name", "city"), sort=("name",))).rows
    return [(row["name"], row["city"]) for row in rows]


def test_a_dry_run_reports_the_same_and_writes_nothing(shop: Runtime) -> None:
    dry = load(shop, "Name,Town\nA,x\nB,y\n", dry_run=True)
    assert (dry.state, dry.created, customers(shop)) == ("checked", 2, [])
    real = load(shop, "Name,Town\nA,x\nB,y\n")
    assert (real.state, real.created, customers(shop)) == ("done", 2, [("A", "x"), ("B", "y")])


def test_one_refused_row_refuses_all_and_is_named(shop: Runtime) -> None:
    report = load(shop, "Name,Town\nA,x\n,y\nC,z\n")
    assert (report.state, report.fault_count, customers(shop)) == ("refused", 1, [])
    assert [(one["row"], one["column"], one["code"]) for one in report.faults] == [(3, "Name", "required")]


def test_an_unknown_look_up_stops_the_import(shop: Runtime) -> None:
    mapping = {"type": "import", "entity": "shop.order", "columns": {"Who": {"field": "customer", "lookup": "name"}}}
    load(shop, "Name,Town\nA,x\n")
    report = load(shop, "Who\nA\nNobody\n", mapping, "shop.order")
    assert [(one["row"], one["code"], one["value"]) for one in report.faults] == [(3, "not_found", "Nobody")]
    assert load(shop, "Who\nA\n", mapping, "shop.order").created == 1


def test_decisions_of_the_mapping_are_counted(shop: Runtime) -> None:
    mapping = {
        **CUSTOMERS,
        "columns": {"Name": {"field": "name"}, "Town": {"field": "city", "values": {"bonn": "Bonn", "-": None}}},
    }
    report = load(shop, "Name,Town\nA,bonn\nB,bonn\nC,-\n", mapping)
    assert customers(shop) == [("A", "Bonn"), ("B", "Bonn"), ("C", None)]
    assert [(one["from"], one["to"], one["rows"]) for one in report.changed] == [("-", "", 1), ("bonn", "Bonn", 2)]


def test_files_of_chinese_spreadsheets_are_read(shop: Runtime) -> None:
    load(shop, "Name,Town\n华为,深圳\n".encode("gb18030"))
    load(shop, b"\xef\xbb\xbf" + "Name,Town\n比亚迪,西安\n".encode())
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("Name", "Town"))
        sheet.write_row(1, 0, ("阿里", "杭州"))
    load(shop, held.getvalue(), name="x.xlsx")
    assert customers(shop) == [("阿里", "杭州"), ("比亚迪", "西安"), ("华为", "深圳")]


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<x/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"\0" * 30_000_000)
    return held.getvalue()


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"", "x.csv"),
        (b"\x00\x01\x02", "x.csv"),
        (b'Name,Town\n"A,x\n', "x.csv"),
        (b"Name,Name\nA,B\n", "x.csv"),
        (b"PK\x03\x04junk", "x.xlsx"),
        (b"Name\nA\n", "x.exe"),
    ],
    ids=["empty", "binary", "open quote", "two heads", "no zip", "other ending"],
)  # fmt: skip
def test_broken_files_are_refused_with_words(shop: Runtime, raw: bytes, name: str) -> None:
    with pytest.raises(InvalidInput) as fault:
        load(shop, raw, name=name)
    assert fault.value.message
    assert customers(shop) == []


def test_a_zip_bomb_is_refused_before_it_is_unpacked(shop: Runtime) -> None:
    with pytest.raises(PlatformError) as fault:
        load(shop, bomb(), name="x.xlsx")
    assert "size" in fault.value.message or "large" in fault.value.message or "big" in fault.value.message


def test_an_import_is_taken_back_but_for_what_was_touched_since(shop: Runtime) -> None:
    load(shop, "Name,Town\nOld,was\n")
    report = load(shop, "Name,Town\nOld,new\nA,x\nB,y\n")
    assert (report.created, report.updated) == (2, 1)
    with shop.write() as work:
        row = shop.query.run(work, SYSTEM, Query("shop.customer", filter="name = 'B'")).rows[0]
        shop.records.update(work, SYSTEM, "shop.customer", row["id"], {"rating": 99}, row["row_version"])
    result = undo_import(shop.write, SYSTEM, report.id)
    assert (result["undone"], [one["record"] for one in result["kept"]]) == (2, [row["id"]])
    assert customers(shop) == [("B", "y"), ("Old", "was")]
    with pytest.raises(Conflict):
        undo_import(shop.write, SYSTEM, report.id)


def test_a_record_that_others_point_to_is_kept_and_named(shop: Runtime) -> None:
    report = load(shop, "Name,Town\nA,x\nB,y\n")
    with shop.write() as work:
        row = shop.query.run(work, SYSTEM, Query("shop.customer", filter="name = 'A'")).rows[0]
        shop.records.create(work, SYSTEM, "shop.order", {"customer": row["id"]})
    result = undo_import(shop.write, SYSTEM, report.id)
    assert (result["undone"], len(result["kept"])) == (1, 1)
    assert customers(shop) == [("A", "x")]


def test_rows_that_came_since_keep_no_record_from_being_taken_back(shop: Runtime) -> None:
    customer = load(shop, "Name,Town\nA,x\n")
    columns = {"Customer": {"field": "customer", "lookup": "name"}}
    mapping = {"type": "import", "entity": "shop.order", "columns": columns}
    orders = load(shop, "Customer\nA\n", mapping, "shop.order")
    with shop.write() as work:
        order = shop.query.run(work, SYSTEM, Query("shop.order")).rows[0]
        shop.records.create(work, SYSTEM, "shop.line", {"order": order["id"], "text": "Nut"})
    assert undo_import(shop.write, SYSTEM, orders.id)["undone"] == 1
    with shop.read() as work:
        assert not shop.query.run(work, SYSTEM, Query("shop.line")).rows
    assert undo_import(shop.write, SYSTEM, customer.id)["undone"] == 1


def test_importing_and_undoing_need_their_rights(shop: Runtime) -> None:
    clerk, manager = make_person(shop, "Cleo", "clerk"), make_person(shop, "Max", "manager")
    with pytest.raises(NotAllowed):
        load(shop, "Name,Town\nA,x\n", actor=clerk)
    report = load(shop, "Name,Town\nA,x\n", actor=manager)
    with pytest.raises(NotFound):
        undo_import(shop.write, clerk, report.id)
    assert undo_import(shop.write, manager, report.id)["undone"] == 1


class OnlyReading:
    """Whoever begins a unit that writes has gone too far."""

    def __init__(self, rt: Runtime) -> None:
        self.read = rt.read

    def write(self) -> Any:
        raise AssertionError("a check keeps no writer waiting")


def test_a_check_keeps_nobody_from_writing(shop: Runtime) -> None:
    load(shop, "Name,Town\nOld,was\n")
    sheet = read_sheet(b"Name,Town\nOld,new\nA,x\n", "x.csv")
    report = run_import(OnlyReading(shop), SYSTEM, Import("shop.customer", sheet, CUSTOMERS, dry_run=True))
    assert (report.created, report.updated, report.state) == (1, 1, "checked")


def test_undoing_lets_others_save_in_between_and_goes_on_where_it_was_cut_off(
    shop: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHUNK", 2)
    report = load(shop, "Name,Town\nA,x\nB,y\nC,z\nD,w\nE,v\n")
    units = 0

    @contextmanager
    def begin() -> Iterator[Work]:
        nonlocal units
        units += 1
        if units == 2:
            raise KeyboardInterrupt
        with shop.write() as work:
            yield work

    with pytest.raises(KeyboardInterrupt):
        undo_import(begin, SYSTEM, report.id)
    assert customers(shop) == [("A", "x"), ("B", "y"), ("C", "z")]
    with shop.write() as work:
        row = shop.query.run(work, SYSTEM, Query("shop.customer", filter="name = 'B'")).rows[0]
        shop.records.update(work, SYSTEM, "shop.customer", row["id"], {"rating": 99}, row["row_version"])
    result = undo_import(begin, SYSTEM, report.id)
    assert (result["undone"], len(result["kept"]), set(result)) == (4, 1, {"undone", "kept"})
    assert customers(shop) == [("B", "y")]
    with pytest.raises(Conflict):
        undo_import(begin, SYSTEM, report.id)


class Busy:
    """Somebody else acts before each writing unit after the first."""

    def __init__(self, rt: Runtime, act: Any) -> None:
        self.read, self._rt, self._act = rt.read, rt, act
        self.units = 0

    @contextmanager
    def write(self) -> Iterator[Work]:
        self.units += 1
        if self.units > 1:
            self._act(self.units)
        with self._rt.write() as work:
            yield work


def rate(rt: Runtime, name: str, rating: int) -> None:
    with rt.write() as work:
        row = rt.query.run(work, SYSTEM, Query("shop.customer", filter=f"name = '{name}'")).rows[0]
        rt.records.update(work, SYSTEM, "shop.customer", row["id"], {"rating": rating}, row["row_version"])


def test_others_write_between_the_pieces_of_an_import(shop: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CHUNK", 2)
    sheet = read_sheet(b"Name,Town\nA,x\nB,y\nC,z\nD,w\nE,v\n", "x.csv")
    seen = []

    def act(_unit: int) -> None:
        seen.append(len(customers(shop)))
        rate(shop, "A", 7)

    units = Busy(shop, act)
    report = run_import(units, SYSTEM, Import("shop.customer", sheet, CUSTOMERS))
    assert (report.state, report.created, report.done_rows, seen) == ("done", 5, 5, [2, 4])
    assert undo_import(shop.write, SYSTEM, report.id)["undone"] == 4
    assert customers(shop) == [("A", "x")]


def test_a_row_refused_in_a_later_piece_takes_the_whole_import_back(
    shop: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHUNK", 2)
    load(shop, "Name,Town\nOld,was\nNext,there\n")
    sheet = read_sheet(b"Name,Town\nA,x\nNext,new\nB,y\nOld,new\n", "x.csv")
    units = Busy(shop, lambda unit: rate(shop, "Old", 9) if unit == 2 else None)
    with pytest.raises(InvalidInput) as fault:
        run_import(units, SYSTEM, Import("shop.customer", sheet, CUSTOMERS))
    told = fault.value.extra["report"]
    assert (fault.value.code, told["state"], told["done_rows"], told["kept"]) == ("import_failed", "failed", 0, [])
    assert "nothing was imported" in fault.value.message
    assert customers(shop) == [("Next", "there"), ("Old", "was")]


def test_what_others_touched_stays_when_an_import_is_taken_back(shop: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CHUNK", 1)
    load(shop, "Name,Town\nOld,was\n")
    sheet = read_sheet(b"Name,Town\nA,x\nB,y\nOld,new\n", "x.csv")

    def act(unit: int) -> None:
        if unit == 3:
            rate(shop, "A", 1)
            rate(shop, "Old", 1)

    with pytest.raises(InvalidInput) as fault:
        run_import(Busy(shop, act), SYSTEM, Import("shop.customer", sheet, CUSTOMERS))
    assert len(fault.value.extra["report"]["kept"]) == 1
    assert customers(shop) == [("A", "x"), ("Old", "was")]


def test_a_database_that_is_busy_for_a_moment_ends_no_import(shop: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CHUNK", 2)

    def act(unit: int) -> None:
        if unit == 2:
            raise TryAgain("the database is busy; try again", code="locked")

    sheet = read_sheet(b"Name,Town\nA,x\nB,y\nC,z\n", "x.csv")
    report = run_import(Busy(shop, act), SYSTEM, Import("shop.customer", sheet, CUSTOMERS))
    assert (report.state, report.created, report.done_rows, len(customers(shop))) == ("done", 3, 3, 3)
