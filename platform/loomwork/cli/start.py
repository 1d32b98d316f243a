"""A started platform for the length of a command."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loomwork.core.errors import InvalidInput, PlatformError
from loomwork.core.settings import load_settings

if TYPE_CHECKING:
    from loomwork.runtime import Runtime


@contextmanager
def started(*, is_strict: bool = False, consent: bool = False) -> "Iterator[Runtime]":
    """The runtime of the configured installation, closed at the end.

    Where the apps in their folders cannot be published, commands go on with the version that is; with `is_strict` they
    say why instead. Raises: BadSettings; TryAgain when the database cannot be reached; MetadataFaults, PublishRefused.
    """
    # Database, files and keys hold what belongs to the company: nobody else on the machine reads them.
    os.umask(0o077)
    import loomwork.web.auth.tables  # noqa: F401 - its tables are made at the start as well
    from loomwork.publishing.publish import PublishRefused
    from loomwork.runtime import Runtime
    from loomwork.runtime.runtime import MetadataFaults

    settings = load_settings()
    try:
        rt = Runtime.start(settings, consent=consent)
    except (MetadataFaults, PublishRefused) as fault:
        kept = None if is_strict else Runtime.start_published(settings)
        if kept is None:
            raise
        rt = kept
        click.echo(
            f"warning: the apps in their folders cannot be published ({_first_line(fault)}); this command goes on with"
            f" version {rt.program.number}",
            err=True,
        )
    try:
        yield rt
    finally:
        rt.close()


def _first_line(fault: PlatformError) -> str:
    return fault.message.partition("\n")[0]


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
