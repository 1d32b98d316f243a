"""The company's own layer of changes over the apps: show it, try it, publish it."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loomwork.cli.install import MAX_BYTES, layer_text
from loomwork.cli.output import Refusal, guarded, show_diagnostics, show_steps
from loomwork.cli.start import started
from loomwork.core.diagnostics import Diagnostic, Place
from loomwork.core.jsonio import read_json

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EMPTY = '{"layer": "customer", "patches": []}'


@click.group()
def layer() -> None:
    """The company's own layer of changes over the apps."""


@layer.command("show")
@click.option(
    "--rebase",
    "is_rebased",
    is_flag=True,
    help="With the values that the apps have now as bases; what lost its place is left out.",
)
@guarded
def show(is_rebased: bool) -> None:
    """Print the published layer as JSON, ready to be edited and published again."""
    from loomwork.publishing.versions import latest

    with started() as rt:
        with rt.database.read() as work:
            version = latest(work)
        text = (version.overlay if version else "") or EMPTY
        click.echo(_rebased(rt, text) if is_rebased else text)


def _rebased(rt: "Runtime", text: str) -> str:
    """The layer as it would be made today, after an upgrade of the apps below it."""
    from loomwork.catalog import read_overlay, rebase
    from loomwork.catalog.write import to_text

    overlay, _ = read_overlay(read_json(text, max_bytes=MAX_BYTES))
    vendor, _ = rt.load("")
    return to_text(rebase(overlay, vendor).as_json())


@layer.command("publish")
@click.argument("file", type=FILE)
@click.option("--message", default="Published from the command line", help="What changed, for those who come after.")
@click.option("--consent", is_flag=True, help="Agree to steps that change stored values.")
@click.option("--dry-run", is_flag=True, help="Check everything and show the steps in the database; change nothing.")
@guarded
def publish(file: Path, message: str, consent: bool, dry_run: bool) -> None:
    """Make FILE the company's layer, instead of the published one: all of it or nothing.

    Running servers take the new version over between two requests.
    """
    from loomwork.publishing.limits import plan_publish
    from loomwork.runtime.runtime import MetadataFaults

    text = layer_text(file)
    with started() as rt:
        if not dry_run:
            try:
                number = rt.publish(text, author="operator", message=message, consent=consent)
            except MetadataFaults as fault:
                raise Refusal(f"{_show(fault.found.errors, file)} error(s); nothing was published") from None
            click.echo(f"published version {number}")
            return
        catalog, found = rt.load(text)
        errors = _show(found, file)
        if errors:
            raise Refusal(f"{errors} error(s); nothing can be published")
        with rt.database.read() as work:
            show_steps(plan_publish(work, catalog).steps)


def _show(found: Iterable[Diagnostic], file: Path) -> int:
    """Print faults, those of the layer under the name of the file that it was read from; how many block."""
    here = (file.parent.as_posix(), file.name)
    own = ("customer", "overlay.json")
    return show_diagnostics(
        replace(one, place=Place(*here, one.place.pointer)) if (one.place.app, one.place.file) == own else one
        for one in found
    )
