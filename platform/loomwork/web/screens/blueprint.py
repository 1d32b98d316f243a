"""The screens' routes: read the request, build a view model, render. No rule of the product is decided here."""

import contextlib
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, redirect, request

from loomwork.core.errors import InvalidInput
from loomwork.core.i18n import pick_language
from loomwork.query.tree import Query
from loomwork.web import context
from loomwork.web.api.errors import as_platform_error, message_of, status_of
from loomwork.web.screens import env, ui, values
from loomwork.web.screens.desk import Desk, open_desk
from loomwork.web.screens.views.find_view import lookup, palette
from loomwork.web.screens.views.form_view import edit_form, new_form
from loomwork.web.screens.views.home_view import home_page
from loomwork.web.screens.views.list_view import list_page, single_row
from loomwork.web.screens.views.record_view import record_page
from loomwork.web.screens.views.shell_view import shell
from loomwork.web.screens.views.small_views import explain_rows, share_values, trash_values
from loomwork.web.screens.views.timeline import changes_of, timeline
from loomwork.web.security_access import FILE_BYTES, access
from loomwork.web.security_csrf import make_csrf
from loomwork.web.wire import answer, read_object

screens = Blueprint("screens", __name__)
MAX_TEXT = 20_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _desk() -> Any:
    rt, who = context.runtime(), context.identity()
    return open_desk(rt, who.actor, make_csrf(rt.settings, who.digest))


def _is_part() -> bool:
    """Whether a script asks for a part of a page and not a person for a page."""
    return request.headers.get("HX-Request") == "true"


def _html(text: str, status: int = 200) -> Response:
    response = Response(text, status, mimetype="text/html")
    response.headers["Vary"] = "HX-Request"
    return response


def _page(desk: Desk, template: str, current: str, title: str, **more: Any) -> Response:
    return _html(env.render(template, desk.wishes, shell=shell(desk, current), title=title, **more))


def _part(desk: Desk, template: str, **more: Any) -> Response:
    return _html(env.render(template, desk.wishes, **more))


@screens.get("/")
@access("session")
def home() -> Response:
    """Home."""
    with _desk() as desk:
        frame = shell(desk, "home")
        page = home_page(desk, frame)
        return _html(env.render("home.html", desk.wishes, shell=frame, page=page, title=ui.t("nav.home")))


@screens.get("/seen")
@access("session")
def show_seen() -> Response:
    """The records that the browser remembers, under the reader's rights of today."""
    from loomwork.web.screens.views.home_view import seen_lines

    with _desk() as desk:
        lines = seen_lines(desk, request.args.get("at", "")[:2000].split(","))
        return _part(desk, "parts/home_lines.html", records=lines)


@screens.get("/e/<entity>")
@access("session")
def show_list(entity: str) -> Response:
    """A list, its changing part, or one of its rows; of an entity with one record, that record."""
    with _desk() as desk:
        if desk.entity(entity).is_single:
            return _single(desk, entity)
        if _is_part() and "only" in request.args:
            return _part(desk, "parts/single_row.html", table=single_row(desk, entity, request.args))
        page = list_page(desk, entity, request.args)
        if _is_part():
            return _part(desk, "parts/list_swap.html", page=page)
        return _page(desk, "list.html", entity, page.label, page=page)


def _single(desk: Desk, entity: str) -> Response:
    found = desk.run(Query(entity, ("id",), limit=1)).rows
    tail = found[0]["id"] if found else "new"
    return redirect(f"/e/{entity}/{tail}", 302)  # type: ignore[return-value]


@screens.get("/e/<entity>/export")
@access("session")
def show_export(entity: str) -> Response:
    """The list as a workbook."""
    from loomwork.web.screens.views.export_view import export_list

    with _desk() as desk:
        return export_list(desk, entity, request.args)


@screens.get("/e/<entity>/counts")
@access("session")
def show_counts(entity: str) -> Response:
    """How many records each view has."""
    from loomwork.web.screens.views.list_more import tab_counts

    with _desk() as desk:
        return answer({"counts": tab_counts(desk, entity)})


@screens.get("/e/<entity>/fitting")
@access("session")
def show_fitting(entity: str) -> Response:
    """Every record that fits a list's state, for changing them together."""
    from loomwork.web.screens.views.list_more import fitting_rows

    with _desk() as desk:
        return answer(fitting_rows(desk, entity, request.args))


def _form(desk: Desk, page: Any, entity: str) -> Response:
    if request.headers.get("X-Drawer"):
        full = request.full_path.rstrip("?")
        return _part(desk, "parts/form.html", page=page, is_drawer=True, full_url=full)
    return _page(desk, "form.html", entity, page.heading, page=page, is_drawer=False, full_url="")


