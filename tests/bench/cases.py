"""The six cases as requests: what the hand-written service is asked, and the same question in the platform's words."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from tests.bench import data
from tests.bench.driver import Call

NAMES = ("get", "list", "create", "update", "aggregate", "search")
WRITES = ("create", "update")
BASE = "/api/v1/records/bench.deal"
LIST_FIELDS = "name,stage,amount,close_date,account,account.name,owner_id"
SEARCHES = ("华为科技", "Contoso", "长城能源", "licence", "中兴医疗 扩容", "Hooli Works", "onsite demo")
READERS = (0, 1, 2, 3, 4, 8, 12, 20, 28, 40)
"""Users who ask: the director, the four regional managers, five members of teams."""


class World:
    """The rows once more, to know which records a reader sees."""

    def __init__(self, size: data.Size) -> None:
        self.size = size
        self.tokens = {side: {n: data.users(size)[n]["token"] for n in READERS} for side in ("ours", "baseline")}
        """By side and reader; those of the platform are made by its own command."""
        owners = {n: data.visible_owners(size, n) for n in READERS}
        self.visible: dict[int, list[str]] = {n: [] for n in READERS}
        self.order: list[tuple[str, str]] = []
        for row in data.deals(size):
            for number in READERS:
                if row["owner_id"] in owners[number]:
                    self.visible[number].append(row["id"])
            self.order.append((row["id"], row["stage"]))


def make_calls(case: str, side: str, world: World, *, count: int, part: int) -> list[Call]:
    """`count` requests of a case for one side; `part` numbers the round, so that updates never meet a used version."""
    rng = random.Random(f"{case}/{part}")
    if case == "update":
        return _updates(side, world, rng, count=count, part=part)
    build = _BUILDERS[case]
    return [build(side, world, rng, READERS[n % len(READERS)]) for n in range(count)]


def _get(side: str, world: World, rng: random.Random, reader: int) -> Call:
    return Call("GET", f"{BASE}/{rng.choice(world.visible[reader])}", world.tokens[side][reader])


def _list(side: str, world: World, rng: random.Random, reader: int) -> Call:
    stage, least = rng.choice(data.STAGES), rng.randrange(1, 40) * 10_000
    if side == "baseline":
        query = {"stage": stage, "least": str(least), "limit": "50"}
    else:
        query = {
            "filter": f"stage = '{stage}' and amount >= {least}",
            "sort": "-close_date",
            "fields": LIST_FIELDS,
            "limit": "50",
        }
    return Call("GET", f"{BASE}?{urlencode(query)}", world.tokens[side][reader])


def _search(side: str, world: World, rng: random.Random, reader: int) -> Call:
    query = {"search": rng.choice(SEARCHES), "limit": "20"}
    if side != "baseline":
        query |= {"sort": "-close_date", "fields": LIST_FIELDS}
    return Call("GET", f"{BASE}?{urlencode(query)}", world.tokens[side][reader])


def _aggregate(side: str, world: World, rng: random.Random, reader: int) -> Call:
    body = "{}" if side == "baseline" else json.dumps(AGGREGATE_QUERY)
    return Call("POST", "/api/v1/query", world.tokens[side][reader], body=body)


AGGREGATE_QUERY: dict[str, Any] = {
    "entity": "bench.deal",
    "group": {"stage": "stage", "month": "MONTH_START(close_date)"},
    "measures": {"sum": "SUM(amount)", "count": "COUNT()"},
    "sort": ["stage", "month"],
    "limit": 1000,
}


def _create(side: str, world: World, rng: random.Random, reader: int) -> Call:
    values = wire(data.deal_values(rng, world.size))
    values["owner_id"] = data.make_id(data.USER, reader)
    return Call("POST", BASE, world.tokens[side][reader], body=json.dumps(values, ensure_ascii=False))


def _updates(side: str, world: World, rng: random.Random, *, count: int, part: int) -> list[Call]:
    """Every record once, by the director, who sees all; three fields of it, the name in one of four."""
    calls = []
    for n, (record, _) in enumerate(world.order[part * count : (part + 1) * count]):
        body: dict[str, Any] = {
            "amount": {"amount": f"{rng.randrange(100, 90_000_000) / 100:.2f}", "currency": data.CURRENCY},
            "next_step": f"step {rng.randrange(1000)}",
            "probability": str(rng.randrange(0, 21) * 5),
        }
        if n % 4 == 0:
            body["name"] = data.deal_values(rng, world.size)["name"]
        calls.append(
            Call(
                "PATCH",
                f"{BASE}/{record}",
                world.tokens[side][0],
                version="1",
                body=json.dumps(body, ensure_ascii=False),
            )
        )
    return calls


_BUILDERS: dict[str, Callable[[str, World, random.Random, int], Call]] = {
    "get": _get,
    "list": _list,
    "create": _create,
    "aggregate": _aggregate,
    "search": _search,
}


def wire(values: dict[str, Any]) -> dict[str, Any]:
    """Values of `data` in the wire form of the platform and of the baseline."""
    shown = {
        name: value.isoformat().replace("+00:00", "Z") if isinstance(value, (date, datetime)) else value
        for name, value in values.items()
    }
    shown["amount"] = {"amount": values["amount"], "currency": data.CURRENCY}
    return shown


def meaning(case: str, body: bytes) -> Any:
    """An answer of either side in one form, to be compared before anything is timed."""
    answer = json.loads(body)
    if case in ("get", "create", "update"):
        drop = (
            {"row_version"}
            | ({"id", "created_at", "updated_at"} if case == "create" else set())
            | ({"updated_at"} if case == "update" else set())
        )
        return {name: _plain(value) for name, value in answer.items() if name in _COMPARED and name not in drop}
    rows = answer.get("records") or answer.get("rows") or []
    if case == "aggregate":
        return sorted((r["stage"], str(r["month"])[:7], _amount(r["sum"]), int(r["count"])) for r in rows)
    return [
        (
            r["id"],
            r["name"],
            r["stage"],
            _amount(r["amount"]),
            r["close_date"],
            r.get("account.name"),
            _plain(r["owner_id"]),
        )
        for r in rows
    ]


_COMPARED = frozenset(data.deal_values(random.Random(0), data.Size())) | {
    "id",
    "created_at",
    "updated_at",
    "created_by",
    "updated_by",
}


def _plain(value: Any) -> Any:
    if isinstance(value, dict) and "currency" in value:
        return _amount(value)
    if isinstance(value, dict) and "id" in value:
        return value["id"]
    if isinstance(value, str) and value.replace(".", "", 1).isdigit():
        return _amount(value)
    return value


def _amount(value: Any) -> str | None:
    if value is None:
        return None
    text = value["amount"] if isinstance(value, dict) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
