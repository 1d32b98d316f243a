"""Home: a greeting, what waits for the reader, his figures, what changed last."""

from dataclasses import dataclass

from markupsafe import Markup

from loomwork.catalog.model import Entity
from loomwork.core import clock
from loomwork.core.errors import PlatformError
from loomwork.query.tree import Measure, Query
from loomwork.web.screens import figures, ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.models import Figure, NavItem, Shell
from loomwork.web.screens.values import cell_html, plain_text

_TILES = 4
_RECENT = 8
_PER_ENTITY = 4


@dataclass(frozen=True, slots=True)
class RecentRecord:
    """A record on the home page."""

    title: str
    url: str
    icon: str
    kind: str
    badge: Markup
    when: str
    at: str


@dataclass(frozen=True, slots=True)
class HomePage:
    """The home screen."""

    greeting: str
    day: str
    tiles: tuple[Figure, ...]
    open_label: str
    open_url: str
    open_work: tuple[RecentRecord, ...]
    recent: tuple[RecentRecord, ...]
    creates: tuple[NavItem, ...]


def home_page(desk: Desk, frame: Shell) -> HomePage:
    """What the reader needs first."""
    items = [
        item
        for group in frame.groups
        for item in group.items
        if item.key and not desk.catalog.entity(item.key).is_system
    ]
    work = next((item for item in frame.personal if "view=" in item.url), None)
    return HomePage(
        greeting=_greeting(frame.person.name),
        day=figures.friendly_date(clock.today_in(ui.current().zone)),
        tiles=tuple(tile for item in items[:_TILES] if (tile := _tile(desk, item))),
        open_label=work.label if work else ui.t("home.open"),
        open_url=work.url if work else "",
        open_work=_open_work(desk, work),
        recent=_recent(desk, items),
        creates=tuple(item for item in items if item.may_create)[:4],
    )


def _greeting(name: str) -> str:
    hour = clock.now_utc().astimezone(figures._zone(ui.current().zone)).hour  # noqa: SLF001 - the same cache of zones
    part = "morning" if 4 <= hour < 12 else "noon" if 12 <= hour < 18 else "evening"
    return ui.t(f"home.hello.{part}", name=name)


def _tile(desk: Desk, item: NavItem) -> Figure | None:
    """How many records of an entity the reader sees, and how many are his."""
    own = f"owner_id = '{desk.actor.user_id}'"
    try:
        answer = desk.group(Query(item.key, measures=(Measure("n", "count"), Measure("own", "count", filter=own))))
    except PlatformError:
        return None
    row = answer["rows"][0] if answer["rows"] else {"n": 0, "own": 0}
    return Figure(
        item.label,
        figures.number(row["n"]),
        ui.t("home.own", n=figures.number(row["own"])),
        url=item.url,
        icon=item.icon,
    )


def _open_work(desk: Desk, work: NavItem | None) -> tuple[RecentRecord, ...]:
    if work is None:
        return ()
    name = work.url.split("view=")[-1]
    view = desk.catalog.of_kind("view").get(name)
    if view is None:
        return ()
    entity = desk.catalog.entity(view.body["entity"])
    formula = str((view.body.get("filter") or {}).get("formula", ""))
    sort = desk.order(entity, *(view.body.get("sort") or ("-updated_at",)))
    return tuple(
        _rows(desk, entity, Query(entity.name, _fields(desk, entity), filter=formula, sort=sort, limit=_RECENT))
    )


def _fields(desk: Desk, entity: Entity) -> tuple[str, ...]:
    wanted = (entity.title_field, entity.state_field, "updated_at")
    return tuple(n for n in dict.fromkeys(wanted) if n and desk.may_read(entity.fields[n]))


def _rows(desk: Desk, entity: Entity, query: Query) -> list[RecentRecord]:
    try:
        rows = desk.run(query).rows
    except PlatformError:
        return []
    state = entity.find(entity.state_field) if entity.state_field else None
    found = []
    for row in rows:
        title = plain_text(entity.fields[entity.title_field], row.get(entity.title_field)) or "–"
        badge = cell_html(state, row.get(state.name)) if state else Markup("")
        at = str(row.get("updated_at") or "")
        kind = ui.say(entity.label, entity.name)
        found.append(
            RecentRecord(
                title, f"/e/{entity.name}/{row['id']}", entity.icon or "file", kind, badge, figures.instant(at), at
            )
        )
    return found


def _recent(desk: Desk, items: list[NavItem]) -> tuple[RecentRecord, ...]:
    found: list[RecentRecord] = []
    for item in items[:_TILES]:
        entity = desk.catalog.entity(item.key)
        query = Query(entity.name, _fields(desk, entity), sort=desk.order(entity, "-updated_at"), limit=_PER_ENTITY)
        found += _rows(desk, entity, query)
    return tuple(sorted(found, key=lambda one: one.at, reverse=True)[:_RECENT])
