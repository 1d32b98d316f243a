"""The verbs of a demo description: each is compiled once from JSON into a function of the scene.

A value of a description is a *draw*: a plain JSON value stands for itself; an object is a draw whose first key is the
verb (`{"pick": "cities"}`, `{"date": [-90, 0]}`). An object that is meant as a value is written `{"value": {…}}`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Detail
from loomwork.packages.demo.scene import Scene

Draw = Callable[[Scene], Any]
_NUMBERS = (int, float, Decimal)  # metadata is read with exact fractions
Verb = Callable[["Compiler", Mapping[str, Any], str], Draw]


@dataclass(frozen=True, slots=True)
class VerbEntry:
    """A registered verb: its compile function and the keys that may stand beside it."""

    compile: Verb
    keys: frozenset[str]


VERBS: dict[str, VerbEntry] = {}


def verb(name: str, *keys: str) -> Callable[[Verb], Verb]:
    """Register the compile function of a verb and the keys that it understands."""

    def register(function: Verb) -> Verb:
        VERBS[name] = VerbEntry(function, frozenset({name, *keys}))
        return function

    return register


@dataclass(slots=True)
class Compiler:
    """Compiles draws and collects every fault with its place.

    Shapes: `lists` and `sets` are the names that a description may use; `faults` paths are dotted.
    """

    lists: Mapping[str, Sequence[Any]]
    sets: frozenset[str]
    faults: list[Detail] = field(default_factory=list)

    def fault(self, place: str, message: str) -> None:
        """Keep a fault of the description."""
        self.faults.append(Detail(place, "bad_demo", message))

    def draw(self, spec: Any, place: str) -> Draw:
        """The function that draws a value; a fault is kept and gives a draw of nothing."""
        if not isinstance(spec, Mapping):
            return lambda _scene: spec
        name = next(iter(spec), "")
        entry = VERBS.get(name)
        if entry is None:
            self.fault(place, f'there is no verb "{name}"; {did_you_mean(name, VERBS)}'.rstrip("; "))
            return lambda _scene: None
        unknown = set(spec) - entry.keys
        if unknown:
            odd = min(unknown)
            self.fault(f"{place}.{odd}", f'"{name}" has no key "{odd}"; {did_you_mean(odd, entry.keys)}'.rstrip("; "))
        return entry.compile(self, spec, place)

    def fields(self, spec: Any, place: str) -> dict[str, Draw]:
        """Draws of an object of fields, in the order in which they stand."""
        if not isinstance(spec, Mapping):
            self.fault(place, "fields are an object: field name → draw")
            return {}
        return {name: self.draw(inner, f"{place}.{name}") for name, inner in spec.items()}

    def words(self, spec: Any, place: str) -> Sequence[Any]:
        """A word list by name, or as it stands."""
        if isinstance(spec, str):
            found = self.lists.get(spec)
            if found is None:
                self.fault(place, f'there is no list "{spec}"; {did_you_mean(spec, self.lists)}'.rstrip("; "))
                return [None]
            spec = found
        if not isinstance(spec, Sequence) or not spec:
            self.fault(place, "a list with at least one value is needed")
            return [None]
        return spec

    def set_names(self, spec: Any, place: str) -> list[str]:
        """Names of one or more sets."""
        names = [spec] if isinstance(spec, str) else list(spec)
        for name in names:
            if name not in self.sets:
                self.fault(place, f'there is no set "{name}"; {did_you_mean(name, self.sets)}'.rstrip("; "))
        return names

    def span(self, spec: Any, place: str) -> tuple[float, float]:
        """A range `[low, high]`; a single number is a range of its own."""
        pair = [spec, spec] if isinstance(spec, _NUMBERS) else spec
        is_pair = isinstance(pair, Sequence) and len(pair) == 2 and all(isinstance(end, _NUMBERS) for end in pair)
        if not is_pair or pair[0] > pair[1]:
            self.fault(place, "a range is [low, high] with low not above high")
            return (0, 0)
        return float(pair[0]), float(pair[1])


def fill(fields: Mapping[str, Draw], scene: Scene) -> None:
    """Draw fields into the scene's draft, each seeing those before it."""
    for name, draw in fields.items():
        scene.draft[name] = draw(scene)
