"""`POST /packages`, `/packages/{name}/plan`, `/packages/{name}/upgrade`: what `loomwork app` does, for programs with the right.

Whoever publishes a package decides what roles may do, so besides `write_metadata` it takes `manage_roles`.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from loomwork.catalog import Catalog, examine
from loomwork.core.diagnostics import Diagnostic, Diagnostics
from loomwork.core.errors import Conflict, Detail, InvalidInput, NotAllowed, NotFound
from loomwork.packages.archive import Archive, bad_package, read_archive
from loomwork.permissions.actor import Actor
from loomwork.publishing.limits import plan_publish
from loomwork.publishing.uploads import find_upload, forget_upload, keep_upload
from loomwork.publishing.versions import latest
from loomwork.runtime.installing import Order, take_in
from loomwork.storage.database import Work
from loomwork.storage.plan import Plan, Safety
from loomwork.web import context
from loomwork.web.api.effects import Done, perform
from loomwork.web.api.errors import in_words, told_diagnosis
from loomwork.web.params import read_params
from loomwork.web.security_access import FILE_BYTES, access
from loomwork.web.wire import answer, json_type, read_object

packages_api = Blueprint("packages_api", __name__, url_prefix="/api/v1")
SHOWN_FAULTS = 100


@packages_api.post("/packages")
@access("token:metadata ability:write_metadata", body=FILE_BYTES)
def upload() -> Response:
    """Keep a package for later: a multipart form with the part `file`, made by `loomwork app pack`. Publishes nothing."""
    read_params(request, {})
    found = request.files.get("file")
    if found is None or len(request.files) != 1 or request.form:
        message = "a multipart form with the one part file is expected"
        raise InvalidInput(message, code="package_form", details=[Detail("file", "package_form", message)])
    data = found.stream.read(FILE_BYTES + 1)
    archive = read_archive(data)
    _check_names(archive)

    def run(work: Work, _who: Actor) -> Done:
        keep_upload(work, archive.name, data)
        return Done(_shown(archive), 201, {"Location": f"/api/v1/packages/{archive.name}/plan"})

    return perform(run, fingerprint=data)


def _check_names(archive: Archive) -> None:
    """Raises: InvalidInput for the platform's own app, and for names that belong to the companies that use it (C236)."""
    if archive.name == "system":
        raise bad_package("the app of the platform comes with the platform", "app.json")
    with _unpacked(archive) as folder:
        others = [one for one in context.runtime().app_folders if one.name != archive.name]
        wrong = [one for one in examine(folder, others=others).diagnostics if one.code == "C236"]
    if wrong:
        raise _faulty(wrong)


def _told(one: Diagnostic) -> dict[str, Any]:
    language = context.language()
    told = {"message": told_diagnosis(one.code, one.message, language), "hint": in_words(one.hint, language)}
    return {**one.as_json(), **told}


def _faulty(found: list[Diagnostic]) -> InvalidInput:
    details = [Detail(f"{one.place.file}{one.place.pointer}", one.code, one.message) for one in found[:SHOWN_FAULTS]]
    return InvalidInput(
        f"the package has {len(found)} error(s): {found[0].message}", code="package_faults", details=details
    )


@packages_api.post("/packages/<name>/plan")
@access("token:metadata ability:write_metadata")
def plan(name: str) -> Response:
    """What publishing the package that was sent last would change, and what stands against it. Changes nothing."""
    read_params(request, {})
    rt, archive = context.runtime(), _sent(name)
    with _unpacked(archive) as folder, rt.read() as work:
        catalog, found = _load(work, archive.name, folder)
        made = None if found.errors else plan_publish(work, catalog)
    return answer({**_shown(archive), **_planned(made, found)})


def _load(work: Work, name: str, folder: Path) -> tuple[Catalog, Diagnostics]:
    rt, version = context.runtime(), latest(work)
    folders = [*(one for one in rt.app_folders if one.name != name), folder]
    return rt.load(version.overlay if version else "", is_published=True, folders=folders)


def _planned(made: Plan | None, found: Diagnostics) -> dict[str, Any]:
    steps = made.steps if made else []
    return {
        "can_publish": made is not None and not made.refused,
        "needs_consent": any(one.safety is Safety.CONSENT for one in steps),
        "steps": [one.as_json() for one in steps],
        "faults": [_told(one) for one in list(found)[:SHOWN_FAULTS]],
    }


@packages_api.post("/packages/<name>/upgrade")
@access("token:metadata ability:write_metadata")
def upgrade(name: str) -> Response:
    """Publish the package that was sent last: `{"consent": true, "message": "…", "hash": "…"}`, each may be left out.

    `hash` is the one that the plan named: where another file was sent since, nothing is published (409 `other_package`).
    All of it or nothing; the company's own layer stays, and every process goes over to the new version by itself.
    """
    read_params(request, {})
    if "manage_roles" not in context.identity().abilities:
        raise NotAllowed('this needs the right "manage_roles"', code="ability", params={"ability": "manage_roles"})
    consent, message, digest = _wishes()
    rt, archive = context.runtime(), _sent(name)
    if digest and digest != archive.digest:
        raise Conflict("another package was sent since; look at its plan first", code="other_package")
    settings = replace(rt.settings, app_folders=tuple(rt.app_folders))
    with _unpacked(archive) as folder:
        with rt.read() as work:
            errors = _load(work, archive.name, folder)[1].errors
        if errors:
            raise _faulty(errors)
        said = (
            message
            or f"{'Upgrade' if _installed(archive.name) else 'Installation'} of {archive.name} {archive.version}"
        )
        order = Order({archive.name: folder})
        done = take_in(settings, order, consent=consent, message=said, author=context.actor().user_id)
    with rt.write() as work:  # this process goes over to the new version before it answers
        forget_upload(work, archive.name)
    warnings = [_told(one) for one in done.warnings]
    return answer({**_shown(archive), "published": done.number, "records": done.seeded, "warnings": warnings})


def _wishes() -> tuple[bool, str, str]:
    """`consent`, `message` and `hash` of the body."""
    body = read_object(request) if request.content_length else {}
    wishes: dict[str, Any] = {"consent": False, "message": "", "hash": ""}
    for key, value in body.items():
        if key not in wishes:
            text = f'there is no "{key[:80]}" here; known: {", ".join(wishes)}'
            raise InvalidInput(text, code="unknown_key", details=[Detail(key[:80], "unknown_key", text)])
        kind = type(wishes[key])
        if not isinstance(value, kind):
            text = f"{key}: expected a {'boolean' if kind is bool else 'string'}, got {json_type(value)}"
            raise InvalidInput(text, code="type", details=[Detail(key, "type", text)])
        wishes[key] = value
    return wishes["consent"], wishes["message"][:500], wishes["hash"]


def _sent(name: str) -> Archive:
    with context.runtime().read() as work:
        data = find_upload(work, name)
    if data is None:
        raise NotFound("no package of this name was sent", code="no_package")
    return read_archive(data)


@contextmanager
def _unpacked(archive: Archive) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="loomwork-package-") as folder:
        yield archive.unpack(Path(folder))


def _installed(name: str) -> str | None:
    found = context.runtime().catalog.apps.get(name)
    return found.version if found else None


def _shown(archive: Archive) -> dict[str, Any]:
    return {
        "name": archive.name,
        "version": archive.version,
        "hash": archive.digest,
        "files": len(archive.files),
        "installed_version": _installed(archive.name),
    }
