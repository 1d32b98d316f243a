"""Changes in a timeline: fields from what to what, and rows of child tables that came, changed and went."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from loomwork.catalog.model import Catalog, Entity
from loomwork.web.screens import ui
from loomwork.web.screens.told import Change, RowChange
from loomwork.web.screens.values import alone_html, is_empty, plain_text

_WORDS = {"created": "event.row_created", "deleted": "event.row_deleted", "restored": "event.row_restored"}


def told_tables(entity: Entity, rows: Mapping[str, Any]) -> str:
    """The names of the child tables whose rows changed."""
    names = [ui.say(field.label, name) for name in rows if (field := entity.find(name)) is not None]
    return ui.t("event.and").join(names)


def told_rows(
    catalog: Catalog, entity: Entity, rows: Mapping[str, Sequence[Mapping[str, Any]]]
) -> tuple[RowChange, ...]:
    """Rows of child tables, as `query.history` tells them, in words.

    A row that has no title that the reader sees is called by what it is.
    """
    found: list[RowChange] = []
    for name, told in rows.items():
        field = entity.find(name)
        child = catalog.entities.get(field.target) if field is not None else None
        if child is not None:
            found += (_row(child, one) for one in told)
    return tuple(found)


def _row(child: Entity, row: Mapping[str, Any]) -> RowChange:
    verb, name = str(row["verb"]), row.get("label")
    words = ui.t(_WORDS.get(verb, "event.row_changed"), name=name or _called(child, row["changes"]))
    told = {
        key: pair
        for key, pair in row["changes"].items()
        if verb == "updated" or (not (name and key == child.title_field) and not all(map(is_empty, pair)))
    }
    return RowChange(verb, words, tuple(field_changes(child, told)))


def _called(child: Entity, changes: Mapping[str, Any]) -> str:
    """What a row without a title is called: by the first record that it links to, else by its kind."""
    for name, pair in changes.items():
        field = child.find(name)
        if field is not None and field.is_link and isinstance(pair, list):
            for value in reversed(pair):
                if isinstance(value, Mapping) and value.get("label"):
                    return plain_text(field, value)
    return ui.say(child.label, child.name)


def field_changes(entity: Entity, changes: Mapping[str, Any]) -> list[Change]:
    """What people changed; what followed by formula is told only when it stands alone."""
    found: list[tuple[Change, bool]] = []
    for name, pair in changes.items():
        field = entity.find(name)
        if field is None or (field.is_system and name != "owner_id") or not isinstance(pair, list):
            continue
        old, new = (_side(alone_html(field, value)) for value in pair)
        found.append((Change(ui.say(field.label, name), old, new), field.type.origin.value != "input"))
    own = [change for change, is_computed in found if not is_computed]
    return own or [change for change, _ in found]


def _side(html: Markup) -> Markup:
    return html or Markup('<span class="lw-none">{}</span>').format(ui.t("event.empty"))
