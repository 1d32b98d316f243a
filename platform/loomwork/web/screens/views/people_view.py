"""Looking after people: what the drawers for inviting, resetting, switching off and on show."""

from typing import Any

from loomwork.web.screens import ui
from loomwork.web.screens.desk import USER, Desk
from loomwork.web.screens.specs import field_spec
from loomwork.web.screens.values import plain_text

ASSIGNMENT = "system.role_assignment"
_INVITED = ("name", "email", "unit", "language")


def invite_values(desk: Desk) -> dict[str, Any]:
    """The fields of an invitation, and where it goes.

    Raises: NotFound.
    """
    entity = desk.entity(USER)
    writable = desk.writable(entity, "create")
    specs = [field_spec(desk, entity.fields[name]) for name in _INVITED if name in writable]
    if desk.may(ASSIGNMENT, "create"):
        role = field_spec(desk, desk.catalog.entity(ASSIGNMENT).fields["role"])
        multiple = {"name": "roles", "label": ui.t("people.roles"), "widget": "multi-choice", "type": "multi_choice"}
        specs.insert(2, {**role, **multiple, "required": False, "hint": ui.t("people.roles.hint")})
    return {"specs": specs, "has_mail": bool(desk.rt.settings.smtp_url)}


def person_values(desk: Desk, user_id: str) -> dict[str, Any]:
    """Who it is about.

    Raises: NotFound.
    """
    fields = desk.entity(USER).fields
    row = desk.get(USER, user_id, ("name", "email"))
    return {
        "id": user_id,
        "name": plain_text(fields["name"], row.get("name")) or "–",
        "email": plain_text(fields["email"], row.get("email")),
    }


def link_values(desk: Desk, user_id: str, purpose: str) -> dict[str, Any]:
    """A link for a person: `invite` or `reset`.

    Raises: NotFound.
    """
    return {**person_values(desk, user_id), "purpose": purpose, "has_mail": bool(desk.rt.settings.smtp_url)}


def deactivate_values(desk: Desk, user_id: str) -> dict[str, Any]:
    """What a person owns by entity, and a look-up of who may get it.

    Raises: NotFound.
    """
    from loomwork.web.auth.deactivation import count_owned

    person = person_values(desk, user_id)
    owned = [
        {"entity": name, "label": ui.say(entity.plural, name), "icon": entity.icon or "table", "count": number}
        for name, number in count_owned(desk.rt, desk.work, user_id)
        if (entity := desk.catalog.entity(name))
    ]
    spec = {
        "name": "successor",
        "label": ui.t("people.successor"),
        "widget": "user",
        "type": "user",
        "props": {},
        "target": USER,
        "lookup": f"/lookup/{USER}/manager",
        "required": True,
    }
    return {**person, "owned": owned, "total": sum(one["count"] for one in owned), "spec": spec}
