"""Open a page for a record: one of the platform beside the present one, or one of another system in a tab of its own.

Nothing is written here: what the page does has rights of its own, and asks for them again.
"""

import re
from typing import Any, ClassVar
from urllib.parse import quote

from loomwork.actions.base import ActionType, Call
from loomwork.catalog.schemas.process import PLACEHOLDER


class Open(ActionType):
    """`{type: open, address}`; takes no input."""

    name: ClassVar[str] = "open"

    def preview(self, call: Call) -> dict[str, Any]:
        """`{address}` with the record's values in it, as far as the person may read them."""
        names = PLACEHOLDER.findall(str(call.body["address"]))
        access = call.program.policies.of(call.actor).entity(call.entity)
        open_ones = [name for name in names if not access.is_closed(name) and not access.is_only_masked(name)]
        reader = call.program.reader(call.actor)
        row = call.program.engine.get(call.work, reader, call.entity, call.record_id, ("id", *open_ones))
        return {"address": fill(str(call.body["address"]), row)}

    def run(self, call: Call) -> dict[str, Any]:
        """The same: going there is the browser's business."""
        return self.preview(call)


def fill(address: str, row: dict[str, Any]) -> str:
    """An address with values of a record, each written so that it cannot leave its place in the address."""

    def value(found: re.Match[str]) -> str:
        one = row.get(found[1])
        plain = one.get("id", "") if isinstance(one, dict) else one
        return quote("" if plain is None else str(plain), safe="")

    return PLACEHOLDER.sub(value, address)
