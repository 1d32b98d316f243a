"""Buttons that metadata adds to a record or a list."""

from collections.abc import Mapping
from typing import Any

from loomwork.actions.open import fill
from loomwork.actions.service import is_for
from loomwork.catalog.model import Component, Entity
from loomwork.catalog.schemas.process import PLACEHOLDER
from loomwork.core.errors import PlatformError
from loomwork.query.evaluate import evaluate
from loomwork.web.screens import ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.models import ActionButton


def buttons(desk: Desk, entity: Entity, row: Mapping[str, Any]) -> tuple[ActionButton, ...]:
    """The actions of an entity that apply to a record and are open to the reader."""
    known = [one for one in _actions(desk, entity, "record") if _may(desk, entity, one)]
    record_id = str(row["id"])
    holding = _holding(desk, entity, record_id, known)
    return tuple(_button(desk, entity, one, record_id) for one in known if one.name in holding)


def list_buttons(desk: Desk, entity: Entity) -> tuple[ActionButton, ...]:
    """The actions that stand on the list of an entity."""
    return tuple(_button(desk, entity, one, "") for one in _actions(desk, entity, "list"))


def _actions(desk: Desk, entity: Entity, place: str) -> list[Component]:
    components = sorted(desk.catalog.of_kind("action").values(), key=lambda c: (c.body.get("order", "~"), c.name))
    return [
        one for one in components if one.body["entity"] == entity.name and is_for(desk.program, desk.actor, one, place)
    ]


def _may(desk: Desk, entity: Entity, component: Component) -> bool:
    return desk.may(entity.name, component.name.split(".")[-1]) or desk.may(entity.name, "update")


def _holding(desk: Desk, entity: Entity, record_id: str, known: list[Component]) -> frozenset[str]:
    """Names of the actions whose condition holds on the record as the reader sees it; one query for all of them."""
    asked = [one for one in known if one.body.get("when")]
    free = {one.name for one in known if not one.body.get("when")}
    if not asked:
        return frozenset(free)
    program = desk.program
    try:
        formulas = [program.formulas.condition(entity.name, str(one.body["when"])) for one in asked]
        values = evaluate(program.engine, desk.work, program.reader(desk.actor), entity.name, record_id, formulas)
    except PlatformError:
        return frozenset(free)
    return frozenset(free | {one.name for one, value in zip(asked, values, strict=True) if value})


def _button(desk: Desk, entity: Entity, component: Component, record_id: str) -> ActionButton:
    body = component.body
    url = f"/e/{entity.name}/{record_id}/actions/{component.name}"
    if body["type"] == "open":
        url = _address(desk, entity, str(body["address"]), record_id)
    return ActionButton(
        component.name,
        ui.say(body["label"], component.name),
        body.get("icon", "bolt"),
        url,
        is_primary=bool(body.get("primary")),
        is_outside=not url.startswith("/"),
    )


def _address(desk: Desk, entity: Entity, address: str, record_id: str) -> str:
    names = set(PLACEHOLDER.findall(address))
    readable = tuple(sorted(n for n in names - {"id"} if desk.may_read(entity.fields[n])))
    row = desk.get(entity.name, record_id, readable) if readable else {}
    return fill(address, {**row, "id": record_id})