@screens.get("/e/<entity>/new")
@access("session")
def show_new(entity: str) -> Response:
    """The form of a new record."""
    with _desk() as desk:
        return _form(desk, new_form(desk, entity, request.args), entity)


@screens.get("/e/<entity>/<record_id>/edit")
@access("session")
def show_edit(entity: str, record_id: str) -> Response:
    """The form of a record."""
    with _desk() as desk:
        return _form(desk, edit_form(desk, entity, record_id), entity)


@screens.get("/e/<entity>/<record_id>")
@access("session")
def show_record(entity: str, record_id: str) -> Response:
    """A record."""
    with _desk() as desk:
        page = record_page(desk, entity, record_id)
        if _is_part():
            return _part(desk, "parts/record.html", page=page)
        return _page(desk, "record.html", entity, page.title, page=page)


@screens.get("/e/<entity>/<record_id>/timeline")
@access("session")
def show_timeline(entity: str, record_id: str) -> Response:
    """Earlier events of a record."""
    before = request.args.get("before", "0")
    with _desk() as desk:
        at = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else 0
        found = desk.entity(entity)
        rows = changes_of(desk, found, record_id, before=at)
        days, more = timeline(desk, found, record_id, rows, before=at)
        return _part(desk, "parts/timeline_more.html", days=days, more_url=more)


@screens.get("/e/<entity>/<record_id>/files")
@access("session")
def show_files(entity: str, record_id: str) -> Response:
    """Files of a record, a long page of them."""
    from loomwork.web.screens.views.record.files import all_files

    with _desk() as desk:
        return _part(
            desk, "parts/files_more.html", files=all_files(desk, entity, record_id, request.args.get("after", ""))
        )


@screens.get("/e/<entity>/<record_id>/explain")
@access("session")
def show_explain(entity: str, record_id: str) -> Response:
    """Why the reader may or may not do something with a record."""
    with _desk() as desk:
        return _part(desk, "parts/explain.html", actions=explain_rows(desk, entity, record_id))


@screens.get("/e/<entity>/<record_id>/share")
@access("session")
def show_share(entity: str, record_id: str) -> Response:
    """With whom a record is shared, and a place to share it."""
    with _desk() as desk:
        return _part(desk, "parts/share.html", **share_values(desk, entity, record_id))


@screens.get("/e/<entity>/<record_id>/actions/<action>")
@access("session")
def show_action(entity: str, record_id: str, action: str) -> Response:
    """What an action would do, before it is done."""
    from loomwork.web.screens.views.convert_view import convert_page

    with _desk() as desk:
        return _part(desk, "parts/convert.html", page=convert_page(desk, entity, record_id, action))


@screens.post("/e/<entity>/compute")
@access("session")
def compute(entity: str) -> Response:
    """What the formulas and rules of a form give on values that are not saved."""
    from loomwork.forms import preview

    body = read_object(request)
    given, changed = body.get("values"), body.get("changed", [])
    if not isinstance(given, dict) or not isinstance(changed, list):
        raise InvalidInput("values is an object of wire values by field, changed a list of fields", code="bad_values")
    with _desk() as desk:
        found = desk.entity(entity)
        return answer(preview(desk.program, desk.work, desk.actor, found, given, frozenset(map(str, changed))))


@screens.get("/e/<entity>/import")
@access("session")
def show_import(entity: str) -> Response:
    """The import page of an entity."""
    from loomwork.web.screens.views.import_view import import_values

    with _desk() as desk:
        return _page(desk, "import.html", entity, ui.t("list.import"), **import_values(desk, entity))


@screens.post("/e/<entity>/import/columns")
@access("session", body=FILE_BYTES)
def import_columns(entity: str) -> Response:
    """The columns of a file that was chosen, nothing kept."""
    from loomwork.web.screens.views.import_view import columns_of

    with _desk() as desk:
        return answer(columns_of(desk, entity, request))


@screens.post("/e/<entity>/import/run")
@access("session", body=FILE_BYTES)
def import_run(entity: str) -> Response:
    """Try or do an import with a mapping of an app or of the page; with `skip`, of the rows that are not refused."""
    from loomwork.records.importing import Import, run_import
    from loomwork.web.screens.views.import_view import received_id, received_mapping, received_sheet, told

    sheet, mapping = received_sheet(request), received_mapping(request)
    is_dry, is_skipping = request.form.get("dry_run") != "false", request.form.get("skip") == "true"
    name = (request.files["file"].filename or "")[-200:]
    rt, who = context.runtime(), context.actor()
    if is_skipping and not is_dry:
        tried = run_import(rt, who, Import(entity, sheet, mapping, dry_run=True))
        sheet = sheet.only(tried.refused, others=True)
    run_id = "" if is_dry else received_id(request)
    report = run_import(rt, who, Import(entity, sheet, mapping, dry_run=is_dry, name=name, id=run_id))
    return answer(told(report, sheet, context.language()))


