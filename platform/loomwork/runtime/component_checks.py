"""Formulas outside entities: views, forms, captions, buttons, mappings, look-ups; and computed fields that need each other."""

from collections.abc import Iterator, Mapping
from typing import Any

from loomwork.catalog.checks import Places
from loomwork.catalog.cycles import find_cycles
from loomwork.catalog.model import Catalog, Component, Entity, Field
from loomwork.core.diagnostics import Diagnostic, Place
from loomwork.core.errors import InvalidInput
from loomwork.core.i18n import say
from loomwork.expressions.conditions import compile_conditions
from loomwork.field_types.base import Origin
from loomwork.query.formulas import Formulas
from loomwork.records.dependent import dependent_filter
from loomwork.runtime.sql_places import missing_sql

CIRCLE = "X150"
FLEETING = "X151"


def check_components(formulas: Formulas, places: Places) -> Iterator[Diagnostic]:
    """Compile what views, forms, pages, actions, mappings and look-ups say in formulas."""
    catalog = formulas.catalog
    for view in catalog.of_kind("view").values():
        yield from _view(formulas, view, places)
    for kind in ("form", "action"):
        for one in catalog.of_kind(kind).values():
            if "when" in one.body and one.body["entity"] in catalog.entities:
                place = places.of(kind, one.name, "when")
                yield from _condition(formulas, one.body["entity"], one.body["when"], place, is_asked=kind == "action")
    for page in catalog.of_kind("page").values():
        yield from _captions(formulas, page, places)
    for mapping in catalog.of_kind("mapping").values():
        yield from check_mapping(formulas, mapping.body, places.of("mapping", mapping.name))
    for entity in catalog.entities.values():
        for field in entity.fields.values():
            if not field.is_system and field.target in catalog.entities and field.props.get("filter"):
                place = places.of("entity", entity.name, "fields", field.name, "properties", "filter")
                yield from _look_up(formulas, entity, field, place)


def _view(formulas: Formulas, view: Component, places: Places) -> Iterator[Diagnostic]:
    entity, tree = view.body["entity"], view.body.get("filter")
    if not tree or entity not in formulas.catalog.entities:
        return
    try:
        formula = compile_conditions(tree, scope=formulas.scope, entity=entity)
    except InvalidInput as fault:
        yield from _put(fault, places.of("view", view.name, "filter"))
    else:
        yield from missing_sql(formula, places.of("view", view.name, "filter"))


def check_mapping(formulas: Formulas, body: Mapping[str, Any], place: Place) -> Iterator[Diagnostic]:
    """Compile the formulas of a mapping that stands at a place."""
    source = body.get("source", body.get("entity", ""))
    if source not in formulas.catalog.entities:
        return
    for name, target in body.get("targets", {}).items():
        here = place.inside("targets", name)
        if "when" in target:
            yield from _condition(formulas, source, target["when"], here.inside("when"), is_asked=True)
        for field, value in target["fields"].items():
            if "formula" in value:
                yield from _value(formulas, source, value["formula"], here.inside("fields", field, "formula"))
    for field, value in body.get("after", {}).items():
        if "formula" in value:
            yield from _value(formulas, source, value["formula"], place.inside("after", field, "formula"))
    for field, text in body.get("computed", {}).items():
        yield from _value(formulas, source, text, place.inside("computed", field), is_asked=False)


def _captions(formulas: Formulas, page: Component, places: Places) -> Iterator[Diagnostic]:
    entity, captions = page.body["entity"], page.body.get("captions", {})
    for name, caption in captions.items() if entity in formulas.catalog.entities else ():
        place = places.of("page", page.name, "captions", name, "value")
        yield from _value(formulas, entity, caption["value"], place)


def _look_up(formulas: Formulas, entity: Entity, field: Field, place: Place) -> Iterator[Diagnostic]:
    """A dependent look-up: a condition over the target, in which `parent.x` is a value of the record being edited."""
    try:
        made = dependent_filter(formulas, entity, field)
    except InvalidInput as fault:
        yield from _put(fault, place)
    else:
        yield from missing_sql(made.formula, place) if made is not None else ()


def _condition(
    formulas: Formulas, entity: str, text: str, place: Place, *, is_asked: bool
) -> Iterator[Diagnostic]:  # fmt: skip
    """`is_asked`: the database computes it."""
    try:
        formula = formulas.condition(entity, text)
    except InvalidInput as fault:
        yield from _put(fault, place)
    else:
        yield from missing_sql(formula, place) if is_asked else ()


def _value(formulas: Formulas, entity: str, text: str, place: Place, *, is_asked: bool = True) -> Iterator[Diagnostic]:
    """`is_asked`: the database computes it; an import computes in Python."""
    try:
        formula = formulas.value(entity, text)
    except InvalidInput as fault:
        yield from _put(fault, place)
    else:
        yield from missing_sql(formula, place) if is_asked else ()


def _put(fault: InvalidInput, place: Place) -> Iterator[Diagnostic]:
    for one in fault.details:
        yield Diagnostic(one.code if one.code.startswith("X") else "X100", one.message, place)


def check_computed(formulas: Formulas, places: Places) -> Iterator[Diagnostic]:
    """Computed fields must not need each other in a circle, and what is stored must not change with time or reader."""
    catalog = formulas.catalog
    reads: dict[str, list[str]] = {}
    for entity in catalog.entities.values():
        for field in entity.fields.values():
            formula = _formula_of(formulas, entity, field)
            if formula is None:
                continue
            place = places.of("entity", entity.name, "fields", field.name, "properties")
            if field.columns and formula.needs:
                message = say("formula.X151", needs=", ".join(sorted(formula.needs)))
                yield Diagnostic(FLEETING, message, place, say("formula.hint.not_stored"))
            reads[f"{entity.name}.{field.name}"] = [
                name for path in sorted(formula.dependencies) for name in _computed_on(catalog, entity, path)
            ]
    for circle in find_cycles(reads):
        entity_name, _, field_name = circle[0].rpartition(".")
        place = places.of("entity", entity_name, "fields", field_name, "properties")
        yield Diagnostic(CIRCLE, say("formula.X150", circle=" → ".join(circle)), place)


def _formula_of(formulas: Formulas, entity: Entity, field: Field) -> Any:
    """The compiled formula of a computed field; None for others, and for those whose own fault is reported already."""
    try:
        if field.type.origin is Origin.ROLL_UP:
            return formulas.of_roll_up(entity, field)
        return formulas.of_field(entity, field)
    except InvalidInput:
        return None


def _computed_on(catalog: Catalog, entity: Entity, path: str) -> Iterator[str]:
    """The computed fields that a path reads, on the way and at its end."""
    here: Entity | None = entity
    for name in path.split("."):
        if here is None:
            return
        relation = here.relations.get(name)
        if relation is not None:
            here = catalog.entities.get(relation.entity)
            continue
        field = here.fields.get(name)
        if field is None:
            return
        if field.type.origin in (Origin.FORMULA, Origin.ROLL_UP):
            yield f"{here.name}.{name}"
        here = catalog.entities.get(field.target) if field.is_link else None
