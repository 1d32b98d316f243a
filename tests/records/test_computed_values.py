"""What formulas, roll-ups and counters give is settled by the type of the field that holds it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from loomwork.catalog.model import Field
from loomwork.core.errors import InvalidInput
from loomwork.field_types import FIELD_TYPES
from loomwork.records.values import computed_cells


def _field(name: str, **props: Any) -> Field:
    kind = FIELD_TYPES[name]
    return Field("value", "shop.order", kind, {}, {}, "a0", props, kind.columns(props))


@pytest.mark.parametrize(
    ("field", "value", "cells"),
    [
        (_field("decimal", scale=1), Decimal("2.25"), (Decimal("2.3"),)),
        (_field("money"), Decimal("2.345"), (Decimal("2.35"), Decimal("2.35"), "CNY")),
        (_field("integer"), Decimal("2.5"), (3,)),
        (_field("date"), date(2026, 1, 5), (date(2026, 1, 5),)),
        (_field("instant"), datetime(2026, 1, 5, tzinfo=UTC), (datetime(2026, 1, 5, tzinfo=UTC),)),
        (_field("text"), "Bo", ("Bo", "bo")),
        (_field("boolean"), False, (False,)),
        (_field("formula", formula="a", result="text"), "a\nb", ("a\nb", "a\nb")),
        (_field("roll_up", relation="lines", function="count"), 3, (3,)),
        (_field("money"), None, (None, None, None)),
        (_field("text"), "", (None, None)),
    ],
)
def test_values_get_the_form_of_their_field(field: Field, value: Any, cells: tuple[Any, ...]) -> None:
    assert computed_cells(field, value) == cells


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (_field("decimal"), Decimal(10) ** 16, "too_many_digits"),
        (_field("integer", max=10), 11, "too_large"),
        (_field("choice", choices={"a": {"label": {"en": "A"}}}), "b", "unknown_choice"),
        (_field("address"), "Main Street", "not_object"),
    ],
)
def test_what_a_field_cannot_hold_is_told_at_the_field(field: Field, value: Any, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        computed_cells(field, value)
    assert [(one.path, one.code) for one in caught.value.details] == [("value", code)]
