"""The head of a record page: badges, the line below the title, the figures with their captions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from markupsafe import Markup

from loomwork.catalog.model import Component, Entity, Field
from loomwork.core.errors import PlatformError
from loomwork.expressions import Formula
from loomwork.forms.layout import in_order
from loomwork.query.evaluate import evaluate, to_wire
from loomwork.web.screens import figures, ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.models import Figure
from loomwork.web.screens.specs import path_field, path_label
from loomwork.web.screens.values import alone_html, amount_of, cell_html, kind_of, plain_text, value_html

MAX_BADGES = 2
MAX_SUBTITLES = 5
_TREND = {1: "up", -1: "down"}


def head_paths(page: Component | None) -> list[str]:
    """What the head shows beside fields of the entity that are read anyway."""
    return [*page.body.get("highlights", ()), *page.body.get("subtitle", ())] if page is not None else []


def badges(page: Component | None, entity: Entity, row: Mapping[str, Any]) -> list[Markup]:
    """Choices as badges: those that the page names, else the state and what sums the record up."""
    names = page.body.get("badges") if page is not None else None
    wanted = (entity.state_field, *entity.summary_fields) if names is None else names
    fields = [entity.find(name) for name in dict.fromkeys(wanted) if name]
    return [cell_html(f, row[f.name]) for f in fields if f and f.type.name == "choice" and row.get(f.name)][:MAX_BADGES]


def subtitles(desk: Desk, page: Component | None, entity: Entity, row: Mapping[str, Any]) -> list[Markup]:
    """The facts below the title: those that the page names, else what sums the record up, and who owns it."""
    if page is not None and "subtitle" in page.body:
        named = [(path, path_field(desk.catalog, entity, path)) for path in page.body["subtitle"]]
        return [_fact(field, path, row[path]) for path, field in named if field and row.get(path)][:MAX_SUBTITLES]
    told = page.body.get("highlights", ()) if page is not None else ()
    fields = [entity.find(name) for name in entity.summary_fields if name not in told]
    found = [_fact(f, f.name, row[f.name]) for f in fields if f and f.type.name != "choice" and row.get(f.name)]
    owner = entity.find("owner_id")
    if owner and row.get("owner_id") and "owner_id" not in entity.summary_fields:
        found.append(_fact(owner, "owner_id", row["owner_id"]))
    return found[:MAX_SUBTITLES]


def _fact(field: Field, path: str, value: Any) -> Markup:
    """A fact in a line of others: choices in words, for badges stand above; a person with what he is here."""
    if field.type.name == "choice":
        return Markup("{}").format(plain_text(field, value))
    if field.type.name != "user":
        return alone_html(field, value)
    label = ui.say(field.label, path) if path != "owner_id" else ui.say(field.label, ui.t("record.owner"))
    return Markup('<span class="lw-desk">{}</span> {}').format(label, cell_html(field, value))


def highlights(desk: Desk, entity: Entity, page: Component | None, row: Mapping[str, Any]) -> list[Figure]:
    """The figures of the head, each with its caption."""
    found = {}
    for path in page.body.get("highlights", ()) if page else ():
        field = path_field(desk.catalog, entity, path)
        if field is not None and path in row:
            html = _highlight(field, row[path])
            found[path] = Figure(path_label(desk.catalog, entity, path), "", plain_text(field, row[path]), html)
    captions = [one for _, one in in_order(page.body.get("captions", {})) if one["of"] in found] if page else []
    for path, (text, tone) in _captions(desk, entity, captions, str(row["id"])).items():
        found[path] = replace(found[path], caption=text, tone=tone)
    return list(found.values())


def _highlight(field: Field, value: Any) -> Markup:
    money = amount_of(field, value)
    if money is not None:
        text = Markup('<span class="lw-short">{}</span><span class="lw-full lw-num">{}</span>')
        return text.format(figures.short_money(*money), figures.whole_money(*money))
    if kind_of(field) == "date" and value:
        return Markup("{}").format(figures.friendly_date(value))
    return value_html(field, value)


def _captions(
    desk: Desk, entity: Entity, captions: Sequence[Mapping[str, Any]], record_id: str
) -> dict[str, tuple[str, str]]:
    """Text and tone by highlight, all asked at once; the first caption of a highlight with a value counts."""
    formulas = [desk.program.formulas.value(entity.name, one["value"]) for one in captions]
    if not formulas:
        return {}
    try:
        reader = desk.program.reader(desk.actor)
        values = evaluate(desk.program.engine, desk.work, reader, entity.name, record_id, formulas)
    except PlatformError:
        return {}  # a field that is closed to the reader, or a record in the trash: the figures stand alone
    found: dict[str, tuple[str, str]] = {}
    for one, formula, value in zip(captions, formulas, values, strict=True):
        if value not in (None, ""):
            found.setdefault(one["of"], _caption(one, formula, to_wire(formula, value)))
    return found


def _caption(body: Mapping[str, Any], formula: Formula, value: Any) -> tuple[str, str]:
    number = _number(formula, value)
    words = body["one"] if number == 1 and "one" in body else body["text"]
    text = ui.say(words).replace("{value}", _shown(formula, value, number))
    tone = str(body.get("tone", "plain"))
    if tone == "trend":
        tone = _TREND[1 if number > 0 else -1] if number else "plain"
    return text, tone


def _number(formula: Formula, value: Any) -> Decimal | None:
    if formula.type.kind != "number":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _shown(formula: Formula, value: Any, number: Decimal | None) -> str:
    if number is not None:
        return figures.trimmed(number)
    if formula.type.kind == "date":
        return figures.friendly_date(value)
    if formula.type.kind == "instant":
        return figures.instant(value)
    return str(value)
