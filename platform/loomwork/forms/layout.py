"""Which form an entity, a person and a record get: the first of metadata that fits, else one made from the fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from loomwork.catalog.model import Catalog, Component, Entity, Field
from loomwork.core.i18n import LANGUAGES, Label, text
from loomwork.expressions.env import Env
from loomwork.permissions.actor import Actor
from loomwork.records.program import Program

WIDE_TYPES = frozenset({"long_text", "rich_text", "child_table", "address", "signature", "json"})


@dataclass(frozen=True, slots=True)
class Item:
    """A field's place in a form. Shapes: `label` is empty when the field's own label stands there; `span` in columns."""

    field: Field
    span: int = 1
    readonly: bool = False
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A titled block in columns."""

    key: str
    label: Label
    columns: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of sections."""

    key: str
    label: Label
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A resolved form; `name` is empty for one made from the fields."""

    name: str
    label: Label
    tabs: tuple[Tab, ...]

    def fields(self) -> list[Field]:
        """All fields of the form in order."""
        return [item.field for tab in self.tabs for section in tab.sections for item in section.items]


def find_form(program: Program, entity: Entity, actor: Actor, values: Mapping[str, Any] | None = None) -> Form:
    """The form for a person and a record.

    Shapes: `values` are the record's values as formulas see them (empty for a new record); a form whose condition
    looks further than the record itself is passed over.
    """
    for component in _forms_of(program.catalog, entity.name):
        if _fits(program, component, entity, actor, values or {}):
            return _read_form(component, entity)
    return default_form(entity)


def _forms_of(catalog: Catalog, entity: str) -> list[Component]:
    found = [c for c in catalog.of_kind("form").values() if c.body["entity"] == entity and not c.body.get("hidden")]
    return sorted(
        found, key=lambda c: (c.body.get("order", "~"), not (c.body.get("roles") or c.body.get("when")), c.name)
    )


def _fits(program: Program, component: Component, entity: Entity, actor: Actor, values: Mapping[str, Any]) -> bool:
    roles = component.body.get("roles")
    if roles and not actor.roles & set(roles):
        return False
    condition = component.body.get("when")
    if not condition:
        return True
    plan = program.plans.of(entity.name)
    run = program.plans.computation(entity, program.formulas.condition(entity.name, condition)).run
    if run is None:
        return False
    empty = dict.fromkeys(plan.entity.fields)
    return run(Env(values={**empty, **values}, zone=actor.zone, user=actor.context())) is True


def in_order(items: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """The entries of a keyed map by rank, hidden ones left out."""
    shown = [(key, one) for key, one in items.items() if not one.get("hidden")]
    return sorted(shown, key=lambda pair: (pair[1].get("order", "~"), pair[0]))


@lru_cache(maxsize=500)
def _read_form(component: Component, entity: Entity) -> Form:
    tabs = []
    for key, tab in in_order(component.body["tabs"]):
        sections = tuple(
            Section(name, one.get("label", {}), int(one.get("columns", 2)), tuple(_items(one["fields"], entity)))
            for name, one in in_order(tab["sections"])
        )
        tabs.append(Tab(key, tab.get("label", {}), sections))
    return Form(component.name, component.body.get("label", {}), tuple(tabs))


def _items(fields: Mapping[str, Mapping[str, Any]], entity: Entity) -> Iterable[Item]:
    for name, one in in_order(fields):
        field = entity.find(name)
        if field is not None and not field.hidden:
            span = int(one.get("span", 2 if field.type.name in WIDE_TYPES else 1))
            yield Item(field, span, bool(one.get("readonly")), one.get("label"))


@lru_cache(maxsize=500)
def default_form(entity: Entity) -> Form:
    """A form of all fields, by group, in two columns."""
    groups: dict[str, list[Item]] = {}
    for field in shown_fields(entity):
        span = 2 if field.type.name in WIDE_TYPES or field.name == entity.title_field else 1
        groups.setdefault(field.group, []).append(Item(field, span))
    sections = tuple(Section(key or "basic", _group_label(key), 2, tuple(items)) for key, items in groups.items())
    return Form("", entity.label, (Tab("main", entity.label, sections),))


def shown_fields(entity: Entity) -> Sequence[Field]:
    """The fields that a person works with, in rank order: own ones and the owner, the title first."""
    own = [f for f in entity.fields.values() if not f.hidden and (not f.is_system or f.name == "owner_id")]
    return sorted(own, key=lambda f: (f.name != entity.title_field, f.is_system, f.order, f.name))


def _group_label(key: str) -> Label:
    if key in ("", "basic"):
        return {language: text("screens.form.basic", language) for language in LANGUAGES}
    return {"en": key.replace("_", " ").capitalize()}
