"""Reading the values that somebody gives into a draft; those of a new record may be read before its unit of work."""

from collections.abc import Mapping
from typing import Any

from loomwork.core.errors import InvalidInput
from loomwork.core.ids import is_id, new_id
from loomwork.field_types.base import Storage
from loomwork.permissions.actor import Actor
from loomwork.records import children, rights
from loomwork.records.draft import Draft
from loomwork.records.program import Program
from loomwork.records.values import read_value

Data = Mapping[str, Any]


class Taken(dict[str, Any]):
    """Given values with what was read out of them before the unit of work, so that no writer waits for the reading."""

    __slots__ = ("ahead",)

    def __init__(self, data: Mapping[str, Any], ahead: Draft) -> None:
        super().__init__(data)
        self.ahead = ahead


def take_ahead(program: Program, actor: Actor, entity: str, data: Data) -> Data:
    """The values of a new record, read before its unit of work begins; lists of records are left for later.

    Raises: NotFound for an unknown entity.
    """
    fields = program.catalog.entity(entity).fields
    if any(name in fields and fields[name].type.storage is not Storage.COLUMNS for name in data):
        return data
    plan = program.plans.of(entity)
    nowhere: Any = None
    draft = Draft(nowhere, actor, plan, new_id(), {name: writer.empty for name, writer in plan.writers.items()})
    take(draft, data, readonly_too=actor.is_system)
    return Taken(data, draft)


def take(draft: Draft, data: Data, *, readonly_too: bool = False) -> None:
    """Read the given values into the draft; unknown names and refused values become faults."""
    if not isinstance(data, Mapping):
        raise InvalidInput("a record is a JSON object of field and value", code="not_an_object")
    unknown = rights.unknown_fields(draft.plan, data)
    if unknown is not None:
        draft.details.extend(unknown.details)
    for name, wire in data.items():
        field = draft.plan.entity.fields.get(name)
        if field is None:
            continue
        draft.given.add(name)
        if field.type.storage is Storage.JOIN_TABLE:
            _take_joined(draft, name, wire)
        elif field.type.storage is Storage.CHILDREN:
            children.take(draft, field, wire)
        elif (
            (field.is_system and name != "owner_id")
            or (field.readonly and not readonly_too)
            or field.type.origin.value != "input"
        ):
            draft.given.discard(name)
            draft.fault(name, "not_writable", f'"{name}" is given by the system')
        elif (writer := draft.plan.writers.get(name)) is not None:
            cells = read_value(writer, wire, draft.details)
            if cells is not None:
                draft.cells[name] = cells


def _take_joined(draft: Draft, name: str, wire: Any) -> None:
    items = [] if wire is None else wire
    if not isinstance(items, list) or len(items) > 1_000:
        draft.fault(name, "not_a_list", "a list of at most 1,000 record ids")
        return
    ids = [one.get("id") if isinstance(one, dict) else one for one in items]
    for place, one in enumerate(ids):
        if not is_id(one):
            draft.fault(f"{name}.{place}", "not_id", "not the id of a record")
    draft.joins[name] = [str(one) for one in ids if is_id(one)]
