"""The query tree: what is asked, frozen, before any right or database comes in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from loomwork.expressions.types import FormulaType

MAX_LIMIT = 200
COUNT_CAP = 10_000
FUNCTIONS = ("count", "sum", "avg", "min", "max", "count_distinct")
BUCKETS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a grouped query. `path` is empty for `count`; `filter` is a formula that rows must meet to count."""

    name: str
    function: str
    path: str = ""
    filter: str = ""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One grouping of a grouped query; `bucket` of day, week, month, quarter, year for dates and instants."""

    path: str
    bucket: str = ""

    @property
    def name(self) -> str:
        """Its key in the answer: `close_date` or `close_date:month`."""
        return f"{self.path}:{self.bucket}" if self.bucket else self.path


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of one entity.

    Shapes: `fields` are dotted paths (empty: all the reader may see of the entity itself); `filter` is formula text,
    `conditions` a condition tree as JSON (both hold when both are given); `sort` are paths, `-` before one means
    descending; `param_types` are
    types of parameters whose values do not tell them (nothing, ids of links); `cursor` comes from an earlier page;
    `count` is `""`, `capped` or `exact`; `trash` asks for deleted
    records instead of living ones. Units: `limit` rows, 1 to 200.
    """

    entity: str
    fields: tuple[str, ...] = ()
    filter: str = ""
    conditions: Any = None
    params: Mapping[str, Any] = field(default_factory=dict)
    param_types: Mapping[str, FormulaType] = field(default_factory=dict)
    sort: tuple[str, ...] = ()
    limit: int = 50
    cursor: str = ""
    count: str = ""
    search: str = ""
    trash: bool = False
    group: tuple[Dimension, ...] = ()
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of records.

    Shapes: `rows` are wire objects keyed by path, with `id` and `row_version` always; cursors are empty where there
    is no further page; `count` is None unless asked for, `count_is_capped` tells that there are more than it says.
    """

    rows: list[dict[str, Any]]
    next_cursor: str = ""
    previous_cursor: str = ""
    count: int | None = None
    count_is_capped: bool = False
