"""S2: attacks on formulas and templates are refused or harmless, quickly, in little memory; data is never code.

(a) the corpus and random texts; (b) no object of the program meets a template or a formula; (c) what people wrote is not
evaluated later (`s2_second.py`). Counter-tests: broken evaluators, and pages rendered twice, must be found. What needs
no database is done once, on the side of SQLite.
"""

from __future__ import annotations

import copy
import random
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.prove.counter import opened
from tests.prove.results import Context, Proof, Result
from tests.prove.s2_corpus import ESCAPES, EXHAUSTION, TEMPLATES
from tests.prove.s2_second import planted_evaluators, second_order

LIMIT_S, LIMIT_BYTES = 0.05, 5_000_000
PLAIN = (type(None), bool, int, Decimal, str, date, datetime, list, tuple)
VALUES: dict[str, Any] = {"name": "华为 {{7*7}}", "size": Decimal(7), "lines": [{"a": "1"}, {"a": "2"}]}
_TOKENS = (
    "name", "size", "1", "0.5", "'a'", "''", "+", "-", "*", "/", "=", "<>", "<", ">=", "(", ")", ",", ".", "and", "or", "not", "IF(", "SUM(",
    "CONCAT(", "TODAY()", "NOW()", "null", "true", "[", "]", "{", "}", "%", "&", "|", "^", "!", ";", ":", "@", "#", "$", "\\", "\"", "`", "__class__",
    "in", "is", "lambda", "for", "LEFT(", "ROUND(", "名称", "é", "\u202e", "1e9", "999999999999999999", "DATE(", "COUNT(",
)  # fmt: skip


class Probe:
    """An object that no value may be; whatever looks into it is noted."""

    touched: list[str] = []  # noqa: RUF012 - one list for all probes, on purpose

    def __getattr__(self, name: str) -> Any:
        Probe.touched.append(name)
        raise AttributeError(name)

    def __str__(self) -> str:
        Probe.touched.append("str")
        return "probe"


def evaluate(text: str) -> Any:
    """Compile and run a formula over one row, as the platform does."""
    from loomwork.expressions.env import Env
    from loomwork.expressions.formula import compile_formula
    from loomwork.expressions.python import compile_python
    from loomwork.expressions.types import TEXT, Member, number

    members = {"name": Member("name", TEXT), "size": Member("size", number(2))}

    class Scope:
        def find(self, entity: str, name: str) -> Member | None:
            return members.get(name)

        def names(self, entity: str) -> list[str]:
            return list(members)

    formula = compile_formula(text, scope=Scope(), entity="shop.order")
    env = Env(values={"name": VALUES["name"], "size": VALUES["size"]}, now=datetime(2026, 11, 22, tzinfo=UTC))
    return compile_python(formula.ir)(env)


def fill(text: str) -> Any:
    """Render a template, as the platform does."""
    from loomwork.templates.render import render

    return render(text, VALUES, language="en", zone="UTC")


def attempt(run: Callable[[str], Any], text: str) -> tuple[str, float, list[str]]:
    """One attack.

    Returns: `refused` or `harmless` (or `fault`), the seconds, and what was wrong.
    """
    from loomwork.core.errors import PlatformError

    before = copy.deepcopy(VALUES)
    faults = []
    started = time.process_time()
    try:
        result = run(text)
        seconds = time.process_time() - started
        outcome = "harmless"
        if not isinstance(result, PLAIN):
            faults.append(f"gave a {type(result).__name__}")
        if "{{7*7}}" not in text and isinstance(result, str) and "49" in result and "49" not in text:
            faults.append("evaluated data")
    except PlatformError:
        seconds = time.process_time() - started
        outcome = "refused"
    except Exception as fault:  # noqa: BLE001 - an exception of any other class is what the proof looks for
        seconds = time.process_time() - started
        outcome = "fault"
        faults.append(f"{type(fault).__name__}: {str(fault)[:150]}")
    if before != VALUES:
        faults.append("changed the caller's values")
    return outcome, seconds, faults


