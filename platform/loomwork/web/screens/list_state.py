"""What a list shows: read from the address, on top of a view of metadata or one that the reader saved."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from loomwork.catalog.model import Component, Entity
from loomwork.core.errors import InvalidInput, NotFound
from loomwork.core.jsonio import canonical
from loomwork.forms.layout import in_order, shown_fields
from loomwork.query.tree import Query
from loomwork.web.screens import ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.models import ViewTab
from loomwork.web.screens.specs import path_field

SAVED = "system.saved_view"
OWN = "own:"
EMPTY: dict[str, Any] = {"and": []}
MAX_FILTER = 8_000
_DEFAULT_COLUMNS = 8
_SAVED_FIELDS = ("name", "columns", "filter", "sort", "owner_id")


@dataclass(frozen=True, slots=True)
class ListState:
    """The state of a list.

    Shapes: `view` is a component's name or `own:<id>`; `conditions` is a tree of `{and|or: [...]}` and
    `{field, op, value}`; `formula` is the filter of the view itself, which stays.
    """

    view: str = ""
    formula: str = ""
    fixed: Any = None
    conditions: Mapping[str, Any] | None = None
    sort: tuple[str, ...] = ()
    search: str = ""
    columns: tuple[str, ...] = ()
    cursor: str = ""
    start: int = 1

    @property
    def tree(self) -> Mapping[str, Any]:
        """The reader's own conditions, never None."""
        return self.conditions or EMPTY

    def as_json(self) -> dict[str, Any]:
        """The part that the browser keeps."""
        return {
            "view": self.view,
            "filter": dict(self.tree),
            "sort": list(self.sort),
            "search": self.search,
            "columns": list(self.columns),
        }


@dataclass(frozen=True, slots=True)
class View:
    """A view that a list begins with."""

    key: str
    label: str
    state: ListState
    component: Component | None
    saved: dict[str, Any] | None = None


def views_of(desk: Desk, entity: Entity) -> list[View]:
    """The views of an entity for the reader: those of metadata in order, then the saved ones."""
    found = []
    components = [
        c for c in desk.catalog.of_kind("view").values() if c.body["entity"] == entity.name and _is_open(desk, c)
    ]
    for one in sorted(components, key=lambda c: (not c.body.get("is_default"), c.body.get("order", "~"), c.name)):
        found.append(View(one.name, ui.say(one.body["label"]), component_state(desk, entity, one), one))
    if not found:
        label = ui.t("list.all", name=ui.say(entity.plural))
        sort = desk.order(entity, "-updated_at")
        found.append(View("", label, ListState(columns=default_columns(desk, entity), sort=sort), None))
    return found + [_saved_view(row, found) for row in saved_rows(desk, entity)]


def _is_open(desk: Desk, component: Component) -> bool:
    roles = component.body.get("roles")
    is_list = component.body.get("type", "list") == "list" and not component.body.get("hidden")
    return is_list and (not roles or bool(desk.actor.roles & set(roles)))


def component_state(desk: Desk, entity: Entity, component: Component) -> ListState:
    """What a view of metadata says; columns that are closed to the reader are left out."""
    body = component.body
    columns = tuple(path for path, _ in in_order(body["columns"]) if may_show(desk, entity, path))
    given = body.get("filter") or {}
    formula = str(given.get("formula", ""))
    tree = None if formula or not given else given
    sort = desk.order(entity, *body.get("sort", ()))
    return ListState(component.name, formula, tree, None, sort, "", columns or default_columns(desk, entity))


def saved_rows(desk: Desk, entity: Entity) -> list[dict[str, Any]]:
    """The reader's saved views of an entity."""
    if SAVED not in desk.catalog.entities or not desk.may(SAVED, "read"):
        return []
    wanted = {"field": "entity", "op": "eq", "value": entity.name}
    return desk.run(Query(SAVED, fields=_SAVED_FIELDS, conditions=wanted, sort=("created_at",), limit=50)).rows


def _saved_view(row: dict[str, Any], base: list[View]) -> View:
    kept = row.get("filter") if isinstance(row.get("filter"), dict) else {}
    below = next((view for view in base if view.key == (kept or {}).get("view")), base[0])
    conditions = (kept or {}).get("conditions")
    state = replace(
        below.state,
        view=OWN + row["id"],
        conditions=conditions if isinstance(conditions, dict) else None,
        sort=tuple(row.get("sort") or below.state.sort),
        columns=tuple(row.get("columns") or below.state.columns),
        search=str((kept or {}).get("search", "")),
    )
    return View(state.view, str(row.get("name") or ""), state, below.component, row)


