"""The promises of every field type, by its own samples and by arbitrary JSON."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from loomwork.core.errors import Refused
from loomwork.core.i18n import LANGUAGES, platform_messages, text
from loomwork.core.ids import is_id
from loomwork.core.kinds import MAX_DIGITS, ColumnSpec, Kind
from loomwork.core.settings import data_root
from loomwork.core.text import has_cjk
from loomwork.field_types import BUILTIN, FIELD_TYPES
from loomwork.field_types.base import FieldType, Sample, Storage
from loomwork.field_types.operators import OPERATORS

FLOOR = 40
GROUPS = {"text", "number", "time", "choice", "relation", "media", "computed", "other"}
SHAPES = {"text", "number", "boolean", "date", "instant", "time", "duration", "link", "list", "json", "none"}
PLAIN = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.DECIMAL: Decimal,
    Kind.BOOLEAN: bool,
    Kind.DATE: date,
    Kind.INSTANT: datetime,
    Kind.TIME: time,
    Kind.ID: str,
    Kind.BYTES: bytes,
}
# What JSON Schema cannot say of these values; every other refusal must also be one of the schema.
BEYOND_SCHEMA = {
    "bad_check_digit",
    "base_differs",
    "base_missing",
    "not_phone",
    "too_big",
    "too_deep",
    "too_early",
    "too_late",
    "too_many_digits",
    "unknown_province",
}

every_type = pytest.mark.parametrize("kind", BUILTIN, ids=lambda kind: kind.name)


def _cases(*, refused: bool) -> list[Any]:
    return [
        pytest.param(kind, sample, id=f"{kind.name}-{number}")
        for kind in BUILTIN
        for number, sample in enumerate(kind.samples)
        if bool(sample.code) is refused
    ]


taken_samples = pytest.mark.parametrize(("kind", "sample"), _cases(refused=False))
refused_samples = pytest.mark.parametrize(("kind", "sample"), _cases(refused=True))


def _props(sample: Sample) -> Mapping[str, Any]:
    return sample.props or {}


def _wire(kind: FieldType, cells: tuple[Any, ...], props: Mapping[str, Any]) -> Any:
    if all(cell is None for cell in cells):
        return None
    show = kind.shower(props)
    return show(cells) if show else cells[0]


def _as_json(value: Any) -> Any:
    """A wire value in the number types that a JSON Schema validator computes with."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    return {key: _as_json(item) for key, item in value.items()} if isinstance(value, dict) else value


def test_the_list_is_complete() -> None:
    folders = {file.parent.name for file in Path(data_root(), "platform/loomwork/field_types").glob("*/__init__.py")}
    assert len(BUILTIN) >= FLOOR
    assert set(FIELD_TYPES) == folders


@every_type
def test_it_says_what_it_is_in_both_languages(kind: FieldType) -> None:
    for words in (kind.label, kind.help):
        assert set(words) == set(LANGUAGES)
        assert has_cjk(words["zh-CN"]) or words["zh-CN"].isupper()
        assert not has_cjk(words["en"])
    assert len(type(kind).__doc__ or "") > 40
    assert kind.group in GROUPS
    assert re.fullmatch(r"[a-z0-9-]+", kind.icon)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.widget)
    assert kind.align in {"start", "end"}


@every_type
def test_its_properties_are_closed_and_described(kind: FieldType) -> None:
    schema = kind.properties_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    for name, one in schema["properties"].items():
        assert len(one["description"]) > 4, name
        assert not name.startswith("_"), "keys with an underscore are set by the catalog"
    validator = Draft202012Validator(schema)
    assert not validator.is_valid({"no_such_property": 1})
    for sample in kind.samples:
        own = {key: value for key, value in _props(sample).items() if not key.startswith("_")}
        if sample.props is not None:
            assert [fault.message for fault in validator.iter_errors(own)] == []
            assert kind.faults(own) == []


@every_type
def test_it_has_enough_samples(kind: FieldType) -> None:
    refused = [sample for sample in kind.samples if sample.code]
    assert len(kind.samples) - len(refused) >= 3
    assert len(refused) >= 3
    assert has_cjk(repr([sample.wire for sample in kind.samples])) or kind.name in {"integer", "boolean"}


@every_type
def test_its_columns_hang_together(kind: FieldType) -> None:
    for sample in kind.samples:
        props = _props(sample)
        suffixes = [column.suffix for column in kind.columns(props)]
        assert len(set(suffixes)) == len(suffixes)
        assert bool(suffixes) is (kind.storage_for(props) is Storage.COLUMNS)
        assert not suffixes or suffixes[0] == ""
        assert not suffixes or set(kind.search_suffixes) <= set(suffixes)
        assert set(kind.parts(props)) <= set(suffixes)
        assert kind.sort_column(props) in {None, *suffixes}
        assert kind.sort_suffix is None or not suffixes or kind.sort_column(props) is not None
        shapes = [kind.shape(props), *kind.parts(props).values()]
        assert {shape.kind for shape in shapes} <= SHAPES
        target = kind.target(props)
        assert target == "" or any(column.entity == target for column in kind.columns(props)) or not suffixes
        assert kind.operators_for(props)
        assert set(kind.operators_for(props)) <= OPERATORS
    assert set(kind.operators) <= OPERATORS


