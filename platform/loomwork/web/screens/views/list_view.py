"""The list screen: one query for the page, one for the sums, everything else from metadata."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from loomwork.catalog.model import Entity
from loomwork.query.keyset import BadCursor
from loomwork.query.tree import Page, Query
from loomwork.web.screens import chips, figures, list_state, ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.list_state import ListState, View, address
from loomwork.web.screens.list_sums import list_sums
from loomwork.web.screens.models import Cell, Column, ColumnGroup, ListPage, ListTable, Row
from loomwork.web.screens.specs import field_spec, path_field, path_label, typed_text, wire_text
from loomwork.web.screens.values import aligns_end, cell_html, kind_of, plain_text, unit_text
from loomwork.web.screens.view_words import view_words
from loomwork.web.screens.views.actions_view import list_buttons
from loomwork.web.screens.views.record.cards import PLAIN, Card, card_of
from loomwork.web.screens.views.record.quick import offers

PAGE_SIZE = 50
_CARD_BY_TYPE = {"money": "value", "choice": "badge", "date": "date", "user": "owner", "link": "sub"}
_DAYS = frozenset({"date", "instant"})
_SUMMED = frozenset({"money", "integer", "decimal"})


def list_page(desk: Desk, name: str, args: Mapping[str, str]) -> ListPage:
    """The whole screen of an entity's list in the state that the address names.

    Raises: NotFound, InvalidInput, NotAllowed.
    """
    entity = desk.entity(name)
    views = list_state.views_of(desk, entity)
    view, state = list_state.read_state(desk, entity, views, args)
    base = f"/e/{entity.name}"
    table = list_table(desk, entity, view, state, with_sums=True)
    filterable = _filterable(desk, entity)
    label = ui.say(entity.plural, entity.name)
    spec = _spec(desk, entity, view, state, filterable)
    return ListPage(
        entity=entity.name,
        label=label,
        singular=_singular(entity),
        icon=entity.icon or "table",
        table=table,
        tabs=list_state.tabs_of(base, views, view),
        chips=chips.chips_of(filterable, state.tree) if chips.is_flat(state.tree) else (),
        has_groups=not chips.is_flat(state.tree),
        search=state.search,
        sort_label=_sort_label(desk, entity, state),
        may_create=desk.may(name, "create") and not entity.parent_field,
        may_import=desk.may(name, "import"),
        may_export=desk.may(name, "export"),
        may_delete=desk.may(name, "delete"),
        may_update=desk.may(name, "update"),
        is_changed=address(base, replace(state, cursor=""), view.state) != address(base, view.state, view.state),
        is_favourite=bool(spec["favourite"]),
        base_url=base,
        spec=spec,
        actions=list_buttons(desk, entity),
        view_words=view_words(desk, entity, filterable, state.formula, state.fixed, _shown_label(views, view)),
        without_url=_without(base, views, view, state),
    )


def _shown_label(views: Sequence[View], view: View) -> str:
    """The label of the view that brings the condition; a saved one has it from a view of metadata."""
    below = next((one for one in views if one.component is view.component and one.saved is None), view)
    return below.label


def _without(base: str, views: Sequence[View], view: View, state: ListState) -> str:
    """The list with the reader's own conditions and without that of the view; empty where no view shows all records."""
    whole = next((one for one in views if not (one.saved or one.state.formula or one.state.fixed)), None)
    if whole is None or whole.key == view.key:
        return ""
    return address(base, replace(whole.state, conditions=state.conditions, search=state.search), whole.state)


def list_table(desk: Desk, entity: Entity, view: View, state: ListState, *, with_sums: bool) -> ListTable:
    """The rows of a page with their heads, the count and the sums."""
    base = f"/e/{entity.name}"
    columns, card = _columns(desk, entity, view, state, base), card_of(desk, entity)
    wanted = _paths(entity, columns, card)
    size = int(view.component.body.get("page_size", PAGE_SIZE)) if view.component else PAGE_SIZE
    asked = Query(
        **list_state.query_of(entity, state, wanted), sort=state.sort, limit=size, cursor=state.cursor, count="capped"
    )
    try:
        page = desk.run(asked)
    except BadCursor:
        # A bookmark of a list whose view has changed since: it begins at the first page.
        state = replace(state, cursor="", start=1)
        page = desk.run(replace(asked, cursor=""))
    rows = tuple(make_row(desk, entity, columns, row, state.start + at, card) for at, row in enumerate(page.rows))
    is_filtered = bool(state.search) or bool(list_state.bare(state.tree))
    return ListTable(
        entity=entity.name,
        columns=columns,
        groups=_groups(view, columns),
        rows=rows,
        count=page.count,
        is_capped=page.count_is_capped,
        first=state.start,
        previous_url=_page_url(base, view, state, page, size, is_next=False),
        next_url=_page_url(base, view, state, page, size, is_next=True),
        sums=list_sums(desk, entity, view, state) if with_sums and page.rows else (),
        is_filtered=is_filtered,
        clear_url=address(base, replace(state, conditions=None, search=""), view.state),
        state_url=address(base, state, view.state),
    )


