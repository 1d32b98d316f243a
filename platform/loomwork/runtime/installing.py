"""Taking app packages in, changing them for newer ones, taking them out: publish first, then the copy in the home folder.

An installed package lies in `<home>/apps/<name>`. A package that is named in LOOMWORK_APPS, or ships with the platform, is
published from where it lies; an installed one of the same name stands in for it. Processes that serve take the new version
over by themselves, out of the files that are kept with it in the database.
"""

import errno
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loomwork.core.diagnostics import Diagnostic
from loomwork.core.errors import InvalidInput, TryAgain
from loomwork.core.settings import Settings
from loomwork.packages.seed import install_reference
from loomwork.runtime.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Order:
    """What is published: packages by name in the place of those of the same name, and one that goes.

    Shapes: `overlay` is the company's layer to publish with them, None for the published one; `revive`: fields that come
    back have their former values.
    """

    packages: Mapping[str, Path]
    without: str = ""
    overlay: str | None = None
    revive: bool = False


@dataclass(frozen=True, slots=True)
class Installed:
    """What came of it: the version's number, how many reference records were made, and why none were.

    `warnings` tell where an app has changed what the company's layer changes too: the layer's value stands.
    """

    number: int
    seeded: int
    not_seeded: str = ""
    warnings: tuple[Diagnostic, ...] = ()


def take_in(settings: Settings, order: Order, *, consent: bool, message: str, author: str) -> Installed:
    """Publish packages over those of `settings`, then keep copies of them.

    Raises: MetadataFaults, PublishRefused; TryAgain `disk_full`. Nothing is changed then.
    """
    named = {name: folder.resolve() for name, folder in order.packages.items()}
    folders = [one for one in settings.app_folders if one.name not in named and one.name != order.without]
    copied = {name: folder for name, folder in named.items() if folder not in settings.app_folders}
    with _copies(settings, copied) as copies:
        rt = Runtime.start(
            settings,
            app_folders=[*folders, *named.values()],
            consent=consent,
            message=message,
            overlay=order.overlay,
            revive=order.revive,
            author=author,
        )
        try:
            _put_in_place(settings, copies)
            warnings = tuple(rt.layer_warnings)
            try:
                return Installed(rt.program.number, install_reference(rt), warnings=warnings)
            except InvalidInput as fault:
                return Installed(rt.program.number, 0, fault.message, warnings)
        finally:
            rt.close()


@contextmanager
def _copies(settings: Settings, folders: Mapping[str, Path]) -> Iterator[dict[str, Path]]:
    """Copies beside their later place, made before anything is published, so that a full disk is met in time."""
    below = settings.home / "apps"
    made = {name: below / f".{name}.new" for name in folders}
    try:
        try:
            for name, folder in folders.items():
                below.mkdir(parents=True, exist_ok=True)
                shutil.rmtree(made[name], ignore_errors=True)
                shutil.copytree(folder, made[name], ignore=shutil.ignore_patterns(".git", "__pycache__"))
        except (OSError, shutil.Error) as fault:
            is_full = getattr(fault, "errno", None) == errno.ENOSPC or "No space left" in str(fault)
            why = "there is no room" if is_full else f"the folder {below} cannot be written"
            raise TryAgain(f"the app cannot be kept: {why}; nothing was changed", code="disk_full") from fault
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
