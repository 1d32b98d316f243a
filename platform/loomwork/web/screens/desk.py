"""Everything a screen works with for one request: who reads, under which rights, in which unit of work."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from loomwork.catalog.model import Catalog, Entity, Field
from loomwork.core.errors import NotFound
from loomwork.core.i18n import LANGUAGES
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import Policy
from loomwork.query.access import EntityAccess
from loomwork.query.tree import Page, Query
from loomwork.records.program import Program
from loomwork.records.service import program_of
from loomwork.storage.database import Work
from loomwork.web.screens import ui, values

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

USER = "system.user"
FAVOURITE = "system.favourite"
MOST_MARKS = 30


@dataclass(eq=False)
class Desk:
    """One request's place of work. Made by `open_desk`; screens read through it and never elsewhere."""

    rt: "Runtime"
    actor: Actor
    work: Work
    csrf: str

    @cached_property
    def program(self) -> Program:
        """The catalog version of this request, compiled."""
        return program_of(self.work)

    @property
    def catalog(self) -> Catalog:
        """The published catalog."""
        return self.program.catalog

    def entity(self, name: str) -> Entity:
        """An entity that the reader may read some record of.

        Raises: NotFound for one that is not there or closed to the reader.
        """
        found = self.catalog.entities.get(name)
        if found is None or not self.may(name, "read"):
            raise NotFound("there is no such page")
        return found

    def may(self, entity: str, action: str) -> bool:
        """Whether the reader may do the action on some record."""
        return self.program.policies.may(self.actor, entity, action)

    def has(self, ability: str) -> bool:
        """Whether the reader holds a right without an entity."""
        return self.program.policies.has_ability(self.actor, ability)

    def access(self, entity: str) -> EntityAccess:
        """Reading rights, cell by cell."""
        return self.program.policies.of(self.actor).entity(entity)

    def may_read(self, field: Field) -> bool:
        """Whether a field is seen on some record, if only masked."""
        return not self.access(field.entity).is_closed(field.name)

    def order(self, entity: Entity, *sort: str) -> tuple[str, ...]:
        """Of an order that a page chose, the parts that the reader may sort by; an order that he chose is his own affair."""
        return tuple(part for part in sort if self._may_sort(entity, part.lstrip("-")))

    def _may_sort(self, entity: Entity, path: str) -> bool:
        here: Entity | None = entity
        for name in path.split("."):
            field = here.fields.get(name) if here is not None else None
            if field is None:
                return here is not None and here is not entity  # a part of a value, such as an amount's currency
            rights = self.access(field.entity)
            if rights.is_closed(name) or rights.is_only_masked(name):
                return False
            here = self.catalog.entities.get(field.target) if field.is_link else None
        return True

    def writable(self, entity: Entity, action: str = "update") -> frozenset[str]:
        """The fields that the reader may write under some grant of the action."""
        policy = self.program.policies.of(self.actor)
        if not isinstance(policy, Policy) or not self.may(entity.name, action):
            return frozenset()
        rights = policy.writable(entity, action)
        return frozenset(
            n for n, f in entity.fields.items() if rights.get(n) and f.type.origin.value == "input" and not f.readonly
        )

    def run(self, query: Query) -> Page:
        """A page of records under the reader's rights."""
        return self.rt.query.run(self.work, self.actor, query)

    def group(self, query: Query) -> dict[str, Any]:
        """A grouped query under the reader's rights."""
        return self.rt.query.group(self.work, self.actor, query)

    def get(self, entity: str, record_id: str, fields: tuple[str, ...] = (), *, trash: bool = False) -> dict[str, Any]:
        """One record. Raises: NotFound."""
        return self.rt.query.get(self.work, self.actor, entity, record_id, fields, trash=trash)

    @cached_property
    def profile(self) -> dict[str, Any]:
        """The reader's own record: job title, theme, density; empty when it cannot be read."""
        user = self.catalog.entities.get(USER)
        if user is None or not self.may(USER, "read"):
            return {}
        wanted = tuple(
            n for n in ("name", "job_title", "theme", "density", "language", "time_zone") if n in user.fields
        )
        try:
            return self.get(USER, self.actor.user_id, wanted)
        except NotFound:
            return {}

    @cached_property
    def marks(self) -> list[dict[str, Any]]:
        """The lists and records that the reader has marked, oldest first; at most `MOST_MARKS`."""
        if FAVOURITE not in self.catalog.entities or not self.may(FAVOURITE, "read"):
            return []
        asked = Query(FAVOURITE, fields=("label", "entity", "record_id"), sort=("created_at",), limit=MOST_MARKS)
        return self.run(asked).rows

    @cached_property
    def wishes(self) -> ui.Ui:
        """How the reader wants pages."""
        profile = self.profile
        theme, density = str(profile.get("theme") or "system"), str(profile.get("density") or "default")
        return ui.Ui(
            language=self.actor.language if self.actor.language in LANGUAGES else self.rt.settings.language,
            zone=self.actor.zone or self.rt.settings.time_zone,
            currency=self.rt.currency,
            theme=theme if theme in ui.THEMES else "system",
            density=density if density in ui.DENSITIES else "default",
            csrf=self.csrf,
        )


def count_lists(desk: Desk, asked: Sequence[tuple[Query, Page]]) -> list[tuple[int, bool]]:
    """How many records lists hold of which the first page was read, and whether there are more than that.

    A list that ends with its page is counted; of all others the database is asked at once.
    """
    longer = [query for query, page in asked if page.next_cursor]
    told = iter(desk.rt.query.count_all(desk.work, desk.actor, longer) if longer else ())
    return [next(told) if page.next_cursor else (len(page.rows), False) for _, page in asked]


@contextmanager
def open_desk(rt: "Runtime", actor: Actor, csrf: str) -> Iterator[Desk]:
    """Begin a reading unit of work for a request, in the reader's language."""
    values.install()
    with rt.read() as work:
        desk = Desk(rt, actor, work, csrf)
        with ui.used(desk.wishes):
            yield desk
