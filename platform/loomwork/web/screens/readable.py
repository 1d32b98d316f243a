"""Values that somebody is shown outside of a form, written as people read them: two sides of a conflict, for example."""

from typing import Any

from flask import Response, request

from loomwork.core.errors import InvalidInput
from loomwork.web import context
from loomwork.web.screens.blueprint import screens
from loomwork.web.screens.desk import open_desk
from loomwork.web.screens.specs import typed_text
from loomwork.web.security_access import access
from loomwork.web.wire import answer, read_object

_MOST = 500
_LONGEST = 200


@screens.post("/readable")
@access("session")
def show_readable() -> Response:
    """`{"values": [[entity, field, wire], …]}` → `{"texts": […]}`, an empty text where the wire form reads well itself."""
    asked = read_object(request).get("values")
    if not isinstance(asked, list) or len(asked) > _MOST:
        raise InvalidInput(f"values is a list of at most {_MOST} [entity, field, value]", code="bad_values")
    with open_desk(context.runtime(), context.identity().actor, "") as desk:
        return answer({"texts": [_text(desk, one) for one in asked]})


def _text(desk: Any, one: Any) -> str:
    if not (isinstance(one, list) and len(one) == 3 and all(isinstance(part, str) for part in one)):
        raise InvalidInput("a value is [entity, field, value], three texts", code="bad_values")
    name, path, wire = one
    entity = desk.catalog.entities.get(name)
    field = entity.find(path) if entity is not None and desk.may(name, "read") else None
    return typed_text(field, wire) if field is not None and desk.may_read(field) and len(wire) <= _LONGEST else ""
