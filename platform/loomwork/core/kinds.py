"""Physical kinds: what a column can hold, said without any database library.

`storage/columns.py` translates a `ColumnSpec` for each database; a field type declares its columns in these words.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """How a value lies in a table, and as which plain Python value it crosses the layers.

    text str · integer int · decimal Decimal · boolean bool · date date · instant aware datetime (UTC) ·
    time time · id str (UUID text) · json dict/list/… · bytes bytes.
    """

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    TIME = "time"
    ID = "id"
    JSON = "json"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column of a field.

    Shapes: `suffix` is empty for the main column, else the column is called `<field>__<suffix>`.
    Units: `scale` are digits after the point (decimal only, 0-10); `length` are characters (text only, 0 = no limit).
    `entity` names the target when the column refers to a record's id.
    """

    kind: Kind
    suffix: str = ""
    scale: int = 0
    length: int = 0
    entity: str = ""
    on_delete: str = "restrict"


class Scaled:
    """A decoder: the whole number of smallest units that a database keeps for a decimal → the decimal.

    `text` gives the digits of the wire form straight from it, as lists of many rows need them.
    """

    __slots__ = ("_down", "_scale", "_unit")

    def __init__(self, scale: int) -> None:
        self._scale, self._down, self._unit = scale, -scale, 10**scale

    def __call__(self, units: int) -> Decimal:
        """The decimal of so many units."""
        return Decimal(units).scaleb(self._down)

    def text(self, units: int) -> str:
        """Plain digits with the scale of the column: `-0.50`."""
        if not self._scale:
            return str(units)
        whole, part = divmod(abs(units), self._unit)
        return f"{'-' if units < 0 else ''}{whole}.{part:0{self._scale}d}"


MAX_DIGITS = 18
"""Digits of a decimal in all, before and after the point."""


@dataclass(frozen=True, slots=True)
class ValueShape:
    """What a value is to the formula language, said in core words; `expressions` turns it into its own type.

    Shapes: `kind` is one of text, number, boolean, date, instant, time, duration, link, list, json, none;
    `scale` for numbers (0 = whole); `entity` for links; `item` is the kind inside a list.
    """

    kind: str
    scale: int = 0
    entity: str = ""
    item: str = ""