def _fuzz(rng: random.Random) -> str:
    return rng.choice(("", " ")).join(rng.choice(_TOKENS) for _ in range(rng.randrange(1, 25)))


def run(context: Context) -> Result:
    """The corpus, then random formulas and templates, then what was stored before."""
    faults: list[str] = []
    figures: dict[str, Any] = _attacks(context, faults) if context.database == "sqlite" else {}
    with opened(context) as shop:
        figures.update(second_order(shop, faults))
    figures["faults"] = len(faults)
    return Result(not faults, figures, faults)


def _attacks(context: Context, faults: list[str]) -> dict[str, Any]:
    """(a) and (b)."""
    rng = random.Random(context.seed)
    attacks: list[tuple[Callable[[str], Any], str]] = [(evaluate, text) for text in (*ESCAPES, *EXHAUSTION)]
    attacks += [(fill, text) for text in TEMPLATES]
    evaluate("size + 1")  # the first call pays for imports
    fill("{{ name }}")
    outcomes: dict[str, int] = {"refused": 0, "harmless": 0, "fault": 0}
    slowest = 0.0
    for how, text in attacks:
        # The best of two: another process on the machine is no fault of the formula.
        outcome, seconds, wrong = attempt(how, text)
        if seconds > LIMIT_S:
            seconds = min(seconds, attempt(how, text)[1])
        outcomes[outcome] += 1
        slowest = max(slowest, seconds)
        faults += [f"{text[:80]!r}: {one}" for one in wrong]
        if seconds > LIMIT_S:
            faults.append(f"{text[:80]!r}: took {seconds * 1000:.0f} ms")
    memory = _measure_memory(attacks, faults)
    fuzzed = context.size(5_000, 100_000)
    for number in range(fuzzed):
        text = _fuzz(rng)
        how, shown = (evaluate, text) if number % 4 else (fill, "{{ " + text + " }}")
        faults += [f"{shown[:100]!r}: {one}" for one in attempt(how, shown)[2]]
    Probe.touched.clear()
    faults += _probe()
    if len(attacks) < 150:
        faults.append(f"only {len(attacks)} attacks")
    kept = copy.deepcopy(VALUES)
    for told, broken in planted_evaluators():
        if not any(told in one for one in attempt(broken, "name")[2]):
            faults.append(f"a planted evaluator was not found: {told}")
        VALUES.clear()
        VALUES.update(copy.deepcopy(kept))
    return {
        "attacks": len(attacks), **outcomes, "fuzzed": fuzzed, "slowest_ms": round(slowest * 1000, 1), "most_mb": round(memory / 1e6, 2),
    }  # fmt: skip


def _measure_memory(attacks: list[tuple[Callable[[str], Any], str]], faults: list[str]) -> int:
    most = 0
    tracemalloc.start()
    try:
        for how, text in attacks:
            tracemalloc.reset_peak()
            base = tracemalloc.get_traced_memory()[0]
            attempt(how, text)
            used = tracemalloc.get_traced_memory()[1] - base
            most = max(most, used)
            if used > LIMIT_BYTES:
                faults.append(f"{text[:80]!r}: took {used / 1e6:.1f} MB")
    finally:
        tracemalloc.stop()
    return most


def _probe() -> list[str]:
    """No object of the program meets a template."""
    from loomwork.core.errors import PlatformError
    from loomwork.templates.render import render

    faults = []
    for values in ({"name": Probe()}, {"name": {"a": Probe()}}, {"name": [Probe()]}, {"name": len}, {"name": Probe}):
        try:
            render("{{ name }}{{ name.a }}", values, language="en", zone="UTC")
            faults.append(f"a template took {values}")
        except PlatformError:
            pass
    if Probe.touched:
        faults.append(f"an object was looked into: {Probe.touched[:5]}")
    return faults


PROOF = Proof("S2", "formulas and templates", run)
