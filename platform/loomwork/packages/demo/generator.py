"""From a description to records and events: reads, checks, draws set after set, tells the history of each record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import InvalidInput
from loomwork.packages.demo import verbs_basic, verbs_more
from loomwork.packages.demo.draws import Compiler, Draw, fill
from loomwork.packages.demo.journeys import Journey, read_journey
from loomwork.packages.demo.model import Event, Made, Ref
from loomwork.packages.demo.scene import Scene, World, dice
from loomwork.packages.demo.verbs_more import day_of

__all__ = ["Generator", "SetPlan", "verbs_basic", "verbs_more"]

_SET_KEYS = frozenset(
    {"entity", "count", "for_each", "only", "fields", "records", "at", "by", "journey", "existing", "update"}
)


@dataclass(frozen=True, slots=True)
class SetPlan:
    """One compiled set of the description.

    Shapes: `count` is a range, for the whole set or for each record of `for_each` (narrowed by `only`: field → allowed
    values); `records` are fields by key for records that are named one by one; `existing` takes the reference data of
    the entity, which is referred to and not written; `update` writes the fields into the records of `for_each`.
    """

    name: str
    entity: str
    count: tuple[float, float]
    for_each: tuple[str, ...]
    only: Mapping[str, Sequence[Any]]
    fields: Mapping[str, Draw]
    records: Mapping[str, Mapping[str, Draw]]
    at: Draw | None
    by: str
    journey: Journey | None
    existing: bool = False
    update: bool = False


class Generator:
    """A checked description, ready to be drawn for any day.

    Raises: InvalidInput with every fault of the description and its place.
    """

    def __init__(
        self,
        description: Mapping[str, Any],
        lists: Mapping[str, Sequence[Any]] | None = None,
        reference: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.seed = int(description.get("seed", 1))
        self._reference = reference or {}
        self.lists = {**(lists or {}), **description.get("lists", {})}
        sets = description.get("sets", {})
        self._compiler = Compiler(self.lists, frozenset(sets))
        self.zone = self._zone(str(description.get("zone", "UTC")))
        self.plans = [self._plan(name, body) for name, body in sets.items()]
        if not self.plans:
            self._compiler.fault("sets", "the description holds no set")
        if self._compiler.faults:
            faults = self._compiler.faults
            raise InvalidInput(
                f"the demo description has {len(faults)} faults, the first at {faults[0].path}: {faults[0].message}",
                code="bad_demo",
                details=faults,
            )

    def _zone(self, name: str) -> ZoneInfo:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            self._compiler.fault("zone", f'there is no time zone "{name}"')
            return ZoneInfo("UTC")

    def _plan(self, name: str, body: Mapping[str, Any]) -> SetPlan:
        place, compiler = f"sets.{name}", self._compiler
        for key in sorted(set(body) - _SET_KEYS):
            compiler.fault(f"{place}.{key}", f'a set has no key "{key}"; {did_you_mean(key, _SET_KEYS)}'.rstrip("; "))
        if not body.get("entity"):
            compiler.fault(place, "a set names its entity")
        each, named = body.get("for_each", []), body.get("records", {})
        return SetPlan(
            name=name,
            entity=str(body.get("entity", "")),
            count=compiler.span(body.get("count", 0 if "records" in body else 1), f"{place}.count"),
            for_each=tuple(compiler.set_names(each, f"{place}.for_each")),
            only=body.get("only", {}),
            fields=compiler.fields(body.get("fields", {}), f"{place}.fields"),
            records={key: compiler.fields(inner, f"{place}.records.{key}") for key, inner in named.items()},
            at=compiler.draw(body["at"], f"{place}.at") if "at" in body else None,
            by=str(body.get("by", "")),
            journey=read_journey(compiler, body.get("journey"), f"{place}.journey"),
            existing=bool(body.get("existing")),
            update=bool(body.get("update")),
        )

    def records(self, today: date) -> World:
        """All records as of a day, in order of making."""
        world = World(self.seed, today, self.zone, self.lists)
        for plan in self.plans:
            made = world.made.setdefault(plan.name, {})
            if plan.existing:
                made.update(self._known(plan))
                continue
            for key, fields in plan.records.items():
                made[key] = self._make(world, plan, {**fields, **plan.fields}, _Occasion(key, len(made)))
            for each, nth in self._occasions(world, plan):
                key = f"{len(made):04d}"
                made[key] = self._make(world, plan, plan.fields, _Occasion(key, len(made), each, nth))
        return world

    def _known(self, plan: SetPlan) -> dict[str, Made]:
        return {
            key: Made(Ref(plan.name, key), plan.entity, dict(body.get("fields", {})))
            for key, body in self._reference.items()
            if body.get("entity") == plan.entity
        }

    def _occasions(self, world: World, plan: SetPlan) -> list[tuple[Made | None, int]]:
        low, high = int(plan.count[0]), int(plan.count[1])
        if not plan.for_each:
            count = dice(self.seed, plan.name, "count").randint(low, high)
            return [(None, number) for number in range(count)]
        occasions: list[tuple[Made | None, int]] = []
        for made in list(world.of_sets(plan.for_each)):
            if any(made.fields.get(name) not in allowed for name, allowed in plan.only.items()):
                continue
            own = dice(self.seed, plan.name, "count", made.ref.set, made.ref.key)
            occasions.extend((made, number) for number in range(own.randint(low, high)))
        return occasions

    def _make(self, world: World, plan: SetPlan, fields: Mapping[str, Draw], occasion: "_Occasion") -> Made:
        key, each = occasion.key, occasion.each
        scene = Scene(world, dice(self.seed, plan.name, key), plan.name, occasion.index, {"nth": occasion.nth}, each)
        fill(fields, scene)
        scene.draft.pop("nth", None)
        made = Made(Ref(plan.name, key), plan.entity, scene.draft)
        if plan.update and each is not None:
            made.target = each.ref
            each.later.update(made.written())
            each.fields.update(made.written())
        made.at = self._instant(world, plan, scene)
        by = scene.look(plan.by) if plan.by else None
        made.by = by if isinstance(by, Ref) else None
        return made

    def _instant(self, world: World, plan: SetPlan, scene: Scene) -> datetime:
        drawn = plan.at(scene) if plan.at else None
        latest = world.instant(world.today, 0, 5)
        if isinstance(drawn, str) and "T" in drawn:
            return min(datetime.fromisoformat(drawn).astimezone(UTC), latest)
        day = day_of(drawn) or world.today - timedelta(days=400)
        minute = scene.dice.randrange(9 * 60, 18 * 60)
        return min(world.instant(min(day, world.today), minute // 60, minute % 60, scene.dice.randrange(60)), latest)

    def events(self, world: World) -> list[Event]:
        """The writes that lead to the records, in order of time; records of one instant keep the order of making."""
        found: list[Event] = []
        latest: dict[Ref, datetime] = {}
        for plan in self.plans:
            if plan.existing:
                continue
            for made in world.made[plan.name].values():
                told = _tell(world, plan, made, latest)
                latest[made.ref] = told[0].at
                found.extend(told)
        return sorted(found, key=lambda event: event.at)


@dataclass(frozen=True, slots=True)
class _Occasion:
    """What a record is made for: its key and number in the set, the record of `for_each`, its number there."""

    key: str
    index: int
    each: Made | None = None
    nth: int = 0


def _tell(world: World, plan: SetPlan, made: Made, latest: Mapping[Ref, datetime]) -> list[Event]:
    """The events of a record; it is created, and closed, after everything that it points to there."""
    late_fields = plan.journey.at_end if plan.journey else ()
    early = [value for name, value in made.written().items() if name not in late_fields]
    at = _after(made.at or datetime.max.replace(tzinfo=UTC), [*early, made.target], latest)
    if plan.journey is None:
        action = "create" if made.target is None else "update"
        return [Event(at, action, made.target or made.ref, made.entity, made.written(), made.by)]
    events = plan.journey.tell(world, made, at)
    late = [made.fields.get(name) for name in late_fields]
    return [*events[:-1], replace(events[-1], at=_after(events[-1].at, late, latest))]


def _after(at: datetime, values: Any, latest: Mapping[Ref, datetime]) -> datetime:
    for ref in _refs(values):
        if ref in latest and latest[ref] >= at:
            at = latest[ref] + timedelta(seconds=1)
    return at


def _refs(value: Any) -> list[Ref]:
    if isinstance(value, Ref):
        return [value]
    if isinstance(value, Mapping):
        return _refs(list(value.values()))
    return [ref for inner in value for ref in _refs(inner)] if isinstance(value, list) else []
