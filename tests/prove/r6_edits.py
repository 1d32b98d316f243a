"""R6: concurrent edits lose nothing. Real server processes, real sockets, 16 to 50 clients.

(a) increments with the version through the API; without a version 428; each conflict is a 409 that shows both sides.
(b) the same with the doors mixed: PATCH, batch, import. (c) list-append histories under an own checker. (d) transfers
between accounts, all or nothing, with a constant total at every read. Counter-test: without the version check (a) fails.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from typing import Any

from tests.prove.counter import ORDERS
from tests.prove.fleet import Fleet, fleet
from tests.prove.histories import ACKNOWLEDGED, REFUSED, UNKNOWN, Append, Read, check_counter, check_lists, check_totals
from tests.prove.results import Context, Proof, Result


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


def _increment(on: Fleet, record: str, door: str, tally: dict[str, int], faults: list[str]) -> bool:
    """One read-modify-write; whether it was acknowledged."""
    now = _read(on, record)
    values = {"size": now["size"] + 1}
    if door == "batch":
        body = {"changes": [{"do": "update", "id": record, "row_version": now["row_version"], "data": values}]}
        status, _, answer = on.patient("POST", f"{ORDERS}/batch", body)
    else:
        status, _, answer = on.patient(
            "PATCH", f"{ORDERS}/{record}", values, headers={"If-Match": f'"{now["row_version"]}"'}
        )
    tally[str(status)] = tally.get(str(status), 0) + 1
    if status == 409 and door == "patch":
        error = json.loads(answer)["error"]
        if not {"yours", "theirs", "row_version"} <= set(error):
            faults.append(f"a conflict that does not show both sides: {sorted(error)}")
    elif status not in (200, 409):
        faults.append(f"{door}: {status} {answer[:150]!r}")
    return status == 200


def increments(
    on: Fleet, *, clients: int, edits: int, doors: tuple[str, ...], faults: list[str]
) -> tuple[int, dict[str, int], list[str]]:
    """Clients that each add one, again and again, to ten records; acknowledged increments and what was lost."""
    records = [_make(on, size=0) for _ in range(10)]
    tally: dict[str, int] = {}
    acknowledged = [0] * clients

    def work(number: int) -> None:
        rng = random.Random(number)
        for turn in range(edits):
            record = records[rng.randrange(10)]
            while not _increment(on, record, doors[(number + turn) % len(doors)], tally, faults):
                if len(faults) > 5:
                    return
            acknowledged[number] += 1

    _all(clients, work)
    total = sum(_read(on, record)["size"] for record in records)
    return sum(acknowledged), tally, check_counter(sum(acknowledged), 0, total)


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
        edits = context.size(12, 100)
        one, tally, lost = increments(on, clients=16, edits=edits, doors=("patch",), faults=faults)
        faults += lost
        two, mixed, lost = increments(
            on, clients=8, edits=context.size(6, 100), doors=("patch", "batch"), faults=faults
        )
        faults += lost
        operations, anomalies = lists(on, context, clients=context.size(16, 50), transactions=context.size(600, 10_000))
        faults += anomalies
        moved, wrong = bank(on, context, clients=8, transfers=context.size(80, 2_000))
        faults += wrong
        if not moved:
            faults.append("not one transfer went through")
    with fleet(context, breakage="no version check") as on:
        _, _, lost_without = increments(on, clients=16, edits=edits, doors=("patch",), faults=[])
    if not lost_without:
        faults.append("without the version check nothing was lost: the proof cannot see what it looks for")
    lost_text = lost_without[0].split(" acknowledged")[0].replace(" ", "_") if lost_without else "holds"
    figures = {
        "edits": one + two, "conflicts": tally.get("409", 0) + mixed.get("409", 0), "without_version": missing, "list_operations": operations,
        "anomalies": len(anomalies), "transfers": moved, "counter_test": lost_text,
    }  # fmt: skip
    return Result(not faults, figures, faults)


PROOF = Proof("R6", "concurrent edits", run)
