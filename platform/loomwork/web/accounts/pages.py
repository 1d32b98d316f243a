"""The drawers that the buttons on users open; as pages of their own where no script asked for them."""

from typing import Any

from flask import Blueprint, Response, request

from loomwork.web import context
from loomwork.web.screens import env, ui
from loomwork.web.screens.desk import USER, Desk, open_desk
from loomwork.web.screens.views import people_view
from loomwork.web.screens.views.shell_view import shell
from loomwork.web.security_access import access
from loomwork.web.security_csrf import make_csrf

accounts = Blueprint("accounts", __name__, url_prefix="/people")


def open_reader() -> Any:
    """The desk of the person who reads the page."""
    rt, who = context.runtime(), context.identity()
    return open_desk(rt, who.actor, make_csrf(rt.settings, who.digest))


def _show(desk: Desk, part: str, title: str, **values: Any) -> Response:
    return show_part(desk, part, title, USER, **values)


def show_part(desk: Desk, part: str, title: str, current: str, **values: Any) -> Response:
    """A drawer, or the same as a page; `current` is the entity that the menu marks."""
    template, more = f"accounts/{part}.html", {}
    if not request.headers.get("X-Drawer"):
        more = {"part": template, "shell": shell(desk, current)}
        template = "accounts/page.html"
    page = env.render(template, desk.wishes, title=title, **more, **values)
    return Response(page, mimetype="text/html", headers={"Vary": "X-Drawer"})


@accounts.get("/invite")
@access("session ability:manage_users")
def show_invite() -> Response:
    """Who to invite."""
    with open_reader() as desk:
        return _show(desk, "invite", ui.t("people.invite"), **people_view.invite_values(desk))


@accounts.get("/<user_id>/invite")
@access("session ability:manage_users")
def show_invite_again(user_id: str) -> Response:
    """Send the invitation (again)."""
    with open_reader() as desk:
        return _show(desk, "link", ui.t("people.send"), **people_view.link_values(desk, user_id, "invite"))


@accounts.get("/<user_id>/reset")
@access("session ability:manage_users")
def show_reset(user_id: str) -> Response:
    """Send a link for a new password."""
    with open_reader() as desk:
        return _show(desk, "link", ui.t("people.reset"), **people_view.link_values(desk, user_id, "reset"))


@accounts.get("/<user_id>/deactivate")
@access("session ability:manage_users")
def show_deactivate(user_id: str) -> Response:
    """What the person owns, and who gets it."""
    with open_reader() as desk:
        return _show(desk, "deactivate", ui.t("people.deactivate"), **people_view.deactivate_values(desk, user_id))


@accounts.get("/<user_id>/reactivate")
@access("session ability:manage_users")
def show_reactivate(user_id: str) -> Response:
    """Let the person in again."""
    with open_reader() as desk:
        return _show(desk, "reactivate", ui.t("people.reactivate"), **people_view.person_values(desk, user_id))
