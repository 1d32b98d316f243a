"""Writes: defaults, computed values, rules, roll-ups, versions, trash. Each on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from loomwork.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleRecord, VersionMissing
from loomwork.query.tree import Query
from loomwork.records.bulk import RowFault
from loomwork.runtime import Runtime
from tests.support.shop import SYSTEM, empty_shop, make_person


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


def customer(rt: Runtime, **values: object) -> dict[str, object]:
    with rt.write() as work:
        return rt.records.create(work, SYSTEM, "shop.customer", {"name": "华为 Acme", **values})


def order(rt: Runtime, owner: object, **values: object) -> dict[str, object]:
    with rt.write() as work:
        return rt.records.create(work, SYSTEM, "shop.order", {"customer": owner, **values})


def read(rt: Runtime, entity: str, record_id: object) -> dict[str, object]:
    with rt.read() as work:
        return rt.query.get(work, SYSTEM, entity, str(record_id))


def paths(fault: InvalidInput) -> set[str]:
    return {one.path for one in fault.details}


def test_a_new_record_gets_defaults_numbers_and_computed_values(shop: Runtime) -> None:
    first, second = customer(shop), customer(shop, name="B", rating=60)
    assert (first["rating"], first["rank"], first["code"]) == (10, "B", "C-0001")
    assert (second["rank"], second["code"]) == ("A", "C-0002")
    assert first["row_version"] == 1


def test_all_faults_are_told_at_once(shop: Runtime) -> None:
    with pytest.raises(InvalidInput) as fault:
        customer(shop, name="", rating=101, region="east", nmae="x", code="C-9")
    assert paths(fault.value) == {"name", "rating", "region", "nmae", "code"}
    assert "name" in next(one.message for one in fault.value.details if one.path == "nmae")


def test_nothing_is_written_when_something_is_refused(shop: Runtime) -> None:
    with pytest.raises(InvalidInput):
        customer(shop, rating="many")
    with shop.read() as work:
        assert shop.query.run(work, SYSTEM, Query("shop.customer", count="exact")).count == 0
    assert customer(shop)["code"] == "C-0001"


def test_children_roll_up_through_two_levels(shop: Runtime) -> None:
    owner = customer(shop)
    made = order(
        shop, owner["id"], discount="10", lines=[{"quantity": "2", "price": "10.50"}, {"quantity": "1", "price": "4"}]
    )
    row = read(shop, "shop.order", made["id"])
    assert (row["total"], row["net"], row["row_version"]) == ("25.00", "22.50", 1)
    parent = read(shop, "shop.customer", owner["id"])
    assert (parent["orders_total"], parent["orders_open"], parent["row_version"]) == ("25.00", 1, 1)


def test_child_rows_are_replaced_by_those_given(shop: Runtime) -> None:
    made = order(shop, customer(shop)["id"], lines=[{"quantity": "1", "price": "1"}, {"quantity": "2", "price": "2"}])
    with shop.read() as work:
        lines = shop.query.get(work, SYSTEM, "shop.order", str(made["id"]), ("lines",))["lines"]
    kept = next(line for line in lines if line["price"] == "2.00")
    with shop.write() as work:
        shop.records.update(
            work,
            SYSTEM,
            "shop.order",
            str(made["id"]),
            {"lines": [{"id": kept["id"], "quantity": "5"}, {"quantity": "1", "price": "3"}]},
            1,
        )
    assert read(shop, "shop.order", made["id"])["total"] == "13.00"


def test_a_fault_in_a_child_row_names_its_place(shop: Runtime) -> None:
    with pytest.raises(InvalidInput) as fault:
        order(shop, customer(shop)["id"], lines=[{"quantity": "1"}, {"quantity": "x"}])
    assert paths(fault.value) == {"lines.1.quantity"}


def test_faults_of_a_record_and_of_its_rows_are_told_together(shop: Runtime) -> None:
    owner = customer(shop)["id"]
    rows: list[object] = [{"quantity": "1"}, 7, {"quantity": "x"}, {"quantity": "2", "nmae": "y"}]
    expected = {"discount", "lines.1", "lines.2.quantity", "lines.3.nmae"}
    with pytest.raises(InvalidInput) as made:
        order(shop, owner, discount="much", lines=rows)
    assert paths(made.value) == expected
    there = order(shop, owner, lines=[{"quantity": "1"}])
    with shop.read() as work:
        held = shop.query.get(work, SYSTEM, "shop.order", str(there["id"]), ("lines",))["lines"][0]["id"]
    changed = [*rows, {"id": held, "quantity": "z"}, {"id": "no id", "quantity": "1"}]
    with pytest.raises(InvalidInput) as fault, shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.order", str(there["id"]), {"discount": "much", "lines": changed}, 1)
    assert paths(fault.value) == {*expected, "lines.4.quantity", "lines.5.id"}
    assert len(fault.value.details) == len(paths(fault.value))
    both = [{"customer": owner}, {"customer": owner, "discount": "much", "lines": rows}]
    with pytest.raises(RowFault) as many, shop.write() as work:
        shop.records.create_many(work, SYSTEM, "shop.order", both)
    assert paths(many.value.fault) == expected  # type: ignore[arg-type]
    assert read(shop, "shop.order", there["id"])["row_version"] == 1
    with shop.read() as work:
        assert shop.query.run(work, SYSTEM, Query("shop.order", count="exact")).count == 1


def test_a_stored_formula_follows_the_record_that_it_reads(shop: Runtime) -> None:
    owner = customer(shop, city="Berlin")
    made = order(shop, owner["id"])
    assert read(shop, "shop.order", made["id"])["customer_city"] == "Berlin"
    with shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.customer", str(owner["id"]), {"city": "上海"}, 1)
    assert read(shop, "shop.order", made["id"])["customer_city"] == "上海"


def test_a_rule_demands_a_field_in_its_own_words(shop: Runtime) -> None:
    with pytest.raises(InvalidInput) as fault:
        order(shop, customer(shop)["id"], status="cancelled")
    assert [(one.path, one.message) for one in fault.value.details] == [("reason", "Say why")]
    assert order(shop, customer(shop, name="C")["id"], status="cancelled", reason="late")["status"] == "cancelled"


def test_a_rule_locks_from_the_state_before(shop: Runtime) -> None:
    made = order(shop, customer(shop)["id"], discount="5")
    with shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.order", str(made["id"]), {"status": "paid", "discount": "6"}, 1)
    with pytest.raises(InvalidInput) as fault, shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.order", str(made["id"]), {"discount": "7"}, 2)
    assert paths(fault.value) == {"discount"}


def test_rules_and_validations_may_look_at_other_records(shop: Runtime) -> None:
    rich = customer(shop, rating=95)
    assert read(shop, "shop.order", order(shop, rich["id"])["id"])["reason"] == "rich"
    south = customer(shop, name="S", region="south")
    with pytest.raises(InvalidInput) as fault:
        order(shop, south["id"], discount="1")
    assert paths(fault.value) == {"discount"}


def test_a_value_that_is_taken_is_refused_without_telling_whose(shop: Runtime) -> None:
    customer(shop, email="a@example.com")
    with pytest.raises(Conflict) as fault:
        customer(shop, name="Other", email="a@example.com")
    assert [one.path for one in fault.value.details] == ["email"]
    assert "Acme" not in fault.value.message


def test_the_trash_does_not_count_as_taken_and_restore_checks_again(shop: Runtime) -> None:
    old = customer(shop, email="a@example.com")
    with shop.write() as work:
        shop.records.delete(work, SYSTEM, "shop.customer", str(old["id"]), 1)
    customer(shop, name="New", email="a@example.com")
    with pytest.raises(Conflict), shop.write() as work:
        shop.records.restore(work, SYSTEM, "shop.customer", str(old["id"]))


def test_a_change_needs_the_version_that_it_was_made_on(shop: Runtime) -> None:
    made = customer(shop)
    with pytest.raises(VersionMissing), shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.customer", str(made["id"]), {"city": "x"}, None)
    with shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.customer", str(made["id"]), {"city": "x"}, 1)
    with pytest.raises(StaleRecord) as fault, shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.customer", str(made["id"]), {"city": "y"}, 1)
    assert fault.value.extra["theirs"] == {"city": "x"}
    assert fault.value.extra["yours"] == {"city": "y"}
    assert (fault.value.extra["row_version"], fault.value.extra["fields"]) == (2, ["city"])


def test_changes_of_different_fields_merge_when_asked(shop: Runtime) -> None:
    made = customer(shop)
    with shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.customer", str(made["id"]), {"city": "x"}, 1)
    with shop.write() as work:
        merged = shop.records.update(work, SYSTEM, "shop.customer", str(made["id"]), {"rating": 20}, 1, merge=True)
    assert (merged["city"], merged["rating"], merged["row_version"]) == ("x", 20, 3)
    with pytest.raises(StaleRecord), shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.customer", str(made["id"]), {"city": "z"}, 1, merge=True)


def test_a_change_that_changes_nothing_leaves_the_version(shop: Runtime) -> None:
    made = customer(shop, city="x")
    with shop.write() as work:
        same = shop.records.update(work, SYSTEM, "shop.customer", str(made["id"]), {"city": "x"}, 1)
    assert same["row_version"] == 1


def test_deleting_settles_what_points_there(shop: Runtime) -> None:
    owner = customer(shop)
    with shop.write() as work:
        product = shop.records.create(work, SYSTEM, "shop.product", {"name": "P"})
    made = order(shop, owner["id"], lines=[{"quantity": "1", "price": "2", "product": product["id"]}])
    with pytest.raises(Conflict) as fault, shop.write() as work:
        shop.records.delete(work, SYSTEM, "shop.customer", str(owner["id"]), 1)
    assert fault.value.code == "still_linked"
    with shop.write() as work:
        shop.records.delete(work, SYSTEM, "shop.product", str(product["id"]), 1)
    # The line of the order lost its product, which is a change of the order: its version is 2.
    with shop.write() as work:
        shop.records.delete(work, SYSTEM, "shop.order", str(made["id"]), 2)
    assert read(shop, "shop.customer", owner["id"])["orders_total"] == "0.00"
    with shop.read() as work:
        assert shop.query.run(work, SYSTEM, Query("shop.line")).rows == []
    with shop.write() as work:
        shop.records.restore(work, SYSTEM, "shop.order", str(made["id"]))
    with shop.read() as work:
        lines = shop.query.run(work, SYSTEM, Query("shop.line", fields=("product", "amount"))).rows
    assert [(line["product"], line["amount"]) for line in lines] == [(None, "2.00")]
    assert read(shop, "shop.customer", owner["id"])["orders_total"] == "2.00"


def test_a_link_must_lead_to_a_record_that_the_actor_sees(shop: Runtime) -> None:
    hidden = customer(shop)
    seller = make_person(shop, "Sam", "seller")
    with pytest.raises(InvalidInput) as fault, shop.write() as work:
        shop.records.create(work, seller, "shop.order", {"customer": hidden["id"]})
    assert [(one.path, one.code) for one in fault.value.details] == [("customer", "no_such_record")]
    with pytest.raises(InvalidInput) as missing, shop.write() as work:
        shop.records.create(work, seller, "shop.order", {"customer": "01a205b2-0000-7000-8000-000000000000"})
    assert missing.value.details == fault.value.details


def test_many_to_many_values_are_kept_in_their_order(shop: Runtime) -> None:
    with shop.write() as work:
        ids = shop.records.create_many(work, SYSTEM, "shop.product", [{"name": "A"}, {"name": "B"}, {"name": "C"}])
    made = customer(shop, favourites=[ids[2], ids[0]])
    assert [one["label"] for one in made["favourites"]] == ["C", "A"]  # type: ignore[attr-defined]
    with shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.customer", str(made["id"]), {"favourites": [ids[1]]}, 1)
    assert [one["label"] for one in read(shop, "shop.customer", made["id"])["favourites"]] == ["B"]  # type: ignore[attr-defined]


def test_an_encrypted_text_is_ciphertext_in_the_table_and_plain_for_its_reader(shop: Runtime) -> None:
    made = customer(shop, pin="机密 4711")
    assert made["pin"] == "机密 4711"
    held = shop.program.tables.entities["shop.customer"]
    with shop.read() as work:
        from sqlalchemy import select

        raw = work.fetch(select(held.column("pin")))[0][0]
        history = shop.query.history(work, SYSTEM, "shop.customer", str(made["id"]))
    assert raw.startswith("v1:")
    assert "4711" not in raw
    assert "4711" not in str(history)


def test_history_tells_old_and_new_and_only_what_the_reader_may_see(shop: Runtime) -> None:
    made = customer(shop, secret="s1")
    with shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.customer", str(made["id"]), {"secret": "s2", "city": "x"}, 1)
    clerk = make_person(shop, "Cleo", "clerk")
    with shop.read() as work:
        mine = shop.query.history(work, SYSTEM, "shop.customer", str(made["id"]))
        theirs = shop.query.history(work, clerk, "shop.customer", str(made["id"]))
    assert mine[0]["changes"]["secret"] == ["s1", "s2"]
    assert mine[0]["changes"]["city"] == [None, "x"]
    assert "secret" not in theirs[0]["changes"]
    assert theirs[0]["changes"]["city"] == [None, "x"]


def test_fields_and_rows_are_granted_together(shop: Runtime) -> None:
    made = customer(shop)
    clerk = make_person(shop, "Cleo", "clerk")
    with shop.write() as work:
        shop.records.update(work, clerk, "shop.customer", str(made["id"]), {"city": "x"}, 1)
    with pytest.raises(NotAllowed) as fault, shop.write() as work:
        shop.records.update(work, clerk, "shop.customer", str(made["id"]), {"city": "y", "rating": 1}, 2)
    assert [one.path for one in fault.value.details] == ["rating"]
    with pytest.raises(NotAllowed), shop.write() as work:
        shop.records.create(work, clerk, "shop.customer", {"name": "X"})


def test_a_state_narrows_what_may_be_changed(shop: Runtime) -> None:
    made = order(shop, customer(shop)["id"])
    clerk = make_person(shop, "Cleo", "clerk")
    with shop.write() as work:
        shop.records.update(work, clerk, "shop.order", str(made["id"]), {"due": "2026-12-01"}, 1)
    with shop.write() as work:
        shop.records.update(work, SYSTEM, "shop.order", str(made["id"]), {"status": "paid"}, 2)
    with pytest.raises(NotFound), shop.write() as work:
        shop.records.update(work, clerk, "shop.order", str(made["id"]), {"due": "2026-12-02"}, 3)


def test_a_batch_is_all_or_nothing_and_names_the_row(shop: Runtime) -> None:
    with pytest.raises(RowFault) as fault, shop.write() as work:
        shop.records.create_many(work, SYSTEM, "shop.customer", [{"name": "A"}, {"name": "B", "rating": -1}])
    assert fault.value.place == 1
    with shop.read() as work:
        assert shop.query.run(work, SYSTEM, Query("shop.customer")).rows == []


def test_a_batch_brings_roll_ups_up_to_date_once_at_its_end(shop: Runtime) -> None:
    owner = customer(shop)
    with shop.write() as work:
        shop.records.create_many(
            work,
            SYSTEM,
            "shop.order",
            [{"customer": owner["id"], "lines": [{"quantity": "1", "price": str(n)}]} for n in range(1, 5)],
        )
    row = read(shop, "shop.customer", owner["id"])
    assert (row["orders_total"], row["orders_open"]) == ("10.00", 4)
