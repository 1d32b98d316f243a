"""From a field and its wire value to what stands on the page, through the template that the field type brings."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from markupsafe import Markup

from loomwork.catalog.model import Field
from loomwork.core import clock
from loomwork.core.i18n import label_text
from loomwork.field_types import FIELD_TYPES
from loomwork.field_types.choices import choices_of
from loomwork.field_types.code import DEFAULT
from loomwork.field_types.code.drawing import Drawing, draw
from loomwork.field_types.currencies import CURRENCIES
from loomwork.field_types.rich_text.cleaning import clean
from loomwork.web.screens import env, figures, ui

NOTHING = Markup("")
_LINKS = frozenset({"link", "link_any", "tree_parent"})
"""Types whose values are records with a page."""
_TEXT_LENGTH = 400
_UNITS = {"CNY": "元"}
_REMEMBERED_LENGTH = 60


@dataclass(frozen=True, slots=True)
class ShownChoice:
    """A choice in the reader's language."""

    value: str
    label: str
    colour: str
    icon: str
    share: int | None
    closes: str
    active: bool


@lru_cache(maxsize=2000)
def _choices(field: Field, language: str) -> Mapping[str, ShownChoice]:
    own = field.props.get("choices", {})
    shown = {}
    for value, one in choices_of(field.props).items():
        raw = own.get(value, {}) if isinstance(own, Mapping) else {}
        shown[value] = ShownChoice(
            value,
            label_text(one.label, language, value),
            getattr(one, "colour", None) or raw.get("colour", "grey"),
            getattr(one, "icon", None) or raw.get("icon", ""),
            getattr(one, "share", None),
            getattr(one, "closes", "") or "",
            one.active,
        )
    return shown


def shown_choices(field: Field) -> Mapping[str, ShownChoice]:
    """The choices of a field in rank order, in the reader's language; empty for other fields."""
    return _choices(field, ui.current().language)


def is_empty(wire: Any) -> bool:
    """Whether a wire value says nothing; `false` and zero do say something."""
    return wire is None or (isinstance(wire, str | list) and not wire)


def is_masked(wire: Any) -> bool:
    """Whether a reader sees this value masked only; one list may hold both, since rights go by record."""
    return isinstance(wire, Mapping) and set(wire) == {"masked"}


def cell_html(field: Field, wire: Any) -> Markup:
    """A value as it stands in a list; empty values give nothing."""
    if is_empty(wire):
        return NOTHING
    if is_masked(wire):
        hidden = wire["masked"]
        return _shown("text", hidden, field) if isinstance(hidden, str) else _shown(field.type.name, hidden, field)
    kept = _key(wire)
    if kept is None:
        return _shown(field.type.name, wire, field)
    wishes = ui.current()
    return _remembered(
        field, kept, (wishes.language, wishes.zone, wishes.currency, clock.today_in(wishes.zone).toordinal())
    )


_Kept = str | tuple[tuple[str, str], ...]


def _key(wire: Any) -> _Kept | None:
    """A plain value or a flat object of texts as a key; None for what is not worth remembering."""
    if isinstance(wire, str):
        return wire if len(wire) <= _REMEMBERED_LENGTH else None
    if isinstance(wire, dict) and all(isinstance(part, str) for part in wire.values()):
        return tuple(wire.items())
    return None


@lru_cache(maxsize=8000)
def _remembered(field: Field, kept: _Kept, _reader: tuple[str, str, str, int]) -> Markup:
    """The same few choices, people and links fill most cells of a list, so each is drawn once."""
    return _shown(field.type.name, dict(kept) if isinstance(kept, tuple) else kept, field)


def value_html(field: Field, wire: Any) -> Markup:
    """A value as it stands alone, all of it: empty ones get a dash, so that the place does not look broken."""
    whole = env.macro_if_any(f"field_types/{field.type.name}/cell.html", "whole")
    if whole is not None and not is_empty(wire) and not is_masked(wire):
        shown: Markup = whole(wire, field)
        return shown
    return alone_html(field, wire) or Markup('<span class="lw-none">{}</span>').format(ui.t("record.empty"))


