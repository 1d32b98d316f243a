"""Upgrading under a customer's layer: old vendor × new vendor × overlay, property by property.

Each property is in one of six states. A conflict or a dangling patch needs a person; everything else follows by itself.
The plan changes nothing: `settle` gives the overlay that belongs to the new version once all is decided.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from loomwork.catalog.diffing import differences
from loomwork.catalog.model import Catalog
from loomwork.catalog.overlay import Op, Overlay, Patch
from loomwork.catalog.pointers import MISSING, Keys, find, join_pointer, matches, parse_pointer

_Raw = Mapping[str, Mapping[str, Mapping[str, Any]]]


class State(StrEnum):
    """What an upgrade means for one property."""

    UNCHANGED = "unchanged"
    VENDOR_ONLY = "vendor_only"
    CUSTOMER_ONLY = "customer_only"
    BOTH_SAME = "both_same"
    CONFLICT = "conflict"
    DANGLING = "dangling"


OPEN_STATES = (State.CONFLICT, State.DANGLING)
"""States that a person has to decide."""


class Decision(StrEnum):
    """What a person decides for a conflict or a dangling patch."""

    MINE = "mine"
    """Keep the customer's value (not possible where the target is gone)."""
    VENDOR = "vendor"
    """Take the vendor's value; the patch is dropped."""


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One property of the plan.

    Shapes: `old` and `new` are the vendor's values, `mine` is the customer's; `MISSING` where there is none; `policy` is
    vendor, customer or locked.
    """

    kind: str
    name: str
    keys: Keys
    state: State
    old: Any
    new: Any
    mine: Any = MISSING
    patch: Patch | None = None
    policy: str = "vendor"

    @property
    def target(self) -> tuple[str, str, str]:
        """What identifies the property."""
        return self.kind, self.name, join_pointer(self.keys)

    def as_json(self) -> dict[str, Any]:
        """Wire form; values that are not there are left out."""
        result: dict[str, Any] = {"kind": self.kind, "name": self.name, "pointer": join_pointer(self.keys)}
        result.update(state=self.state.value, policy=self.policy)
        values = {"old": self.old, "new": self.new, "mine": self.mine}
        result.update({key: value for key, value in values.items() if value is not MISSING})
        return result


@dataclass(frozen=True, slots=True, eq=False)
class UpgradePlan:
    """What an upgrade brings. Unchanged patches are listed, unchanged vendor properties only counted by their absence."""

    items: tuple[Item, ...]

    @property
    def open(self) -> tuple[Item, ...]:
        """What a person has to decide."""
        return tuple(one for one in self.items if one.state in OPEN_STATES)

    def counts(self) -> dict[str, int]:
        """How many properties are in each state."""
        found = Counter(one.state.value for one in self.items)
        return {state.value: found[state.value] for state in State}


def three_way(old: Catalog | _Raw, new: Catalog | _Raw, overlay: Overlay) -> UpgradePlan:
    """The plan of an upgrade from `old` to `new` vendor metadata (both without the overlay)."""
    was, now = _raw(old), _raw(new)
    items = [_patched(patch, was, now) for patch in overlay.patches]
    covered: dict[tuple[str, str], list[Keys]] = {}
    for one in items:
        covered.setdefault((one.kind, one.name), []).append(one.keys)
    for kind in [*was, *(one for one in now if one not in was)]:
        for name in sorted({*was.get(kind, {}), *now.get(kind, {})}):
            before, after = was.get(kind, {}).get(name, MISSING), now.get(kind, {}).get(name, MISSING)
            if before is after:
                continue
            for keys, left, right in differences(before, after):
                if not any(matches(patched, keys) for patched in covered.get((kind, name), ())):
                    items.append(Item(kind, name, keys, State.VENDOR_ONLY, left, right))
    return UpgradePlan(tuple(items))


def _raw(source: Catalog | _Raw) -> _Raw:
    return source.raw if isinstance(source, Catalog) else source


def _patched(patch: Patch, was: _Raw, now: _Raw) -> Item:
    keys = patch.keys
    before = find(was.get(patch.kind, {}).get(patch.name, MISSING), keys)
    component = now.get(patch.kind, {}).get(patch.name, MISSING)
    after = find(component, keys)
    mine = True if patch.op is Op.HIDE else patch.value
    policy = _policy(component, keys)
    state = _state(patch, before, after, component)
    if state is State.CONFLICT and policy == "customer":
        # What the vendor gave to the customer is never touched again.
        state = State.CUSTOMER_ONLY
    return Item(patch.kind, patch.name, keys, state, before, after, mine, patch, policy)


def _state(patch: Patch, before: Any, after: Any, component: Any) -> State:
    if patch.op is Op.ADD:
        return _state_of_addition(patch, after, component)
    if patch.op is Op.HIDE:
        return State.DANGLING if after is MISSING else State.CUSTOMER_ONLY
    parent = find(component, patch.keys[:-1]) if patch.keys else component
    if parent is MISSING or (after is MISSING and before is not MISSING):
        return State.DANGLING
    seen = before if patch.base is MISSING else patch.base
    if _same(after, patch.value):
        return State.UNCHANGED if _same(seen, after) else State.BOTH_SAME
    return State.CUSTOMER_ONLY if _same(seen, after) else State.CONFLICT


def _state_of_addition(patch: Patch, after: Any, component: Any) -> State:
    if after is not MISSING:
        return State.BOTH_SAME if _same(after, patch.value) else State.CONFLICT
    if patch.keys and find(component, patch.keys[:-1]) is MISSING and find(component, patch.keys[:-2]) is MISSING:
        return State.DANGLING
    return State.CUSTOMER_ONLY


def _same(left: Any, right: Any) -> bool:
    return next(iter(differences(left, right)), None) is None


def _policy(component: Any, keys: Keys) -> str:
    policies = find(component, ("policies",))
    if isinstance(policies, Mapping):
        for path, policy in policies.items():
            if path.startswith("/") and matches(parse_pointer(path), keys):
                return str(policy)
    return "vendor"


def settle(plan: UpgradePlan, overlay: Overlay, decisions: Mapping[tuple[str, str, str], Decision]) -> Overlay:
    """The overlay for the new version: bases brought up to date, what became superfluous or was given up dropped.

    `decisions` name a decision for every open item, by its `target`.
    Raises: ValueError when one is missing, or keeps a patch whose target is gone.
    """
    by_target = {one.target: one for one in plan.items if one.patch is not None}
    patches = []
    for patch in overlay.patches:
        item = by_target[patch.target]
        if item.state in OPEN_STATES:
            decision = decisions.get(item.target)
            if decision is None:
                raise ValueError(f"no decision for {' '.join(item.target)}")
            if decision is Decision.VENDOR:
                continue
            if item.state is State.DANGLING:
                raise ValueError(f"{' '.join(item.target)} is gone; there is nothing to keep")
        if item.state is State.BOTH_SAME:
            continue
        patches.append(_rebased(patch, item))
    return Overlay(tuple(patches), overlay.layer)


def _rebased(patch: Patch, item: Item) -> Patch:
    if patch.op is Op.HIDE:
        return patch
    op = Op.SET if patch.op is Op.ADD and item.new is not MISSING else patch.op
    return replace(patch, op=op, base=item.new)


def rebase(overlay: Overlay, vendor: Catalog | _Raw) -> Overlay:
    """The overlay as it would be made today: bases are what the vendor has now, patches without a place are left out."""
    plan = three_way(vendor, vendor, overlay)
    decisions = {one.target: Decision.MINE if one.state is State.CONFLICT else Decision.VENDOR for one in plan.open}
    return settle(plan, overlay, decisions)
