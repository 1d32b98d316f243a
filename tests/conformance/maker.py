"""Draws typed formulas out of the registry's own signatures, and rows for them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from loomwork.expressions import FUNCTIONS
from loomwork.expressions.functions import Function, Signature
from tests.conformance.shop import LOWER_UNIT, TEAM, UNIT, USER

TEXTS = (
    "",
    "a",
    "Abc",
    "straße",
    "ΟΔΟΣ",
    "ß",
    "华为 Mate",
    "😀",
    "e\u0301",
    " x ",
    "a-b-c",
    "2026-01-31",
    "12.5",
    "%_",
    "\\",
    "'",
    "İ",
)
NUMBERS = ("0", "1", "-1", "2.5", "-2.5", "0.005", "-0.125", "1234.56", "99999999.99", "0.0000001", "7.1234567891")
INTEGERS = ("0", "1", "-1", "2", "3", "7", "-13", "31", "366", "10000", "999999999999")
DATES = ("date'2026-01-31'", "date'2024-02-29'", "date'0001-01-01'", "date'9999-12-31'", "TODAY()", "date'2026-03-29'")
INSTANTS = (
    "NOW()",
    "instant'2026-03-29T00:59:59.999999Z'",
    "instant'0001-01-01T00:00:00Z'",
    "instant'1969-12-31T23:59:59.5Z'",
)
LEAVES: dict[str, Sequence[str]] = {
    "text": (
        "name",
        "note",
        "owner.name",
        *(repr_text for repr_text in ("'" + one.replace("'", "''") + "'" for one in TEXTS)),
    ),
    "number": ("amount", "price", "factor", "rate", "quantity", *NUMBERS),
    "integer": ("quantity", "big", *INTEGERS),
    "boolean": ("active", "TRUE", "FALSE"),
    "date": ("day", "due", *DATES),
    "instant": ("moment", "seen", *INSTANTS),
    "time": ("clock", "time'23:59:59'", "time'00:00'", "time'08:30'"),
    "duration": ("span", "DURATION(1, 30)", "DURATION(0, -1)"),
    "link": ("owner", "CURRENT_USER()"),
    "list": ("tags", "['a', 'b']", "['Abc', '红']", "['x']"),
}
CHILD = {
    "number": ("price", "quantity", "quantity * price", "price / quantity", "parent.amount - price", "ROUND(price, 1)"),
    "boolean": ("active", "price > 1", "NOT active", "quantity < parent.quantity", "product = 'pen'", "day = NULL"),
    "order": ("price", "day", "product", "quantity"),
}
ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")


def _producers() -> dict[str, list[tuple[Function, Signature]]]:
    found: dict[str, list[tuple[Function, Signature]]] = defaultdict(list)
    for function in FUNCTIONS.values():
        for form in function.forms:
            kind = form.result.split("(", maxsplit=1)[0]
            if kind in ("T", "any"):
                for each in ("text", "number", "date", "integer"):
                    found[each].append((function, form))
            else:
                found[kind].append((function, form))
            if kind == "integer":
                found["number"].append((function, form))
    return found


PRODUCERS = _producers()


class Maker:
    """Draws with one random source; `make` gives a formula of a kind."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def make(self, kind: str, depth: int) -> str:
        if depth <= 0 or self.rng.random() < 0.2:
            return "NULL" if self.rng.random() < 0.05 else self.rng.choice(LEAVES[kind])
        chance = self.rng.random()
        if chance < 0.45 and kind in PRODUCERS:
            return self.call(kind, depth)
        if chance < 0.55:
            return f"IF({self.make('boolean', depth - 1)}, {self.make(kind, depth - 1)}, {self.make(kind, depth - 1)})"
        return self.operation(kind, depth)

    def call(self, kind: str, depth: int) -> str:
        function, form = self.rng.choice(PRODUCERS[kind])
        least, most = form.arity
        count = self.rng.randint(least, min(most, least + 2))
        args = []
        for at in range(count):
            wanted = form.kind_at(at).split("(", maxsplit=1)[0]
            args.append(self.make({"T": kind, "any": "text"}.get(wanted, wanted), depth - 1))
        return f"{function.name}({', '.join(args)})"

    def operation(self, kind: str, depth: int) -> str:
        def part(of: str) -> str:
            return self.make(of, depth - 1)

        pick = self.rng.choice
        if kind in ("number", "integer"):
            if self.rng.random() < 0.25:
                return self.aggregate(kind)
            operator = pick("+-*/") if kind == "number" else pick("+-*")
            return f"({part(kind)} {operator} {part(kind)})"
        simple = {
            "text": f"({part('text')} & {part(pick(('text', 'number', 'date', 'boolean')))})",
            "date": f"({part('date')} {pick('+-')} {part('integer')})",
            "instant": f"({part('instant')} {pick('+-')} {part('duration')})",
            "duration": pick((f"({part('instant')} - {part('instant')})", f"({part('duration')} * {part('number')})")),
            "boolean": self.condition(depth) if kind == "boolean" else "",
        }
        return simple.get(kind) or self.rng.choice(LEAVES[kind])

    def condition(self, depth: int) -> str:
        kind = self.rng.choice(("text", "number", "integer", "date", "instant", "time", "duration"))
        left, right, third = (self.make(kind, depth - 1) for _ in range(3))
        compared = f"({left} {self.rng.choice(('=', '<>', '<', '<=', '>', '>='))} {right})"
        first, second = self.make("boolean", depth - 1), self.make("boolean", depth - 1)
        return self.rng.choice(
            (
                compared,
                compared,
                f"(NOT {compared})",
                f"({left} BETWEEN {right} AND {third})",
                f"({left} IN ({right}, {third}))",
                f"(NOT {left} IN ({right}, {third}))",
                f"({first} AND {second})",
                f"({first} OR {second})",
                f"ANY(lines, {self.rng.choice(CHILD['boolean'])})",
                f"ALL(lines, {self.rng.choice(CHILD['boolean'])})",
            )
        )

    def aggregate(self, kind: str) -> str:
        value = self.rng.choice(CHILD["number"])
        where = f", {self.rng.choice(CHILD['boolean'])}" if self.rng.random() < 0.5 else ""
        if kind == "integer":
            return f"COUNT(lines{where})"
        name = self.rng.choice(("SUM", "AVG", "MIN", "MAX", "FIRST", "LAST"))
        order = f", {self.rng.choice(CHILD['order'])}" if name in ("FIRST", "LAST") else ""
        return f"{name}(lines, {value}{order}{where})"

    # Rows.

    def maybe(self, value: Any) -> Any:
        return None if self.rng.random() < 0.15 else value

    def decimal(self, scale: int, size: int) -> str:
        digits = self.rng.randint(0, 10 ** self.rng.randint(1, size))
        sign = "-" if self.rng.random() < 0.4 else ""
        whole, rest = divmod(digits, 10**scale)
        return f"{sign}{whole}.{rest:0{scale}d}" if scale else f"{sign}{whole}"

    def date(self) -> str:
        year = self.rng.choice((1, 1900, 1999, 2000, 2024, 2025, 2026, 2026, 9999))
        return f"{year:04d}-{self.rng.choice(('01-31', '02-28', '03-01', '12-31', '01-01', '06-15'))}"

    def instant(self) -> str:
        fraction = self.rng.choice(("", ".5", ".000001"))
        return f"{self.date()}T{self.rng.choice(('00:00:00', '12:34:56', '23:59:59', '01:30:00'))}{fraction}Z"

    def case(self, formula: str) -> dict[str, Any]:
        """A formula with a row, child rows and a zone."""
        pick = self.rng.choice
        row = {
            "name": self.maybe(pick(TEXTS)),
            "note": self.maybe(pick(TEXTS)),
            "quantity": self.maybe(self.decimal(0, 4)),
            "big": self.maybe(self.decimal(0, 18)),
            "amount": self.maybe(self.decimal(2, 9)),
            "price": self.maybe(self.decimal(4, 8)),
            "factor": self.maybe(self.decimal(6, 8)),
            "rate": self.maybe(self.decimal(10, 12)),
            "active": self.maybe(self.rng.random() < 0.5),
            "day": self.maybe(self.date()),
            "due": self.maybe(self.date()),
            "moment": self.maybe(self.instant()),
            "seen": self.maybe(self.instant()),
            "clock": self.maybe(pick(("00:00:00", "08:30:15", "23:59:59"))),
            "span": self.maybe(self.rng.randint(-100_000, 100_000)),
            "tags": self.maybe(pick((["a", "红"], [], ["Abc"]))),
            "owner": self.maybe(pick((USER, TEAM, UNIT, LOWER_UNIT))),
            "owner.name": self.maybe(pick(TEXTS)),
        }
        lines = [
            {
                "id": f"line{at}",
                "product": self.maybe(pick(("pen", "ink", "笔"))),
                "quantity": self.maybe(self.decimal(0, 2)),
                "price": self.maybe(self.decimal(2, 4)),
                "active": self.maybe(self.rng.random() < 0.5),
                "day": self.maybe(self.date()),
            }
            for at in range(self.rng.randint(0, 3))
        ]
        return {"formula": formula, "row": row, "lines": lines, "zone": pick(ZONES)}
