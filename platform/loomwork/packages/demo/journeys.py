"""Journeys: a record that passes through states on days of its own, told as one creation and a few updates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from loomwork.packages.demo.draws import Compiler, Draw
from loomwork.packages.demo.model import Event, Made
from loomwork.packages.demo.scene import Scene, World, dice
from loomwork.packages.demo.verbs_more import day_of

_KEYS = frozenset({"field", "states", "until", "at_end", "each_move"})


@dataclass(frozen=True, slots=True)
class Journey:
    """How the records of a set move.

    Shapes: `field` takes the states one after the other; `states` is the path of the list of states, `until` that of
    the day of the last move; fields in `at_end` are written with the last state only; `each_move` are draws (they see
    the state as `_state`) written with every move.
    """

    field: str
    states: str
    until: str
    at_end: tuple[str, ...]
    each_move: Mapping[str, Draw]

    def tell(self, world: World, made: Made, at: datetime) -> list[Event]:
        """The events of one record that is created at an aware instant."""
        own = dice(world.seed, made.ref.set, made.ref.key, "journey")
        scene = Scene(world, own, made.ref.set, 0, dict(made.fields))
        states = scene.look(self.states) or []
        written = made.written()
        if len(states) < 2:
            return [Event(at, "create", made.ref, made.entity, written, made.by)]
        late = {name: written.pop(name) for name in self.at_end if name in written}
        events = [Event(at, "create", made.ref, made.entity, {**written, self.field: states[0]}, made.by)]
        days = _days(at.astimezone(world.zone).date(), day_of(scene.look(self.until)) or world.today, len(states) - 1)
        for state, day in zip(states[1:], days, strict=True):
            scene.draft["_state"] = state
            fields: dict[str, Any] = {self.field: state}
            fields |= {name: value for name, draw in self.each_move.items() if (value := draw(scene)) is not None}
            if state == states[-1]:
                fields |= late
            moved = self._moment(world, scene, day, events[-1].at)
            events.append(Event(moved, "update", made.ref, made.entity, fields, made.by))
        return events

    def _moment(self, world: World, scene: Scene, day: date, after: datetime) -> datetime:
        minute = scene.dice.randrange(9 * 60, 18 * 60)
        moment = min(world.instant(day, minute // 60, minute % 60), world.instant(world.today, 0, 10))
        return max(moment, after + timedelta(minutes=1))


def _days(first: date, last: date, moves: int) -> list[date]:
    """The days of the moves, evenly between creation and the last move, which is on `last`."""
    span = max(0, (last - first).days)
    return [first + timedelta(days=span * number // moves) for number in range(1, moves + 1)]


def read_journey(compiler: Compiler, body: Any, place: str) -> Journey | None:
    """Compile the `journey` of a set; faults go to the compiler."""
    if body is None:
        return None
    if not isinstance(body, Mapping) or not {"field", "states", "until"} <= set(body) <= _KEYS:
        compiler.fault(place, "a journey has field, states and until, and may have at_end and each_move")
        return None
    return Journey(
        field=str(body["field"]),
        states=str(body["states"]),
        until=str(body["until"]),
        at_end=tuple(body.get("at_end", ())),
        each_move=compiler.fields(body.get("each_move", {}), f"{place}.each_move"),
    )
