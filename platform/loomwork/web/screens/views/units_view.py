"""The page of units: the tree with its people, and what the reader may do with it."""

from dataclasses import dataclass
from typing import Any

from loomwork.web.accounts.units import UNIT, USER, UnitNode, read_tree
from loomwork.web.screens import ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.specs import field_spec


@dataclass(frozen=True, slots=True)
class UnitsPage:
    """The tree, top first. Shapes: `spec` is what the script needs: the names, the look-up of a unit, the rights."""

    units: tuple[UnitNode, ...]
    people: int
    may_create: bool
    may_change: bool
    may_delete: bool
    shows_people: bool
    spec: dict[str, Any]


def units_page(desk: Desk) -> UnitsPage:
    """The page as the reader may use it.

    Raises: NotFound for who sees no units.
    """
    entity = desk.entity(UNIT)
    units = tuple(read_tree(desk.rt, desk.work, desk.actor))
    writable = desk.writable(entity, "update")
    parent = field_spec(desk, entity.fields["parent"])
    return UnitsPage(
        units=units,
        people=sum(one.people for one in units),
        may_create=desk.may(UNIT, "create"),
        may_change={"name", "parent"} <= writable,
        may_delete=desk.may(UNIT, "delete"),
        shows_people=desk.may(USER, "read"),
        spec={
            "parent": {**parent, "required": False, "hint": ui.t("units.top_hint")},
            "labels": {name: ui.say(entity.fields[name].label, name) for name in ("name", "code", "parent")},
            "lengths": {name: int(entity.fields[name].props.get("max_length", 120)) for name in ("name", "code")},
        },
    )
