"""Home: a greeting, the reader's figures, the lists that views put here, what was seen and changed last."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from loomwork.catalog.model import Component, Entity
from loomwork.core import clock
from loomwork.core.errors import PlatformError
from loomwork.query.tree import Measure, Page, Query
from loomwork.web.screens import figures, list_state, ui
from loomwork.web.screens.desk import Desk, count_lists
from loomwork.web.screens.models import Figure, NavItem, Shell
from loomwork.web.screens.specs import path_field
from loomwork.web.screens.values import amount_of, cell_html, kind_of, plain_text, shown_choices

_TILES = 4
_RECENT = 8
_PER_ENTITY = 4
_LINES = 5
MAX_BLOCKS = 6
_NEW = "created_at >= ADDHOURS(NOW(), -168)"


@dataclass(frozen=True, slots=True)
class HomeLine:
    """A record on the home page."""

    title: str
    url: str
    icon: str
    sub: str
    badge: Markup
    value: str
    when: str
    is_late: bool
    person: Markup
    at: str


@dataclass(frozen=True, slots=True)
class HomeBlock:
    """One list of the home page: the first records of a view, and how many there are."""

    key: str
    label: str
    url: str
    count: str
    lines: tuple[HomeLine, ...]


@dataclass(frozen=True, slots=True)
class HomePage:
    """The home screen."""

    greeting: str
    day: str
    tiles: tuple[Figure, ...]
    blocks: tuple[HomeBlock, ...]
    recent: tuple[HomeLine, ...]
    creates: tuple[NavItem, ...]


def home_page(desk: Desk, frame: Shell) -> HomePage:
    """What the reader needs first."""
    items = [
        item
        for group in frame.groups
        for item in group.items
        if item.key and not desk.catalog.entity(item.key).is_system
    ]
    return HomePage(
        greeting=_greeting(frame.person.name),
        day=figures.weekday_name(clock.today_in(ui.current().zone)),
        tiles=tuple(tile for item in items[:_TILES] if (tile := _tile(desk, item))),
        blocks=tuple(sorted(_blocks(desk, frame), key=lambda one: not one.lines)),
        recent=_recent(desk, items),
        creates=tuple(item for item in items if item.may_create)[:4],
    )


def seen_lines(desk: Desk, places: Iterable[str]) -> tuple[HomeLine, ...]:
    """The records that the browser remembers as seen, as far as the reader still may see them, in that order.

    Shapes: `places` are `entity:id`.
    """
    wanted: dict[str, list[str]] = {}
    order = list(dict.fromkeys(places))[:_RECENT]
    for place in order:
        name, _, record_id = place.partition(":")
        entity = desk.catalog.entities.get(name)
        if entity is not None and desk.may(name, "read") and record_id:
            wanted.setdefault(name, []).append(record_id)
    found: dict[str, HomeLine] = {}
    for name, ids in wanted.items():
        entity = desk.catalog.entity(name)
        query = Query(name, _fields(desk, entity), conditions={"field": "id", "op": "in", "value": ids}, limit=_RECENT)
        for row, line in _lines(desk, entity, (), query):
            found[f"{name}:{row['id']}"] = _as_changed(line)
    return tuple(found[place] for place in order if place in found)


def _greeting(name: str) -> str:
    hour = clock.now_utc().astimezone(figures._zone(ui.current().zone)).hour  # noqa: SLF001 - the same cache of zones
    part = "morning" if 4 <= hour < 12 else "noon" if 12 <= hour < 18 else "evening"
    return ui.t(f"home.hello.{part}", name=name)


def _tile(desk: Desk, item: NavItem) -> Figure | None:
    """How many records of an entity the reader sees, how many are his, how many came this week."""
    own = f"owner_id = '{desk.actor.user_id}'"
    measures = (Measure("n", "count"), Measure("own", "count", filter=own), Measure("new", "count", filter=_NEW))
    try:
        answer = desk.group(Query(item.key, measures=measures))
    except PlatformError:
        return None
    row = answer["rows"][0] if answer["rows"] else {"n": 0, "own": 0, "new": 0}
    parts = [ui.t("home.own", n=figures.number(row["own"]))] if row["own"] else []
    parts.append(ui.t("home.new", n=figures.number(row["new"])))
    return Figure(item.label, figures.number(row["n"]), " · ".join(parts), url=item.url, icon=item.icon)


@dataclass(frozen=True, slots=True)
class _Opened:
    """The first page of a view, not yet counted."""

    view: Component
    query: Query
    page: Page
    lines: tuple[HomeLine, ...]


def _blocks(desk: Desk, frame: Shell) -> list[HomeBlock]:
    opened = list(_placed(desk)) or list(_personal(desk, frame))
    counts = count_lists(desk, [(one.query, one.page) for one in opened])
    return [_block(one, *count) for one, count in zip(opened, counts, strict=True)]


def _placed(desk: Desk) -> Iterable[_Opened]:
    """The views that say they belong here, for the reader's roles."""
    found: list[tuple[str, Component]] = []
    for view in desk.catalog.of_kind("view").values():
        home = view.body.get("home")
        if home is None or view.body.get("hidden") or home.get("hidden") or not desk.may(view.body["entity"], "read"):
            continue
        if all(not body.get("roles") or desk.actor.roles & set(body["roles"]) for body in (view.body, home)):
            found.append((str(home.get("order", "~")), view))
    for _, view in sorted(found, key=lambda pair: (pair[0], pair[1].name))[:MAX_BLOCKS]:
        opened = _open(desk, view)
        if opened is not None:
            yield opened


