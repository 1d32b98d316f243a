"""How many records there are of several kinds: one statement for all lists of a page."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from loomwork.core.errors import Broken
from loomwork.expressions.conditions import compile_conditions
from loomwork.query.engine import QueryEngine, Reader
from loomwork.query.lift import Lifted, lift
from loomwork.query.select import Shape, counted
from loomwork.query.tree import COUNT_CAP, Query
from loomwork.storage.database import Work
from loomwork.storage.statements import Prepared, prepare


def count_all(
    engine: QueryEngine, work: Work, reader: Reader, queries: Sequence[Query], dialect: Any
) -> list[tuple[int, bool]]:
    """How many rows each query has under the reader's rights, and whether there are more than that.

    It serves lists that a page has opened already: queries with a search text or parameters are not for it.
    Raises: NotAllowed for a field that is closed to the reader.
    """
    if not queries:
        return []
    where = [_where(engine, query, f"q{place}") for place, query in enumerate(queries)]
    parts = tuple(
        (query.entity, query.trash, tuple(one.key for one in some)) for query, some in zip(queries, where, strict=True)
    )

    def make() -> Prepared:
        build = engine.build(reader.access)
        counts = [
            counted(build, query.entity, [one.node for one in some], Shape(dialect, trash=query.trash), exact=False)
            for query, some in zip(queries, where, strict=True)
        ]
        return prepare(sa.select(*(one.scalar_subquery() for one in counts)), dialect)

    values: dict[str, Any] = {**engine.binds(work, reader), "cap": COUNT_CAP + 1}
    for some in where:
        for one in some:
            values.update(one.values)
    row = work.rows(engine.kept(("counts", reader.access.key, parts), make), values)[0]
    return [(min(found, COUNT_CAP), found > COUNT_CAP) for found in map(int, row)]


def _where(engine: QueryEngine, query: Query, prefix: str) -> list[Lifted]:
    if query.search or query.params:
        raise Broken("a search is counted with its page")
    found: list[Lifted] = []
    if query.filter:
        found.append(engine.lifted(query.entity, query.filter, {}, f"{prefix}f"))
    if query.conditions:
        node = compile_conditions(query.conditions, scope=engine.formulas.scope, entity=query.entity).ir
        found.append(lift(node, f"{prefix}c"))
    return found
