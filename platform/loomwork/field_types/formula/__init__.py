"""Values computed from other values; also the base of roll-ups."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from loomwork.core.kinds import ColumnSpec, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Origin, Props, Sample, Storage, both
from loomwork.field_types.results import RESULTS, result_props


class Formula(FieldType):
    """A value that a formula gives. Everything but its origin is that of its result's type.

    Stored results have columns and are recomputed when what they read changes; the others, such as those with
    `TODAY()`, are computed by each query. Clients cannot write either.

    A `money` result is an amount in the company's currency, since that is what formulas over money reckon with. On the
    wire it is a decimal text like any number; the currency is that of the company, told once in the API description.
    """

    name = "formula"
    label = both("Formula", "公式")
    help = both("Computed from other fields.", "由其他字段计算得出。")
    group = "computed"
    icon = "math-function"
    origin: ClassVar[Origin] = Origin.FORMULA
    operators = tuple(sorted(operators.OPERATORS - {"is_me", "is_my_unit", "has_any", "has_all", "has_none"}))
    search_suffixes = ("",)
    """Of stored texts; the catalog refuses other formulas that are said to be searchable."""
    may_be_unique = False
    widget = "computed"
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("12.50", props={"formula": "price * 2", "result": "decimal"}),
        Sample("12.50", props={"formula": "amount * 2", "result": "money"}),
        Sample("合计 3", props={"formula": "'合计 ' & count", "result": "text"}),
        Sample("一\n二", props={"formula": "a & b", "result": "text"}),
        Sample(True, props={"formula": "a > 1", "result": "boolean"}),
        Sample("9999-12-31", props={"formula": "d", "result": "date"}),
        Sample("1.0", code="not_integer", props={"formula": "a", "result": "integer"}),
        Sample("字" * 4_001, code="too_long", props={"formula": "a", "result": "text"}),
        Sample("是", code="not_boolean", props={"formula": "a", "result": "boolean"}),
    )

    def properties_schema(self) -> dict[str, Any]:
        stored = "Keep the result in the table; formulas with now, today or the user cannot be kept."
        return schemas.closed(
            {
                "formula": schemas.string(
                    "What is computed, over the fields of this entity.", minLength=1, maxLength=2_000
                ),
                "result": schemas.one_of("Type of the result.", tuple(RESULTS)),
                "scale": schemas.whole("Digits after the point, rounded half up.", 0, 6, default=2),
                "stored": schemas.flag(stored, default=True),
            },
            ("formula", "result"),
        )

    def result(self, props: Props) -> str:
        """Name of the result's type."""
        return str(props.get("result", "text"))

    def inner(self, props: Props) -> tuple[FieldType, Mapping[str, Any]]:
        """The type that keeps the result, and its properties."""
        result = self.result(props)
        return RESULTS[result], result_props(result, props)

    def storage_for(self, props: Props) -> Storage:
        return Storage.COLUMNS if props.get("stored", True) else Storage.VIRTUAL

    def operators_for(self, props: Props) -> tuple[str, ...]:
        kind, own = self.inner(props)
        return kind.operators_for(own)

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        kind, own = self.inner(props)
        return kind.columns(own) if props.get("stored", True) else ()

    def sort_column(self, props: Props) -> str | None:
        kind, own = self.inner(props)
        return kind.sort_column(own) if props.get("stored", True) else None

    def shape(self, props: Props) -> ValueShape:
        kind, own = self.inner(props)
        return kind.shape(own)

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        """For restoring exports; the record service takes no computed value from clients."""
        kind, own = self.inner(props)
        return kind.reader(own)

    def settler(self, props: Props) -> Callable[[Any], Cells]:
        kind, own = self.inner(props)
        return kind.settler(own)

    def shower(self, props: Props) -> Callable[[Cells], Any] | None:
        kind, own = self.inner(props)
        return kind.shower(own)

    def display(self, wire: Any, props: Props, language: str) -> str:
        kind, own = self.inner(props)
        return kind.display(wire, own, language)

    def from_file(self, text: str, props: Props) -> Any:
        kind, own = self.inner(props)
        return kind.from_file(text, own)

    def to_file(self, wire: Any, props: Props) -> str:
        kind, own = self.inner(props)
        return kind.to_file(wire, own)

    def schema_in(self, props: Props) -> dict[str, Any]:
        kind, own = self.inner(props)
        return kind.schema_in(own)

    def schema_out(self, props: Props) -> dict[str, Any]:
        kind, own = self.inner(props)
        return kind.schema_out(own)
