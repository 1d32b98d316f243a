"""What a new record, or a new row of a child table, starts with."""

from typing import Any

from loomwork.catalog.model import Entity
from loomwork.forms.prefill import default_values
from loomwork.web.screens.desk import Desk


def defaults(desk: Desk, entity: Entity) -> dict[str, Any]:
    """Defaults as the server would set them; formula defaults that stand alone are worked out."""
    return default_values(desk.program, desk.work, desk.actor, entity)
