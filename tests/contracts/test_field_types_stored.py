"""The values of every field type come back from real databases as they were, extremes included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from loomwork.core.jsonio import dump_json, read_json
from loomwork.core.kinds import Kind
from loomwork.field_types import BUILTIN
from loomwork.field_types.base import FieldType, Sample
from loomwork.storage.columns import column_type, decoder, encoder
from loomwork.storage.database import Database, Work

FLOOR = 140


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.dispose()


def _cases() -> list[tuple[FieldType, Sample]]:
    return [
        (kind, sample)
        for kind in BUILTIN
        for sample in kind.samples
        if not sample.code and kind.columns(sample.props or {})
    ]


def _write_and_read(work: Work, name: str, kind: FieldType, sample: Sample) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    props = sample.props or {}
    specs = kind.columns(props)
    columns = [sa.Column(f"c{n}", column_type(spec, work.dialect)) for n, spec in enumerate(specs)]
    table = sa.Table(name, sa.MetaData(), *columns)
    cells = kind.reader(props)(sample.wire)
    encoders = [encoder(spec, work.dialect) for spec in specs]
    bound = {
        f"c{n}": encode(cell) if encode and cell is not None else cell
        for n, (cell, encode) in enumerate(zip(cells, encoders, strict=True))
    }
    work.ddl(sa.schema.CreateTable(table))
    work.execute(sa.insert(table).values({key: sa.bindparam(key) for key in bound}), bound)
    row = work.fetch(sa.select(table))[0]
    decoders = [decoder(spec, work.dialect) for spec in specs]
    back = tuple(
        value if value is None or decode is None else decode(value) for value, decode in zip(row, decoders, strict=True)
    )
    return cells, back


def test_every_sample_comes_back_from_the_database(database: Database) -> None:
    cases = _cases()
    assert len(cases) >= FLOOR
    with database.write() as work:
        for number, (kind, sample) in enumerate(cases):
            cells, back = _write_and_read(work, f"t{number}", kind, sample)
            # JSON columns give numbers as exact ones; what counts is what goes out.
            is_json = kind.columns(sample.props or {})[0].kind is Kind.JSON
            assert is_json or back == cells, kind.name
            show = kind.shower(sample.props or {})
            wire = show(back) if show else back[0]
            expected = sample.wire if sample.shown is None else sample.shown
            # As the API sends it: text for decimals, numbers for what is a number in JSON.
            assert read_json(dump_json(wire)) == read_json(dump_json(expected)), kind.name
            assert wire == expected, kind.name
            assert type(wire) is type(expected), kind.name


def test_decimals_and_instants_are_ordered_by_value(database: Database) -> None:
    ordered: dict[str, list[Any]] = {
        "decimal": ["-9999999999999999.99", "-1.50", "0.00", "0.01", "9999999999999999.99"],
        "rate": ["0.0000000001", "7.1234567890", "99999999.9999999999"],
        "instant": [
            "0001-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999Z",
            "2026-11-22T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ],
        "date": ["0001-01-01", "1999-12-31", "9999-12-31"],
        "time": ["00:00:00", "09:05:00", "23:59:59"],
        "duration": [0, 59, 3_600],
    }
    kinds = {kind.name: kind for kind in BUILTIN}
    with database.write() as work:
        for name, values in ordered.items():
            kind = kinds[name]
            spec = kind.columns({})[0]
            table = sa.Table(f"o_{name}", sa.MetaData(), sa.Column("c", column_type(spec, work.dialect)))
            work.ddl(sa.schema.CreateTable(table))
            encode = encoder(spec, work.dialect) or (lambda value: value)
            for value in reversed(values):
                cell = kind.reader({})(value)[0]
                work.execute(sa.insert(table).values(c=sa.bindparam("c")), {"c": encode(cell)})
            rows = work.fetch(sa.select(table.c.c).order_by(table.c.c))
            decode = decoder(spec, work.dialect) or (lambda value: value)
            show = kind.shower({}) or (lambda cells: cells[0])
            assert [show((decode(row[0]),)) for row in rows] == values, name
