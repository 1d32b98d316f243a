"""The rows of the benchmark, made from one seed: the same for the hand-written service and for the platform.

Everything is a wire value (money as amount text, instants as aware datetimes), so that each side stores it its own way.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

SEED = 20261122
STAGES = ("prospecting", "engaging", "proposal", "negotiation", "won", "lost")
STAGE_WEIGHTS = (20, 22, 18, 12, 18, 10)
SOURCES = ("web", "phone", "fair", "referral", "partner")
REGIONS = ("north", "south", "east", "west")
INDUSTRIES = ("technology", "medical", "retail", "software", "energy", "finance")
CURRENCY = "CNY"
START = datetime(2025, 1, 1, 8, 0, tzinfo=UTC)
FIRST_CLOSE = date(2025, 7, 1)

_HEADS = [
    "华为",
    "中兴",
    "海尔",
    "格力",
    "联想",
    "北方",
    "东方",
    "长城",
    "黄河",
    "泰山",
    "Contoso",
    "Fabrikam",
    "Northwind",
    "Initech",
    "Globex",
    "Hooli",
    "Vandelay",
    "Wayne",
]
_KINDS = [
    "科技",
    "贸易",
    "医疗",
    "能源",
    "软件",
    "重工",
    "Systems",
    "Trading",
    "Medical",
    "Energy",
    "Software",
    "Works",
]
_THINGS = [
    "采购",
    "升级",
    "服务合同",
    "试点项目",
    "扩容",
    "迁移",
    "licence",
    "renewal",
    "pilot",
    "upgrade",
    "rollout",
    "support",
]
_WORDS = [
    "客户",
    "要求",
    "下周",
    "报价",
    "对比",
    "竞争",
    "预算",
    "审批",
    "已经",
    "提交",
    "现场",
    "演示",
    "安排",
    "需要",
    "技术",
    "支持",
    "确认",
    "合同",
    "条款",
    "付款",
    "customer",
    "asked",
    "for",
    "another",
    "quote",
    "budget",
    "approved",
    "next",
    "week",
    "onsite",
    "demo",
    "planned",
    "legal",
    "review",
    "of",
    "terms",
    "payment",
]


@dataclass(frozen=True)
class Size:
    """How many rows there are."""

    deals: int = 100_000
    accounts: int = 10_000
    users: int = 50


FULL, QUICK = Size(), Size(deals=20_000, accounts=2_000)


def make_id(kind: int, number: int) -> str:
    """A UUIDv7 that rises with `number`; `kind` keeps the tables apart."""
    return f"0193{kind:04x}-{number >> 16 & 0xFFFF:04x}-7{number >> 4 & 0xFFF:03x}-8{number & 0xF:01x}00-{number:012x}"


UNIT, USER, ACCOUNT, DEAL, TOKEN = 1, 2, 3, 4, 5


def units() -> list[dict[str, Any]]:
    """A company with 4 regions of 3 teams each: 17 units; `parent` is None at the top."""
    rows: list[dict[str, Any]] = [{"id": make_id(UNIT, 0), "name": "Company", "parent": None}]
    for region in range(4):
        own = 1 + region * 4
        rows.append({"id": make_id(UNIT, own), "name": f"Region {region + 1}", "parent": make_id(UNIT, 0)})
        rows.extend(
            {"id": make_id(UNIT, own + team), "name": f"Team {region + 1}.{team}", "parent": make_id(UNIT, own)}
            for team in (1, 2, 3)
        )
    return rows


def users(size: Size) -> list[dict[str, Any]]:
    """One director, four regional managers, the rest spread over the twelve teams; the token is `bench-token-<n>`."""
    rows = []
    teams = [1 + region * 4 + team for region in range(4) for team in (1, 2, 3)]
    for number in range(size.users):
        unit = 0 if number == 0 else (1 + (number - 1) * 4 if number <= 4 else teams[number % len(teams)])
        rows.append(
            {
                "id": make_id(USER, number),
                "name": f"User {number:02d}",
                "email": f"user{number:02d}@bench.example",
                "unit": make_id(UNIT, unit),
                "token": f"bench-token-{number:02d}-{'0123456789abcdef' * 2}",
            }
        )
    return rows


def accounts(size: Size) -> Iterator[dict[str, Any]]:
    """Accounts with names in two scripts."""
    rng = random.Random(SEED + 1)
    for number in range(size.accounts):
        yield {
            "id": make_id(ACCOUNT, number),
            "name": f"{rng.choice(_HEADS)}{rng.choice(_KINDS)} {number}",
            "industry": rng.choice(INDUSTRIES),
            "region": rng.choice(REGIONS),
            "employees": rng.randrange(5, 90_000),
            "owner_id": make_id(USER, rng.randrange(size.users)),
            "created_at": START + timedelta(minutes=number),
        }


def deals(size: Size) -> Iterator[dict[str, Any]]:
    """Deals of 20 fields."""
    rng = random.Random(SEED + 2)
    for number in range(size.deals):
        yield {
            "id": make_id(DEAL, number),
            **deal_values(rng, size),
            "created_at": START + timedelta(minutes=5 * number),
        }


def deal_values(rng: random.Random, size: Size) -> dict[str, Any]:
    """The 20 fields of one deal and its owner."""
    stage = rng.choices(STAGES, STAGE_WEIGHTS)[0]
    return {
        "name": f"{rng.choice(_HEADS)}{rng.choice(_KINDS)} {rng.choice(_THINGS)} {rng.randrange(1000)}",
        "account": make_id(ACCOUNT, rng.randrange(size.accounts)),
        "stage": stage,
        "amount": f"{rng.randrange(100, 90_000_000) / 100:.2f}",
        "probability": str(rng.randrange(0, 21) * 5),
        "close_date": FIRST_CLOSE + timedelta(days=rng.randrange(720)),
        "source": rng.choice(SOURCES),
        "region": rng.choice(REGIONS),
        "description": " ".join(rng.choices(_WORDS, k=rng.randrange(6, 24))),
        "next_step": rng.choice((None, "call back", "send offer", "安排 演示")),
        "is_hot": rng.random() < 0.2,
        "email": f"contact{rng.randrange(100_000)}@customer.example",
        "phone": f"+86138{rng.randrange(100_000_000):08d}",
        "website": rng.choice((None, f"https://www.customer{rng.randrange(10_000)}.example/")),
        "quantity": rng.randrange(1, 500),
        "discount": f"{rng.randrange(0, 3000) / 100:.2f}",
        "lost_reason": "price too high" if stage == "lost" else None,
        "signed_at": START + timedelta(minutes=rng.randrange(900_000)) if stage == "won" else None,
        "reviewer": make_id(USER, rng.randrange(size.users)),
        "score": rng.randrange(0, 101),
        "owner_id": make_id(USER, rng.randrange(size.users)),
    }


def visible_owners(size: Size, user_number: int) -> set[str]:
    """Owners whose rows a user sees: everybody in his unit or below, and himself."""
    parents = {unit["id"]: unit["parent"] for unit in units()}
    people = users(size)
    top = people[user_number]["unit"]

    def is_below(unit: str | None) -> bool:
        while unit is not None:
            if unit == top:
                return True
            unit = parents[unit]
        return False

    return {person["id"] for person in people if is_below(person["unit"])} | {people[user_number]["id"]}
