"""R7: a request with an Idempotency-Key acts once, however often it is sent, whoever hangs up, whatever is restarted.

Each key is sent one to five times, in parallel; some clients hang up without waiting; in the middle every server process
is killed and started again. Then: one record per key, the same answer to everybody, another body refused with 422, a
running one with 409, and the same key of another person is another key. Counter-test: without keys there are doubles.
"""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.prove.counter import ORDERS
from tests.prove.fleet import Fleet, fleet
from tests.prove.results import Context, Proof, Result


def _send(on: Fleet, key: str, name: str, rng: random.Random) -> list[tuple[int, bytes]]:
    """One to five senders of the same request at once, some of whom hang up; the answers that came."""
    answers: list[tuple[int, bytes]] = []
    headers = {"Idempotency-Key": key}
    body = {"name": name, "size": 1}

    def once() -> None:
        for _ in range(300):
            status, _, text = on.patient("POST", ORDERS, body, headers=headers)
            if status != 409:
                answers.append((status, text))
                return

    cut = rng.random() < 0.2
    if cut:
        on.cut("POST", ORDERS, body, headers=headers)
    threads = [threading.Thread(target=once) for _ in range(rng.choice((1, 1, 2, 3, 5)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _storm(on: Fleet, context: Context, keys: int, faults: list[str], *, restarts: int) -> dict[str, Any]:
    """All keys, with restarts in between; the first answer of each key."""
    first: dict[str, Any] = {}
    numbers = list(range(keys))
    step = max(1, keys // (restarts + 1))

    def one(number: int) -> None:
        rng = random.Random(f"{context.seed}/{number}")
        answers = _send(on, f"key-{number}", f"once {number}", rng)
        kinds = set(answers)
        if len(kinds) != 1 or answers[0][0] != 201:
            faults.append(f"key-{number} was answered {[(s, t[:60]) for s, t in list(kinds)[:3]]}")
        if answers:
            first[f"key-{number}"] = answers[0]

    with ThreadPoolExecutor(8) as pool:
        for start in range(0, keys, step):
            part = [pool.submit(one, number) for number in numbers[start : start + step]]
            if start and restarts:
                on.kill()
                on.start()
            for future in part:
                future.result()
    return first


def _count(on: Fleet) -> Counter[str]:
    """How many records there are of each name."""
    names: Counter[str] = Counter()
    cursor = ""
    while True:
        path = f"{ORDERS}?fields=name&limit=200&sort=name" + (f"&cursor={cursor}" if cursor else "")
        page = json.loads(on.patient("GET", path)[2])
        names.update(row["name"] for row in page["records"])
        cursor = page["next_cursor"]
        if not cursor:
            return names


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
    keys = context.size(1_000, 10_000) if context.is_full else 400
    restarts = context.size(1, 10)
    with fleet(context) as on:
        first = _storm(on, context, keys, faults, restarts=restarts)
        replayed = sum(_replay(on, number, first, faults) for number in range(0, keys, 7))
        refusals = _refusals(on, faults)
        names = _count(on)
    wrong = {name: count for name, count in names.items() if count != 1}
    missing = [f"once {number}" for number in range(keys) if f"once {number}" not in names]
    faults += [f"{name}: {count} records" for name, count in wrong.items()] + [f"{name}: no record" for name in missing]
    with fleet(context, breakage="no keys") as on:
        _storm(on, context, 40, [], restarts=0)
        doubles = sum(count - 1 for count in _count(on).values())
    if not doubles:
        faults.append("without keys there were no doubles: the proof cannot see what it looks for")
    figures = {
        "keys": keys,
        "restarts": restarts,
        "doubles": sum(wrong.values()),
        "missing": len(missing),
        "replayed": replayed,
        **refusals,
        "counter_test_doubles": doubles,
    }
    return Result(not faults, figures, faults)


def _replay(on: Fleet, number: int, first: dict[str, Any], faults: list[str]) -> int:
    """The same request long after: the first answer, byte for byte, marked as a replay."""
    status, headers, body = on.patient(
        "POST", ORDERS, {"name": f"once {number}", "size": 1}, headers={"Idempotency-Key": f"key-{number}"}
    )
    if (status, body) != first.get(f"key-{number}") or headers.get("idempotency-replayed") != "true":
        faults.append(f"key-{number} was replayed as {status} {body[:100]!r}")
        return 0
    return 1


PROOF = Proof("R7", "idempotency keys", run)
