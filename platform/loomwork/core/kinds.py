"""Physical kinds: what a column can hold, said without any database library.

`storage/columns.py` translates a `ColumnSpec` for each database; a field type declares its columns in these words.
"""

from dataclasses import dataclass
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
