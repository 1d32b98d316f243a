"""The small screens: rights, shares, trash, settings."""

from collections.abc import Mapping
from typing import Any

from loomwork.catalog.model import Entity
from loomwork.query.tree import Query
from loomwork.web.screens import figures, ui
from loomwork.web.screens.desk import USER, Desk
from loomwork.web.screens.models import NavItem, Shell
from loomwork.web.screens.values import plain_text

_ACTIONS = ("read", "update", "delete", "share")
_ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "Asia/Seoul", "Asia/Kolkata",
    "Asia/Dubai", "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Moscow", "Africa/Johannesburg",
    "America/Sao_Paulo", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
    "Australia/Sydney", "Pacific/Auckland", "UTC",
)  # fmt: skip
_TRASH = 100


def explain_rows(desk: Desk, entity: str, record_id: str) -> list[dict[str, Any]]:
    """For each action: whether the reader may, and which roles give it for which records.

    Raises: NotFound.
    """
    found = desk.entity(entity)
    told = desk.rt.query.explain(desk.work, desk.actor, entity, record_id)
    rows = []
    for action in _ACTIONS:
        one = told["actions"][action]
        grants = [grant for grant in one["grants"] if grant["holds"] or not one["allowed"]]
        reasons = list(dict.fromkeys(_reason(found, grant) for grant in grants)) or [ui.t("why.no_role")]
        if grants and not one["allowed"]:
            reasons.append(ui.t("why.not_among"))
        if one["lacking"]:
            reasons.append(ui.t("why.lacking", roles=ui.t("why.comma").join(one["lacking"])))
        rows.append({"label": ui.t(f"why.{action}"), "allowed": one["allowed"], "reasons": reasons})
    return rows


def _reason(entity: Entity, grant: Mapping[str, Any]) -> str:
    """A role with the records that it gives the right for: `Representative: your own records, while Stage is Open`."""
    state = entity.fields.get(entity.state_field or "")
    said = ui.t("why.by", role=grant["role"], rows=ui.t(f"why.rows.{grant['rows']}"))
    if state is None or not grant["states"]:
        return said
    names = ui.t("why.comma").join(plain_text(state, one) for one in grant["states"])
    return said + ui.t("why.while", field=ui.say(state.label, state.name), states=names)


def share_values(desk: Desk, entity: str, record_id: str) -> dict[str, Any]:
    """The shares of a record and a look-up of people.

    Raises: NotFound.
    """
    found = desk.entity(entity)
    desk.get(entity, record_id, ("id",))
    owner = found.fields["owner_id"]
    spec = {
        "name": "principal",
        "label": ui.t("share.with"),
        "widget": "user",
        "type": "user",
        "props": {},
        "target": USER,
        "lookup": f"/lookup/{entity}/{owner.name}",
    }
    shares = desk.rt.records.shares(desk.work, desk.actor, entity, record_id)
    return {"entity": entity, "id": record_id, "spec": spec, "shares": shares}


def trash_values(desk: Desk, frame: Shell, name: str) -> dict[str, Any]:
    """Deleted records of an entity, or the entities to choose from.

    Raises: NotFound.
    """
    if not name:
        seen: dict[str, NavItem] = {}
        for group in frame.groups:
            for item in group.items:
                if item.key and desk.may(item.key, "restore"):
                    seen.setdefault(item.key, item)
        return {"entities": tuple(seen.values()), "entity": "", "label": "", "rows": ()}
    entity = desk.entity(name)
    title = entity.title_field
    rows = desk.run(Query(name, (title, "deleted_at"), sort=("-deleted_at",), limit=_TRASH, trash=True)).rows
    shown = [
        {
            "id": row["id"],
            "title": plain_text(entity.fields[title], row.get(title)) or "–",
            "when": figures.instant(row.get("deleted_at")),
        }
        for row in rows
    ]
    return {"entities": None, "entity": name, "label": ui.say(entity.plural, name), "rows": shown}


def settings_zones(present: str) -> list[str]:
    """Time zones to choose from, the present one among them."""
    return list(dict.fromkeys([present, *_ZONES]))
