"""What differs between two catalogs, property by property, for people and as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from loomwork.catalog.faults.base import shown
from loomwork.catalog.model import Catalog
from loomwork.catalog.pointers import MISSING, Keys, find, join_pointer
from loomwork.core.i18n import label_text, text


class ChangeOp(StrEnum):
    """How a property differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """One difference.

    Shapes: `pointer` is empty when the whole component came or went; `labels` are the words for the steps of the
    pointer, by language, where an element on the way has a label.
    """

    kind: str
    name: str
    keys: Keys
    op: ChangeOp
    old: Any
    new: Any
    label: Mapping[str, str]
    labels: tuple[Mapping[str, str] | str, ...]

    @property
    def pointer(self) -> str:
        """JSON pointer into the component."""
        return join_pointer(self.keys)

    def as_json(self) -> dict[str, Any]:
        """Wire form; `old` and `new` are left out where there is none."""
        result: dict[str, Any] = {"kind": self.kind, "name": self.name, "pointer": self.pointer, "op": self.op.value}
        result["label"] = dict(self.label)
        if self.old is not MISSING:
            result["old"] = self.old
        if self.new is not MISSING:
            result["new"] = self.new
        return result

    def as_text(self, language: str = "en") -> str:
        """One line: what changed, in the labels that people know."""
        kind = text(f"metadata.kind.{self.kind}", language, default=self.kind)
        title = label_text(self.label, language, self.name)
        way = " / ".join(one if isinstance(one, str) else label_text(one, language) for one in self.labels)
        head = f"{kind} {title} ({self.name})" + (f" / {way}" if way else "")
        word = text(f"metadata.change.{self.op.value}", language, default=self.op.value)
        if not self.keys:
            return f"{head}: {word}"
        if self.op is ChangeOp.CHANGED:
            return f"{head}: {shown(self.old)} → {shown(self.new)}"
        return f"{head}: {word} {shown(self.new if self.op is ChangeOp.ADDED else self.old)}"


def diff(a: Catalog, b: Catalog) -> list[Change]:
    """What is different in `b` compared with `a`, component by component, in a fixed order.

    An element that came or went is one change, however much it holds.
    """
    return list(diff_raw(a.raw, b.raw))


_Raw = Mapping[str, Mapping[str, Mapping[str, Any]]]


def diff_raw(a: _Raw, b: _Raw) -> Iterator[Change]:
    """The same over `Catalog.raw`."""
    for kind in [*a, *(one for one in b if one not in a)]:
        old, new = a.get(kind, {}), b.get(kind, {})
        for name in sorted({*old, *new}):
            before, after = old.get(name, MISSING), new.get(name, MISSING)
            if before is after:
                continue
            for keys, was, now in differences(before, after):
                op = ChangeOp.ADDED if was is MISSING else ChangeOp.REMOVED if now is MISSING else ChangeOp.CHANGED
                known = after if after is not MISSING else before
                yield Change(kind, name, keys, op, was, now, _label(known), _labels(after, before, keys))


def differences(before: Any, after: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any, Any]]:
    """Paths at which two values differ, with both values; `MISSING` where one side has none."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(one for one in after if one not in before)]:
            was, now = before.get(key, MISSING), after.get(key, MISSING)
            if was is not now:
                yield from differences(was, now, (*keys, key))
    elif (
        before is MISSING or after is MISSING or before != after or isinstance(before, bool) != isinstance(after, bool)
    ):
        yield keys, before, after


def _label(body: Any) -> Mapping[str, str]:
    found = find(body, ("label",))
    return found if isinstance(found, Mapping) else {}


def _labels(after: Any, before: Any, keys: Keys) -> tuple[Mapping[str, str] | str, ...]:
    """Words for each step of a path: the label of the element that it leads to, else the key."""
    words: list[Mapping[str, str] | str] = []
    for depth in range(1, len(keys) + 1):
        label = _label(find(after, keys[:depth])) or _label(find(before, keys[:depth]))
        words.append(label or keys[depth - 1])
    return tuple(words)
