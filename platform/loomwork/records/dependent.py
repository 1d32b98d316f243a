"""Dependent look-ups: a link's `filter` is a condition on the target in which `parent.x` is the record being edited."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loomwork.catalog.model import Entity, Field
from loomwork.core.errors import Detail, InvalidInput
from loomwork.expressions import Formula
from loomwork.expressions.types import FormulaType
from loomwork.query.formulas import Formulas

_PARENT = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\bparent\.([a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?)""")


@dataclass(frozen=True, slots=True, eq=False)
class Dependent:
    """A link's filter, compiled.

    Shapes: `text` holds `:parent_x` where the metadata says `parent.x`; `names` are pairs of parameter and the name of
    the edited record's value (`account`, `amount.currency`).
    """

    text: str
    formula: Formula
    names: tuple[tuple[str, str], ...]
    types: Mapping[str, FormulaType]

    @property
    def reads(self) -> frozenset[str]:
        """The fields of the edited record that the filter reads."""
        return frozenset(name.partition(".")[0] for _, name in self.names)

    def params(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of a record with these plain values."""
        return {param: values.get(name) for param, name in self.names}


def dependent_filter(formulas: Formulas, entity: Entity, field: Field) -> Dependent | None:
    """The filter of a link field; None where it has none.

    Raises: InvalidInput for a condition that does not compile, or that names a value which the record does not hold
    itself.
    """
    text = str(field.props.get("filter") or "")
    if not text or not field.target:
        return None
    found: dict[str, str] = {}

    def named(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return match.group(0)
        param = "parent_" + name.replace(".", "__")
        found[param] = name
        return f":{param}"

    replaced = _PARENT.sub(named, text)
    types = {param: _type_of(formulas, entity, name) for param, name in found.items()}
    formula = formulas.condition(field.target, replaced, types)
    return Dependent(replaced, formula, tuple(sorted(found.items())), types)


def _type_of(formulas: Formulas, entity: Entity, name: str) -> FormulaType:
    head, _, part = name.partition(".")
    member = formulas.scope.find(entity.name, head)
    kind = None if member is None or member.many else member.parts.get(part) if part else member.type
    if kind is None:
        text = f'"parent.{name}" is no value of {entity.name} itself'
        raise InvalidInput(text, code="unknown_path", details=[Detail(f"parent.{name}", "Q102", text)])
    return kind
