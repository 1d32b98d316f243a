"""What every action promises."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from loomwork.permissions.actor import Actor
from loomwork.records.program import Program
from loomwork.storage.database import Work


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One use of an action: who, on which record, with which component (`body`) and input."""

    program: Program
    work: Work
    actor: Actor
    entity: str
    record_id: str
    body: Mapping[str, Any]
    input: Mapping[str, Any]


class ActionType(ABC):
    """One side effect."""

    name: ClassVar[str]

    @abstractmethod
    def preview(self, call: Call) -> dict[str, Any]:
        """What would happen, without doing it."""

    @abstractmethod
    def run(self, call: Call) -> dict[str, Any]:
        """Do it, inside the given unit of work; what happened, for the answer."""