def alone_html(field: Field, wire: Any) -> Markup:
    """A value that stands by itself and not under the head of a column: money has its sign, records are links.

    A record without a name is in the trash, or closed to the reader: a dash, for a link would lead nowhere.
    """
    money = amount_of(field, wire)
    if money is not None:
        return Markup('<span class="lw-num">{}</span>').format(figures.whole_money(*money))
    shown = cell_html(field, wire)
    if isinstance(wire, Mapping) and field.type.name in _LINKS and wire.get("id"):
        if not wire.get("label"):
            return Markup('<span class="lw-none">{}</span>').format(ui.t("record.empty"))
        entity = str(wire.get("entity") or field.target)
        return Markup('<a class="lw-to" href="/e/{}/{}">{}</a>').format(entity, wire["id"], shown)
    return shown


def plain_text(field: Field, wire: Any) -> str:
    """A value as short text: for titles, hints, sentences."""
    if is_empty(wire):
        return ""
    if is_masked(wire):
        wire = wire["masked"]
    try:
        text = field.type.display(wire, field.props, ui.current().language)
    except (TypeError, ValueError, KeyError, AttributeError, ArithmeticError):
        text = str(wire)  # a masked or foreign form: shown as it stands
    return text[:_TEXT_LENGTH]


@cache
def _cell(type_name: str) -> Any:
    return env.macro(f"field_types/{type_name}/cell.html", "cell")


def _shown(type_name: str, value: Any, field: Field) -> Markup:
    shown: Markup = _cell(type_name)(value, field)
    return shown


def computed_cell(value: Any, field: Field) -> Markup:
    """A computed value, shown by the type that its result has; money is in the company's currency."""
    name = kind_of(field)
    if name == "money" and not isinstance(value, Mapping):
        return _shown(name, {"amount": value, "currency": ui.current().currency}, field)
    return _shown(name if name in FIELD_TYPES else "text", value, field)


def kind_of(field: Field) -> str:
    """Name of the type that a field's values have; for formulas and roll-ups that of their result."""
    result = getattr(field.type, "result", None)
    return str(result(field.props)) if result else field.type.name


def amount_of(field: Field, wire: Any) -> tuple[Any, str] | None:
    """Amount and currency of a value that is money, entered or computed; None for all others."""
    if kind_of(field) != "money" or wire is None or is_masked(wire):
        return None
    if isinstance(wire, Mapping):
        return wire.get("amount"), str(wire.get("currency") or "")
    return wire, ui.current().currency


def one_line(field: Field, value: Any) -> str:
    """A value with parts (address, name) in the order of the reader's language."""
    return value if isinstance(value, str) else plain_text(field, value)


def json_text(value: Any) -> str:
    """JSON on one line, cut."""
    return json.dumps(value, ensure_ascii=False)[:200]


def drawn(value: str, field: Field) -> Drawing:
    """The picture of a bar or QR code."""
    return draw(value, field.props.get("symbology", DEFAULT))


@lru_cache(maxsize=500)
def clean_html(value: str) -> Markup:
    """Stored rich text, cleaned once more by its type before it is shown."""
    return Markup(clean(value))  # noqa: S704 - the cleaner leaves only its short list of elements


def aligns_end(field: Field) -> bool:
    """Whether values stand on the right, as figures do; computed fields go by what they give."""
    found = FIELD_TYPES.get(kind_of(field))
    return field.type.align == "end" or (found is not None and found.align == "end")


def unit_text(field: Field) -> str:
    """The unit behind the head of a column: `（元）`, ` (CNY)`, ` (kg)`; empty where values bear it themselves."""
    wishes, kind = ui.current(), kind_of(field)
    unit = "" if kind == "percent" else str(field.props.get("unit") or "")
    if kind == "money":
        currency = str(field.props.get("currency") or wishes.currency)
        unit = _UNITS.get(currency, currency) if wishes.is_chinese else currency
    return "" if not unit else f"（{unit}）" if wishes.is_chinese else f" ({unit})"


def input_of(item: Any) -> Markup:
    """The widget of a form's item, through the template of its field type."""
    made: Markup = _input(item.spec["type"])(item)
    return made


@cache
def _input(type_name: str) -> Any:
    return env.macro(f"field_types/{type_name}/input.html", "input")


@lru_cache(maxsize=1)
def install() -> None:
    """Give the templates what they need from here."""
    environment = env.environment()
    environment.globals.update(
        choices_of=shown_choices,
        computed_cell=computed_cell,
        one_line=one_line,
        plain_text=plain_text,
        json_text=json_text,
        code_drawing=drawn,
        currencies=" ".join(CURRENCIES),
        input_of=input_of,
    )
    environment.filters["clean_html"] = clean_html
