"""Figures of the formula language, one line each: `PYTHONPATH=platform python -m tests.expressions.measure`.

Nothing here is asserted: times depend on the machine and on what else runs on it.
"""

from __future__ import annotations

import sys
import time
import timeit
from collections.abc import Callable

from loomwork.expressions import FUNCTIONS, compile_formula, compile_python
from loomwork.expressions.ir import walk
from tests.conformance.shop import PARAMS, SCOPE, environment
from tests.conformance.table import load_cases
from tests.expressions.attacks import ALL
from tests.expressions.test_attacks import CASE, attempt

FORMULAS = (
    "IF(stage <> 'lost', amount * (1 - price / 100), 0)",
    "stage = 'won' AND active AND amount > 10",
    "quantity * amount",
    "name & ' ' & stage",
    "ADDMONTHS(day, 1) > date'2026-02-01'",
    "SUM(lines, quantity * price, active = TRUE)",
)
ROW = {
    "row": {
        "name": "Li",
        "stage": "won",
        "amount": "12.50",
        "price": "3.0000",
        "quantity": "3",
        "active": True,
        "day": "2026-01-31",
    },
    "lines": [{"id": str(at), "quantity": "2", "price": "1.50", "active": True} for at in range(10)],
}


def say(name: str, figure: str) -> None:
    """One line of the report."""
    sys.stdout.write(f"{name:28} {figure}\n")


def microseconds(run: Callable[[], object], count: int) -> float:
    """The best of five rounds, in time of the processor, so that other work on the machine counts less."""
    return min(timeit.repeat(run, number=count, repeat=5, timer=time.process_time)) / count * 1e6


def seconds(text: str) -> float:
    """The better of two tries, so that a collection of garbage in between does not count."""
    tries = []
    for _ in range(2):
        start = time.process_time()
        attempt(text, environment(CASE))
        tries.append(time.process_time() - start)
    return min(tries)


def measure() -> None:
    """Print all figures."""
    functions = FUNCTIONS.values()
    both = sum(one.runs_on("sqlite") and one.runs_on("postgresql") for one in functions)
    say("functions", f"{len(FUNCTIONS)}, SQL on both databases {both}, browser {sum(one.browser for one in functions)}")
    say("cases of the table", str(len(load_cases())))
    for text in FORMULAS:
        formula = compile_formula(text, scope=SCOPE, entity="shop.order", params=PARAMS)
        run, env = compile_python(formula), environment(ROW)
        nodes = sum(1 for _ in walk(formula.ir))
        once = microseconds(lambda run=run, env=env: run(env), 5_000)  # type: ignore[misc]
        read = microseconds(lambda text=text: compile_formula(text, scope=SCOPE, entity="shop.order"), 100)  # type: ignore[misc]
        say("closure", f"{once:6.2f} us, {once / nodes:5.2f} us a node; compiled in {read:4.0f} us: {text}")
    worst = max((seconds(text), text) for text in ALL)
    say("attacks", f"{len(ALL)}, worst {worst[0] * 1000:.1f} ms: {worst[1][:50]!r}")


if __name__ == "__main__":
    measure()