@screens.get("/e/<entity>/import/progress/<import_id>")
@access("session")
def import_progress(entity: str, import_id: str) -> Response:
    """How far the reader's own import is; zero rows while it is still being checked."""
    from loomwork.web.screens.views.import_view import progress_of

    with _desk() as desk:
        return answer(progress_of(desk, entity, import_id))


@screens.post("/e/<entity>/import/refused")
@access("session", body=2 * FILE_BYTES)
def import_refused(entity: str) -> Response:
    """The refused rows of a file with the reason of each, as a file."""
    from loomwork.web.screens.views.import_view import importable, received_sheet, refused_file

    with _desk() as desk:
        importable(desk, entity)
        body, kind = refused_file(request, received_sheet(request), ui.t("import.reason"))
    response = Response(body, mimetype="text/csv" if kind == "csv" else XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{entity}.refused.{kind}"'
    return response


@screens.get("/lookup/<entity>/<field>")
@access("session")
def show_lookup(entity: str, field: str) -> Response:
    """Records that a field may point to."""
    with _desk() as desk:
        return answer(lookup(desk, entity, field, request.args))


@screens.get("/search")
@access("session")
def show_found() -> Response:
    """The lines of the palette."""
    text = request.args.get("q", "")[:200]
    with _desk() as desk:
        groups = palette(desk, shell(desk, ""), text)
        return _part(desk, "parts/found.html", groups=groups, query=text)


@screens.get("/trash")
@screens.get("/trash/<entity>")
@access("session")
def show_trash(entity: str = "") -> Response:
    """Deleted records, to restore."""
    with _desk() as desk:
        frame = shell(desk, "")
        found = trash_values(desk, frame, entity)
        return _html(env.render("trash.html", desk.wishes, shell=frame, title=ui.t("trash"), **found))


@screens.get("/settings")
@access("session")
def show_settings() -> Response:
    """The reader's own settings."""
    from loomwork.web.screens.views.settings_view import settings_values

    with _desk() as desk:
        return _page(desk, "settings.html", "", ui.t("settings"), **settings_values(desk, context.identity().digest))


@screens.get("/settings/units")
@access("session")
def show_units() -> Response:
    """The tree of units, or its changed part."""
    from loomwork.web.accounts.units import UNIT
    from loomwork.web.screens.views.units_view import units_page

    with _desk() as desk:
        page = units_page(desk)
        if _is_part():
            return _part(desk, "parts/units.html", page=page)
        return _page(desk, "units.html", UNIT, ui.t("units"), page=page)


@screens.post("/settings/wishes")
@access("session")
def save_wishes() -> Response:
    """Keep the reader's language, zone, theme or density with his record."""
    rt, who = context.runtime(), context.identity()
    body = read_object(request)
    known = {"language", "time_zone", "theme", "density"}
    wrong = sorted(set(body) - known)
    if wrong or not body:
        raise InvalidInput(f"known settings: {', '.join(sorted(known))}", code="unknown_setting")
    with rt.write() as work:
        row = rt.query.get(work, who.actor, "system.user", who.actor.user_id, tuple(body))
        rt.records.update(work, who.actor, "system.user", who.actor.user_id, body, row["row_version"])
    context.guard().identities.forget()
    return answer({"saved": True})


def error_page(fault: Exception) -> Response:
    """A fault as a page in the reader's language; a part of a page gets a short text."""
    found = as_platform_error(fault)
    status = status_of(found)
    wishes = _wishes()
    with ui.used(wishes):
        shown = status if status in (403, 404, 409, 413, 429, 500, 503) else 500 if status >= 500 else 0
        title = ui.t(f"error.{shown}.title") if shown else message_of(found, wishes.language)
        text = ui.t(f"error.{shown}.text", id=context.request_id()) if shown else ""
    page = env.render("error.html", wishes, title=title, message=text, status=status, request_id=context.request_id())
    return _html(page, status)


def _wishes() -> ui.Ui:
    """What is known of the reader's wishes, whatever else is out of order: the first fault has to be told, not another."""
    with contextlib.suppress(Exception):
        reader = context.find_reader()
        if reader is not None:
            with open_desk(context.runtime(), reader.actor, "") as desk:
                return desk.wishes
    with contextlib.suppress(Exception):
        return ui.Ui(language=context.language())
    return ui.Ui(language=pick_language(request.headers.get("Accept-Language")))


def to_start() -> Response:
    """Home, for addresses that people type by habit."""
    return redirect("/", 302)  # type: ignore[return-value]


def register(app: Flask) -> None:
    """Add the screens to a server."""
    from loomwork.web.screens import readable  # noqa: F401 - it adds its route on import

    values.install()
    add: Callable[..., Any] = app.register_blueprint
    add(screens)
    app.extensions["loomwork_error_page"] = error_page
