"""All formulas of a catalog, compiled once per version and kept: computed fields, rules, row rules, filters."""

from collections.abc import Mapping
from functools import lru_cache

from loomwork.catalog.model import Catalog, Entity, Field
from loomwork.expressions import Formula, compile_formula
from loomwork.expressions.ir import Param
from loomwork.expressions.types import BOOLEAN, FormulaType
from loomwork.field_types.base import Origin
from loomwork.query.scope import CatalogScope, formula_type


class Formulas:
    """Compiles texts against a catalog; equal texts are compiled once."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.scope = CatalogScope(catalog)
        self._condition = lru_cache(maxsize=4_096)(self._make_condition)
        self._value = lru_cache(maxsize=4_096)(self._make_value)

    def condition(self, entity: str, text: str, params: Mapping[str, FormulaType | Param] | None = None) -> Formula:
        """A yes/no formula over a record of an entity; see `compile_formula` for its parameters.

        Raises: FormulaError with the position of each fault.
        """
        return self._condition(entity, text, tuple(sorted((params or {}).items(), key=lambda item: item[0])))

    def value(self, entity: str, text: str, expected: FormulaType | None = None) -> Formula:
        """A formula of any type, or of the type expected."""
        return self._value(entity, text, expected)

    def of_field(self, entity: Entity, field: Field) -> Formula | None:
        """The formula of a computed field; None for a field that is not computed."""
        if field.type.origin is not Origin.FORMULA:
            return None
        return self.value(entity.name, str(field.props["formula"]), formula_type(field.type.shape(field.props)))

    def of_roll_up(self, entity: Entity, field: Field) -> Formula:
        """The aggregate behind a roll-up, rounded half up to the scale in which the field keeps it.

        Raises: FormulaError, also when the aggregate is of another type than the field's result.
        """
        return self.value(entity.name, roll_up_text(field), formula_type(field.type.shape(field.props)))

    def _make_condition(self, entity: str, text: str, params: tuple[tuple[str, FormulaType | Param], ...]) -> Formula:
        return compile_formula(text, scope=self.scope, entity=entity, params=dict(params), expected=BOOLEAN)

    def _make_value(self, entity: str, text: str, expected: FormulaType | None) -> Formula:
        return compile_formula(text, scope=self.scope, entity=entity, params={}, expected=expected)


def roll_up_text(one: Field) -> str:
    """A roll-up as formula text: `SUM(lines, amount, active = TRUE)`."""
    props = one.props
    name = str(props["function"]).upper()
    parts = [str(props["relation"])]
    if name in ("FIRST", "LAST"):
        parts += [str(props["value"]), str(props.get("order_by") or "created_at")]
    elif name != "COUNT":
        parts.append(str(props["value"]))
    if props.get("filter"):
        parts.append(str(props["filter"]))
    return f"{name}({', '.join(parts)})"
