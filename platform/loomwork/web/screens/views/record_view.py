"""The record screen: head, highlights, stage path, details, related lists, timeline."""

from collections.abc import Mapping
from typing import Any

from loomwork.catalog.model import Component, Entity
from loomwork.core.errors import PlatformError
from loomwork.forms import find_form, hidden_fields
from loomwork.forms.layout import in_order
from loomwork.web.screens import ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.list_state import may_show
from loomwork.web.screens.models import Detail, DetailSection, RecordPage, StagePath
from loomwork.web.screens.record_head import badges, head_paths, highlights, subtitles
from loomwork.web.screens.specs import field_spec, path_field, path_label, typed_text, wire_text
from loomwork.web.screens.values import (
    is_masked,
    plain_text,
    value_html,
)
from loomwork.web.screens.views.actions_view import buttons
from loomwork.web.screens.views.record.files import file_panel
from loomwork.web.screens.views.record.moments import composer_links, moment_kinds, moments
from loomwork.web.screens.views.record.next_step import next_step
from loomwork.web.screens.views.record.pages import find_page
from loomwork.web.screens.views.record.quick import filled, head_of, offers, paths_of, ways
from loomwork.web.screens.views.related_view import related_lists
from loomwork.web.screens.views.shell_view import find_favourite
from loomwork.web.screens.views.stage_path import find_path_field, stage_path
from loomwork.web.screens.views.timeline import PAGE, changes_of, timeline

_WIDE = frozenset({"long_text", "rich_text", "address", "json"})
_FOOT = ("created_at", "created_by", "updated_at", "updated_by")


def record_page(desk: Desk, name: str, record_id: str) -> RecordPage:
    """The whole screen of a record.

    Raises: NotFound, also for a record that the reader may not see.
    """
    entity = desk.entity(name)
    page = find_page(desk, entity)
    layout = _layout(desk, entity, page)
    quick = ways(desk, entity, page)
    paths = (*_paths(desk, entity, page, layout), *paths_of(quick))
    row, is_deleted = _load(desk, name, record_id, paths)
    rights = _rights(desk, name, record_id, is_deleted=is_deleted)
    writable = frozenset() if is_deleted else desk.writable(entity) & rights["fields"]
    actions = () if is_deleted else buttons(desk, entity, row)
    history = changes_of(desk, entity, record_id)
    staged = find_path_field(entity, page.body, row) if page else None
    path = stage_path(desk.catalog, staged, row[staged.name], history, actions) if staged else None
    told = [] if is_deleted else moments(desk, entity, page, record_id)
    days, more = timeline(desk, entity, record_id, history, told)
    favourite = find_favourite(desk, name, record_id)
    title = plain_text(entity.fields[entity.title_field], row.get(entity.title_field)) or "–"
    files = None if is_deleted else file_panel(days, name, record_id, may_change=rights["update"], most=PAGE)
    links = () if is_deleted else composer_links(desk, entity, page, record_id, title)
    return RecordPage(
        entity=name,
        id=record_id,
        version=row["row_version"],
        title=title,
        icon=entity.icon or "file",
        colour=entity.colour or "grey",
        plural=ui.say(entity.plural, name),
        singular=ui.say(entity.label, name),
        list_url=f"/e/{name}",
        badges=tuple(badges(page, entity, row)),
        subtitles=tuple(subtitles(desk, page, entity, row)),
        highlights=() if page is None else tuple(highlights(desk, entity, page, row)),
        path=path if path and path.field in writable else _still(path),
        sections=tuple(_sections(desk, entity, layout, row, writable, _folded(page))),
        related=() if is_deleted else related_lists(desk, entity, page, record_id, title),
        days=days,
        more_url=more,
        actions=actions,
        may_update=bool(writable),
        may_delete=rights["delete"],
        may_share=rights["share"],
        may_note=not is_deleted and desk.may("system.note", "create"),
        is_deleted=is_deleted,
        is_favourite=bool(favourite),
        spec=_spec(desk, entity, writable, path, favourite, title),
        note_count=sum(1 for day in days for event in day.events if event.kind == "note"),
        composer=links,
        kinds=moment_kinds(desk, entity, page),
        quick=() if is_deleted else filled(offers(quick, row, title), links),
        head=() if is_deleted else head_of(offers(quick, row, title)),
        next_step=None if is_deleted else next_step(desk, entity, page, record_id, title),
        files=files,
    )


def _load(desk: Desk, name: str, record_id: str, paths: tuple[str, ...]) -> tuple[dict[str, Any], bool]:
    from loomwork.core.errors import NotFound

    try:
        return desk.get(name, record_id, paths), False
    except NotFound:
        if not desk.may(name, "restore"):
            raise
        return desk.get(name, record_id, paths, trash=True), True


