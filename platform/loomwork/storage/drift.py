"""Drift: what the live schema holds against what the published catalog wants. Reads only, for `doctor` and health."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from loomwork.storage.actual import Actual
from loomwork.storage.database import Work
from loomwork.storage.layout import SEARCH, has_search, search_table
from loomwork.storage.system_tables import PLATFORM
from loomwork.storage.tables import Tables


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference. Shapes: `kind` is missing_table, missing_column, missing_index or strange_index; `target` names it."""

    kind: str
    target: str

    def as_json(self) -> dict[str, str]:
        """Wire form."""
        return {"kind": self.kind, "target": self.target}


def find_drift(work: Work, tables: Tables) -> list[Drift]:
    """Every difference that would make the platform fail or slow down, in a fixed order.

    Columns that no field uses any more are kept on purpose and are no drift; neither are indexes and tables with names
    that are not ours.
    """
    return sorted(_differences(work, tables), key=lambda one: (one.target, one.kind))


def _differences(work: Work, tables: Tables) -> Iterator[Drift]:
    actual = Actual(work)
    for layout in tables.layouts():
        columns, indexes = [one.name for one in layout.columns], {one.name for one in layout.indexes}
        yield from _table_differences(actual, layout.name, columns, indexes, ours=True)
    for table in PLATFORM.sorted_tables:
        names = {str(index.name) for index in table.indexes}
        yield from _table_differences(actual, table.name, table.columns.keys(), names, ours=False)
    for entity in tables.catalog.entities.values() if work.dialect == "sqlite" else ():
        if has_search(entity) and search_table(entity) not in actual.columns:
            yield Drift("missing_table", search_table(entity))


def _table_differences(
    actual: Actual, table: str, columns: Iterable[str], wanted: set[str], *, ours: bool
) -> Iterator[Drift]:
    if table not in actual.columns:
        yield Drift("missing_table", table)
        return
    for column in columns:
        if column not in actual.columns[table]:
            yield Drift("missing_column", f"{table}.{column}")
    there = actual.indexes.get(table, set())
    for name in wanted - there:
        yield Drift("missing_index", f"{table}.{name}")
    for name in there - wanted if ours else ():
        if name.startswith(("ix__", "uq__")) and SEARCH not in name:
            yield Drift("strange_index", f"{table}.{name}")
