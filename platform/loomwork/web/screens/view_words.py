"""The condition that a view brings with it, in words: `Stage is none of Won, Lost and Owner is me`.

Plain comparisons joined by AND are said with the labels of fields and choices. Whatever else a formula holds is the
author's affair, and the view is named instead: half a condition would say something wrong.
"""

import re
from collections.abc import Mapping
from typing import Any

from loomwork.catalog.model import Entity, Field
from loomwork.web.screens import figures, ui
from loomwork.web.screens.chips import chips_of, is_flat
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.list_state import may_show
from loomwork.web.screens.specs import operator_label, path_field, path_label
from loomwork.web.screens.values import kind_of, shown_choices

_AND = re.compile(r"\s+AND\s+(?=(?:[^']*'[^']*')*[^']*$)")
_BETWEEN = re.compile(r"(BETWEEN\s+\S+(?:\([^()]*(?:\(\))?[^()]*\))?)\s+AND\s+")
_ONE = re.compile(r"(?P<path>[a-z][\w.]*)\s*(?P<rest>.+)", re.DOTALL)
_LIST = re.compile(r"(?P<not>NOT\s+)?IN\s*\((?P<items>[^()]*)\)")
_COMPARED = re.compile(r"(?P<sign><>|<=|>=|=|<|>)\s*(?P<value>'(?:[^']|'')*'|-?\d+(?:\.\d+)?|TRUE|FALSE|TODAY\(\))")
_ITEM = re.compile(r"\s*(?:'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?))\s*(?:,|$)")
_SIGNS = {"=": "eq", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_SINCE = re.compile(r">=\s*ADDHOURS\(NOW\(\),\s*-(\d+)\)")
_NEXT = re.compile(r"BETWEEN TODAY\(\) AND ADDDAYS\(TODAY\(\),\s*(\d+)\)")
_WHOLE = {
    "= CURRENT_USER()": "is_me",
    "IS NULL": "is_empty",
    "IS NOT NULL": "is_not_empty",
    "BETWEEN MONTHSTART(TODAY()) AND MONTHEND(TODAY())": "this_month",
    "BETWEEN QUARTERSTART(TODAY()) AND QUARTEREND(TODAY())": "this_quarter",
}
_MOST = 300


def view_words(
    desk: Desk, entity: Entity, fields: Mapping[str, Mapping[str, Any]], formula: str, fixed: Any, label: str
) -> str:
    """What a view shows, in the reader's words; the label of the view where that cannot be said, empty without a condition.

    Shapes: `fixed` is a tree of conditions, or nothing; `fields` are the specs of fields by path.
    """
    if isinstance(fixed, Mapping) and fixed:
        chips = chips_of(fields, fixed) if is_flat(fixed) else ()
        return _joined([" ".join(filter(None, (one.field, one.operator, one.value))) for one in chips], label)
    return _joined([_said(desk, entity, one) for one in _parts(formula)], label) if formula else ""


def _joined(parts: list[str], label: str) -> str:
    text = ui.t("list.view_and").join(parts)
    return text if parts and all(parts) and len(text) <= _MOST else label


def _parts(formula: str) -> list[str]:
    """The parts that AND joins; the AND of BETWEEN joins nothing."""
    kept = _BETWEEN.sub(lambda found: f"{found[1]}\0", formula)
    return [part.replace("\0", " AND ").strip() for part in _AND.split(kept)]


def _said(desk: Desk, entity: Entity, part: str) -> str:
    """One comparison in words; empty for one that is not plain."""
    found = _ONE.fullmatch(part)
    field = path_field(desk.catalog, entity, found["path"]) if found else None
    if found is None or field is None or not may_show(desk, entity, found["path"]):
        return ""
    told = _rest(field, " ".join(found["rest"].split()))
    return f"{path_label(desk.catalog, entity, found['path'])} {told}" if told else ""


def _rest(field: Field, rest: str) -> str:
    language = ui.current().language
    if rest in _WHOLE:
        return operator_label(_WHOLE[rest], language)
    since, following = _SINCE.fullmatch(rest), _NEXT.fullmatch(rest)
    if since and int(since[1]) % 24 == 0:
        return ui.t("list.view_since", n=int(since[1]) // 24)
    if following:
        return ui.t("list.view_next", n=following[1])
    listed, compared = _LIST.fullmatch(rest), _COMPARED.fullmatch(rest)
    if listed:
        items = [_value(field, text.replace("''", "'") or plain) for text, plain in _ITEM.findall(listed["items"])]
        sign = operator_label("not_in" if listed["not"] else "in", language)
        return f"{sign} {ui.t('list.view_or').join(items)}"
    if compared:
        return f"{operator_label(_SIGNS[compared['sign']], language)} {_literal(field, compared['value'])}"
    return ""


def _literal(field: Field, text: str) -> str:
    if text == "TODAY()":
        return ui.t("list.view_today")
    if text in ("TRUE", "FALSE"):
        return ui.t("list.yes" if text == "TRUE" else "list.no")
    return _value(field, text[1:-1].replace("''", "'") if text.startswith("'") else text)


def _value(field: Field, wire: str) -> str:
    choice = shown_choices(field).get(wire)
    if choice is not None:
        return choice.label
    kind = kind_of(field)
    return figures.short(wire) if kind == "money" else figures.duration(wire) if kind == "duration" else wire
