"""Play the history of the demo company through the record service: one transaction, each write at its own instant.

Everybody writes what is theirs with their own rights, so the demo shows who did what and proves that the roles work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from loomwork.catalog.model import Catalog
from loomwork.core.clock import frozen, now_utc
from loomwork.core.errors import InvalidInput, PlatformError
from loomwork.core.i18n import label_text
from loomwork.packages.demo.generator import Generator
from loomwork.packages.demo.model import Event, Made, Ref
from loomwork.packages.demo.scene import World
from loomwork.packages.seed import reference_records, seed_reference
from loomwork.permissions.actor import Actor, system_actor
from loomwork.records import writing
from loomwork.records.draft import Change
from loomwork.records.service import program_of
from loomwork.storage.database import Work

USER = "system.user"
ASSIGNMENT = "system.role_assignment"
EVERYONE = "system.everyone"


@dataclass(slots=True)
class Writer:
    """Writes events in order. Shapes: `ids` and `versions` by reference; `roles` are role names by user."""

    work: Work
    world: World
    ids: dict[Ref, str]
    versions: dict[Ref, int] = field(default_factory=dict)
    roles: dict[Ref, set[str]] = field(default_factory=dict)
    actors: dict[Ref, Actor] = field(default_factory=dict)

    def play(self, events: list[Event]) -> None:
        """Write everything. Raises: InvalidInput naming the record of the description that was refused."""
        began = self.work.now
        for event in events:
            with frozen(event.at):
                # The unit of work stands at the instant of the event: what it stamps and what TODAY() means.
                self.work.now = event.at
                try:
                    self._write(event)
                except PlatformError as fault:
                    place = f"sets.{event.ref.set}.{event.ref.key}"
                    raise InvalidInput(
                        f"the demo record {place} ({event.action}) was refused: {fault.message}", details=fault.details
                    ) from fault
        self.work.now = began

    def _write(self, event: Event) -> None:
        program, actor = program_of(self.work), self._actor(event)
        fields = {name: self._wire(value) for name, value in event.fields.items()}
        if event.action == "create":
            self.ids[event.ref] = writing.create(program, self.work, actor, event.entity, fields)
            self.versions[event.ref] = 1
        else:
            change = Change(self.ids[event.ref], fields, self.versions[event.ref])
            self.versions[event.ref] = writing.update(program, self.work, actor, event.entity, change)
        if event.entity == ASSIGNMENT:
            self.roles.setdefault(event.fields["user"], {EVERYONE}).add(str(event.fields["role"]))

    def _wire(self, value: Any) -> Any:
        if isinstance(value, Ref):
            return self.ids[value]
        if isinstance(value, list):
            return [self._wire(inner) for inner in value]
        return {name: self._wire(inner) for name, inner in value.items()} if isinstance(value, Mapping) else value

    def _actor(self, event: Event) -> Actor:
        if event.by is None or event.by not in self.ids:
            return replace(system_actor("demo"), zone=str(self.world.zone))
        if event.by not in self.actors:
            self.actors[event.by] = self._person(event.by)
        return self.actors[event.by]

    def _person(self, ref: Ref) -> Actor:
        made = self.world.find(ref)
        unit = made.fields.get("unit")
        return Actor(
            user_id=self.ids[ref],
            name=str(made.fields["name"]),
            roles=frozenset(self.roles.get(ref, {EVERYONE})),
            unit_id=self.ids[unit] if unit else None,
            unit_ids=tuple(self.ids[one] for one in self._units_below(unit)) if unit else (),
            language=str(made.fields.get("language", "en")),
            zone=str(self.world.zone),
            source="demo",
        )

    def _units_below(self, top: Ref) -> list[Ref]:
        units = [made for made in self.world.made[top.set].values() if not made.target]
        found = [top]
        for ref in found:
            found.extend(made.ref for made in units if made.fields.get("parent") == ref)
        return found


def read_generator(catalog: Catalog) -> Generator | None:
    """The demo description of the catalog's apps; None when no app brings one."""
    bodies = [component.body for component in catalog.of_kind("seed").values()]
    descriptions = [body["generator"] for body in bodies if "generator" in body]
    if not descriptions:
        return None
    lists = {name: words for body in bodies for name, words in body.get("lists", {}).items()}
    return Generator(descriptions[0], lists, reference_records(catalog))


def write_demo(work: Work, catalog: Catalog, at: datetime | None = None) -> World:
    """Write reference data and the demo company as of an instant; what was made.

    Raises: InvalidInput for a description with faults, or one whose records the app refuses.
    """
    generator = read_generator(catalog)
    if generator is None:
        raise InvalidInput("no app brings demo data", code="no_demo")
    world = generator.records((at or now_utc()).astimezone(generator.zone).date())
    ids = seed_reference(work, catalog)
    known = {made.ref: ids[made.ref.key] for made in world.of_sets(list(world.made)) if made.ref.key in ids}
    Writer(work, world, known).play(generator.events(world))
    return world


def accounts_of(world: World, catalog: Catalog, language: str) -> list[dict[str, str]]:
    """Who may sign in to the demo: `email`, `name`, `role`, `unit`; the people marked `_shown`, else all."""
    everybody = list(world.of_sets(list(world.made)))
    users = [made for made in everybody if made.entity == USER and not made.target]
    shown = [made for made in users if made.fields.get("_shown")] or users
    return [
        {
            "email": str(made.fields["email"]),
            "name": str(made.fields["name"]),
            "role": _role_labels(everybody, made, catalog, language),
            "unit": str(world.find(made.fields["unit"]).fields["name"]) if made.fields.get("unit") else "",
        }
        for made in shown
    ]


def _role_labels(everybody: list[Made], user: Made, catalog: Catalog, language: str) -> str:
    names = [made.fields["role"] for made in everybody if made.entity == ASSIGNMENT and made.fields["user"] == user.ref]
    return ", ".join(
        label_text(catalog.roles[name].label, language, name) if name in catalog.roles else name for name in names
    )
