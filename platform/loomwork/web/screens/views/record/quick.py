"""Quick actions of the phone: call, message, mail, add. They stand on a record, and behind the cards of a list.

Pages say them with `quick`; without it the phone fields of the entity can be called. A number that the reader sees
masked, or not at all, gives no button.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from loomwork.catalog.model import Component, Entity, Relation
from loomwork.core.jsonio import canonical
from loomwork.forms.layout import in_order
from loomwork.web.screens import ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.list_state import may_show
from loomwork.web.screens.models import NavItem
from loomwork.web.screens.offers import QuickAction
from loomwork.web.screens.values import shown_choices

MOST = 4
MOST_SWIPED = 2
_SCHEMES = {"call": "tel:", "message": "sms:", "mail": "mailto:"}
_ICONS = {"call": "phone", "message": "message", "mail": "mail", "add": "plus"}


@dataclass(frozen=True, slots=True)
class Way:
    """A quick action as metadata gives it to this reader, not yet for a record.

    Shapes: `paths` are the fields that name whom it reaches; `target`, `via` and `values` say what it adds.
    """

    kind: str
    label: str
    icon: str
    is_swiped: bool = False
    paths: tuple[str, ...] = ()
    target: str = ""
    via: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    head: str = ""


def ways(desk: Desk, entity: Entity, page: Component | None) -> tuple[Way, ...]:
    """The quick actions of an entity that are open to the reader, in their order."""
    if page is None or "quick" not in page.body:
        numbers = tuple(n for n, f in entity.fields.items() if f.type.name == "phone" and may_show(desk, entity, n))
        return (Way("call", ui.t("quick.call"), _ICONS["call"], is_swiped=True, paths=numbers),) if numbers else ()
    made = ((_way(desk, entity, page, body), body) for _, body in in_order(page.body["quick"]))
    return tuple(replace(one, head=str(body.get("head", ""))) for one, body in made if one is not None)


def swiped(found: Sequence[Way]) -> tuple[Way, ...]:
    """Those that a card uncovers."""
    return tuple(one for one in found if one.is_swiped)[:MOST_SWIPED]


def paths_of(found: Sequence[Way]) -> tuple[str, ...]:
    """What a query must bring for them."""
    return tuple(dict.fromkeys(path for one in found for path in one.paths))


def offers(found: Sequence[Way], row: Mapping[str, Any], title: str) -> tuple[QuickAction, ...]:
    """The quick actions of one record; `row` holds the values of their paths."""
    urls = ((one, _reach(one, row) if one.paths else _new(one, str(row["id"]), title)) for one in found)
    return tuple(QuickAction(one.kind, one.label, one.icon, url, one.head) for one, url in urls if url)


def filled(made: Sequence[QuickAction], links: Sequence[NavItem]) -> tuple[QuickAction, ...]:
    """The buttons on a record: its quick actions, and as many ways to add something as there is room for."""
    taken = {one.url for one in made}
    more = (QuickAction("add", one.label, one.icon, one.url) for one in links if one.url not in taken)
    return (*made, *more)[:MOST]


def head_of(made: Sequence[QuickAction]) -> tuple[QuickAction, ...]:
    """Those that the head of the page shows on a desk, the coloured one last, where the hand goes first."""
    return tuple(sorted((one for one in made if one.head), key=lambda one: one.head == "primary"))


def form_url(target: str, values: Mapping[str, Any]) -> str:
    """The form of a new record that begins with some values."""
    return f"/e/{target}/new?{urlencode({'values': canonical(dict(values))})}"


def _way(desk: Desk, entity: Entity, page: Component, body: Mapping[str, Any]) -> Way | None:
    kind, icon = str(body["type"]), str(body.get("icon", ""))
    label, is_swiped = ui.say(body.get("label")), body.get("swipe") is True
    if kind != "add":
        paths = tuple(path for path in body["to"] if may_show(desk, entity, path))
        usual = ui.t(f"quick.{kind}")
        return Way(kind, label or usual, icon or _ICONS[kind], is_swiped, paths) if paths else None
    relation = entity.relations.get(body["relation"])
    if relation is None or relation.kind != "reverse" or relation.is_child:
        return None
    if not desk.may(relation.entity, "create"):
        return None
    values = body.get("values", {})
    usual, picture = _look(desk, page, relation, values)
    return Way(kind, label or usual, icon or picture, is_swiped, (), relation.entity, relation.via, values)


def _look(desk: Desk, page: Component, relation: Relation, values: Mapping[str, Any]) -> tuple[str, str]:
    """Words and icon of what is added: those of its kind where the timeline tells kinds apart, else of its entity."""
    target = desk.catalog.entity(relation.entity)
    told = page.body.get("related", {}).get(relation.name, {}).get("timeline", {})
    kind = target.find(str(told.get("kind", "")))
    choice = shown_choices(kind).get(str(values.get(kind.name))) if kind is not None else None
    icon = (choice.icon if choice else "") or target.icon or _ICONS["add"]
    return (choice.label if choice else ui.say(target.label, target.name)), icon


def _new(way: Way, record_id: str, title: str) -> str:
    return form_url(way.target, {way.via: {"id": record_id, "label": title}, **way.values})


def _reach(way: Way, row: Mapping[str, Any]) -> str:
    """The address of the first that the reader sees plainly; a text message does not reach an extension."""
    for path in way.paths:
        value = row.get(path)
        if not isinstance(value, str) or "*" in value:
            continue
        if way.kind == "mail" and "@" in value:
            return _SCHEMES[way.kind] + quote(value, safe="@")
        if way.kind != "mail" and value.startswith("+") and (way.kind == "call" or ";" not in value):
            return _SCHEMES[way.kind] + value
    return ""
