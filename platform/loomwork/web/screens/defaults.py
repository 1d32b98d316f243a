"""What a new record, or a new row of a child table, starts with."""

from collections.abc import Mapping
from typing import Any

from loomwork.catalog.model import Entity, Field
from loomwork.core import clock
from loomwork.core.errors import NotFound
from loomwork.web.screens.desk import USER, Desk
from loomwork.web.screens.values import plain_text

Wire = dict[str, Any]


def defaults(desk: Desk, entity: Entity) -> Wire:
    """Defaults as the server would set them; formula defaults that stand alone are worked out."""
    from loomwork.expressions.env import Env
    from loomwork.expressions.ir import value_to_json

    found: Wire = {}
    for name, value, computation in desk.program.plans.of(entity.name).defaults:
        if computation is None:
            found[name] = _default_wire(entity.fields[name], value)
        elif computation.run is not None:
            env = Env(
                values=dict.fromkeys(entity.fields),
                now=clock.now_utc(),
                zone=desk.actor.zone,
                user=desk.actor.context(),
            )
            found[name] = value_to_json(computation.formula.type, computation.run(env))
    if "owner_id" in entity.fields and not entity.is_system:
        found.setdefault("owner_id", {"id": desk.actor.user_id, "label": desk.actor.name})
    return {name: _labelled(desk, entity.fields[name], value) for name, value in found.items()}


def _default_wire(field: Field, value: Any) -> Any:
    given = field.default
    return given if not (isinstance(given, Mapping) and "formula" in given) else value


def _labelled(desk: Desk, field: Field, value: Any) -> Any:
    """An id of a link default with the label beside it."""
    if not field.is_link or not isinstance(value, str):
        return value
    target = desk.catalog.entity(field.target)
    if field.target == USER and value == desk.actor.user_id:
        return {"id": value, "label": desk.actor.name}
    try:
        row = desk.get(field.target, value, (target.title_field,))
    except NotFound:
        return None
    return {"id": value, "label": plain_text(target.fields[target.title_field], row.get(target.title_field))}