@taken_samples
def test_taken_values_come_back(kind: FieldType, sample: Sample) -> None:
    props = _props(sample)
    cells = kind.reader(props)(sample.wire)
    expected = sample.wire if sample.shown is None else sample.shown
    _check_cells(kind, cells, props)
    wire = _wire(kind, cells, props)
    assert wire == expected
    assert kind.reader(props)(wire) == cells
    assert kind.reader(props)(json.loads(json.dumps(wire))) == cells


@taken_samples
def test_files_hold_the_same_value(kind: FieldType, sample: Sample) -> None:
    props = _props(sample)
    cells = kind.reader(props)(sample.wire)
    written = kind.to_file(_wire(kind, cells, props), props)
    assert isinstance(written, str)
    if written:
        again = kind.reader(props)(kind.from_file(written, props))
        # Size and type of a file are those of the stored file; a sheet names it only.
        assert again[:2] == cells[:2] if kind.holds_files else again == cells
    assert kind.to_file(None, props) in {"", "[]"}


@taken_samples
def test_people_see_a_text_and_masks_hide(kind: FieldType, sample: Sample) -> None:
    props = _props(sample)
    wire = _wire(kind, kind.reader(props)(sample.wire), props)
    for language in LANGUAGES:
        assert isinstance(kind.display(wire, props, language), str)
        assert kind.display(None, props, language) == ""
    assert kind.mask(None, props) is None
    if wire is not None:
        assert kind.mask(wire, props) != wire


@taken_samples
def test_the_schemas_admit_what_is_taken(kind: FieldType, sample: Sample) -> None:
    props = _props(sample)
    schema_in, schema_out = kind.schema_in(props), kind.schema_out(props)
    Draft202012Validator.check_schema(schema_in)
    Draft202012Validator.check_schema(schema_out)
    validate = Draft202012Validator(schema_in, format_checker=FormatChecker())
    assert [fault.message for fault in validate.iter_errors(_as_json(sample.wire))] == []
    wire = _wire(kind, kind.reader(props)(sample.wire), props)
    # Labels of links are added by the query.
    if wire is not None and not kind.target(props):
        assert [fault.message for fault in Draft202012Validator(schema_out).iter_errors(wire)] == []


@refused_samples
def test_refused_values_are_refused_with_their_code(kind: FieldType, sample: Sample) -> None:
    with pytest.raises(Refused) as caught:
        kind.reader(_props(sample))(sample.wire)
    fault = caught.value
    assert fault.code == sample.code
    for language in LANGUAGES:
        assert f"field.{fault.code}" in platform_messages()[language]
        said = text(f"field.{fault.code}", language, fault.params)
        assert "{" not in said.replace("{…}", "").replace(str(fault.params.get("pattern", "")), "")
        assert has_cjk(said) is (language == "zh-CN") or has_cjk(str(fault.params))
    assert fault.message == text(f"field.{fault.code}", "en", fault.params)
    assert len(fault.message) < 400


@refused_samples
def test_the_schema_refuses_what_it_can_say(kind: FieldType, sample: Sample) -> None:
    if sample.code in BEYOND_SCHEMA or _is_beyond(kind, sample):
        return
    validate = Draft202012Validator(kind.schema_in(_props(sample)), format_checker=FormatChecker())
    assert not validate.is_valid(_as_json(sample.wire))


def _is_beyond(kind: FieldType, sample: Sample) -> bool:
    """Faults that hang on more than form: an instant past the calendar, a lone surrogate, a bound of a text."""
    shown = repr(sample.wire)
    if kind.name in {"json", "email", "url", "instant", "rich_text"} and sample.code != "not_text":
        return True
    is_text_number = isinstance(sample.wire, (str, dict)) and sample.code in {"too_small", "too_large"}
    return is_text_number or "\\ud800" in shown or (kind.name == "child_table" and sample.code == "duplicate_item")


@every_type
def test_computed_values_settle(kind: FieldType) -> None:
    for sample in kind.samples:
        props = _props(sample)
        if sample.code or kind.storage_for(props) is not Storage.COLUMNS:
            continue
        cells = kind.reader(props)(sample.wire)
        if {column.suffix for column in kind.columns(props)} <= {"", "sort"} and cells[0] is not None:
            assert kind.settler(props)(cells[0]) == cells


