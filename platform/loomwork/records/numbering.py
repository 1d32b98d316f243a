"""Auto-numbers: the next number of a pattern and period, taken inside the transaction of the record.

A number that must have no gap is taken under a lock of the counter's row until the commit; the others too on SQLite,
where there is one writer anyway. On PostgreSQL the row lock makes both safe; gaps can only come from a rollback.
"""

from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from loomwork.catalog.model import Field
from loomwork.storage.database import Work
from loomwork.storage.system_tables import COUNTER


def next_number(work: Work, field: Field, zone: str, count: int = 1) -> list[str]:
    """The next `count` numbers of a field, formatted by its pattern in the company's time zone."""
    today = work.now.astimezone(ZoneInfo(zone)).date()
    period = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}.get(str(field.props.get("period", "never")), "")
    name = f"{field.entity}.{field.name}:{today.strftime(period) if period else ''}"
    last = _take(work, name, count)
    from loomwork.field_types.auto_number.patterns import format_number

    return [format_number(str(field.props["pattern"]), number, today) for number in range(last - count + 1, last + 1)]


def _take(work: Work, name: str, count: int) -> int:
    def make() -> Any:
        from sqlalchemy.dialects import postgresql, sqlite

        insert = (sqlite if work.dialect == "sqlite" else postgresql).insert
        given = sa.bindparam("count", type_=sa.BigInteger())
        statement = insert(COUNTER).values(name=sa.bindparam("name"), value=given)
        grown = statement.on_conflict_do_update(
            index_elements=["name"], set_={"value": COUNTER.c.value + statement.excluded.value}
        )
        return grown.returning(COUNTER.c.value)

    return int(work.rows(work.database.prepared("counter", make), {"name": name, "count": count})[0][0])
