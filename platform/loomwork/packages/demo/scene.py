"""Where a value is drawn: the record so far, the records made before it, the word lists, the calendar, the dice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from loomwork.packages.demo.model import Made, Ref


def dice(*parts: object) -> Random:
    """A random source for one place of the description, so that a change elsewhere does not shift its values."""
    return Random("/".join(str(part) for part in parts))  # noqa: S311 - demo data, not a secret


@dataclass(slots=True)
class World:
    """Everything made so far.

    Shapes: `made` by set and key, in order of making; `lists` are the word lists by name. Units: `today` is a date in
    `zone`.
    """

    seed: int
    today: date
    zone: ZoneInfo
    lists: Mapping[str, Sequence[Any]]
    made: dict[str, dict[str, Made]] = field(default_factory=dict)
    _decks: dict[str, list[Any]] = field(default_factory=dict)

    def find(self, ref: Ref) -> Made:
        """The record that a reference names."""
        return self.made[ref.set][ref.key]

    def of_sets(self, names: Sequence[str]) -> Iterator[Made]:
        """The records of some sets, in order."""
        for name in names:
            yield from self.made.get(name, {}).values()

    def deal(self, deck: str, source: Sequence[Any]) -> Any:
        """The next card of a shuffled deck; one that is used up starts anew, so values repeat as late as possible."""
        cards = self._decks.get(deck)
        if not cards:
            cards = list(source)
            dice(self.seed, "deck", deck).shuffle(cards)
            self._decks[deck] = cards
        return cards.pop()

    def instant(self, day: date, hour: int, minute: int, second: int = 0) -> datetime:
        """The aware instant (UTC) of a time of day in the demo company's zone."""
        return datetime.combine(day, time(hour, minute, second), self.zone).astimezone(UTC)

    def workday(self, day: date) -> date:
        """The day itself, or the Friday before a weekend."""
        return day - timedelta(days=max(0, day.isoweekday() - 5))


@dataclass(slots=True)
class Scene:
    """One record (or child row) in the making."""

    world: World
    dice: Random
    set: str
    index: int
    draft: dict[str, Any]
    each: Made | None = None
    outer: "Scene | None" = None

    def look(self, path: str) -> Any:
        """The value at a dotted path of the draft; it follows references and reaches into objects.

        Shapes: `each.x` is the record that this one is made for, `nth` its number there, `outer.x` the parent of a
        child row, `index` the number of the record in its set.
        """
        head, *rest = path.split(".")
        value: Any
        if head == "each":
            value = self.each
        elif head == "outer":
            return None if self.outer is None else self.outer.look(".".join(rest))
        elif head == "index":
            value = self.index
        else:
            value = self.draft.get(head)
        for part in rest:
            value = self._step(value, part)
        return self.each.ref if value is self.each and self.each is not None else value

    def _step(self, value: Any, part: str) -> Any:
        if isinstance(value, Ref):
            value = self.world.find(value)
        if isinstance(value, Made):
            return value.fields.get(part)
        return value.get(part) if isinstance(value, Mapping) else None
