"""What a layer lays over the ones below: patches of single properties, each with the value it saw there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from loomwork.catalog.pointers import MISSING, Keys, parse_pointer

CUSTOMER_LAYER = "customer"


class Op(StrEnum):
    """What a patch does: give a property another value, add what was not there, or hide what is there."""

    SET = "set"
    ADD = "add"
    HIDE = "hide"


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """One change of one property.

    Shapes: `kind` and `name` name the component (`entity`, `lib.book`); `path` is a JSON pointer into it, empty for the
    component itself (`add` of a component of one's own, `hide` of a whole view); `base` is the value seen below when
    the change was made, `MISSING` when there was none or it was not recorded; `value` is for `set` and `add`.
    """

    kind: str
    name: str
    path: str
    op: Op
    value: Any = None
    base: Any = MISSING

    @property
    def keys(self) -> Keys:
        """The path as keys."""
        return parse_pointer(self.path)

    @property
    def target(self) -> tuple[str, str, str]:
        """What identifies the property: no two patches of a layer may have the same."""
        return self.kind, self.name, self.path

    def as_json(self) -> dict[str, Any]:
        """Wire form, keys in canonical order."""
        result: dict[str, Any] = {"kind": self.kind, "name": self.name, "path": self.path, "op": self.op.value}
        if self.base is not MISSING:
            result["base"] = self.base
        if self.op is not Op.HIDE:
            result["value"] = self.value
        return result


def patch_from_json(data: Mapping[str, Any]) -> Patch:
    """A patch from its wire form, which must have the shape of the overlay schema."""
    return Patch(
        kind=data["kind"],
        name=data["name"],
        path=data.get("path", ""),
        op=Op(data["op"]),
        value=data.get("value"),
        base=data.get("base", MISSING),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """All patches of one layer, `customer` unless said otherwise. Never holds full copies of vendors' components.

    `is_published`: the layer was accepted before, and the apps below it have changed since. Then a conflict keeps the
    customer's value, a patch without a target does nothing, and both are warnings: an upgrade must not stop a server.
    """

    patches: tuple[Patch, ...] = ()
    layer: str = CUSTOMER_LAYER
    is_published: bool = False
    lost: frozenset[str] = frozenset()
    """Names that went with patches whose own faults are reported."""

    def as_json(self) -> dict[str, Any]:
        """Wire form, patches sorted by what they change, so that equal overlays give equal text."""
        patches = sorted(self.patches, key=lambda one: one.target)
        return {"layer": self.layer, "patches": [one.as_json() for one in patches]}

    def with_patches(self, patches: Sequence[Patch]) -> "Overlay":
        """A new overlay in which `patches` replace those on the same properties."""
        merged = {one.target: one for one in self.patches}
        merged.update({one.target: one for one in patches})
        return Overlay(tuple(merged.values()), self.layer, self.is_published)
