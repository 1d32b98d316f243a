"""A record under change: what was, what was given, what it becomes, and every fault found on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from loomwork.core.errors import Detail, InvalidInput, SaidDetail, VersionMissing, listed
from loomwork.core.i18n import Label, label_text
from loomwork.expressions.env import Env
from loomwork.permissions.actor import Actor
from loomwork.records.plans import EntityPlan
from loomwork.records.values import Cells, formula_values_of
from loomwork.storage.database import Work


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked: other values for a record, at the version that its author saw.

    `merge` takes the change over an older version where nobody touched the same fields.
    """

    record_id: str
    data: Mapping[str, Any]
    row_version: int | None
    merge: bool = False

    def version(self) -> int:
        """The version that was named. Raises: VersionMissing."""
        if self.row_version is None:
            raise VersionMissing("say which version you changed: If-Match with the record's row_version")
        return self.row_version


@dataclass(slots=True)
class Draft:
    """One record being created or changed.

    Shapes: `cells` and `before` by field name (stored fields only); `given` are the fields that the caller named,
    `chosen` those of them that he gives another value: what comes back as it was leaves room for rules;
    `joins` and `children` are lists given for to-many fields, `joined_before` the ids that the former held, `joined_unseen`
    those of them whose records the actor does not see; `unread` are
    the given fields that the actor does not see plainly; `labels` are the labels of new links by (field, target), as far
    as they were asked for.
    """

    work: Work
    actor: Actor
    plan: EntityPlan
    record_id: str
    cells: dict[str, Cells]
    before: dict[str, Cells] | None = None
    given: set[str] = field(default_factory=set)
    chosen: frozenset[str] = frozenset()
    joins: dict[str, list[str]] = field(default_factory=dict)
    joined_before: dict[str, list[str]] = field(default_factory=dict)
    joined_unseen: dict[str, list[str]] = field(default_factory=dict)
    children: dict[str, list[Any]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    labels: dict[tuple[str, str], str | None] = field(default_factory=dict)
    details: list[Detail] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether the record is being created."""
        return self.before is None

    def fault(self, path: str, code: str, message: str) -> None:
        """Keep a fault at a field."""
        self.details.append(Detail(path, code, message))

    def said(self, path: str, code: str, message: str) -> None:
        """Keep a fault at a field in the words of a rule's author."""
        self.details.append(SaidDetail(path, code, message))

    def raise_faults(self) -> None:
        """Raise all faults found, if any.

        Raises: InvalidInput whose details name the fields.
        """
        if self.details:
            about = {"entity": self.plan.entity.name}
            raise InvalidInput(listed(self.details), details=self.details, params=about)

    def values(self, *, old: bool = False) -> dict[str, Any]:
        """The record's own values as formulas see them."""
        source = self.before if old and self.before is not None else self.cells
        return formula_values_of(self.plan.entity.fields, source)

    def env(self, *, old: bool = False) -> Env:
        """The surroundings of local formulas."""
        work, actor = self.work, self.actor
        calendar = work.program.engine.calendar.get(work)
        return Env(values=self.values(old=old), now=work.now, zone=actor.zone, user=actor.context(), calendar=calendar)

    def changed(self) -> list[str]:
        """Stored fields whose cells differ from before."""
        before: Mapping[str, Cells] = self.before or {}
        return [name for name, cells in self.cells.items() if before.get(name) != cells]


def message_of(label: Label | None, actor: Actor, fallback: str) -> str:
    """The text of a rule's message in the actor's language."""
    return label_text(label, actor.language, fallback)


REQUIRED = {"en": "fill in {label}", "zh-CN": "填写{label}"}


def required_message(plan: EntityPlan, name: str, actor: Actor) -> str:
    """What is said at an empty required field."""
    label = label_text(plan.entity.fields[name].label, actor.language, name)
    return REQUIRED.get(actor.language, REQUIRED["en"]).replace("{label}", label)
