"""What a record would look like if it were saved now: computed values and which rules hold, nothing written.

Values that stand on other records are read with the reader's own rights; what he may not see counts as empty.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loomwork.catalog.model import Entity, Field
from loomwork.core.errors import PlatformError, Refused
from loomwork.expressions.env import Env
from loomwork.expressions.formula import Formula
from loomwork.expressions.ir import Aggregate, value_to_json, walk
from loomwork.expressions.python import compile_python
from loomwork.forms.logic import formula_of
from loomwork.permissions.actor import Actor
from loomwork.query.decode import label_of
from loomwork.records.plans import RulePlan
from loomwork.records.program import Program
from loomwork.records.values import computed_cells, formula_values
from loomwork.storage.database import Work

Wire = Mapping[str, Any]


def preview(
    program: Program, work: Work, actor: Actor, entity: Entity, values: Wire, changed: Collection[str] = ()
) -> dict[str, Any]:
    """Evaluate the formulas and rules of an entity on values that are not saved.

    Shapes: `values` are wire values by field, child tables as lists of rows; the answer is `{computed: {field:
    wire}, rules: {name: bool}}`, and where `changed` names fields also `set: {field: wire}`, what rules give now that they
    have other values. A value that cannot be read counts as empty; saving will name it.
    """
    look = _Look(program, work, actor, entity, plain_values(entity, values), _rows(program, entity, values))
    computed: dict[str, Any] = {}
    for field in _in_order(program, entity):
        formula = formula_of(program, entity, field)
        if formula is None or not look.is_loaded(formula):
            continue
        look.own[field.name] = value = look.run(formula)
        computed[field.name] = value_to_json(formula.type, value)
    plan = program.plans.of(entity.name)
    asked = [one for one in plan.rules if look.is_loaded(one.when.formula)]
    holds = {one.rule.name: look.run(one.when.formula) is True for one in asked}
    found: dict[str, Any] = {"computed": computed, "rules": holds}
    if changed:
        found["set"] = _given(look, [one for one in asked if holds[one.rule.name]], changed)
    return found


def _given(look: "_Look", holding: Sequence[RulePlan], changed: Collection[str]) -> dict[str, Any]:
    """What the holding rules that read a changed field set: the values that saving would give."""
    found: dict[str, Any] = {}
    for rule in holding:
        if any(path.partition(".")[0] in changed for path in rule.when.formula.dependencies):
            for name, made in rule.sets:
                if look.is_loaded(made.formula):
                    found[name] = _wire(look, look.entity.fields[name], look.run(made.formula))
    return found


def _wire(look: "_Look", field: Field, value: Any) -> Any:
    """A plain value in the wire form of a field; null where the field cannot hold it, so that saving says so."""
    try:
        cells = computed_cells(field, value)
    except PlatformError:
        return None
    if cells[0] is None:
        return None
    show = field.type.shower(field.props)
    wire = cells[0] if show is None else show(cells)
    return look.labelled(field.target, str(wire)) if field.is_link else wire


def _in_order(program: Program, entity: Entity) -> list[Field]:
    """Computed fields so that each stands behind those it reads: roll-ups, stored formulas, the others."""
    stored = [field for field, _ in program.plans.of(entity.name).computed]
    rolled = [f for f in entity.fields.values() if f.type.origin.value == "roll_up"]
    others = [f for f in entity.fields.values() if f.type.origin.value == "formula" and f not in stored]
    return [*rolled, *stored, *others]


@dataclass(slots=True)
class _Look:
    """What a preview sees: the values at hand and, through the reader's rights, those behind links."""

    program: Program
    work: Work
    actor: Actor
    entity: Entity
    own: dict[str, Any]
    items: dict[str, list[dict[str, Any]]]

    def is_loaded(self, formula: Formula) -> bool:
        """Whether the rows that a formula walks over are at hand: children of the form, no other relations."""
        return all(".".join(node.path) in self.items for node in walk(formula.ir) if isinstance(node, Aggregate))

    def run(self, formula: Formula) -> Any:
        """The value of a formula."""
        outside = self._outside(formula.dependencies - self.own.keys() - self.items.keys())
        env = Env(
            values={**self.own, **outside},
            items=self.items,
            now=self.work.now,
            zone=self.actor.zone,
            user=self.actor.context(),
        )
        return compile_python(formula)(env)

    def _outside(self, paths: Iterable[str]) -> dict[str, Any]:
        """Values behind links, one read per link."""
        by_link: dict[str, list[str]] = {}
        for path in paths:
            head, _, rest = path.partition(".")
            field = self.entity.find(head)
            if rest and field is not None and field.is_link:
                by_link.setdefault(head, []).append(rest)
        found: dict[str, Any] = {}
        for head, rests in by_link.items():
            target = self.program.catalog.entity(self.entity.fields[head].target)
            record = self._read(target, self.own.get(head), rests)
            found.update({f"{head}.{rest}": record.get(rest) for rest in rests})
        return found

    def labelled(self, target: str, record_id: str) -> dict[str, Any] | None:
        """A link with the title of its record; None for one that the reader does not see."""
        entity = self.program.catalog.entity(target)
        title = entity.fields[entity.title_field]
        try:
            row = self.program.engine.get(self.work, self.program.reader(self.actor), target, record_id, (title.name,))
        except PlatformError:
            return None
        return {"id": record_id, "label": label_of(title, row.get(title.name))}

    def _read(self, target: Entity, record_id: Any, paths: list[str]) -> dict[str, Any]:
        if not record_id:
            return {}
        simple = [path for path in paths if "." not in path and target.find(path)]
        try:
            row = self.program.engine.get(
                self.work, self.program.reader(self.actor), target.name, str(record_id), simple
            )
        except PlatformError:
            return {}
        plain = plain_values(target, {name: row.get(name) for name in simple})
        return {path: plain.get(path) for path in paths}


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
