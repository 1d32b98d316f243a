"""The links of many records: whether their targets are there, asked in one statement for all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import visitors

from loomwork.catalog.model import Field
from loomwork.core.jsonio import canonical
from loomwork.expressions.sql.stored import encode, plain_type
from loomwork.expressions.types import FormulaType
from loomwork.permissions.actor import Actor
from loomwork.records.draft import Draft
from loomwork.records.links import found_columns, take_found, wanted_links
from loomwork.records.plans import EntityPlan
from loomwork.records.program import Program
from loomwork.storage.statements import Prepared, prepare


def check_links(program: Program, drafts: Sequence[Draft]) -> None:
    """`links.check_links` for drafts of one entity and actor."""
    asked = [(draft, wanted) for draft in drafts if (wanted := wanted_links(draft, frozenset()))]
    if not asked:
        return
    first = asked[0][0]
    names = {field.name for _, wanted in asked for field, _ in wanted}
    fields = [field for field in first.plan.links if field.name in names]
    params = _params(first.plan, fields)
    rows = [_row(draft, number, fields, params) for number, (draft, _) in enumerate(asked)]
    binds = {**program.engine.binds(first.work, program.reader(first.actor)), "rows": canonical(rows)}
    found = {
        int(row[0]): row[1:] for row in first.work.rows(_statement(program, first.actor, first.plan, fields), binds)
    }
    for number, (draft, wanted) in enumerate(asked):
        said = dict(zip((field.name for field in fields), found[number], strict=True))
        take_found(draft, wanted, [said[field.name] for field, _ in wanted])


def _params(plan: EntityPlan, fields: Sequence[Field]) -> dict[str, tuple[str, FormulaType]]:
    """What the filters of links read of the record: parameter → the record's value and its type."""
    found: dict[str, tuple[str, FormulaType]] = {}
    for field in fields:
        dependent = plan.dependent.get(field.name)
        if dependent is not None:
            found.update({param: (name, dependent.types[param]) for param, name in dependent.names})
    return found


def _row(
    draft: Draft, number: int, fields: Sequence[Field], params: Mapping[str, tuple[str, FormulaType]]
) -> list[Any]:
    """A draft as it travels: its number, the targets of its links, what their filters read."""
    values = draft.values() if params else {}
    read = [encode_for(draft.work.dialect, kind, values.get(name)) for name, kind in params.values()]
    return [number, *(draft.cells[field.name][0] for field in fields), *read]


def encode_for(dialect: str, kind: FormulaType, value: Any) -> Any:
    """A value as it lies in JSON: in SQLite's stored form; in a form that PostgreSQL casts to its own type."""
    if value is None or dialect == "sqlite":
        return encode(kind, value)
    if kind.kind in ("text", "boolean", "link"):
        return value if value != "" else None
    return encode(kind, value) if kind.kind in ("date", "time", "duration") else _as_text(kind, value)


def _as_text(kind: FormulaType, value: Any) -> Any:
    if kind.kind == "instant":
        return value.isoformat()
    return list(value) if kind.kind == "list" else str(value)


def _statement(program: Program, actor: Actor, plan: EntityPlan, fields: Sequence[Field]) -> Prepared:
    access = program.policies.of(actor)

    def make() -> Prepared:
        given = _Given(program.tables.dialect)
        kinds: dict[str, Any] = {f"l{place}": None for place in range(len(fields))}
        kinds.update({f"p_{param}": kind for param, (_, kind) in _params(plan, fields).items()})
        places = {name: place for place, name in enumerate(kinds, start=1)}

        def replaced(element: Any, **_: Any) -> Any:
            if isinstance(element, sa.BindParameter) and element.key in kinds:
                kind = kinds[element.key]
                return given.column(places[element.key], element.type if kind is None else kind)
            return None

        columns = [
            visitors.replacement_traverse(one, {}, replaced)
            for one in found_columns(program.engine.build(access), plan, fields)
        ]
        number = given.column(0, sa.Integer()).label("v")
        return prepare(sa.select(number, *columns).select_from(given.rows), program.plans.dialect)

    return program.engine.kept(("links of many", access.key, plan.entity.name, tuple(f.name for f in fields)), make)


class _Given:
    """The rows of the parameter `rows`, a JSON list of lists, as a table."""

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        if dialect == "sqlite":
            self.rows: Any = sa.func.json_each(sa.bindparam("rows", type_=sa.Text(), required=True)).table_valued(
                "value"
            )
        else:
            text = sa.cast(sa.bindparam("rows", type_=sa.types.NullType(), required=True), JSONB())
            self.rows = sa.func.jsonb_array_elements(text).table_valued(sa.column("value", JSONB()))
        self.rows = self.rows.alias("lw_given")

    def column(self, place: int, kind: Any) -> Any:
        """A value of each row; `kind` is a formula type or a column's type."""
        type_ = plain_type(kind, self._dialect) if isinstance(kind, FormulaType) else kind
        if self._dialect == "sqlite":
            return sa.func.json_extract(self.rows.c.value, sa.literal(f"$[{place}]", sa.Text()), type_=type_)
        at = sa.literal(place, sa.Integer())
        if isinstance(type_, JSONB):
            return sa.func.nullif(self.rows.c.value.op("->")(at), sa.literal_column("'null'::jsonb"), type_=JSONB())
        return sa.cast(self.rows.c.value.op("->>")(at), type_)
