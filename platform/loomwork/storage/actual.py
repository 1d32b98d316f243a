"""What the database holds now: names of tables, columns and indexes, asked of its own catalog in two queries."""

from collections import defaultdict

import sqlalchemy as sa

from loomwork.storage.database import Work
from loomwork.storage.layout import IndexLayout

# The library's inspector asks SQLite four times per table and reads much that nobody compares: with hundreds of entities
# it took half of the time of a start.
_SQLITE_COLUMNS = "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'"
_SQLITE_INDEXES = """
SELECT i.tbl_name, i.name, k.name FROM sqlite_master i, pragma_index_info(i.name) k
WHERE i.type = 'index' AND i.sql IS NOT NULL ORDER BY i.name, k.seqno"""
_POSTGRES_COLUMNS = """
SELECT t.relname, c.attname FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p')
AND c.attnum > 0 AND NOT c.attisdropped"""
_POSTGRES_INDEXES = """
SELECT t.relname, i.relname, c.attname
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS k(number, place)
LEFT JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum = k.number AND k.number > 0
WHERE t.relnamespace = current_schema()::regnamespace AND NOT x.indisprimary ORDER BY i.relname, k.place"""


class Actual:
    """Columns and indexes by table. Shapes: `keys[table, index]` are its columns in order, None for an expression."""

    def __init__(self, work: Work) -> None:
        self.columns: dict[str, set[str]] = defaultdict(set)
        self.indexes: dict[str, set[str]] = defaultdict(set)
        self.keys: dict[tuple[str, str], list[str | None]] = defaultdict(list)
        is_sqlite = work.dialect == "sqlite"
        for table, column in work.fetch(sa.text(_SQLITE_COLUMNS) if is_sqlite else sa.text(_POSTGRES_COLUMNS)):
            self.columns[table].add(column)
        for table, index, column in work.fetch(sa.text(_SQLITE_INDEXES) if is_sqlite else sa.text(_POSTGRES_INDEXES)):
            self.indexes[table].add(index)
            self.keys[table, index].append(column)

    def is_same(self, table: str, index: IndexLayout) -> bool:
        """Whether an index of that name covers the wanted columns, in their order."""
        there = self.keys.get((table, index.name), [])
        if len(there) != len(index.keys):
            return False
        return all(name in (None, want) for name, (want, _) in zip(there, index.keys, strict=True))