def default_columns(desk: Desk, entity: Entity) -> tuple[str, ...]:
    """Columns of an entity without a view: title, summary fields, then others up to eight, then the owner."""
    wanted = [entity.title_field, *entity.summary_fields, *(f.name for f in shown_fields(entity))]
    simple = [
        n
        for n in dict.fromkeys(wanted)
        if (f := entity.find(n)) and f.type.name not in ("long_text", "rich_text", "json", "child_table")
    ]
    shown = [n for n in simple if n != "owner_id" and may_show(desk, entity, n)][:_DEFAULT_COLUMNS]
    return (*shown, "owner_id") if may_show(desk, entity, "owner_id") and not entity.is_system else tuple(shown)


def may_show(desk: Desk, entity: Entity, path: str) -> bool:
    """Whether every field on a path is there and open to the reader."""
    parts = path.split(".")
    for at in range(len(parts)):
        field = path_field(desk.catalog, entity, ".".join(parts[: at + 1]))
        if field is None or not desk.may_read(field):
            return False
    return True


def read_state(desk: Desk, entity: Entity, views: list[View], args: Mapping[str, str]) -> tuple[View, ListState]:
    """The view and the state that an address asks for.

    Raises: NotFound for an unknown view; InvalidInput for a filter that cannot be read.
    """
    key = args.get("view", views[0].key)
    view = next((one for one in views if one.key == key), None)
    if view is None:
        raise NotFound("there is no such view")
    state = view.state
    if "filter" in args:
        state = replace(state, conditions=read_conditions(args["filter"]))
    if args.get("sort"):
        state = replace(state, sort=tuple(part for part in args["sort"].split(",") if part)[:5])
    if args.get("columns"):
        paths = [p for p in args["columns"].split(",") if may_show(desk, entity, p)]
        state = replace(state, columns=tuple(dict.fromkeys(paths))[:40] or state.columns)
    start = args.get("start", "1")
    return view, replace(
        state,
        search=args.get("search", state.search)[:200],
        cursor=args.get("cursor", ""),
        start=int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 1,
    )


def read_conditions(text: str) -> dict[str, Any]:
    """The conditions of an address.

    Raises: InvalidInput.
    """
    try:
        found = json.loads(text) if len(text) <= MAX_FILTER else None
        # Half a character would stand in the addresses of the page, which cannot hold it.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _unreadable()
    return found


def bare(node: Any) -> Any:
    """A condition tree as the query takes it: without what only the screen needs, without empty groups.

    Raises: InvalidInput `bad_filter` for what is no condition, so that nothing is shown as if it had been asked for.
    """
    if not isinstance(node, Mapping):
        raise _unreadable()
    for word in ("and", "or"):
        if word in node:
            if not isinstance(node[word], list):
                raise _unreadable()
            parts = [part for one in node[word] if (part := bare(one)) is not None]
            return {word: parts} if parts else None
    if "not" in node:
        inner = bare(node["not"])
        return None if inner is None else {"not": inner}
    if "formula" in node:
        return {"formula": node["formula"]}
    if node and "field" not in node:
        raise _unreadable()
    return {key: node[key] for key in ("field", "op", "value") if key in node} or None


def _unreadable() -> InvalidInput:
    return InvalidInput("the filter in the address cannot be read; remove it and begin again", code="bad_filter")


def query_of(entity: Entity, state: ListState, fields: tuple[str, ...]) -> dict[str, Any]:
    """The keywords of the query that a state asks."""
    trees = [tree for tree in (bare(state.fixed) if state.fixed else None, bare(state.tree)) if tree]
    conditions = None if not trees else trees[0] if len(trees) == 1 else {"and": trees}
    return {
        "entity": entity.name,
        "fields": fields,
        "filter": state.formula,
        "conditions": conditions,
        "search": state.search,
    }


def address(base: str, state: ListState, origin: ListState, **more: str) -> str:
    """The address of a list in a state; what the view says already is left out."""
    query: dict[str, str] = {}
    if state.view:
        query["view"] = state.view
    if canonical(dict(state.tree)) != canonical(dict(origin.tree)):
        query["filter"] = json.dumps(dict(state.tree), ensure_ascii=False, separators=(",", ":"))
    if state.sort != origin.sort:
        query["sort"] = ",".join(state.sort)
    if state.columns != origin.columns:
        query["columns"] = ",".join(state.columns)
    if state.search != origin.search:
        query["search"] = state.search
    query.update(more)
    return f"{base}?{urlencode(query)}" if query else base


def tabs_of(base: str, views: list[View], present: View) -> tuple[ViewTab, ...]:
    """The tabs above a list."""
    return tuple(
        ViewTab(
            view.key,
            view.label,
            f"{base}?{urlencode({'view': view.key})}" if view.key else base,
            is_current=view.key == present.key,
            is_own=view.saved is not None,
        )
        for view in views
    )
