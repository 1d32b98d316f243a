"""The path of stages on a record page: where the record stands, for how long, and what takes it further."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from loomwork.catalog.model import Catalog, Entity, Field
from loomwork.core import clock
from loomwork.web.screens import figures, ui
from loomwork.web.screens.models import ActionButton, PathStep, StagePath
from loomwork.web.screens.values import ShownChoice, shown_choices


def stage_path(
    catalog: Catalog,
    field: Field,
    present: str | None,
    history: Sequence[Mapping[str, Any]],
    actions: Sequence[ActionButton],
) -> StagePath:
    """The stages with the days spent in each, and the next one.

    A stage that only an action gives (a conversion) is never offered as a plain move: the action stands in its place,
    when the reader has it.

    Shapes: `history` as `query.history` gives it, newest first; `actions` are those open on the record.
    """
    choices = [c for c in shown_choices(field).values() if c.active or c.value == present]
    now = next((c for c in choices if c.value == present), None)
    if now is not None and now.closes == "lost":
        shown = [c for c in choices if c.closes not in ("lost", "won")] + [now]
    else:
        shown = [c for c in choices if c.closes != "lost"]
    at = shown.index(now) if now in shown else -1
    days = days_by_value(history, field.name)
    steps = tuple(PathStep(c.value, c.label, _state(n, at, c), _note(n, at, c, days)) for n, c in enumerate(shown))
    following = shown[at + 1] if (now is None or not now.closes) and at + 1 < len(shown) else None
    if following is None:
        return StagePath(field.name, steps, at + 1)
    giver = given_by_actions(catalog, field.entity).get(field.name, {}).get(following.value)
    if giver is None:
        return StagePath(field.name, steps, at + 1, following.value, following.label)
    return StagePath(field.name, steps, at + 1, action=next((one for one in actions if one.name == giver), None))


def _state(at: int, present: int, choice: ShownChoice) -> str:
    if at < present:
        return "done"
    return "next" if at > present else choice.closes or "now"


def _note(at: int, present: int, choice: ShownChoice, days: Mapping[str, int]) -> str:
    """How long the record was in a stage; a closed one is over, so nothing is counted there."""
    if at > present or choice.value not in days or (at == present and choice.closes):
        return ""
    spent = days[choice.value]
    return ui.t("record.days_one" if spent == 1 else "record.days", n=spent)


def days_by_value(history: Sequence[Mapping[str, Any]], name: str) -> dict[str, int]:
    """Whole days that a record spent with each value of a field, in the reader's zone; what is unknown is left out."""
    moves = [
        (figures.local_day(row["at"]), row["changes"][name][1])
        for row in reversed(history)
        if isinstance(row["changes"].get(name), list)
    ]
    ends = [day for day, _ in moves[1:]] + [clock.today_in(ui.current().zone)]
    found: dict[str, int] = {}
    for (begin, value), end in zip(moves, ends, strict=False):
        if isinstance(value, str) and begin is not None and end is not None:
            found[value] = found.get(value, 0) + max(0, (end - begin).days)
    return found


@lru_cache(maxsize=200)
def given_by_actions(catalog: Catalog, entity: str) -> Mapping[str, Mapping[str, str]]:
    """Values that actions of an entity give its records, as action by value by field.

    Shapes: read from the `after` part of the conversions' mappings; only fixed values count.
    """
    found: dict[str, dict[str, str]] = {}
    mappings = catalog.of_kind("mapping")
    for action in catalog.of_kind("action").values():
        mapping = mappings.get(str(action.body.get("mapping", "")))
        if action.body["entity"] != entity or mapping is None:
            continue
        for name, source in mapping.body.get("after", {}).items():
            if isinstance(source.get("value"), str):
                found.setdefault(name, {})[source["value"]] = action.name
    return found


def find_path_field(entity: Entity, body: Mapping[str, Any], row: Mapping[str, Any]) -> Field | None:
    """The field that a page draws as a path; None without one, or where the reader may not see it."""
    field = entity.find(body["path"]) if body.get("path") else None
    return field if field is not None and field.name in row else None
