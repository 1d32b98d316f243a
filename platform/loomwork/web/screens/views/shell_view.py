"""The frame around the pages: navigation from metadata, favourites, the person."""

from collections.abc import Iterable, Mapping
from typing import Any

from loomwork.forms.layout import in_order
from loomwork.query.tree import Query
from loomwork.web.company import ENTITY as COMPANY
from loomwork.web.company import PRODUCT, company_of
from loomwork.web.screens import ui
from loomwork.web.screens.desk import FAVOURITE, MOST_MARKS, Desk
from loomwork.web.screens.models import NavGroup, NavItem, Person, Shell

PERSONAL = "personal"
SYSTEM_APP = "system"
ADMINISTRATORS = ("manage_users", "manage_roles", "operate")
"""Who looks after people, units and calendars; others reach them where they are needed."""
_PAGES = {"system.unit": "/settings/units"}
"""Entities that the menu opens on a page of their own instead of their list."""


def shell(desk: Desk, current: str) -> Shell:
    """The frame. `current` is the entity that the page shows, `home`, or empty."""
    groups: list[NavGroup] = []
    personal = [NavItem(ui.t("nav.home"), "/", "home", "home", is_current=current == "home")]
    product = PRODUCT
    apps: list[NavItem] = []
    for name, component in sorted(
        desk.catalog.of_kind("navigation").items(), key=lambda pair: (pair[1].app == SYSTEM_APP, pair[0])
    ):
        body = component.body
        if component.app == SYSTEM_APP and not any(desk.has(one) for one in ADMINISTRATORS):
            continue
        label = ui.say(body.get("label"), component.app)
        first = _read_groups(desk, name, body, current, personal, groups)
        if component.app != SYSTEM_APP and first:
            product = label if product == PRODUCT else product
            apps.append(NavItem(label, first, body.get("icon", "grid-4x4"), name, is_current=not apps))
    profile = desk.profile
    entities = [item for group in groups for item in group.items if item.key]
    return Shell(
        product=product,
        company=company_of(desk.rt, desk.work, is_fresh=desk.may(COMPANY, "update")).name or PRODUCT,
        person=Person(
            desk.actor.user_id, str(profile.get("name") or desk.actor.name), str(profile.get("job_title") or "")
        ),
        personal=tuple(personal),
        groups=tuple(groups),
        favourites=favourites(desk),
        apps=tuple(apps),
        bottom=_bottom(personal[0], entities),
        console_url="/operate/" if desk.has("operate") else "",
    )


def _read_groups(
    desk: Desk, name: str, body: Mapping[str, Any], current: str, personal: list[NavItem], groups: list[NavGroup]
) -> str:  # fmt: skip
    """Add a navigation's groups; the address of its first entry."""
    first = ""
    for key, group in in_order(body.get("items", {})):
        inner = group.get("items")
        made = list(_items(desk, inner, current)) if inner is not None else list(_items(desk, {key: group}, current))
        if not made:
            continue
        first = first or made[0].url
        if key == PERSONAL:
            personal.extend(made)
        else:
            groups.append(NavGroup(f"{name}/{key}", ui.say(group.get("label"), key), tuple(made)))
    return first


def _items(desk: Desk, items: Mapping[str, Any], current: str) -> Iterable[NavItem]:
    for _, one in in_order(items):
        roles = one.get("roles")
        if roles and not desk.actor.roles & set(roles):
            continue
        made = _item(desk, one, current)
        if made is not None:
            yield made


def _item(desk: Desk, one: Mapping[str, Any], current: str) -> NavItem | None:
    view = desk.catalog.of_kind("view").get(one.get("view", ""))
    name = one.get("entity") or (view.body["entity"] if view else "")
    entity = desk.catalog.entities.get(name)
    if entity is None or not desk.may(name, "read"):
        return None
    url = f"/e/{name}?view={view.name}" if view else _PAGES.get(name, f"/e/{name}")
    label = ui.say(one.get("label")) or ui.say(view.body["label"] if view else entity.plural, name)
    key = "" if view else name
    return NavItem(
        label,
        url,
        one.get("icon") or entity.icon or "table",
        key,
        is_current=bool(key) and key == current,
        may_create=desk.may(name, "create"),
    )


def _bottom(home: NavItem, entities: list[NavItem]) -> tuple[NavItem, ...]:
    """Home and two entities for the phone: the present one has its place among them."""
    current = next((item for item in entities if item.is_current), None)
    others = [item for item in entities if not item.is_current and item.may_create]
    chosen = ([current] if current else []) + others
    return (home, *chosen[:2])


def favourites(desk: Desk) -> tuple[NavItem, ...]:
    """What the reader has marked: lists and records."""
    found = []
    for row in desk.marks:
        entity = desk.catalog.entities.get(str(row.get("entity")))
        if entity is not None and desk.may(entity.name, "read"):
            tail = f"/{row['record_id']}" if row.get("record_id") else ""
            found.append(NavItem(str(row.get("label") or ""), f"/e/{entity.name}{tail}", "star"))
    return tuple(found)


def find_favourite(desk: Desk, entity: str, record_id: str) -> dict[str, Any] | None:
    """The reader's mark on a list or record as `{id, version}`; None when there is none."""
    marked = (one for one in desk.marks if one.get("entity") == entity and (one.get("record_id") or "") == record_id)
    found = next(marked, None)
    if found is None and len(desk.marks) == MOST_MARKS:
        found = _ask_favourite(desk, entity, record_id)
    return {"id": found["id"], "version": found["row_version"]} if found else None


def _ask_favourite(desk: Desk, entity: str, record_id: str) -> dict[str, Any] | None:
    """The same of a reader who has marked more than the frame shows."""
    at_record = (
        {"field": "record_id", "op": "eq", "value": record_id}
        if record_id
        else {"field": "record_id", "op": "is_empty"}
    )
    wanted = {"and": [{"field": "entity", "op": "eq", "value": entity}, at_record]}
    rows = desk.run(Query(FAVOURITE, fields=("label",), conditions=wanted, limit=1)).rows
    return rows[0] if rows else None
