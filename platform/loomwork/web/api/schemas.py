"""Marshmallow at the edge: nested input is checked whole, before anything is begun, and every fault has its place.

An entity's schema is made of the field types' own readers, so it takes and refuses exactly what the compiled plan of
the record service does (a property test holds the two together); the plan serves single records and lists, where
marshmallow would take nine times as long.
"""

from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, missing, validate

from loomwork.catalog.model import Entity, Field
from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Detail, InvalidInput, Refused
from loomwork.field_types.base import Storage
from loomwork.records.rights import MOST_NAMED
from loomwork.records.values import refusal_detail


class Taken(fields.Field[Any]):
    """One field of an entity, read by its type. Empty text counts as empty, as everywhere."""

    def __init__(self, field: Field) -> None:
        super().__init__(allow_none=True)
        self._name = field.name
        self._read = field.type.reader(field.props)
        self._empty = (None,) * len(field.columns)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **_: Any) -> Any:
        """Cells of a wire value.

        Raises: ValidationError that carries a `Detail`.
        """
        if value is missing:
            return missing
        if value is None or value == "":
            return self._empty
        try:
            return self._read(value)
        except Refused as fault:
            path = f"{self._name}.{fault.at}" if fault.at else self._name
            raise ValidationError([refusal_detail(path, fault)]) from None


@lru_cache(maxsize=2_000)
def record_schema(entity: Entity) -> Schema:
    """The schema of an entity's values; made once per entity of a catalog version.

    Which fields are needed, and what belongs together, is for the record service to say: it knows the record. Pair
    tables, child rows and computed fields are left to it as well.
    """
    named: dict[str, fields.Field[Any]] = {
        one.name: Taken(one) for one in entity.fields.values() if one.columns and one.type.storage is Storage.COLUMNS
    }
    return Schema.from_dict(named, name=f"Record_{entity.table}")(unknown=EXCLUDE)


def check_record(entity: Entity, data: Mapping[str, Any], place: str) -> list[Detail]:
    """The faults of a record's values, each with its place below `place`."""
    details = [
        Detail(
            f"{place}.{name[:80]}",
            "unknown_field",
            f'{entity.name} has no field "{name[:80]}"; {did_you_mean(name, entity.fields)}',
        )
        for name in islice((one for one in data if one not in entity.fields), MOST_NAMED)
    ]
    for found in _faults(record_schema(entity), data).values():
        details += [_moved(one, place) for one in found if isinstance(one, Detail)]
    return details


def _moved(detail: Detail, place: str) -> Detail:
    from dataclasses import replace

    return replace(detail, path=f"{place}.{detail.path}")


def _faults(schema: Schema, data: Mapping[str, Any]) -> dict[str, Any]:
    try:
        schema.load(dict(data))
    except ValidationError as fault:
        return dict(fault.messages_dict)
    return {}


class Closed(Schema):
    """A closed object of a request; unknown keys are refused."""

    class Meta:
        """Settings of marshmallow."""

        unknown = RAISE
        register = False


class Change(Closed):
    """One change of a batch."""

    do = fields.String(required=True)
    id = fields.String()
    row_version = fields.Integer(strict=True, validate=validate.Range(1, 10**18 - 1))
    data = fields.Dict(keys=fields.String())


def load(schema: Schema, value: Any, place: str) -> dict[str, Any]:
    """A nested value through a schema.

    Raises: InvalidInput that names every fault with its place.
    """
    if not isinstance(value, Mapping):
        raise InvalidInput(
            f"{place}: expected an object", code="object", details=[Detail(place, "object", "expected an object")]
        )
    try:
        found: dict[str, Any] = schema.load(dict(value))
    except ValidationError as fault:
        details = [
            Detail(f"{place}.{key}", "shape", f"{place}.{key}: {_first(words)}")
            for key, words in fault.messages_dict.items()
        ]
        raise InvalidInput(details[0].message, code="shape", details=details) from None
    return found


def _first(words: Any) -> str:
    while isinstance(words, dict):
        words = next(iter(words.values()))
    return str(words[0]) if isinstance(words, list) and words else str(words)
