"""R7: a request with an Idempotency-Key acts once, however often it is sent, whoever hangs up, whatever is restarted.

Records, batches, notes, actions and files: each key is sent one to five times, in parallel; some clients hang up without
waiting; in between every server process is killed and started again. Then: one effect per key, the same answer to
everybody, another body refused with 422, a running one with 409, the same key of another person is another key, and keys
are kept for a day and longer. Counter-test: without keys there are doubles.
"""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections import Counter
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.prove.counter import ORDERS
from tests.prove.fleet import Fleet, fleet, form
from tests.prove.results import Context, Proof, Result
from tests.prove.tripwire import dump

DOORS = ("create", "batch", "note", "create", "import", "create", "action", "create")
"""What the keys are used for, in turn; an import costs as much as ten records."""


@dataclass(frozen=True)
class Request:
    """A request whose effect can be counted: it leaves a text `once <number>` behind."""

    path: str
    body: Any
    kind: str = "application/json"

    def send(self, on: Fleet, key: str) -> tuple[int, dict[str, str], bytes]:
        """Send it under a key."""
        headers = {"Idempotency-Key": key, "Content-Type": self.kind}
        return on.patient("POST", self.path, self.body, headers=headers)


def _request(number: int, order: str) -> Request:
    name = f"once {number}"
    match DOORS[number % len(DOORS)]:
        case "batch":
            return Request(f"{ORDERS}/batch", {"changes": [{"do": "create", "data": {"name": name, "size": 1}}]})
        case "note":
            return Request(f"{ORDERS}/{order}/notes", {"body": name})
        case "import":
            body, kind = form({"name": [name]})
            return Request(f"{ORDERS}/import", body, kind)
        case "action":
            # What is converted is the order of all; its customer bears the name, and the order stays as it is.
            return Request(f"{ORDERS}/{order}/actions/shop.copy", {"values": {"customer": {"name": name}}})
        case _:
            return Request(ORDERS, {"name": name, "size": 1})


def _once(on: Fleet, key: str, request: Request) -> tuple[int, bytes] | None:
    """One sender: he asks again while another one runs with the key."""
    for _ in range(300):
        status, _, text = request.send(on, key)
        if status != 409:
            return status, text
        time.sleep(0.02)
    return None


def _send(on: Fleet, senders: Executor, key: str, request: Request, rng: random.Random) -> list[tuple[int, bytes]]:
    """One to five senders of the same request at once, some of whom hang up; the answers that came."""
    if rng.random() < 0.2:
        on.cut("POST", request.path, request.body, headers={"Idempotency-Key": key, "Content-Type": request.kind})
    sent = [senders.submit(_once, on, key, request) for _ in range(rng.choice((1, 1, 2, 3, 5)))]
    return [answer for one in sent if (answer := one.result()) is not None]