def _personal(desk: Desk, frame: Shell) -> Iterable[_Opened]:
    """Without any such view: the first view among the reader's personal entries."""
    names = (item.url.partition("view=")[2] for item in frame.personal)
    view = next((found for name in names if (found := desk.catalog.of_kind("view").get(name))), None)
    opened = _open(desk, view) if view is not None else None
    return (opened,) if opened is not None else ()


def _open(desk: Desk, view: Component) -> _Opened | None:
    entity = desk.catalog.entity(view.body["entity"])
    state = list_state.component_state(desk, entity, view)
    paths = tuple(path for path in state.columns if path != entity.title_field)
    fields = tuple(dict.fromkeys((*_fields(desk, entity), *paths)))
    home = view.body.get("home", {})
    query = Query(
        **list_state.query_of(entity, state, fields),
        sort=state.sort or desk.order(entity, "-updated_at"),
        limit=int(home.get("limit", _LINES)),
    )
    try:
        page = desk.run(query)
    except PlatformError:
        return None  # a list that the reader may not ask for is left out
    lines = tuple(line for _, line in _lines_of(desk, entity, (*paths, *query.fields), page.rows))
    return _Opened(view, query, page, lines)


def _block(opened: _Opened, count: int, is_more: bool) -> HomeBlock:
    view, entity = opened.view, opened.query.entity
    shown = figures.number(count) + ("+" if is_more else "")
    label = ui.say(view.body.get("home", {}).get("label")) or ui.say(view.body["label"])
    return HomeBlock(view.name, label, f"/e/{entity}?{urlencode({'view': view.name})}", shown, opened.lines)


def _fields(desk: Desk, entity: Entity) -> tuple[str, ...]:
    wanted = (entity.title_field, entity.state_field, *entity.summary_fields, "owner_id", "updated_at")
    readable = (n for n in dict.fromkeys(wanted) if n and n in entity.fields and desk.may_read(entity.fields[n]))
    return tuple(n for n in readable if entity.fields[n].type.storage.value != "children")


def _lines(
    desk: Desk, entity: Entity, paths: Sequence[str], query: Query
) -> Iterable[tuple[Mapping[str, Any], HomeLine]]:
    """The records of a query; see `_lines_of`."""
    return _lines_of(desk, entity, (*paths, *query.fields), desk.run(query).rows)


def _lines_of(
    desk: Desk, entity: Entity, paths: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> Iterable[tuple[Mapping[str, Any], HomeLine]]:
    """Records with the first of each kind of fact among the paths: badge, amount, day, person, record they belong to."""
    places = _places(desk, entity, paths)
    return [(row, _line(desk, entity, row, places)) for row in rows]


def _places(desk: Desk, entity: Entity, paths: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if entity.state_field:
        found["choice"] = entity.state_field
    for path in paths:
        field = path_field(desk.catalog, entity, path)
        if field is not None and path not in ("updated_at", "created_at"):
            found.setdefault(kind_of(field), path)
    return found


def _line(desk: Desk, entity: Entity, row: Mapping[str, Any], places: Mapping[str, str]) -> HomeLine:
    def at(kind: str) -> tuple[Any, Any]:
        path = places.get(kind, "")
        field = path_field(desk.catalog, entity, path) if path in row else None
        return (field, row[path]) if field is not None else (None, None)

    state, stage = at("choice")
    money, amount = at("money")
    _, day = at("date")
    user, person = at("user")
    link, other = at("link")
    paid = amount_of(money, amount) if money is not None else None
    changed = str(row.get("updated_at") or "")
    closed = state is not None and _is_closed(state, stage)
    return HomeLine(
        title=plain_text(entity.fields[entity.title_field], row.get(entity.title_field)) or "–",
        url=f"/e/{entity.name}/{row['id']}",
        icon=entity.icon or "file",
        sub=(plain_text(link, other) if link is not None else "") or ui.say(entity.label, entity.name),
        badge=cell_html(state, stage) if state is not None else Markup(""),
        value=figures.short_money(*paid) if paid else "",
        when=figures.near_date(day) if day else figures.instant(changed),
        is_late=bool(day) and figures.is_past(day) and not closed,
        person=cell_html(user, person) if user is not None else Markup(""),
        at=changed,
    )


def _as_changed(line: HomeLine) -> HomeLine:
    """The line with the time of its last change, where no due day is asked for."""
    return replace(line, when=figures.instant(line.at), is_late=False)


def _is_closed(field: Any, value: Any) -> bool:
    """Whether a stage says that the matter is closed, so that its day is not late any more."""
    choice = shown_choices(field).get(value)
    return choice is not None and bool(choice.closes)


def _recent(desk: Desk, items: list[NavItem]) -> tuple[HomeLine, ...]:
    found: list[HomeLine] = []
    for item in items[:_TILES]:
        entity = desk.catalog.entity(item.key)
        query = Query(entity.name, _fields(desk, entity), sort=desk.order(entity, "-updated_at"), limit=_PER_ENTITY)
        try:
            found += [_as_changed(line) for _, line in _lines(desk, entity, (), query)]
        except PlatformError:
            continue  # one entity that cannot be asked leaves the others
    return tuple(sorted(found, key=lambda one: one.at, reverse=True)[:_RECENT])
