"""Values that a mapping computes from the mapped row: an address out of a name, an amount out of thousands."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from loomwork.core.clock import to_rfc3339
from loomwork.core.errors import Detail
from loomwork.expressions.env import Env
from loomwork.permissions.actor import Actor
from loomwork.records.importing.plan import ImportPlan
from loomwork.records.importing.report import ImportReport, add_fault
from loomwork.records.plans import EntityPlan
from loomwork.records.program import Program
from loomwork.records.values import computed_cells, formula_values, read_value
from loomwork.storage.database import Work

if TYPE_CHECKING:
    from loomwork.records.importing.rows import Prepared


def compute(
    program: Program, work: Work, actor: Actor, plan: ImportPlan, rows: Sequence["Prepared"], report: ImportReport
) -> None:
    """Fill the computed fields of all rows, each formula seeing those before it; a fault goes into the report."""
    entity_plan = program.plans.of(plan.entity.name)
    calendar = program.engine.calendar.get(work)
    for field, made in plan.computed:
        if made.run is None:
            continue  # the plan has refused it
        names = {path.partition(".")[0] for path in made.formula.dependencies}
        for row in rows:
            env = Env(
                _values(entity_plan, names, row.data),
                now=work.now,
                zone=actor.zone,
                user=actor.context(),
                calendar=calendar,
            )
            value = made.run(env)
            for fault in env.faults:
                add_fault(report, row, None, Detail(field.name, fault.code, fault.message))
            row.data[field.name] = _wire(computed_cells(field, value)[0])


def _values(plan: EntityPlan, names: set[str], data: dict[str, Any]) -> dict[str, Any]:
    """The values that formulas read, from the wire values of a row; what cannot be read counts as empty here."""
    found: dict[str, Any] = {}
    for name in names:
        writer = plan.writers[name]
        ignored: list[Detail] = []
        cells = read_value(writer, data[name], ignored) if data.get(name) is not None else None
        found.update(formula_values(writer.field, writer.empty if cells is None else cells))
    return found


def _wire(value: Any) -> Any:
    """A plain value as a client would send it; the field's own reader takes it from there."""
    if isinstance(value, datetime):
        return to_rfc3339(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
