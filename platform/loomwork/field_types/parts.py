"""Values with parts that cross the wire as one closed JSON object of texts."""

from collections.abc import Callable, Mapping
from typing import Any

from loomwork.field_types.refusals import refuse, short
from loomwork.field_types.schemas import Schema, closed
from loomwork.field_types.texts import line_reader, line_schema


def parts_reader(lengths: Mapping[str, int]) -> Callable[[Any], dict[str, str]]:
    """A function JSON object → its non-empty parts; keys and greatest lengths as given, null and "" mean empty.

    Raises (the function): Refused `not_object`, `unknown_key`, and those of `line_reader` with the key as place.
    """
    readers = {key: line_reader(length, at=key) for key, length in lengths.items()}

    def read(value: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise refuse("not_object", value=short(value), known=", ".join(readers))
        found: dict[str, str] = {}
        for key, part in value.items():
            if key not in readers:
                raise refuse("unknown_key", key=short(key), known=", ".join(readers))
            if part is not None and part != "":
                found[key] = readers[key](part)
        return found

    return read


def parts_schema(lengths: Mapping[str, int]) -> Schema:
    """JSON Schema of `parts_reader`."""
    return closed({key: {"anyOf": [line_schema(length), {"type": "null"}]} for key, length in lengths.items()})
