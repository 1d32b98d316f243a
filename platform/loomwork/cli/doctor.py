"""Looking after an installation: what is configured, and whether database, metadata, files and key fit each other.

It publishes nothing and mends nothing; each line says what is wrong and what would be right.
"""

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loomwork.cli.output import REFUSED, guarded, table
from loomwork.cli.start import folder_changes
from loomwork.core.settings import SETTINGS, Settings, load_settings

if TYPE_CHECKING:
    from loomwork.records.around.kept import KeptFile
    from loomwork.runtime import Runtime
    from loomwork.storage.database import Work

_SECRET = ("SECRET", "PASSWORD", "URL")
SHOWN = 5
"""Files of one fault that are named; the others are counted."""
YOUNG_S = 3_600
"""A file without a row may be one that is just being uploaded."""
_CHUNK = 1_000_000


@click.command()
@click.option("--quick", is_flag=True, help="Do not read the uploaded files; look at their sizes alone.")
@guarded
def doctor(quick: bool) -> None:
    """Check configuration, database, metadata, uploaded files and the secret key; say what is wrong and what to do."""
    settings = load_settings()
    rows = [
        (one.name, _shown(one.name, os.environ.get(one.name, "")) or f"({one.default or 'empty'})") for one in SETTINGS
    ]
    table(rows, ("setting", "value"))
    problems, warnings = _inspect(settings, is_quick=quick)
    warnings += _warnings(settings)
    for line in [*problems, *warnings]:
        click.echo(f"warning: {line}", err=True)
    found = len(problems) + len(warnings)
    click.echo("all is well" if not found else f"{found} thing(s) to look at")
    if problems:
        raise click.exceptions.Exit(REFUSED)


def _inspect(settings: Settings, *, is_quick: bool) -> tuple[list[str], list[str]]:
    """Look at everything as it is, publishing and mending nothing; what is wrong, and what is only untidy."""
    from loomwork.runtime import Runtime
    from loomwork.storage.outbox import count_states

    rt = Runtime.start_published(settings)
    if rt is None:
        click.echo(f"database: {settings.database_url.partition(':')[0].partition('+')[0]}, reachable")
        click.echo("metadata: nothing is published yet; loomwork init does it")
        return [], []
    try:
        with rt.database.read() as work:
            jobs = count_states(work)
            click.echo(f"database: {rt.database.dialect}, reachable")
            click.echo(
                f"metadata: version {rt.program.number}, {len(rt.catalog.entities)} entities of {', '.join(rt.catalog.apps)}"
            )
            click.echo("jobs: " + ", ".join(f"{number} {state}" for state, number in jobs.items()))
            wrong, untidy = _files(rt, work, is_quick=is_quick)
            return [*_drift(rt, work), *folder_changes(rt, work), *_key(rt, work), *wrong], untidy
    finally:
        rt.close()


def _drift(rt: "Runtime", work: "Work") -> list[str]:
    """What somebody has changed in the database by hand."""
    from loomwork.storage.drift import find_drift

    return [
        f"the database differs from the published metadata: {one.kind.replace('_', ' ')} {one.target}"
        for one in find_drift(work, rt.program.tables)
    ]


def _key(rt: "Runtime", work: "Work") -> Iterator[str]:
    """Whether the secret key is the one that encrypted fields were sealed with."""
    from loomwork.records.around.kept import sealed_fields

    place = "LOOMWORK_SECRET_KEY" if os.environ.get("LOOMWORK_SECRET_KEY") else str(rt.settings.home / "secret.key")
    found = list(sealed_fields(rt.program, work))
    for one in found:
        if one.foreign:
            yield (
                f"the secret key does not fit: {one.foreign} of {one.total} values of {one.entity}.{one.field} were encrypted"
                f" with another one and cannot be read; put the key of that time into {place} (it is kept apart from backups)"
            )
        if one.broken:
            yield (
                f"{one.broken} encrypted values of {one.entity}.{one.field} do not open where they stand: they were moved or"
                " altered in the database; take them from a backup"
            )
    click.echo(f"key: {sum(one.total for one in found)} encrypted value(s) in {len(found)} field(s)")


def _files(rt: "Runtime", work: "Work", *, is_quick: bool) -> tuple[list[str], list[str]]:
    """Whether every uploaded file is there as its row says, and nothing else is."""
    from loomwork.records.around.kept import stored_files
    from loomwork.web.files import FileStore

    store = FileStore(rt.settings.home)
    missing, altered, known = [], [], set()
    for one in stored_files(rt.program, work):
        path = store.path(one.id)
        known.add(path)
        what = f"{one.name} ({path.relative_to(rt.settings.home)})"
        if not path.is_file():
            missing.append(what)
        elif not _is_whole(one, path, is_quick=is_quick):
            altered.append(what)
    young = time.time() - YOUNG_S
    foreign = [one for one in store.all_paths() if one not in known and one.stat().st_mtime < young]
    click.echo(f"files: {len(known)}" + (", sizes compared" if is_quick else ", contents compared"))
    wrong = [
        *_told(missing, "are missing; put them back from a backup, or take them off their records"),
        *_told(altered, "are not what was uploaded; put them back from a backup, or upload them anew"),
    ]
    names = [str(one.relative_to(rt.settings.home)) for one in foreign]
    return wrong, list(_told(names, "belong to no record; they can be deleted"))


def _is_whole(one: "KeptFile", path: Path, *, is_quick: bool) -> bool:
    if one.size is not None and path.stat().st_size != one.size:
        return False
    if is_quick or not one.digest:
        return True
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest() == one.digest


def _told(names: list[str], what: str) -> Iterable[str]:
    if names:
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        yield f"{len(names)} uploaded file(s) {what}: {', '.join(sorted(names)[:SHOWN])}{more}"


def _shown(name: str, value: str) -> str:
    """Addresses may hold passwords; such values are shown as set, not what they are."""
    return "(set)" if value and any(part in name for part in _SECRET) and name != "LOOMWORK_PUBLIC_URL" else value


def _warnings(settings: Any) -> list[str]:
    found = []
    if not settings.is_https and "127.0.0.1" not in settings.public_url and "localhost" not in settings.public_url:
        found.append("LOOMWORK_PUBLIC_URL is not https: cookies go over the line in clear")
    if not settings.smtp_url:
        found.append("LOOMWORK_SMTP_URL is empty: mails are kept in the outbox folder")
    return found
