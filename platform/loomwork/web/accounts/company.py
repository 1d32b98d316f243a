"""The company's base currency: read, and changed while no amount is stored; as a drawer and over the API."""

from typing import Any

from flask import Blueprint, Response, request

from loomwork.field_types.currencies import CURRENCIES
from loomwork.publishing.amounts import stored_amounts
from loomwork.query.tree import Query
from loomwork.runtime.currency import change_currency
from loomwork.storage.database import Work
from loomwork.web import context
from loomwork.web.accounts.pages import open_reader, show_part
from loomwork.web.api.effects import writer
from loomwork.web.company import ENTITY
from loomwork.web.params import read_params
from loomwork.web.screens import ui
from loomwork.web.security_access import access
from loomwork.web.wire import answer, closed_texts, read_object

company_api = Blueprint("company_api", __name__, url_prefix="/api/v1")
company_pages = Blueprint("company_pages", __name__, url_prefix="/company")


def _state(work: Work, language: str) -> dict[str, Any]:
    rt = context.runtime()
    used = stored_amounts(rt.program, work, language)
    places = [{"field": one.path, "label": one.message} for one in used]
    return {"currency": rt.currency, "may_change": not used, "stored_in": places}


def _choice(code: str, language: str) -> dict[str, Any]:
    from babel.numbers import get_currency_name

    name = get_currency_name(code, locale=language.replace("-", "_"))
    return {"value": code, "label": f"{code} {name}", "colour": "grey", "active": True}


@company_api.get("/company/currency")
@access("token:read")
def read_currency() -> Response:
    """The base currency: `{currency, may_change, stored_in}`; the last names fields in which amounts are stored."""
    read_params(request, {})
    with context.runtime().read() as work:
        return answer(_state(work, context.language()))


@company_api.put("/company/currency")
@access("token:admin ability:write_metadata")
def write_currency() -> Response:
    """Make another currency the company's: `{currency}`; refused once an amount is stored."""
    read_params(request, {})
    body, rt = closed_texts(read_object(request), ("currency",)), context.runtime()
    change_currency(rt, writer(), body["currency"])
    with rt.read() as work:
        return answer(_state(work, context.language()))


@company_pages.get("/currency")
@access("session ability:write_metadata")
def show_currency() -> Response:
    """The base currency, to change it or to see why it stays."""
    with open_reader() as desk:
        state = _state(desk.work, desk.wishes.language)
        spec = {
            "name": "currency",
            "label": ui.t("currency.new"),
            "widget": "choice",
            "type": "choice",
            "props": {},
            "required": True,
            "choices": [_choice(one, desk.wishes.language) for one in CURRENCIES if one != state["currency"]],
        }
        rows = desk.run(Query(ENTITY, ("id",), limit=1)).rows if desk.may(ENTITY, "read") else []
        back = f"/e/{ENTITY}/{rows[0]['id']}" if rows else f"/e/{ENTITY}"
        return show_part(desk, "currency", ui.t("currency"), ENTITY, **state, spec=spec, back=back)