def _storm(on: Fleet, context: Context, keys: int, order: str, faults: list[str], *, restarts: int) -> dict[str, Any]:
    """All keys, with restarts in between; the first answer of each key."""
    first: dict[str, Any] = {}
    numbers = list(range(keys))
    step = max(1, keys // (restarts + 1))

    def one(number: int) -> None:
        rng = random.Random(f"{context.seed}/{number}")
        answers = _send(on, senders, f"key-{number}", _request(number, order), rng)
        kinds = set(answers)
        if len(kinds) != 1 or answers[0][0] not in (200, 201):
            faults.append(f"key-{number} was answered {[(s, t[:60]) for s, t in list(kinds)[:3]]}")
        if answers:
            first[f"key-{number}"] = answers[0]

    with ThreadPoolExecutor(12) as pool, ThreadPoolExecutor(32) as senders:
        for start in range(0, keys, step):
            part = [pool.submit(one, number) for number in numbers[start : start + step]]
            if start and restarts:
                on.kill()
                on.start()
            for future in part:
                future.result()
    return first


def _count(on: Fleet) -> Counter[str]:
    """How often each effect happened: records, customers and notes by their text, counted in the database itself."""
    rows = dump(on.settings["LOOMWORK_DATABASE_URL"])["rows"]
    held = [row for name in ("shop__order", "shop__customer", "system__note") for row in rows[name]]
    return Counter(match for row in held for match in set(re.findall(r"'(once \d+)'", row)))


def _kept(on: Fleet, keys: int, faults: list[str]) -> int:
    """After a day every key is kept; after a week they are dropped. How many hours they are kept at least."""
    from loomwork.core.clock import frozen, now_utc
    from loomwork.records.idempotency import KEPT_S, forget_old
    from loomwork.storage.database import Database

    database = Database(on.settings["LOOMWORK_DATABASE_URL"])
    try:
        for hours, is_kept in ((24, True), (7 * 24, False)):
            with frozen(now_utc() + timedelta(hours=hours)), database.write() as work:
                dropped = forget_old(work)
            if (dropped == 0) != is_kept or (not is_kept and dropped < keys):
                faults.append(f"after {hours} hours {dropped} of {keys} keys were dropped")
    finally:
        database.dispose()
    return KEPT_S // 3600


def _refusals(on: Fleet, faults: list[str]) -> dict[str, int]:
    """Other body, other person, running."""
    headers = {"Idempotency-Key": "key-0"}
    other_body, _, _ = on.patient("POST", ORDERS, {"name": "another"}, headers=headers)
    if other_body != 422:
        faults.append(f"another body under the same key gave {other_body}")
    other_person, _, _ = on.patient("POST", ORDERS, {"name": "of another person"}, person=1, headers=headers)
    if other_person != 201:
        faults.append(f"the same key of another person gave {other_person}")
    statuses: list[int] = []

    def once() -> None:
        status, _, _ = on.ask("POST", ORDERS, {"name": "at once"}, headers={"Idempotency-Key": "at-once"})
        statuses.append(status)

    threads = [threading.Thread(target=once) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Where writers wait for each other there is no running one to meet, so 201 is right as well.
    if not set(statuses) <= {201, 409, 503}:
        faults.append(f"twelve at once gave {Counter(statuses)}")
    return {"other_body": other_body, "running": statuses.count(409)}


def run(context: Context) -> Result:
    """The storm, the refusals, the counting; then the counter-test."""
    faults: list[str] = []
    keys, restarts = context.size(1_000, 10_000), context.size(2, 10)
    with fleet(context) as on:
        order = _order(on)
        first = _storm(on, context, keys, order, faults, restarts=restarts)
        replayed = sum(_replay(on, number, order, first, faults) for number in range(0, keys, 7))
        refusals = _refusals(on, faults)
        names = _count(on)
        kept = _kept(on, keys, faults)
    wrong = {name: count for name, count in names.items() if count != 1}
    missing = [f"once {number}" for number in range(keys) if f"once {number}" not in names]
    faults += [f"{name}: {count} times" for name, count in wrong.items()] + [f"{name}: never" for name in missing]
    with fleet(context, breakage="no keys") as on:
        _storm(on, context, 40, _order(on), [], restarts=0)
        doubles = sum(count - 1 for count in _count(on).values())
    if not doubles:
        faults.append("without keys there were no doubles: the proof cannot see what it looks for")
    figures = {
        "keys": keys, "doors": len(set(DOORS)), "restarts": restarts, "doubles": sum(wrong.values()), "missing": len(missing),
        "replayed": replayed, **refusals, "kept_hours": kept, "counter_test_doubles": doubles,
    }  # fmt: skip
    return Result(not faults, figures, faults)


def _order(on: Fleet) -> str:
    """An order that all notes and actions belong to."""
    return str(json.loads(on.patient("POST", ORDERS, {"name": "of all"})[2])["id"])


def _replay(on: Fleet, number: int, order: str, first: dict[str, Any], faults: list[str]) -> int:
    """The same request long after: the first answer, byte for byte, marked as a replay."""
    status, headers, body = _request(number, order).send(on, f"key-{number}")
    if (status, body) != first.get(f"key-{number}") or headers.get("idempotency-replayed") != "true":
        faults.append(f"key-{number} was replayed as {status} {body[:100]!r}")
        return 0
    return 1


PROOF = Proof("R7", "idempotency keys", run)
