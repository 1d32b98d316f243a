"""What a record would look like if it were saved now: computed values and which rules hold, nothing written.

Values that stand on other records are read with the reader's own rights; what he may not see counts as empty.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from loomwork.catalog.model import Entity, Field
from loomwork.core.errors import PlatformError, Refused
from loomwork.expressions.env import Env
from loomwork.expressions.formula import Formula
from loomwork.expressions.ir import value_to_json
from loomwork.expressions.python import compile_python
from loomwork.forms.logic import formula_of
from loomwork.permissions.actor import Actor
from loomwork.records.program import Program
from loomwork.records.values import formula_values
from loomwork.storage.database import Work

Wire = Mapping[str, Any]


def preview(program: Program, work: Work, actor: Actor, entity: Entity, values: Wire) -> dict[str, Any]:
    """Evaluate the formulas and rules of an entity on values that are not saved.

    Shapes: `values` are wire values by field, child tables as lists of rows; the answer is `{computed: {field:
    wire}, rules: {name: bool}}`. A value that cannot be read counts as empty; saving will name it.
    """
    plan = program.plans.of(entity.name)
    own = plain_values(entity, values)
    items = _rows(program, entity, values)
    computed: dict[str, Any] = {}
    order = [f for f in entity.fields.values() if f.type.origin.value in ("roll_up", "formula")]
    stored = [f for f, _ in plan.computed]
    for field in sorted(order, key=lambda f: (f.type.origin.value != "roll_up", f not in stored, stored.index(f) if f in stored else 0)):
        formula = formula_of(program, entity, field)
        if formula is None or not _is_loaded(formula, items):
            continue
        value = _run(program, work, actor, entity, formula, own, items)
        own[field.name] = value
        computed[field.name] = value_to_json(formula.type, value)
    rules = {
        one.rule.name: _run(program, work, actor, entity, one.when.formula, own, items) is True
        for one in plan.rules
        if _is_loaded(one.when.formula, items)
    }
    return {"computed": computed, "rules": rules}


def plain_values(entity: Entity, values: Wire) -> dict[str, Any]:
    """Wire values as formulas see them; every stored field is there, None when empty or unreadable."""
    found: dict[str, Any] = {}
    for field in entity.fields.values():
        if field.columns:
            found.update(formula_values(field, _cells(field, values.get(field.name))))
    return found


def _cells(field: Field, wire: Any) -> tuple[Any, ...]:
    empty = (None,) * len(field.columns)
    if wire is None or wire == "":
        return empty
    try:
        cells = field.type.reader(field.props)(wire)
    except (Refused, PlatformError, TypeError, ValueError, KeyError, AttributeError):
        return empty
    return (*cells, *empty)[: len(field.columns)]


def _rows(program: Program, entity: Entity, values: Wire) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for field in entity.fields.values():
        if field.type.storage.value != "children" or not isinstance(values.get(field.name), list):
            continue
        child = program.catalog.entity(field.target)
        rows = [plain_values(child, row) for row in values[field.name] if isinstance(row, dict)]
        for row in rows:
            _compute_row(program, child, row)
        found[field.name] = rows
    return found


def _compute_row(program: Program, child: Entity, row: dict[str, Any]) -> None:
    for field, computation in program.plans.of(child.name).computed:
        if computation.run is not None:
            row[field.name] = computation.run(Env(values=row))


def _is_loaded(formula: Formula, items: Mapping[str, Any]) -> bool:
    """Whether the rows that the formula walks over are at hand (children of the form; other relations are not)."""
    from loomwork.expressions.ir import Aggregate, walk

    return all(".".join(node.path) in items for node in walk(formula.ir) if isinstance(node, Aggregate))


def _run(
    program: Program, work: Work, actor: Actor, entity: Entity, formula: Formula, own: Mapping[str, Any], items: Mapping[str, Any]
) -> Any:  # fmt: skip
    outside = _outside(program, work, actor, entity, formula.dependencies - own.keys() - items.keys(), own)
    env = Env(values={**own, **outside}, items=items, now=work.now, zone=actor.zone, user=actor.context())
    return compile_python(formula)(env)


def _outside(program: Program, work: Work, actor: Actor, entity: Entity, paths: Iterable[str], own: Mapping[str, Any]) -> dict[str, Any]:
    """Values behind links, one read per link."""
    by_link: dict[str, list[str]] = {}
    for path in paths:
        head, _, rest = path.partition(".")
        field = entity.find(head)
        if rest and field is not None and field.is_link:
            by_link.setdefault(head, []).append(rest)
    found: dict[str, Any] = {}
    for head, rests in by_link.items():
        target = program.catalog.entity(entity.fields[head].target)
        record = _read(program, work, actor, target, own.get(head), rests)
        found.update({f"{head}.{rest}": record.get(rest) for rest in rests})
    return found


def _read(program: Program, work: Work, actor: Actor, target: Entity, record_id: Any, paths: list[str]) -> dict[str, Any]:
    if not record_id:
        return {}
    simple = [path for path in paths if path.count(".") == 0 and target.find(path)]
    try:
        row = program.engine.get(work, program.reader(actor), target.name, str(record_id), simple)
    except PlatformError:
        return {}
    plain = plain_values(target, {name: row.get(name) for name in simple})
    return {path: plain.get(path) for path in paths}
