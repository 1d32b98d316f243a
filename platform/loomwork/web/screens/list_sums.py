"""The figures below a list: sums and averages over every record that fits, in one grouped query."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from loomwork.catalog.model import Entity
from loomwork.core.errors import PlatformError
from loomwork.query.tree import Measure, Query
from loomwork.web.screens import figures, list_state, ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.list_state import ListState, View
from loomwork.web.screens.models import Figure
from loomwork.web.screens.specs import path_field, path_label
from loomwork.web.screens.values import kind_of

_MOST = 4
_WORDS = {"sum": "list.sum", "avg": "list.average"}
_SMALLEST_SHARE = Decimal("0.1")


def list_sums(desk: Desk, entity: Entity, view: View, state: ListState) -> tuple[Figure, ...]:
    """What the view sums and averages, as the reader may see it; at most four of each.

    A figure that the reader may not have is left out, and one of nothing as well; the rows stand either way.
    """
    asked = [(function, path) for function in _WORDS for path in _open_paths(desk, entity, view, state, function)]
    if not asked:
        return ()
    measures = tuple(Measure(f"m{at}", function, path) for at, (function, path) in enumerate(asked))
    try:
        answer = desk.group(Query(**list_state.query_of(entity, state, ()), measures=measures))
    except PlatformError:
        return ()
    row = answer["rows"][0] if answer["rows"] else {}
    return tuple(
        _figure(desk, entity, function, path, row[f"m{at}"])
        for at, (function, path) in enumerate(asked)
        if row.get(f"m{at}") is not None
    )


def _open_paths(desk: Desk, entity: Entity, view: View, state: ListState, function: str) -> list[str]:
    paths = _summed(desk, entity, view, state) if function == "sum" else _averaged(view)
    return [path for path in paths if list_state.may_show(desk, entity, path)][:_MOST]


def _averaged(view: View) -> list[str]:
    return list(view.component.body.get("averages", ())) if view.component is not None else []


def _summed(desk: Desk, entity: Entity, view: View, state: ListState) -> list[str]:
    """The sums that the view names, else those of the money columns that are shown."""
    if view.component is not None and view.component.body.get("sums"):
        return list(view.component.body["sums"])
    fields = ((path, path_field(desk.catalog, entity, path)) for path in state.columns)
    return [path for path, field in fields if field is not None and kind_of(field) == "money"]


def _figure(desk: Desk, entity: Entity, function: str, path: str, value: Any) -> Figure:
    field = path_field(desk.catalog, entity, path)
    kind = kind_of(field) if field is not None else ""
    amount = value.get("amount") if isinstance(value, Mapping) else value
    label = ui.t(_WORDS[function], name=in_sentence(path_label(desk.catalog, entity, path)))
    if kind == "money":
        return Figure(label, figures.short_money(amount), figures.money(amount))
    if kind == "percent":
        share = Decimal(str(amount))
        near = share.quantize(_SMALLEST_SHARE, ROUND_HALF_UP)
        return Figure(label, f"{figures.trimmed(near)}%", f"{figures.trimmed(share)}%")
    if function == "avg":
        near = Decimal(str(amount)).quantize(_SMALLEST_SHARE, ROUND_HALF_UP)
        return Figure(label, figures.trimmed(near), figures.trimmed(amount))
    return Figure(label, figures.short(amount), figures.number(amount))


def in_sentence(label: str) -> str:
    """A label within other words: `Amount` becomes `amount` in English, `ARR` stays."""
    is_word = label[:1].isupper() and not label[1:2].isupper()
    return label[:1].lower() + label[1:] if is_word and not ui.current().is_chinese else label
