"""Query strings: every parameter is declared, parsed once, and refused where it is unknown, doubled or unreadable."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Request

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Detail, InvalidInput, Unreadable

MAX_LIMIT = 200
MAX_TEXT = 4_000
_TRUE, _FALSE = ("true", "1"), ("false", "0")


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
            except ValueError as bad:
                faults.append(Detail(f"query.{name}", "bad_parameter", str(bad)))
    if faults:
        raise InvalidInput(faults[0].message, code=faults[0].code, details=faults)
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
    if len(text) > MAX_TEXT:
        raise ValueError(f"at most {MAX_TEXT} characters are read")
    match param.kind:
        case "filled":
            if not text.strip():
                raise ValueError("it is empty; leave the parameter out")
            return text
        case "names":
            return _names(text)
        case "count":
            return _count(param, text)
        case "flag":
            if text not in _TRUE + _FALSE:
                raise ValueError("true or false is expected")
            return text in _TRUE
        case "choice":
            if text not in param.choices:
                raise ValueError("one of these is expected: " + ", ".join(param.choices))
            return text
        case _:
            return text


def _names(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    if not all(names):
        raise ValueError("names separated by commas are expected, none of them empty")
    return names


def _count(param: Param, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError(f"a whole number from 1 to {param.most} is expected")
    number = int(text)
    if not 1 <= number <= param.most:
        raise ValueError(f"a whole number from 1 to {param.most} is expected")
    return number
