"""Which record page a reader gets for an entity."""

from loomwork.catalog.model import Component, Entity
from loomwork.web.screens.desk import Desk


def find_page(desk: Desk, entity: Entity) -> Component | None:
    """The page for one of the reader's roles, else the one for everybody."""
    found = [
        c for c in desk.catalog.of_kind("page").values() if c.body["entity"] == entity.name and not c.body.get("hidden")
    ]
    for one in sorted(found, key=lambda c: (not c.body.get("roles"), c.name)):
        roles = one.body.get("roles")
        if not roles or desk.actor.roles & set(roles):
            return one
    return None
