"""Nothing is given to somebody who is switched off, whatever the door; what was his stays. On SQLite and PostgreSQL."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loomwork.core.errors import InvalidInput, PlatformError
from loomwork.permissions.actor import Actor
from loomwork.query.tree import Query
from loomwork.records.importing import Import, ImportReport, read_sheet, run_import
from loomwork.records.importing.run import undo_import
from loomwork.runtime import Runtime
from tests.support.shop import CUSTOMER, LINE, SYSTEM, both, field, make_person, start_shop

HELPERS = {"entity": "system.user", "reverse": "helps", "reverse_label": both("Helps")}
KEEPER = {"reverse": "keeps", "reverse_label": both("Keeps")}


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    customer, line = copy.deepcopy(CUSTOMER), copy.deepcopy(LINE)
    customer["fields"] |= {
        "keeper": field("user", 20, properties=KEEPER),
        "helpers": field("many_to_many", 21, properties=HELPERS),
    }
    line["fields"]["packer"] = field("user", 20, properties={"reverse": "packs", "reverse_label": both("Packs")})
    made = start_shop(tmp_path, database_url, {"entities/customer.json": customer, "entities/line.json": line})
    yield made
    made.close()


def people(rt: Runtime) -> tuple[Actor, Actor, Actor]:
    """A manager, one who stays, one who will be switched off."""
    return make_person(rt, "Mia", "manager"), make_person(rt, "Ann", "seller"), make_person(rt, "Off", "seller")


def switch(rt: Runtime, who: Actor, *, on: bool = False) -> None:
    with rt.write() as work:
        row = rt.query.get(work, SYSTEM, "system.user", who.user_id, ("id",))
        rt.records.update(work, SYSTEM, "system.user", who.user_id, {"active": on}, row["row_version"])


def create(rt: Runtime, actor: Actor, entity: str = "customer", /, **values: Any) -> dict[str, Any]:
    with rt.write() as work:
        return rt.records.create(work, actor, f"shop.{entity}", values)


def update(rt: Runtime, actor: Actor, row: dict[str, Any], **values: Any) -> dict[str, Any]:
    with rt.write() as work:
        return rt.records.update(work, actor, "shop.customer", row["id"], values, row["row_version"])


def refusals(fault: PlatformError) -> list[tuple[str, str]]:
    return [(one.path, one.code) for one in fault.details]


def refused(act: Any, *rest: Any, **values: Any) -> list[tuple[str, str]]:
    with pytest.raises(PlatformError) as fault:
        act(*rest, **values)
    return refusals(fault.value)


def test_no_field_takes_somebody_who_is_off(shop: Runtime) -> None:
    mia, ann, off = people(shop)
    row = create(shop, mia, name="Mine", helpers=[off.user_id])
    switch(shop, off)
    for actor in (mia, SYSTEM):
        for name in ("owner_id", "keeper"):
            assert refused(create, shop, actor, **{"name": "New", name: off.user_id}) == [(name, "switched_off")]
            assert refused(update, shop, actor, row, **{name: off.user_id}) == [(name, "switched_off")]
    both_of_them = [ann.user_id, off.user_id]
    assert refused(create, shop, mia, name="New", helpers=both_of_them) == [("helpers.1", "switched_off")]
    # Who helped before still does.
    kept = update(shop, mia, row, helpers=both_of_them)
    assert {one["id"] for one in kept["helpers"]} == set(both_of_them)
    rows = [{"text": "a", "packer": ann.user_id}, {"text": "b", "packer": off.user_id}]
    found = refused(create, shop, mia, "order", customer=row["id"], lines=rows)
    assert found == [("lines.1.packer", "switched_off")]
    switch(shop, off, on=True)
    assert update(shop, mia, kept, keeper=off.user_id)["keeper"]["id"] == off.user_id


def test_what_was_his_is_changed_as_ever(shop: Runtime) -> None:
    mia, ann, off = people(shop)
    row = create(shop, mia, name="His", owner_id=off.user_id, keeper=off.user_id)
    switch(shop, off)
    row = update(shop, mia, row, name="Still his", owner_id=off.user_id, keeper={"id": off.user_id, "label": "Off"})
    assert (row["owner_id"]["id"], row["keeper"]["id"]) == (off.user_id, off.user_id)
    row = update(shop, mia, row, owner_id=ann.user_id)
    assert refused(update, shop, mia, row, owner_id=off.user_id) == [("owner_id", "switched_off")]


def test_the_words_are_in_the_language_of_the_reader(shop: Runtime) -> None:
    mia, _, off = people(shop)
    switch(shop, off)
    said = []
    for language in ("en", "zh-CN"):
        with pytest.raises(InvalidInput) as fault:
            create(shop, replace(mia, language=language), name="New", owner_id=off.user_id)
        said.append(fault.value.details[0].message)
    assert said == ["this person's account is switched off; choose somebody else", "该用户已停用，请选择其他人"]


def test_batches_refuse_the_row(shop: Runtime) -> None:
    mia, ann, off = people(shop)
    rows = [create(shop, mia, name="A")]
    switch(shop, off)
    owners = (ann.user_id, off.user_id)
    new = [{"name": f"N{n}", "owner_id": owner} for n, owner in enumerate(owners)]

    def make() -> None:
        with shop.write() as work:
            shop.records.create_many(work, mia, "shop.customer", new)

    assert refused(make) == [("1.owner_id", "switched_off")]
    assert [one["id"] for one in listed(shop)] == [row["id"] for row in rows]


def listed(rt: Runtime) -> list[dict[str, Any]]:
    with rt.read() as work:
        return list(rt.query.run(work, SYSTEM, Query("shop.customer", ("id",))).rows)


def load(rt: Runtime, actor: Actor, text: str, **more: Any) -> ImportReport:
    fields = {"name": "name", "email": "email", "owner": "owner_id"}
    body = {"type": "import", "entity": "shop.customer", "columns": {n: {"field": f} for n, f in fields.items()}}
    return run_import(rt, actor, Import("shop.customer", read_sheet(text.encode(), "file.csv"), {**body, **more}))


def test_imports_report_the_row(shop: Runtime) -> None:
    mia, _, off = people(shop)
    kept = create(shop, mia, name="His", email="his@example.com", owner_id=off.user_id)
    switch(shop, off)
    text = "name,email,owner\nA,a@example.com,Ann\nB,b@example.com,Off\n"
    report = load(shop, mia, text)
    found = [(one["row"], one["column"], one["code"], one["value"]) for one in report.faults]
    assert (report.state, found) == ("refused", [(3, "owner", "switched_off", "Off")])
    # A row that says what stands there is none to refuse.
    text = "name,email,owner\nHis own,his@example.com,Off\n"
    report = load(shop, mia, text, match=["email"], on_match="update")
    assert (report.state, report.updated, report.faults) == ("done", 1, [])
    with shop.read() as work:
        row = shop.query.get(work, SYSTEM, "shop.customer", kept["id"], ("name", "owner_id"))
    assert (row["name"], row["owner_id"]["id"]) == ("His own", off.user_id)


def test_taking_an_import_back_leaves_what_would_be_his(shop: Runtime) -> None:
    mia, _, off = people(shop)
    create(shop, mia, name="His", email="his@example.com", owner_id=off.user_id)
    text = "name,email,owner\nHers,his@example.com,Ann\n"
    report = load(shop, mia, text, match=["email"], on_match="update")
    switch(shop, off)
    told = undo_import(shop.write, mia, report.id)
    assert (told["undone"], [one["code"] for one in told["kept"]]) == (0, ["invalid"])


def test_who_does_not_see_him_learns_nothing(shop: Runtime) -> None:
    """Somebody who is not there and somebody who is not seen are told alike, on or off."""
    mia, _, off = people(shop)
    blind = replace(mia, roles=frozenset({"shop.manager"}))
    on = refused(create, shop, blind, name="New", owner_id=off.user_id)
    switch(shop, off)
    assert refused(create, shop, blind, name="New", owner_id=off.user_id) == on
    assert on == [("owner_id", "no_such_record")]


def test_nobody_is_given_anything_while_he_is_switched_off(shop: Runtime) -> None:
    """Two units at once: either the record is written first, or it is refused; never written after the switch."""
    mia, _, off = people(shop)
    for number in range(6):
        switch(shop, off, on=True)
        start, told = threading.Barrier(2), list[str]()

        def give(name: str = f"C{number}", start: threading.Barrier = start, told: list[str] = told) -> None:
            start.wait()
            try:
                with shop.write() as work:
                    shop.records.create(work, mia, "shop.customer", {"name": name, "owner_id": off.user_id})
                    told.append(_state(shop, work, off))
            except InvalidInput:
                told.append("refused")

        giving = threading.Thread(target=give)
        giving.start()
        start.wait()
        switch(shop, off)
        giving.join()
        assert told in (["on"], ["refused"]), told


def _state(rt: Runtime, work: Any, who: Actor) -> str:
    return "on" if rt.query.get(work, SYSTEM, "system.user", who.user_id, ("active",))["active"] else "off"
