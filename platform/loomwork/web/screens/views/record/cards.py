"""What a record's page says of its cards in lists: the field of the mark, and what a swipe uncovers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loomwork.catalog.model import Entity, Field
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.list_state import may_show
from loomwork.web.screens.specs import path_field
from loomwork.web.screens.values import is_masked, plain_text
from loomwork.web.screens.views.record.pages import find_page
from loomwork.web.screens.views.record.quick import Way, paths_of, swiped, ways


@dataclass(frozen=True, slots=True)
class Card:
    """How the records of an entity stand on cards; `mark` is the path of the field `marking`."""

    mark: str = ""
    marking: Field | None = None
    ways: tuple[Way, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """What a query must bring for it."""
        return (*([self.mark] if self.mark else []), *paths_of(self.ways))

    def mark_of(self, row: Mapping[str, Any]) -> str:
        """The text whose first letter marks the card; empty where the field says nothing."""
        value = row.get(self.mark) if self.marking is not None else None
        return "" if self.marking is None or not value or is_masked(value) else plain_text(self.marking, value)


PLAIN = Card()


def card_of(desk: Desk, entity: Entity) -> Card:
    """The card of an entity's records as its page describes it to the reader."""
    page = find_page(desk, entity)
    path = str(page.body.get("mark", "")) if page is not None else ""
    marking = path_field(desk.catalog, entity, path) if path and may_show(desk, entity, path) else None
    return Card(path if marking is not None else "", marking, swiped(ways(desk, entity, page)))