def single_row(desk: Desk, name: str, args: Mapping[str, str]) -> ListTable:
    """One row in a list's state, after it was edited."""
    entity = desk.entity(name)
    view, state = list_state.read_state(desk, entity, list_state.views_of(desk, entity), args)
    columns, card = _columns(desk, entity, view, state, f"/e/{name}"), card_of(desk, entity)
    row = desk.get(name, args["only"], _paths(entity, columns, card))
    number = args.get("no", "1")
    shown = make_row(desk, entity, columns, row, int(number) if number.isdigit() and len(number) < 9 else 1, card)
    return ListTable(name, columns, (), (shown,), 1, False, 1, "", "", (), False, "", "")


def _paths(entity: Entity, columns: Sequence[Column], card: Card) -> tuple[str, ...]:
    late = (column.late for column in columns if column.late)
    return tuple(dict.fromkeys([entity.title_field, *(column.path for column in columns), *late, *card.paths]))


def make_row(
    desk: Desk, entity: Entity, columns: Sequence[Column], row: Mapping[str, Any], number: int, card: Card = PLAIN
) -> Row:
    """A record as a row; the query has brought every path of the columns."""
    title_field = entity.fields[entity.title_field]
    title = plain_text(title_field, row.get(entity.title_field)) or "–"
    cells = tuple(_cell(desk, entity, column, row) for column in columns)
    mark = card.mark_of(row) or title
    actions = offers(card.ways, row, title)
    return Row(row["id"], number, row["row_version"], title, f"/e/{entity.name}/{row['id']}", cells, mark, actions)


def _cell(desk: Desk, entity: Entity, column: Column, row: Mapping[str, Any]) -> Cell:
    field = path_field(desk.catalog, entity, column.path)
    value = row.get(column.path)
    if field is None:
        return Cell(Markup(""), column.path)
    html = cell_html(field, value)
    if not html and column.is_title:
        html = Markup("–")
    hint = plain_text(field, value) if field.type.name in ("text", "long_text", "rich_text", "link") and value else ""
    wire = wire_text(value) if column.may_edit else ""
    is_late = bool(column.late) and row.get(column.late) is True
    late = figures.overdue(value) if is_late and field.type.name in _DAYS else ""
    typed = typed_text(field, value) if wire else ""
    return Cell(html, column.path, column.is_end, column.card, wire, hint, is_late, late, typed)


def _columns(desk: Desk, entity: Entity, view: View, state: ListState, base: str) -> tuple[Column, ...]:
    own = view.component.body["columns"] if view.component else {}
    writable = desk.writable(entity)
    taken: set[str] = set()
    found = []
    paths = _title_first(entity, state.columns)
    present = state.sort[0] if state.sort else ""
    for path in paths:
        field = path_field(desk.catalog, entity, path)
        if field is None:
            continue
        card = "" if path == paths[0] else _CARD_BY_TYPE.get(field.type.name, "")
        if card in taken:
            card = ""
        taken.add(card)
        sort = "" if present.lstrip("-") != path else "desc" if present.startswith("-") else "asc"
        is_sortable = field.sortable and field.type.sort_suffix is not None
        turned = f"-{path}" if sort == "asc" else path
        found.append(
            Column(
                path,
                path_label(desk.catalog, entity, path, own.get(path, {}).get("label")) + unit_text(field),
                is_end=aligns_end(field),
                is_title=path == paths[0],
                sort=sort,
                sort_url=address(base, replace(state, sort=(turned,), cursor="", start=1), view.state)
                if is_sortable
                else "",
                card=card,
                late=_late(desk, entity, own.get(path, {})),
                width=int(own.get(path, {}).get("width", 0)),
                may_edit="." not in path and path in writable and field.type.storage.value == "columns",
            )
        )
    return tuple(found)


