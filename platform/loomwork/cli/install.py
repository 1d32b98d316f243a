"""Taking app packages in, changing them for newer ones, taking them out: publish first, then the copy in the home folder.

An installed package lies in `<home>/apps/<name>`. A package that is named in LOOMWORK_APPS, or ships with the platform, is
published from where it lies; an installed one of the same name stands in for it.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loomwork.catalog.write import component_files
from loomwork.cli.output import Refusal, show_diagnostics
from loomwork.cli.start import install_seeds
from loomwork.core.errors import PlatformError
from loomwork.core.jsonio import read_json
from loomwork.core.settings import Settings, installed_apps, load_settings

if TYPE_CHECKING:
    from loomwork.runtime import Runtime


def name_of(folder: Path) -> str:
    """The name in the manifest of a package. Raises: Refusal when there is none, or the folder is called otherwise."""
    try:
        manifest = read_json((folder / "app.json").read_bytes())
    except (OSError, PlatformError) as fault:
        raise Refusal(f"{folder} holds no app: its app.json cannot be read ({fault})") from None
    name = manifest.get("name") if isinstance(manifest, dict) else None
    if name != folder.resolve().name:
        raise Refusal(f'the folder of the app "{name}" must be called "{name}", not "{folder.resolve().name}"')
    return str(name)


def check_names_of(folder: Path) -> None:
    """Raises: Refusal when an app gives names that belong to the companies that use it."""
    from loomwork.catalog import examine

    others = [one for one in load_settings().app_folders if one.name != folder.resolve().name]
    wrong = [one for one in examine(folder, others=others).diagnostics if one.code == "C236"]
    if show_diagnostics(wrong):
        raise Refusal(f"{len(wrong)} name(s) of the app may collide with what companies add; it is not installed")


def take_in(
    sources: Sequence[Path],
    *,
    consent: bool,
    message: str,
    without: str = "",
    overlay: str | None = None,
    revive: bool = False,
) -> int:
    """Publish with some packages in the place of those of the same name (and without another), then keep copies of them.

    `overlay`: the company's layer to publish with them; None for the published one. `revive`: fields that come back have
    their former values. Returns: the version's number.
    Raises: MetadataFaults, PublishRefused; nothing is changed then.
    """
    from loomwork.runtime import Runtime

    settings = load_settings()
    named = {name_of(folder): folder.resolve() for folder in sources}
    folders = [one for one in settings.app_folders if one.name not in named and one.name != without]
    copied = {name: folder for name, folder in named.items() if folder not in settings.app_folders}
    with _copies(settings, copied) as copies:
        import loomwork.web.auth.tables  # noqa: F401 - its tables are made at the start as well

        rt = Runtime.start(
            settings,
            app_folders=[*folders, *named.values()],
            consent=consent,
            message=message,
            overlay=overlay,
            revive=revive,
        )
        try:
            _put_in_place(settings, copies)
            install_seeds(rt)
            # Where an app has changed what the company's layer changes too: the layer's value stands.
            show_diagnostics(rt.layer_warnings)
            return rt.program.number
        finally:
            rt.close()


@contextmanager
def _copies(settings: Settings, folders: Mapping[str, Path]) -> Iterator[dict[str, Path]]:
    """Copies beside their later place, made before anything is published, so that a full disk is met in time."""
    below = settings.home / "apps"
    made = {name: below / f".{name}.new" for name in folders}
    try:
        for name, folder in folders.items():
            below.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(made[name], ignore_errors=True)
            shutil.copytree(folder, made[name], ignore=shutil.ignore_patterns(".git", "__pycache__"))
        yield made
    finally:
        for folder in made.values():
            shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(settings: Settings, copies: Mapping[str, Path]) -> None:
    for name, copy in copies.items():
        place, old = settings.home / "apps" / name, settings.home / "apps" / f".{name}.old"
        shutil.rmtree(old, ignore_errors=True)
        if place.exists():
            place.rename(old)
        copy.rename(place)
        shutil.rmtree(old, ignore_errors=True)


def take_out(name: str) -> int:
    """Publish without an installed package, then remove its copy; tables and values stay. Returns: the version's number."""
    settings = load_settings()
    place = settings.home / "apps" / name
    if place not in installed_apps(settings.home):
        known = ", ".join(one.name for one in installed_apps(settings.home)) or "none"
        raise Refusal(
            f'"{name}" was not installed with "loomwork app install" (installed: {known}); one that LOOMWORK_APPS names'
            " goes when it is taken out there"
        )
    number = take_in([], consent=True, message=f"Removal of {name}", without=name)
    shutil.rmtree(place)
    return number


def differing(rt: "Runtime", folders: Sequence[Path]) -> list[Path]:
    """Those of the packages that are not, file by file, what is configured under the same name."""
    now = {one.name: _texts(one) for one in rt.settings.app_folders}
    return [one for one in folders if _texts(one) != now.get(one.name)]


def _texts(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file, _ in component_files(folder)}


def said(number: int, what: str) -> None:
    """Tell what was done, and how others get to know."""
    click.echo(f"{what}; version {number} is published, running servers take it over by themselves")
