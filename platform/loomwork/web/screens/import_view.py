"""The import page: what the browser needs to match the columns of a file with fields."""

from typing import Any

from loomwork.core.errors import NotAllowed
from loomwork.web.screens import ui
from loomwork.web.screens.desk import Desk


def import_values(desk: Desk, name: str) -> dict[str, Any]:
    """Fields that a file may fill, and the mappings that metadata offers.

    Raises: NotFound, NotAllowed.
    """
    entity = desk.entity(name)
    if not desk.may(name, "import"):
        raise NotAllowed("you may not import records here")
    writable = desk.writable(entity, "create")
    fields = [
        {"name": n, "label": ui.say(f.label, n), "type": f.type.name, "required": f.required}
        for n, f in sorted(entity.fields.items(), key=lambda pair: pair[1].order)
        if n in writable and f.type.storage.value != "children"
    ]
    mappings = [
        {"name": c.name, "label": ui.say(c.body.get("label"), c.name)}
        for c in desk.catalog.of_kind("mapping").values()
        if c.body.get("type") == "import" and c.body.get("entity") == name
    ]
    spec = {"entity": name, "fields": fields, "mappings": mappings}
    return {"entity": name, "label": ui.say(entity.plural, name), "spec": spec}
