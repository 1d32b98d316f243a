"""JSON in and out of requests: one strict reader, one fast writer."""

from itertools import islice
from typing import Any

from flask import Request, Response
from flask.json.provider import JSONProvider

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import Detail, InvalidInput, PlatformError, Unreadable
from loomwork.core.jsonio import dump_json, read_json
from loomwork.records.rights import MOST_NAMED

JSON = "application/json"


class UnsupportedBody(PlatformError):
    """The body is of a type that the endpoint does not read (415)."""

    default_code = "unsupported_media_type"


class WireJson(JSONProvider):
    """Flask's own JSON, through our reader and writer."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """Text of a value."""
        return dump_json(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Value of a text, strictly read."""
        return read_json(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """An answer made of a value."""
        return answer(self._prepare_response_obj(args, kwargs))


def answer(value: Any, status: int = 200, *, etag: int | str | None = None) -> Response:
    """A JSON answer. `etag` is the row version; it goes out in quotes."""
    response = Response(dump_json(value), status, mimetype=JSON)
    if etag is not None:
        response.headers["ETag"] = f'"{etag}"'
    return response


def read_body(request: Request) -> Any:
    """The JSON value of a request's body.

    Raises: UnsupportedBody for another type (a form posing as JSON never gets in); Unreadable; TooLarge.
    """
    if request.mimetype != JSON:
        raise UnsupportedBody(f"the body has to be {JSON}, not {request.mimetype or 'untyped'}", params={"type": JSON})
    raw = request.get_data()
    if not raw:
        raise Unreadable("the body is empty; a JSON object is expected", code="empty_body")
    return read_json(raw)


def read_object(request: Request) -> dict[str, Any]:
    """The JSON object of a request's body.

    Raises: InvalidInput for any other JSON value, and what `read_body` raises.
    """
    return as_object(read_body(request))


def as_object(value: Any, path: str = "") -> dict[str, Any]:
    """A value that has to be an object.

    Raises: InvalidInput `object`.
    """
    if not isinstance(value, dict):
        found = json_type(value)
        message = f"expected an object, got {found}"
        raise InvalidInput(message, code="object", details=[Detail(path, "object", message)], params={"type": found})
    return value


def json_type(value: Any) -> str:
    """The JSON name of a value's type, for messages."""
    names = {bool: "boolean", str: "string", list: "array", dict: "object", type(None): "null"}
    return names.get(type(value), "number")


def closed_texts(
    body: dict[str, Any], needed: tuple[str, ...], optional: tuple[str, ...] = (), others: tuple[str, ...] = ()
) -> dict[str, Any]:
    """A closed object of texts; `others` are keys whose values the caller reads himself.

    Raises: InvalidInput naming every key that is unknown, missing or no text.
    """
    known = (*needed, *optional, *others)
    faults = [
        Detail(key[:80], "unknown_key", f'there is no "{key[:80]}" here; {did_you_mean(key, known)}')
        for key in islice((one for one in body if one not in known), MOST_NAMED)
    ]
    for key in (*needed, *optional):
        value = body.get(key)
        if key not in body and key in needed:
            faults.append(Detail(key, "missing_key", f"{key} is needed"))
        elif key in body and not isinstance(value, str):
            faults.append(Detail(key, "type", f"{key}: expected a string, got {json_type(value)}"))
    if faults:
        raise InvalidInput(faults[0].message, code=faults[0].code, details=faults)
    return body
