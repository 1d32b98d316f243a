"""What the browser needs to work a form out while somebody types: formulas as trees, with what they read.

The same rules and formulas run again on the server when the record is saved; what is sent here only shows earlier
what will happen. A formula goes to the browser as local when everything it reads stands on the form or is sent with
the record; the others are asked of the server (`preview`).
"""

from functools import lru_cache
from typing import Any

from loomwork.catalog.model import Entity, Field
from loomwork.expressions.formula import Formula
from loomwork.expressions.ir import Aggregate, walk
from loomwork.permissions.actor import Actor
from loomwork.query.access import EntityAccess
from loomwork.records.program import Program

Logic = dict[str, Any]
_NOT_IN_BROWSER = frozenset({"calendar"})


def form_logic(program: Program, entity: Entity, actor: Actor) -> Logic:
    """The logic of an entity's forms for a reader, as JSON.

    Shapes: `computed: [{field, ir, needs, is_local}]` in the order of dependencies, `rules: [{name, show, require,
    lock, set, ir, needs, is_local}]`, `lines: {child table: computed}`, `line_sets: {child table: {entity, reads}}` (the
    fields of a row after whose change its rules give others), `user: {id, unit, units, teams, roles}`.
    A formula that reads a field closed to the reader is left out: its value comes with the record alone.
    """
    access = program.policies.of(actor).entity(entity.name)
    made = _logic(program, entity)
    context = actor.context()
    return {
        "entity": entity.name,
        "computed": [one for one in made["computed"] if _is_readable(one, access)],
        "rules": [one for one in made["rules"] if _is_readable(one, access)],
        "lines": made["lines"],
        "line_sets": made["line_sets"],
        "user": {
            "id": context.id,
            "unit": context.unit,
            "units": list(context.units),
            "teams": list(context.teams),
            "roles": list(context.roles),
        },
    }


def _is_readable(one: Logic, access: EntityAccess) -> bool:
    """Whether the reader sees all that a formula reads plainly on some record."""
    cells = (access.cells.get(path.split(".")[0]) for path in one["needs"])
    return all(cell is not None and bool(cell.plain) for cell in cells)


@lru_cache(maxsize=500)
def _logic(program: Program, entity: Entity) -> Logic:
    plan = program.plans.of(entity.name)
    rules = [
        {
            "name": one.rule.name,
            "show": list(one.rule.show),
            "require": list(one.rule.require),
            "lock": list(one.rule.lock),
            "set": [{"field": name, **_formula(entity, made.formula)} for name, made in one.sets],
            **_formula(entity, one.when.formula),
        }
        for one in plan.rules
    ]
    lines, line_sets = {}, {}
    for field in plan.children:
        child = program.catalog.entity(field.target)
        lines[field.name] = _computed(program, child)
        giving = [one for one in program.plans.of(child.name).rules if one.sets]
        reads = {path.partition(".")[0] for one in giving for path in one.when.formula.dependencies}
        if reads:
            line_sets[field.name] = {"entity": child.name, "reads": sorted(reads)}
    return {"computed": _computed(program, entity), "rules": rules, "lines": lines, "line_sets": line_sets}


def _computed(program: Program, entity: Entity) -> list[Logic]:
    plan = program.plans.of(entity.name)
    stored = [field for field, _ in plan.computed]
    virtual = [
        f for f in entity.fields.values() if f not in stored and not f.columns and f.type.origin.value == "formula"
    ]
    rolled = [f for f in entity.fields.values() if f.type.origin.value == "roll_up"]
    found = []
    for field in (*rolled, *stored, *virtual):
        formula = formula_of(program, entity, field)
        if formula is not None:
            found.append({"field": field.name, **_formula(entity, formula)})
    return found


def formula_of(program: Program, entity: Entity, field: Field) -> Formula | None:
    """The formula behind a computed field; for roll-ups the aggregate that they are."""
    if field.type.origin.value == "roll_up":
        return program.formulas.of_roll_up(entity, field)
    return program.formulas.of_field(entity, field)


def _formula(entity: Entity, formula: Formula) -> Logic:
    return {"ir": formula.as_json(), "needs": sorted(formula.dependencies), "is_local": is_local(entity, formula)}


def is_local(entity: Entity, formula: Formula) -> bool:
    """Whether everything that the formula reads stands on the form: own fields and the rows of child tables."""
    if formula.needs & _NOT_IN_BROWSER or not formula.runs_in_browser:
        return False
    tables = {name for name, field in entity.fields.items() if field.type.storage.value == "children"}
    for node in walk(formula.ir):
        if isinstance(node, Aggregate) and (len(node.path) != 1 or node.path[0] not in tables):
            return False
    return all(_stands_here(entity, path, tables) for path in formula.dependencies)


def _stands_here(entity: Entity, path: str, tables: set[str]) -> bool:
    head, _, rest = path.partition(".")
    field = entity.find(head)
    if head in tables:
        return rest.count(".") == 0
    if field is None:
        return False
    return not rest or rest in field.type.parts(field.props)
