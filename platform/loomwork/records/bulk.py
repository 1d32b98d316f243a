"""Many new records at once: the same checks per row, the writes in batches, roll-ups once at the end."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from loomwork.core.errors import Detail, PlatformError
from loomwork.permissions.actor import Actor
from loomwork.records import rights, roll_ups, rules, writing
from loomwork.records.draft import Draft
from loomwork.records.program import Program
from loomwork.storage.database import Work

Row = Mapping[str, Any]


class RowFault(PlatformError):
    """A row of a batch was refused; nothing of the batch is written. `place` counts from 0.

    It says all that the row's own fault says: the sides of a conflict, what fills its message.
    """

    default_code = "invalid"

    def __init__(self, place: int, fault: PlatformError) -> None:
        details = [replace(one, path=f"{place}.{one.path}" if one.path else str(place)) for one in fault.details]
        super().__init__(
            fault.message,
            code=fault.code,
            details=details or [Detail(str(place), fault.code, fault.message)],
            params=fault.params,
            extra=fault.extra,
        )
        self.place = place
        self.fault = fault


def create_many(program: Program, work: Work, actor: Actor, entity: str, rows: Sequence[Row]) -> list[str]:
    """Create records in one unit of work, in the order given; all or nothing.

    Roll-ups and formulas of other records are brought up to date once at the end.
    Raises: RowFault with the place of the first row that is refused.
    """
    drafts: list[Draft] = []
    for place, row in enumerate(rows):
        try:
            draft = writing.prepare_new(program, work, actor, entity, row)
            writing.insert(program, draft)
            finish_one(program, draft)
        except PlatformError as fault:
            raise RowFault(place, fault) from fault
        drafts.append(draft)
    if drafts:
        finish_all(program, work, drafts)
    return [draft.record_id for draft in drafts]


def finish_one(program: Program, draft: Draft) -> None:
    """What has to follow each row by itself."""
    from loomwork.records import children, links

    if draft.joins:
        links.write_joins(program, draft)
    for name, items in draft.children.items():
        children.write(program, draft, draft.plan.entity.fields[name], items)
    if draft.plan.has_outward:
        changed = rules.apply_outward(program, draft)
        draft.raise_faults()
        if changed:
            writing.write_computed(program, draft, changed)
    rights.check_new(program, draft)


def finish_all(program: Program, work: Work, drafts: Sequence[Draft]) -> None:
    """What follows once for all rows: roll-ups, and formulas of other records that read them."""
    plan = drafts[0].plan
    parents: roll_ups.Parents = defaultdict(set, roll_ups.affected_parents(program, drafts))
    for field, _ in plan.own_roll_ups:
        parents[plan.entity.name, field.name].update(draft.record_id for draft in drafts)
    roll_ups.recompute(program, work, parents)