def _rights(desk: Desk, name: str, record_id: str, *, is_deleted: bool) -> dict[str, Any]:
    """What the reader may do with this very record."""
    none = {"update": False, "delete": False, "share": False, "fields": frozenset()}
    if is_deleted:
        return none
    try:
        told = desk.rt.query.explain(desk.work, desk.actor, name, record_id)
    except PlatformError:
        return none
    actions = told["actions"]
    fields = (
        frozenset(n for n, one in told["fields"].items() if one["write"])
        if actions["update"]["allowed"]
        else frozenset()
    )
    return {**{one: actions[one]["allowed"] for one in ("update", "delete", "share")}, "fields": fields}


Layout = list[tuple[str, str, list[tuple[str, Mapping[str, Any]]]]]


def _layout(desk: Desk, entity: Entity, page: Component | None) -> Layout:
    """Sections as key, label, paths; from the page, else from the form of the entity."""
    if page is not None and page.body.get("sections"):
        return [
            (key, ui.say(one.get("label"), key), in_order(one["fields"]))
            for key, one in in_order(page.body["sections"])
        ]
    form = find_form(desk.program, entity, desk.actor)
    return [
        (
            section.key,
            ui.say(section.label) or ui.say(tab.label, entity.name),
            [(item.field.name, {}) for item in section.items],
        )
        for tab in form.tabs
        for section in tab.sections
    ]


def _folded(page: Component | None) -> frozenset[str]:
    sections = page.body.get("sections", {}) if page is not None else {}
    return frozenset(key for key, one in sections.items() if one.get("folded"))


def _paths(desk: Desk, entity: Entity, page: Component | None, layout: Layout) -> tuple[str, ...]:
    wanted = [entity.title_field, *entity.summary_fields, *_FOOT, "owner_id"]
    if entity.state_field:
        wanted.append(entity.state_field)
    if page is not None:
        wanted += [*head_paths(page), page.body.get("path") or entity.title_field]
    wanted += [path for _, _, fields in layout for path, _ in fields]
    wanted += [f.name for f in entity.fields.values() if f.columns and not f.hidden]
    return tuple(
        path for path in dict.fromkeys(wanted) if may_show(desk, entity, path) and not _is_table(desk, entity, path)
    )


def _is_table(desk: Desk, entity: Entity, path: str) -> bool:
    field = path_field(desk.catalog, entity, path)
    return field is not None and field.type.storage.value == "children"


def _still(path: StagePath | None) -> StagePath | None:
    """The path without the button that moves it."""
    return StagePath(path.field, path.steps, path.position, action=path.action) if path else None


def _sections(
    desk: Desk, entity: Entity, layout: Layout, row: Mapping[str, Any], writable: frozenset[str], folded: frozenset[str]
) -> list[DetailSection]:  # fmt: skip
    found = []
    hidden = hidden_fields(desk.program, entity, desk.actor, row)
    for key, label, fields in layout:
        shown = [
            _detail(desk, entity, path, row[path], may_edit=path in writable, label=given.get("label"))
            for path, given in fields
            if path in row and path not in hidden
        ]
        details = tuple(one for one in shown if one is not None)
        found.append(DetailSection(key, label, details, is_folded=key in folded))
    foot = [_detail(desk, entity, n, row[n], may_edit=False) for n in _FOOT if n in row]
    system = tuple(one for one in foot if one is not None)
    found.append(DetailSection("system", ui.t("form.system"), system, is_folded=True))
    return [section for section in found if section.details]


def _detail(desk: Desk, entity: Entity, path: str, value: Any, *, may_edit: bool, label: Any = None) -> Detail | None:
    field = path_field(desk.catalog, entity, path)
    if field is None:
        return None
    hidden = is_masked(value) or (desk.access(field.entity).is_only_masked(field.name) and value is not None)
    return Detail(
        path,
        path_label(desk.catalog, entity, path, label),
        value_html(field, value),
        is_wide=field.type.name in _WIDE,
        wire=wire_text(value) if may_edit and not hidden else "",
        typed=typed_text(field, value) if may_edit and not hidden else "",
        is_masked=hidden,
        may_reveal=hidden and desk.has("reveal"),
        is_computed=field.type.origin.value in ("formula", "roll_up"),
        help=ui.say(field.help),
    )


def _spec(
    desk: Desk, entity: Entity, writable: frozenset[str], path: StagePath | None, favourite: dict[str, Any] | None, title: str
) -> dict[str, Any]:  # fmt: skip
    names = [n for n in entity.fields if n in writable]
    spec: dict[str, Any] = {
        "fields": [field_spec(desk, entity.fields[n]) for n in names],
        "title": title,
        "list_url": f"/e/{entity.name}",
        "favourite": favourite,
    }
    if path and path.next_value:
        spec["path"] = {"field": path.field, "value": path.next_value, "label": path.next_label}
    return spec
