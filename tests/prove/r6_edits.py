"""R6: concurrent edits lose nothing. Real server processes, real sockets, 16 to 50 clients.

(a) increments with the version through the API; without a version 428; each conflict is a 409 that shows both sides.
(b) the same with the doors mixed: PATCH, the form of a browser, batch; meanwhile files are imported that change another
field of the same records, and an action settles orders that many want to settle. (c) list-append histories under an own
checker. (d) transfers between accounts, all or nothing, with a constant total at every read. Counter-test: without the
version check (a) fails.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.prove.counter import ORDERS
from tests.prove.fleet import Fleet, fleet, form
from tests.prove.histories import ACKNOWLEDGED, REFUSED, UNKNOWN, Append, Read, check_counter, check_lists, check_totals
from tests.prove.results import Context, Proof, Result

DOORS = ("patch", "form", "batch")
Beside = Callable[[Fleet, list[str], list[str]], None]


def _all(count: int, work: Callable[[int], None]) -> None:
    """Run clients side by side; a client that breaks breaks the proof."""
    faults: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as fault:  # noqa: BLE001 - raised below, in the thread that asked
            faults.append(fault)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def _make(on: Fleet, **values: Any) -> str:
    status, _, body = on.patient("POST", ORDERS, {"name": "r6", **values})
    if status != 201:
        raise RuntimeError(f"{status} {body[:200]!r}")
    return str(json.loads(body)["id"])


def _read(on: Fleet, record: str) -> dict[str, Any]:
    return dict(json.loads(on.patient("GET", f"{ORDERS}/{record}")[2]))


def _save(on: Fleet, door: str, record: str, version: int, values: dict[str, Any]) -> tuple[int, bytes]:
    """A change on a version through one of the doors: status and body."""
    if door == "batch":
        body = {"changes": [{"do": "update", "id": record, "row_version": version, "data": values}]}
        status, _, answer = on.patient("POST", f"{ORDERS}/batch", body)
        return status, answer
    # A form sends what the API is sent, by the hand of a browser.
    headers = {"If-Match": f'"{version}"', **(on.browsers[1] if door == "form" else {})}
    status, _, answer = on.patient("PATCH", f"{ORDERS}/{record}", values, headers=headers)
    return status, answer


def _increment(on: Fleet, record: str, door: str, tally: Counter[str], faults: list[str]) -> bool:
    """One read-modify-write; whether it was acknowledged."""
    now = _read(on, record)
    status, answer = _save(on, door, record, now["row_version"], {"size": now["size"] + 1})
    tally[f"{door} {status}"] += 1
    if status == 409:
        error = json.loads(answer)["error"]
        if not {"yours", "theirs", "row_version"} <= set(error):
            faults.append(f"a conflict of {door} that does not show both sides: {sorted(error)}")
    elif status != 200:
        faults.append(f"{door}: {status} {answer[:150]!r}")
    return status == 200


@dataclass
class Done:
    """Increments: how many were acknowledged, what the doors answered, and what was lost."""

    acknowledged: int
    tally: Counter[str]
    lost: list[str]

    @property
    def conflicts(self) -> int:
        """How many changes were refused because another was faster."""
        return sum(count for name, count in self.tally.items() if name.endswith(" 409"))


def increments(
    on: Fleet, *, clients: int, edits: int, doors: tuple[str, ...], faults: list[str], beside: tuple[Beside, ...] = ()
) -> Done:
    """Clients that each add one, again and again, to ten records, while others do something `beside` them."""
    records = [_make(on, size=0, code=f"{len(doors)}-{n}") for n in range(10)]
    tally: Counter[str] = Counter()
    acknowledged = [0] * clients

    def work(number: int) -> None:
        if number >= clients:
            beside[number - clients](on, records, faults)
            return
        rng = random.Random(number)
        for turn in range(edits):
            record = records[rng.randrange(10)]
            while not _increment(on, record, doors[(number + turn) % len(doors)], tally, faults):
                if len(faults) > 5:
                    return
            acknowledged[number] += 1

    _all(clients + len(beside), work)
    total = sum(_read(on, record)["size"] for record in records)
    return Done(sum(acknowledged), tally, check_counter(sum(acknowledged), 0, total))


def import_notes(on: Fleet, records: list[str], faults: list[str]) -> None:
    """Import a file again and again that sets the note of two of the records; the last taken one must stand."""
    codes = [_read(on, record)["code"] for record in records[:2]]
    last = ""
    for turn in range(12):
        for _ in range(100):
            body, kind = form({"code": codes, "note": [f"import {turn}"] * 2}, match="code")
            status, _, answer = on.patient("POST", f"{ORDERS}/import", body, headers={"Content-Type": kind})
            # Where a row was changed after it was matched, the whole file is refused, and sent again.
            if status != 422:
                break
        if status == 201:
            last = f"import {turn}"
        elif status != 422:
            faults.append(f"import: {status} {answer[:150]!r}")
    notes = [_read(on, record)["note"] for record in records[:2]]
    if notes != [last] * 2 or not last:
        faults.append(f"the last import set {last!r}, the records hold {notes}")


def settle(on: Fleet, records: list[str], faults: list[str]) -> None:
    """Many want to settle the same orders: each is settled once, and gives one customer."""
    orders = [_make(on, name=f"settled {n}") for n in range(6)]
    done: Counter[str] = Counter()

    def work(number: int) -> None:
        for order in orders:
            status, _, answer = on.patient("POST", f"{ORDERS}/{order}/actions/shop.settle", {})
            done[order] += status == 200
            if status not in (200, 409):
                faults.append(f"settle: {status} {answer[:150]!r}")

    _all(4, work)
    faults.extend(f"{order} was settled {done[order]} times" for order in orders if done[order] != 1)
    body = {"entity": "shop.customer", "filter": "LEFT(name, 7) = 'settled'", "measures": {"n": "COUNT()"}}
    count = json.loads(on.patient("POST", "/api/v1/query", body)[2])["rows"][0]["n"]
    if count != len(orders):
        faults.append(f"{len(orders)} orders gave {count} customers")


def lists(on: Fleet, context: Context, *, clients: int, transactions: int) -> tuple[int, list[str]]:
    """List-append histories over five keys."""
    keys = [_make(on, note="") for _ in range(5)]
    history: list[Append | Read] = []

    def work(number: int) -> None:
        rng = random.Random(f"{context.seed}/{number}")
        for turn in range(transactions // clients):
            key = rng.choice(keys)
            now = _read(on, key)
            values = tuple((now["note"] or "").split())
            history.append(Read(number, 2 * turn, key, values))
            if rng.random() < 0.6:
                value = f"{number}.{turn}"
                note = " ".join((*values, value))
                status, _, _ = on.patient(
                    "PATCH", f"{ORDERS}/{key}", {"note": note}, headers={"If-Match": f'"{now["row_version"]}"'}
                )
                outcome = ACKNOWLEDGED if status == 200 else REFUSED if status == 409 else UNKNOWN
                history.append(Append(number, 2 * turn + 1, key, value, outcome))

    _all(clients, work)
    final = {key: (_read(on, key)["note"] or "").split() for key in keys}
    return len(history), check_lists(history, final)


def bank(on: Fleet, context: Context, *, clients: int, transfers: int) -> tuple[int, list[str]]:
    """Transfers between ten accounts as batches of two changes; every read of the sum gives the same."""
    accounts = [_make(on, size=100, name="bank") for _ in range(10)]
    body = {"entity": "shop.order", "filter": "name = 'bank'", "measures": {"total": "SUM(size)"}}
    totals: list[int] = []
    done = [0]

    def work(number: int) -> None:
        rng = random.Random(f"bank/{context.seed}/{number}")
        for _ in range(transfers // clients):
            giver, taker = rng.sample(accounts, 2)
            one, two = _read(on, giver), _read(on, taker)
            amount = rng.randrange(1, 20)
            operations = [
                {
                    "do": "update",
                    "id": giver,
                    "row_version": one["row_version"],
                    "data": {"size": one["size"] - amount},
                },
                {
                    "do": "update",
                    "id": taker,
                    "row_version": two["row_version"],
                    "data": {"size": two["size"] + amount},
                },
            ]
            status, _, _ = on.patient("POST", f"{ORDERS}/batch", {"changes": operations})
            done[0] += status == 200
            totals.append(int(json.loads(on.patient("POST", "/api/v1/query", body)[2])["rows"][0]["total"]))

    _all(clients, work)
    return done[0], check_totals(totals, 1000)


def run(context: Context) -> Result:
    """All four parts, then the counter-test."""
    faults: list[str] = []
    with fleet(context) as on:
        record = _make(on, size=0)
        missing = on.patient("PATCH", f"{ORDERS}/{record}", {"size": 1})[0]
        if missing != 428:
            faults.append(f"a change without a version gave {missing}")
        one = increments(on, clients=16, edits=100, doors=("patch",), faults=faults)
        two = increments(
            on, clients=16, edits=context.size(10, 100), doors=DOORS, faults=faults, beside=(import_notes, settle)
        )
        operations, anomalies = lists(on, context, clients=50, transactions=context.size(800, 10_000))
        moved, wrong = bank(on, context, clients=8, transfers=context.size(160, 2_000))
        faults += [*one.lost, *two.lost, *anomalies, *wrong]
        if not moved:
            faults.append("not one transfer went through")
        faults += [f"the door {door} was not used" for door in DOORS if not two.tally[f"{door} 200"]]
    with fleet(context, breakage="no version check") as on:
        without = increments(on, clients=16, edits=12, doors=("patch",), faults=[]).lost
    if not without:
        faults.append("without the version check nothing was lost: the proof cannot see what it looks for")
    figures = {
        "edits": one.acknowledged + two.acknowledged, "doors": len(DOORS) + 2, "conflicts": one.conflicts + two.conflicts,
        "without_version": missing, "list_operations": operations, "anomalies": len(anomalies), "transfers": moved,
        "counter_test": without[0].split(" acknowledged")[0].replace(" ", "_") if without else "holds",
    }  # fmt: skip
    return Result(not faults, figures, faults)


PROOF = Proof("R6", "concurrent edits", run)
