"""Buttons that metadata adds to a record."""

from collections.abc import Mapping
from typing import Any

from loomwork.catalog.model import Component, Entity
from loomwork.core.errors import PlatformError
from loomwork.expressions.env import Env
from loomwork.forms.preview import plain_values
from loomwork.web.screens import ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.models import ActionButton


def buttons(desk: Desk, entity: Entity, row: Mapping[str, Any]) -> tuple[ActionButton, ...]:
    """The actions of an entity that apply to a record and are open to the reader."""
    found = []
    for component in sorted(desk.catalog.of_kind("action").values(), key=lambda c: (c.body.get("order", "~"), c.name)):
        if component.body["entity"] == entity.name and _is_open(desk, entity, component, row):
            found.append(
                ActionButton(
                    component.name,
                    ui.say(component.body["label"], component.name),
                    component.body.get("icon", "bolt"),
                    f"/e/{entity.name}/{row['id']}/actions/{component.name}",
                    is_primary=bool(component.body.get("primary")),
                )
            )
    return tuple(found)


def _is_open(desk: Desk, entity: Entity, component: Component, row: Mapping[str, Any]) -> bool:
    roles = component.body.get("roles")
    if roles and not desk.actor.roles & set(roles):
        return False
    if not (desk.may(entity.name, component.name.split(".")[-1]) or desk.may(entity.name, "update")):
        return False
    condition = component.body.get("when")
    return not condition or holds(desk, entity, condition, row)


def holds(desk: Desk, entity: Entity, condition: str, row: Mapping[str, Any]) -> bool:
    """Whether a condition of metadata holds on a record as the reader sees it."""
    try:
        computation = desk.program.plans.computation(entity, desk.program.formulas.condition(entity.name, condition))
    except PlatformError:
        return False
    if computation.run is None:
        return False
    env = Env(values=plain_values(entity, row), now=desk.work.now, zone=desk.actor.zone, user=desk.actor.context())
    return computation.run(env) is True
