"""The reader's own settings: where he is signed in, which programs act for him."""

import re
from typing import Any

from loomwork.core.clock import from_micros
from loomwork.web.screens import figures, ui
from loomwork.web.screens.desk import Desk
from loomwork.web.screens.views.small_views import settings_zones

TOKEN_SCOPES = ("read", "write", "import", "metadata", "admin")
TOKEN_DAYS = (30, 90, 365, 0)
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip
_OTHER = re.compile(r"^[A-Za-z][A-Za-z0-9 ._-]{0,40}")


def settings_values(desk: Desk, digest: str) -> dict[str, Any]:
    """What the page needs. `digest` is that of the session in which it is read."""
    return {
        "zones": settings_zones(desk.wishes.zone),
        "sessions": _sessions(desk, digest),
        "tokens": _tokens(desk),
        "may_use_api": desk.has("use_api"),
        "scopes": [{"name": one, "label": ui.t(f"settings.scope.{one}")} for one in TOKEN_SCOPES],
        "days": [
            (days, ui.t("settings.tokens.days", n=days) if days else ui.t("settings.tokens.never"))
            for days in TOKEN_DAYS
        ],
        "units_url": "/settings/units" if desk.may("system.unit", "update") else "",
        "company_url": "/e/system.company" if desk.may("system.company", "update") else "",
    }


def _when(micros: int | None) -> str:
    return "" if micros is None else figures.instant(from_micros(micros).isoformat())


def _sessions(desk: Desk, digest: str) -> list[dict[str, Any]]:
    from loomwork.web.auth import sessions

    live = sessions.list_live(desk.work, desk.actor.user_id, idle_s=desk.rt.settings.idle_minutes * 60)
    found = [
        {
            "id": one.id,
            "agent": browser_name(one.agent),
            "address": one.address,
            "since": _when(one.created_at),
            "seen": _when(one.seen_at),
            "is_this_one": one.digest == digest,
        }
        for one in live
    ]
    return sorted(found, key=lambda one: not one["is_this_one"])


def _tokens(desk: Desk) -> list[dict[str, Any]]:
    from loomwork.web.auth import tokens

    return [
        {
            "id": one.id,
            "name": one.name,
            "scopes": [ui.t(f"settings.scope.{scope}") for scope in TOKEN_SCOPES if scope in one.scopes],
            "made": _when(one.created_at),
            "used": _when(one.used_at),
            "ends": _when(one.expires_at),
        }
        for one in tokens.list_all(desk.work, desk.actor.user_id)
    ]


def browser_name(agent: str) -> str:
    """What a browser calls itself, as people call it: `Chrome · macOS`; other programs by the beginning of the name."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if not browser:
        other = _OTHER.match(agent)
        browser = other[0].strip() if other else "–"
    return " · ".join(filter(None, (browser, system)))
