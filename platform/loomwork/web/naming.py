"""What faults call entities and fields: by their labels in the reader's language. Programs find the names beside the words.

A field that the reader neither sees nor writes keeps the name that he gave it himself: its label is not for him.
"""

import re
from dataclasses import dataclass

from loomwork.catalog.model import Entity
from loomwork.core.i18n import Sentence, label_text
from loomwork.permissions.actor import Actor
from loomwork.permissions.policy import Policy
from loomwork.records.program import Program

_BEFORE = re.compile(r"^(?:changes\.\d+(?:\.data)?|values\.[a-z0-9_]+|\d+)\.")
"""What stands before the fields of a record in a path: its place in a batch, in a conversion, among many."""
_ENTITY = re.compile(r"(?<![\w.\"'“])([a-z][a-z0-9]{1,11}\.[a-z][a-z0-9_]{0,39})(?![\w\"'”(]|\.\w)")
"""A name of an entity inside a sentence; what stands in quotes is to be typed as it is."""


@dataclass(frozen=True, slots=True)
class Names:
    """The words of one reader; without an actor there are none for fields."""

    program: Program
    language: str
    actor: Actor | None

    def entity(self, name: str) -> str:
        """What the records of an entity are called; the name itself where there is no such entity."""
        found = self.program.catalog.entities.get(name)
        return name if found is None else label_text(found.plural, self.language, name)

    def field(self, entity: str, path: str) -> str:
        """What a place in a record is called (`lines.2.price`: Quote lines 3 · Price); empty where it has no words."""
        here = self.program.catalog.entities.get(entity)
        said: list[str] = []
        for part in _BEFORE.sub("", path).split("."):
            if part.isdigit() and said:
                said[-1] += f" {int(part) + 1}"
                continue
            field = here.fields.get(part) if here is not None else None
            if here is None or field is None or not self._is_his(here, part):
                return " · ".join(said) if said and here is None else ""
            said.append(label_text(field.label, self.language, part))
            here = self.program.catalog.entities.get(field.target) if field.target else None
        return " · ".join(said)

    def sentence(self, text: str) -> str:
        """A sentence with what entities are called in the place of their names; one of the platform's texts in the language."""
        if isinstance(text, Sentence):
            return text.told(self.language, self.label)
        return _ENTITY.sub(lambda found: self.entity(found[1]), text)

    def label(self, entity: str, path: str) -> str:
        """What an entity or a field of one is called."""
        return self.field(entity, path) if path else self.entity(entity)

    def _is_his(self, entity: Entity, name: str) -> bool:
        if self.actor is None:
            return False
        policy = self.program.policies.of(self.actor)
        if not isinstance(policy, Policy) or not policy.entity(entity.name).is_closed(name):
            return True
        return any(policy.writable(entity, action).get(name) for action in ("create", "update"))