def _late(desk: Desk, entity: Entity, column: Mapping[str, Any]) -> str:
    name = str(column.get("late", ""))
    return name if name and list_state.may_show(desk, entity, name) else ""


def _title_first(entity: Entity, columns: Sequence[str]) -> list[str]:
    return [entity.title_field, *(path for path in columns if path != entity.title_field)]


def _groups(view: View, columns: Sequence[Column]) -> tuple[ColumnGroup, ...]:
    if view.component is None:
        return ()
    own, labels = view.component.body["columns"], view.component.body.get("groups", {})
    found: list[tuple[str, int]] = []
    for column in columns:
        key = own.get(column.path, {}).get("group", "")
        if found and found[-1][0] == key and not column.is_title:
            found[-1] = (key, found[-1][1] + 1)
        else:
            found.append((key, 1))
    shown = tuple(ColumnGroup(ui.say(labels.get(key, {}).get("label"), ""), span) for key, span in found)
    return shown if any(group.label for group in shown) else ()


def _page_url(base: str, view: View, state: ListState, page: Page, size: int, *, is_next: bool) -> str:
    cursor = page.next_cursor if is_next else page.previous_cursor
    if not cursor:
        return ""
    start = state.start + len(page.rows) if is_next else max(1, state.start - size)
    return address(base, replace(state, cursor="", start=1), view.state, cursor=cursor, start=str(start))


def _sort_label(desk: Desk, entity: Entity, state: ListState) -> str:
    if not state.sort:
        return ui.t("list.sort_default")
    return path_label(desk.catalog, entity, state.sort[0].lstrip("-"))


def _singular(entity: Entity) -> str:
    label = ui.say(entity.label, entity.name)
    return label if ui.current().is_chinese else label[:1].lower() + label[1:]


def _filterable(desk: Desk, entity: Entity) -> dict[str, dict[str, Any]]:
    """Specs by name of all fields that the reader sees plainly or may filter by."""
    writable = desk.writable(entity)
    access = desk.access(entity.name)
    found = {}
    for field in sorted(entity.fields.values(), key=lambda f: (f.is_system, f.order, f.name)):
        if field.hidden or access.is_closed(field.name) or field.name in ("id", "row_version", "deleted_at"):
            continue
        found[field.name] = field_spec(desk, field, readonly=field.name not in writable, depth=1)
        if access.is_only_masked(field.name):
            found[field.name] = {**found[field.name], "operators": [], "may_sort": False, "readonly": True}
    return found


def _spec(desk: Desk, entity: Entity, view: View, state: ListState, fields: dict[str, Any]) -> dict[str, Any]:
    offered = [{"path": name, "label": spec["label"]} for name, spec in fields.items() if spec["type"] != "child_table"]
    dotted = [{"path": p, "label": path_label(desk.catalog, entity, p)} for p in state.columns if "." in p]
    spec: dict[str, Any] = {
        "fields": list(fields.values()),
        "columns": offered + dotted,
        "state": state.as_json(),
        "base": view.state.as_json(),
        "me": {"id": desk.actor.user_id, "label": desk.actor.name},
        "sums": [p for p in state.columns if (f := path_field(desk.catalog, entity, p)) and kind_of(f) in _SUMMED],
        "bulk": _bulk(desk, entity, fields),
        "may_update": desk.may(entity.name, "update"),
        "may_delete": desk.may(entity.name, "delete"),
        "may_export": desk.may(entity.name, "export"),
        "label": ui.say(entity.plural, entity.name),
        "favourite": _favourite(desk, entity),
    }
    if view.saved:
        spec["saved"] = {"id": view.saved["id"], "name": view.label, "version": view.saved["row_version"]}
    return spec


def _bulk(desk: Desk, entity: Entity, fields: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Fields with a button of their own on the bar of picked records, those that the reader may write."""
    return [n for n in entity.bulk_fields if n in fields and not fields[n].get("readonly")]


def _favourite(desk: Desk, entity: Entity) -> dict[str, Any] | None:
    from loomwork.web.screens.views.shell_view import find_favourite

    return find_favourite(desk, entity.name, "")
