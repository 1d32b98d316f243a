"""Verbs of time and of relations: date, clock, later, record, rows, total."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from loomwork.core.clock import to_rfc3339
from loomwork.packages.demo.draws import Compiler, Draw, fill, verb
from loomwork.packages.demo.model import Made, Ref
from loomwork.packages.demo.scene import Scene, dice


def day_of(value: Any) -> date | None:
    """The date in a wire value: a date, or the day of an instant."""
    return date.fromisoformat(value[:10]) if isinstance(value, str) else None


@verb("date", "from", "workday", "not_before", "not_after")
def _date(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """A day so many days from `from` (today, yesterday or a path), kept between two others; `workday` avoids weekends."""
    low, high = compiler.span(spec["date"], place)
    base = str(spec.get("from", "today"))
    ends = [str(spec.get(key, "")) for key in ("not_before", "not_after")]

    def draw(scene: Scene) -> str | None:
        start = _anchor(scene, base)
        if start is None:
            return None
        day = start + timedelta(days=scene.dice.randint(int(low), int(high)))
        if spec.get("workday"):
            day = scene.world.workday(day)
        first, last = (_anchor(scene, end) if end else None for end in ends)
        day = day if first is None else max(day, first)
        return (day if last is None else min(day, last)).isoformat()

    return draw


def _anchor(scene: Scene, path: str) -> date | None:
    if path in {"today", "yesterday"}:
        return scene.world.today - timedelta(days=path == "yesterday")
    return day_of(scene.look(path))


@verb("clock", "hours", "step")
def _clock(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """An instant on the day that a draw gives, within hours of the day, on a multiple of `step` minutes."""
    day_draw = compiler.draw(spec["clock"], place)
    low, high = compiler.span(spec.get("hours", [9, 18]), f"{place}.hours")
    step = int(spec.get("step", 5))

    def draw(scene: Scene) -> str | None:
        day = day_of(day_draw(scene))
        if day is None:
            return None
        minutes = scene.dice.randrange(int(low * 60), int(high * 60), step)
        return to_rfc3339(scene.world.instant(day, minutes // 60, minutes % 60))

    return draw


@verb("later", "minutes")
def _later(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """An instant some minutes after another."""
    path = str(spec["later"])
    words = compiler.words(spec.get("minutes", [30, 45, 60, 90]), f"{place}.minutes")

    def draw(scene: Scene) -> str | None:
        start = scene.look(path)
        if start is None:
            return None
        return to_rfc3339(datetime.fromisoformat(start) + timedelta(minutes=int(scene.dice.choice(words))))

    return draw


@verb("record", "where", "once", "weight")
def _record(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """A reference to a record of one or more sets whose fields equal the draws in `where`.

    `weight` names a number of the candidates by which they are chosen more often; `once` deals each candidate once.
    """
    names = compiler.set_names(spec["record"], place)
    where = compiler.fields(spec.get("where", {}), f"{place}.where")
    weight = str(spec.get("weight", ""))

    def draw(scene: Scene) -> Ref | None:
        wanted = {name: one(scene) for name, one in where.items()}
        found = [made for made in scene.world.of_sets(names) if _fits(made, wanted)]
        if not found:
            return None
        if spec.get("once"):
            key = f"{place}/{sorted((name, str(value)) for name, value in wanted.items())}"
            return scene.world.deal(key, [made.ref for made in found])  # type: ignore[no-any-return]
        weights = [float(made.fields.get(weight) or 1) for made in found] if weight else None
        return scene.dice.choices(found, weights)[0].ref

    return draw


def _fits(made: Made, wanted: Mapping[str, Any]) -> bool:
    return all(made.fields.get(name) == value for name, value in wanted.items())


@verb("rows", "fields", "distinct")
def _rows(compiler: Compiler, spec: Mapping[str, Any], place: str) -> Draw:
    """Child rows: so many objects of drawn fields; rows that repeat the field `distinct` are left out."""
    low, high = compiler.span(spec["rows"], place)
    fields = compiler.fields(spec.get("fields", {}), f"{place}.fields")
    distinct = str(spec.get("distinct", ""))

    def draw(scene: Scene) -> list[dict[str, Any]] | None:
        rows: list[dict[str, Any]] = []
        seen: set[Any] = set()
        for number in range(scene.dice.randint(int(low), int(high))):
            own = dice(scene.world.seed, scene.set, scene.index, place, number)
            row = Scene(scene.world, own, scene.set, number, {}, scene.each, scene)
            fill(fields, row)
            if distinct and row.draft.get(distinct) in seen:
                continue
            seen.add(row.draft.get(distinct))
            rows.append(row.draft)
        return rows or None

    return draw


@verb("total", "multiply", "less_percent", "step")
def _total(compiler: Compiler, spec: Mapping[str, Any], _place: str) -> Draw:
    """The sum over child rows of a product of paths, less a percentage; rounded to `step` when there is one."""
    path, factors = str(spec["total"]), [str(one) for one in spec["multiply"]]
    percent, step = str(spec.get("less_percent", "")), Decimal(str(spec.get("step", "0.01")))

    def draw(scene: Scene) -> str | None:
        rows = scene.look(path)
        if not rows:
            return None
        total = sum((_product(scene, row, factors, percent) for row in rows), Decimal(0))
        return str((total / step).quantize(Decimal(1), ROUND_HALF_UP) * step)

    return draw


def _product(scene: Scene, row: Mapping[str, Any], factors: list[str], percent: str) -> Decimal:
    inner = Scene(scene.world, scene.dice, scene.set, scene.index, dict(row), scene.each, scene)
    result = Decimal(1)
    for factor in factors:
        result *= Decimal(str(inner.look(factor) or 0))
    if percent:
        result *= (100 - Decimal(str(inner.look(percent) or 0))) / 100
    return result.quantize(Decimal("0.01"), ROUND_HALF_UP)
