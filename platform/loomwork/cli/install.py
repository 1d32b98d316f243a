"""Taking app packages in and out on the command line: folders and archives of them, and what is said of it."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loomwork.catalog.write import component_files
from loomwork.cli.output import ENVIRONMENT, Refusal, show_diagnostics
from loomwork.cli.start import tell_seeds
from loomwork.core.errors import PlatformError
from loomwork.core.jsonio import read_json
from loomwork.core.settings import installed_apps, load_settings

MAX_BYTES = 20_000_000
"""Of a layer."""

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
    """Publish with some packages in the place of those of the same name, and tell of their seeds; the version's number.

    Raises: MetadataFaults, PublishRefused; nothing is changed then.
    """
    import loomwork.web.auth.tables  # noqa: F401 - its tables are made at the start as well
    from loomwork.runtime.installing import Order
    from loomwork.runtime.installing import take_in as install

    order = Order({name_of(folder): folder for folder in sources}, without, overlay, revive)
    done = install(load_settings(), order, consent=consent, message=message, author="operator")
    tell_seeds(done.seeded, done.not_seeded)
    show_diagnostics(done.warnings)
    return done.number


def layer_text(file: Path) -> str:
    """The company's layer in a file, as its author wrote it: reading and writing would turn fractions into texts.

    Raises: Refusal that names the file where it is no JSON.
    """
    raw = file.read_bytes()
    try:
        read_json(raw, max_bytes=MAX_BYTES)
    except PlatformError as fault:
        raise Refusal(f"error[{fault.code}]: {file}: {fault.message}") from None
    return raw.decode("utf-8-sig")


def write_whole(file: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises: Refusal that names the file."""
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_bytes(data)
        part.replace(file)
    except OSError as fault:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise Refusal(f"{file} cannot be written: {fault.strerror}", ENVIRONMENT) from None


@contextmanager
def package_at(path: Path) -> Iterator[Path]:
    """The folder of an app package, also of one that is an archive; that is unpacked for as long as it is needed.

    Raises: InvalidInput `bad_package` for an archive that is not taken.
    """
    from loomwork.packages.archive import MAX_BYTES, read_archive

    if path.is_dir():
        yield path
        return
    with path.open("rb") as file:
        archive = read_archive(file.read(MAX_BYTES + 1))
    with tempfile.TemporaryDirectory(prefix="loomwork-package-") as folder:
        yield archive.unpack(Path(folder))


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
