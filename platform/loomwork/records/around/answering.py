"""The answer to a creation out of what was just written, where reading it back could not say anything else.

That is so where the reader sees every field of the record plainly, nothing of it is computed at reading, and the labels
of its links were told by the question whether their targets are there. In any other case the record is read back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Entity, Field
from loomwork.field_types.base import Storage
from loomwork.permissions.actor import Actor
from loomwork.query.access import Access
from loomwork.query.frames import Frame
from loomwork.query.select import readable_fields
from loomwork.records.draft import Draft
from loomwork.records.plans import EntityPlan
from loomwork.records.program import Program
from loomwork.records.rights import held_in_python

USER = "system.user"


@dataclass(frozen=True, slots=True)
class AnswerPlan:
    """What an answer holds: plain fields and links, by name."""

    plain: tuple[str, ...]
    links: tuple[str, ...]


def answer_plan(program: Program, actor: Actor, plan: EntityPlan) -> AnswerPlan | None:
    """How a creation is answered without reading; None where the record has to be read back."""
    access = program.policies.of(actor)
    key = ("answer", access.key, plan.entity.name)
    return program.engine.kept(key, lambda: (_make(program, access, plan),))[0]


def _make(program: Program, access: Access, plan: EntityPlan) -> AnswerPlan | None:
    entity = plan.entity
    if plan.has_outward or plan.own_roll_ups:
        return None
    rights = access.entity(entity.name)
    plain: list[str] = []
    links: list[str] = []
    for name in readable_fields(entity, Frame(program.engine.build(access), entity.name)):
        field = entity.fields[name]
        if not rights.is_plain(name) or not field.columns or field.type.is_sealed:
            return None
        if field.type.storage is Storage.JOIN_TABLE:
            return None
        if not field.is_link:
            plain.append(name)
        elif field.type.shower(field.props) is None and titled(program, access, field):
            links.append(name)
        else:
            return None
    return AnswerPlan(tuple(plain), tuple(links))


def titled(program: Program, access: Access, link: Field) -> Field | None:
    """The title of a link's target, where it is one column of text that the reader sees on every row."""
    target = program.catalog.entities.get(link.target)
    title = _title(target) if target is not None else None
    if target is None or title is None or not access.entity(target.name).is_plain(title.name):
        return None
    is_text = title.type.shape(title.props).kind == "text" and title.type.shower(title.props) is None
    is_text = is_text and not title.type.is_worded
    held = program.tables.entities[target.name].fields.get(title.name)
    return title if is_text and held is not None and held.decoders[0] is None and not title.type.is_sealed else None


def _title(entity: Entity) -> Field | None:
    field = entity.fields.get(entity.title_field)
    return field if field is not None and field.columns else None


def label_sql(program: Program, frame: Frame, field: Field, number: int) -> Any:
    """The label of link number n, of a target that the reader sees; nothing otherwise."""
    identity = frame.raw("id")
    conditions = [identity == sa.bindparam(f"l{number}", type_=identity.type, required=True), frame.is_alive()]
    visible = frame.visible()
    if visible is not None:
        conditions.append(visible)
    title = titled(program, frame.access, field)
    shown = sa.null() if title is None else frame.raw(title.name)
    return sa.select(shown).select_from(frame.source()).where(*conditions).scalar_subquery()


def answer(program: Program, draft: Draft) -> Mapping[str, Any] | None:
    """The new record as its maker sees it; None where it has to be read."""
    made = answer_plan(program, draft.actor, draft.plan)
    if made is None or draft.actor.is_system:
        return None
    access = program.policies.of(draft.actor)
    if not held_in_python(access.entity(draft.plan.entity.name), draft):
        return None
    wire: dict[str, Any] = {"id": draft.record_id, "row_version": 1}
    for name in made.plain:
        wire[name] = draft.plan.writers[name].show(draft.cells[name])
    for name in made.links:
        target = draft.cells[name][0]
        if target is None:
            wire[name] = None
        elif (name, target) in draft.labels:
            wire[name] = {"id": target, "label": draft.labels[name, target]}
        elif target == draft.actor.user_id and access.entity(USER).is_open:
            wire[name] = {"id": target, "label": draft.actor.name}
        else:
            return None
    return wire
