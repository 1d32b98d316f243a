"""Checks of metadata that need the formula language and the query compiler; the catalog runs them at load."""

from collections.abc import Iterable, Iterator

from loomwork.catalog.checks import Places
from loomwork.catalog.model import Catalog, Entity
from loomwork.core.diagnostics import Diagnostic, Place
from loomwork.core.errors import InvalidInput
from loomwork.expressions.types import BOOLEAN, FormulaType
from loomwork.field_types.base import Origin
from loomwork.query.formulas import Formulas, roll_up_text
from loomwork.query.scope import formula_type
from loomwork.runtime.component_checks import check_components, check_computed
from loomwork.runtime.sql_places import looks_outward, missing_sql


def check_formulas(catalog: Catalog, places: Places) -> Iterable[Diagnostic]:
    """Compile every formula of the metadata; each fault with its place, position and hint."""
    formulas = Formulas(catalog)
    for entity in catalog.entities.values():
        yield from _entity_faults(formulas, entity, places)
    for role in catalog.roles.values():
        for grant in role.grants:
            if grant.rows_formula and grant.entity in catalog.entities:
                place = places.of("role", role.name, "grants", grant.name, "rows", "formula")
                yield from _faults(formulas, grant.entity, grant.rows_formula, BOOLEAN, place, is_asked=True)
    yield from check_components(formulas, places)
    yield from check_computed(formulas, places)


def _entity_faults(formulas: Formulas, entity: Entity, places: Places) -> Iterator[Diagnostic]:
    for one in entity.validations:
        yield from _faults(
            formulas,
            entity.name,
            one.check,
            BOOLEAN,
            places.of("entity", entity.name, "validations", one.name, "check"),
        )
    for rule in entity.rules:
        yield from _faults(
            formulas, entity.name, rule.when, BOOLEAN, places.of("entity", entity.name, "rules", rule.name, "when")
        )
        for name, text in (rule.set or {}).items():
            yield from _faults(
                formulas,
                entity.name,
                text,
                _field_type(entity, name),
                places.of("entity", entity.name, "rules", rule.name, "set", name),
            )
    for field in entity.fields.values():
        at = places.of("entity", entity.name, "fields", field.name, "properties")
        if field.type.origin is Origin.FORMULA:
            yield from _faults(
                formulas,
                entity.name,
                str(field.props.get("formula", "")),
                _field_type(entity, field.name),
                at.inside("formula"),
                is_asked=not field.columns,
            )
        elif field.type.origin is Origin.ROLL_UP:
            kind = _field_type(entity, field.name)
            yield from _faults(formulas, entity.name, roll_up_text(field), kind, at, is_asked=True)
        if isinstance(field.default, dict) and set(field.default) == {"formula"}:
            place = places.of("entity", entity.name, "fields", field.name, "default", "formula")
            yield from _faults(
                formulas, entity.name, str(field.default["formula"]), _field_type(entity, field.name), place
            )


def _field_type(entity: Entity, name: str) -> FormulaType | None:
    field = entity.fields.get(name)
    return formula_type(field.type.shape(field.props)) if field is not None else None


def _faults(
    formulas: Formulas, entity: str, text: str, expected: FormulaType | None, place: Place, *, is_asked: bool = False
) -> Iterator[Diagnostic]:
    """The faults of a formula. `is_asked`: the database computes it, whatever it reads."""
    try:
        formula = formulas.value(entity, text, expected)
    except InvalidInput as fault:
        for one in fault.details:
            yield Diagnostic(one.code if one.code.startswith("X") else "X100", one.message, place)
        return
    if is_asked or looks_outward(formulas.catalog.entities[entity], formula):
        yield from missing_sql(formula, place)
