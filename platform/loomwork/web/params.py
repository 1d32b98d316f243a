"""Query strings: every parameter is declared, parsed once, and refused where it is unknown, doubled or unreadable."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Request

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Detail, InvalidInput, Refused, Unreadable
from loomwork.field_types.refusals import refuse, short
from loomwork.records.values import refusal_detail

MAX_LIMIT = 200
MAX_TEXT = 4_000
_TRUE, _FALSE = ("true", "1"), ("false", "0")
_DIGITS = 9
_OF_THE_NAME = ("unknown_parameter", "doubled_parameter")
"""Faults of a parameter itself; all others are of its value."""


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter.

    Shapes: `kind` is text, filled (a text that is not empty), names (comma-separated), count (1 to `most`), flag or choice.
    """

    kind: str = "text"
    most: int = MAX_LIMIT
    choices: tuple[str, ...] = ()
    help: str = ""


def read_params(request: Request, known: Mapping[str, Param]) -> dict[str, Any]:
    """The given parameters, parsed.

    Returns: name → str, tuple of str, int or bool; parameters not given are absent.
    Raises: InvalidInput that names every fault with the place `query.<name>`.
    """
    if not request.query_string:
        return {}
    _check_encoding(request.query_string)
    found: dict[str, Any] = {}
    faults: list[Detail] = []
    for name, values in request.args.lists():
        fault = ""
        param = known.get(name)
        if param is None:
            fault = f'there is no parameter "{name[:80]}"; {did_you_mean(name, known)}'.rstrip("; ")
            faults.append(Detail(f"query.{name[:80]}", "unknown_parameter", fault))
        elif len(values) > 1:
            faults.append(Detail(f"query.{name}", "doubled_parameter", "the parameter is given more than once"))
        else:
            try:
                found[name] = _parse(param, values[0])
            except Refused as bad:
                faults.append(refusal_detail(f"query.{name}", bad))
    if faults:
        code = faults[0].code
        raise InvalidInput(faults[0].message, code=code if code in _OF_THE_NAME else "bad_parameter", details=faults)
    return found


def _check_encoding(raw: bytes) -> None:
    """Refuse what is no UTF-8: a mark in its place would be searched for, and nothing found.

    Raises: Unreadable `bad_encoding`.
    """
    try:
        unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("the parameters are not UTF-8", code="bad_encoding") from None


def _parse(param: Param, text: str) -> Any:
    """The value of a parameter. Raises: Refused, in the words that fields have for the same fault."""
    if len(text) > MAX_TEXT:
        raise refuse("too_long", limit=MAX_TEXT, length=len(text))
    match param.kind:
        case "filled":
            if not text.strip():
                raise refuse("empty_parameter")
            return text
        case "names":
            return _names(text)
        case "count":
            return _count(param, text)
        case "flag":
            if text not in _TRUE + _FALSE:
                raise refuse("not_boolean", value=short(text))
            return text in _TRUE
        case "choice":
            if text not in param.choices:
                raise refuse("unknown_choice", value=short(text), known=", ".join(param.choices))
            return text
        case _:
            return text


def _names(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    if not all(names):
        raise refuse("empty_name")
    return names


def _count(param: Param, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise refuse("not_integer", value=short(text))
    if len(text) > _DIGITS or int(text) > param.most:
        raise refuse("too_large", limit=param.most)
    if int(text) < 1:
        raise refuse("too_small", limit=1)
    return int(text)
