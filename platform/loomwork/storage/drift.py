"""Drift: what the live schema holds against what the published catalog wants. Reads only, for `doctor` and health."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from loomwork.storage import search
from loomwork.storage.database import Work
from loomwork.storage.steps import Actual
from loomwork.storage.system_tables import PLATFORM
from loomwork.storage.tables import SEARCH, Tables


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
    for table in [*tables.metadata.sorted_tables, *PLATFORM.sorted_tables]:
        if table.name not in actual.columns:
            yield Drift("missing_table", table.name)
            continue
        yield from _table_differences(table, actual, ours=table.metadata is tables.metadata)
    for held in tables.entities.values():
        if held.search and work.dialect == "sqlite" and search.fts_name(held) not in actual.columns:
            yield Drift("missing_table", search.fts_name(held))


def _table_differences(table: sa.Table, actual: Actual, *, ours: bool) -> Iterator[Drift]:
    for column in table.columns:
        if column.name not in actual.columns[table.name]:
            yield Drift("missing_column", f"{table.name}.{column.name}")
    there, wanted = actual.indexes.get(table.name, set()), {str(index.name) for index in table.indexes}
    for name in wanted - there:
        yield Drift("missing_index", f"{table.name}.{name}")
    for name in there - wanted if ours else ():
        if name.startswith(("ix__", "uq__")) and SEARCH not in name:
            yield Drift("strange_index", f"{table.name}.{name}")