def _check_cells(kind: FieldType, cells: tuple[Any, ...], props: Mapping[str, Any]) -> None:
    assert isinstance(cells, tuple)
    columns = kind.columns(props)
    if not columns:
        assert len(cells) == 1
        assert isinstance(cells[0], list)
        return
    assert len(cells) == len(columns)
    for cell, column in zip(cells, columns, strict=True):
        if cell is not None:
            _check_cell(cell, column)


def _check_cell(cell: Any, column: ColumnSpec) -> None:
    if column.kind is Kind.JSON:
        json.dumps(cell, allow_nan=False).encode()
        return
    assert type(cell) is PLAIN[column.kind]
    _check_plain(cell, column)


def _check_plain(cell: Any, column: ColumnSpec) -> None:
    if column.kind is Kind.TEXT:
        cell.encode("utf-8")
        assert "\x00" not in cell
        assert not column.length or len(cell) <= column.length
    if column.kind is Kind.DECIMAL:
        assert -cell.as_tuple().exponent == column.scale
        assert len(cell.as_tuple().digits) <= MAX_DIGITS
        assert not (cell.is_zero() and cell.is_signed())
    if column.kind is Kind.INTEGER:
        assert abs(cell) < 2**63
    if column.kind is Kind.INSTANT:
        assert cell.tzinfo is UTC
    if column.kind is Kind.ID:
        assert is_id(cell)


_TEXTS = st.text(st.characters(exclude_categories=()), max_size=30) | st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{0,8})?")
_NUMBERS = (
    st.integers() | st.floats() | st.decimals() | st.sampled_from([10**20, Decimal("1E+999999"), Decimal("1E-999999")])
)
_PART_KEYS = (
    "id",
    "label",
    "amount",
    "currency",
    "base",
    "entity",
    "full",
    "family",
    "given",
    "country",
    "province",
    "city",
)
_KEYS = st.sampled_from((*_PART_KEYS, "street", "lat", "lng", "name", "size", "type"))
_GOOD = st.sampled_from([sample.wire for kind in BUILTIN for sample in kind.samples if len(repr(sample.wire)) < 2_000])
_JSON = st.recursive(
    st.booleans() | _NUMBERS | _TEXTS | _GOOD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS | _TEXTS, inner | st.none(), max_size=4),
    max_leaves=8,
)


def _read_or_refuse(kind: FieldType, value: Any, props: Mapping[str, Any]) -> tuple[Any, ...] | None:
    try:
        return kind.reader(props)(value)
    except Refused as fault:
        fault.message.encode()  # what is said can always be sent
        return None


@every_type
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_reader_takes_or_refuses_and_nothing_else(kind: FieldType, data: st.DataObject) -> None:
    props = _props(data.draw(st.sampled_from(kind.samples)))
    value = data.draw(_JSON)
    if value == "":
        return
    cells = _read_or_refuse(kind, value, props)
    if cells is None:
        return
    _check_cells(kind, cells, props)
    wire = _wire(kind, cells, props)
    if wire is not None and wire != "":
        assert kind.reader(props)(wire) == cells
        assert kind.mask(wire, props) is not None
        for language in LANGUAGES:
            assert isinstance(kind.display(wire, props, language), str)
        # What stands in a row of a child table is read by the fields of its own entity.
        written = "" if kind.storage is Storage.CHILDREN else kind.to_file(wire, props)
        again = kind.reader(props)(kind.from_file(written, props)) if written else cells
        assert again[:2] == cells[:2] if kind.holds_files else again == cells


@every_type
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_cell_of_a_file_is_read_or_refused(kind: FieldType, data: st.DataObject) -> None:
    props = _props(data.draw(st.sampled_from(kind.samples)))
    written = st.sampled_from(
        ["是", "1,234.50", "¥12", "12%", "2026-1-5", "1h 30m", "a;b", '"a', "广东省深圳市", "1" * 5_000]
    )
    with contextlib.suppress(Refused):
        value = kind.from_file(data.draw(_TEXTS | written), props)
        if value not in ("", None):
            _read_or_refuse(kind, value, props)


def test_both_languages_say_the_same() -> None:
    folder = Path(data_root(), "metadata/messages")
    said = {lang: json.loads((folder / lang / "fields.json").read_text(encoding="utf-8")) for lang in LANGUAGES}
    assert set(said["en"]) == set(said["zh-CN"])
    assert len(said["en"]) >= 45
    for key, words in said["en"].items():
        holes = [set(re.findall(r"\{(\w+)\}", said[lang][key])) for lang in LANGUAGES]
        # A language may leave a number out that another needs for its grammar.
        assert holes[0] == holes[1] or key == "field.bad_characters", words
    used = set()
    for file in Path(data_root(), "platform/loomwork/field_types").rglob("*.py"):
        used |= set(re.findall(r'refuse\(\s*"(\w+)"', file.read_text(encoding="utf-8")))
    assert {f"field.{code}" for code in used} <= set(said["en"])
