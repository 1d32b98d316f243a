"""A started platform for the length of a command."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loomwork.core.errors import InvalidInput
from loomwork.core.settings import load_settings

if TYPE_CHECKING:
    from loomwork.runtime import Runtime
    from loomwork.storage.database import Work


@contextmanager
def started(*, publishes: bool = False, consent: bool = False) -> "Iterator[Runtime]":
    """The runtime of the configured installation, closed at the end.

    Commands go on with the version that is published, and say so where the apps in their folders are others by now; those
    with `publishes` publish them first. Where nothing was published yet, the apps are, whatever the command.
    Raises: BadSettings; TryAgain when the database cannot be reached; MetadataFaults, PublishRefused.
    """
    # Database, files and keys hold what belongs to the company: nobody else on the machine reads them.
    os.umask(0o077)
    import loomwork.web.auth.tables  # noqa: F401 - its tables are made at the start as well
    from loomwork.runtime import Runtime

    settings = load_settings()
    kept = None if publishes else Runtime.start_published(settings)
    rt = Runtime.start(settings, consent=consent) if kept is None else kept
    try:
        if kept is not None:
            _tell_changes(rt)
        yield rt
    finally:
        rt.close()


def _tell_changes(rt: "Runtime") -> None:
    with rt.database.read() as work:
        for said in folder_changes(rt, work):
            click.echo(f"warning: {said}; this command goes on with version {rt.program.number}", err=True)


def folder_changes(rt: "Runtime", work: "Work") -> list[str]:
    """In what the apps in their folders differ from the published ones, or why they cannot be published; for people."""
    from loomwork.publishing.limits import plan_publish
    from loomwork.publishing.versions import latest, read_mark

    version = latest(work)
    layer, published = (version.overlay, version.hash) if version else ("", "")
    if rt.app_folders == tuple(rt.settings.app_folders) and rt.catalog.version == published:
        return []
    catalog, found = rt.load(layer, is_published=True, mark=read_mark(work), folders=rt.settings.app_folders)
    if found.errors:
        first = found.errors[0]
        return [f"the apps in their folders have {len(found.errors)} error(s) and cannot be published: {first.message}"]
    if catalog.version == published:
        return []
    plan = plan_publish(work, catalog)
    for step in [*plan.refused, *plan.consent]:
        return [f"the apps in their folders cannot be published as they are: {step.target}: {step.detail}"]
    how = "`loomwork metadata publish` or the next start of the server publishes them"
    return [f"the apps in their folders differ from the published version; {how}"]


@contextmanager
def unpublished(app: Path) -> "Iterator[Runtime]":
    """A runtime that also knows the app in a folder and has published nothing: for looking ahead.

    Raises: BadSettings; TryAgain when the database cannot be reached.
    """
    from loomwork.runtime import Runtime
    from loomwork.storage.database import Database

    settings = load_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url, pool_size=settings.pool_size)
    rt = Runtime(settings, database, [*[one for one in settings.app_folders if one.name != app.name], app])
    try:
        database.create_platform_tables()
        yield rt
    finally:
        rt.close()


def install_seeds(rt: "Runtime") -> None:
    """Make the reference records that came with the apps since the last time; what the data refuses is told, no more."""
    from loomwork.packages.seed import install_reference

    try:
        tell_seeds(install_reference(rt))
    except InvalidInput as fault:
        tell_seeds(0, fault.message)


def tell_seeds(made: int, refused: str = "") -> None:
    """Say how many reference records were made, or why none were."""
    if refused:
        click.echo(f"warning: no reference records were made: {refused}", err=True)
    elif made:
        click.echo(f"made {made} reference record(s) that come with the apps")
