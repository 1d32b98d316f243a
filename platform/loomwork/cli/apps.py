"""App packages and metadata: check, scaffold, plan, export, versions."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from loomwork.cli.output import Refusal, guarded, show_diagnostics, show_steps, table
from loomwork.cli.scaffold import scaffold
from loomwork.cli.start import started, unpublished
from loomwork.core.errors import PlatformError
from loomwork.core.ids import is_name, is_namespace
from loomwork.core.jsonio import pretty, read_json
from loomwork.core.settings import shipped_apps

if TYPE_CHECKING:
    from loomwork.catalog import Catalog
    from loomwork.runtime import Runtime

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def app() -> None:
    """App packages: folders of JSON."""


@app.command("lint")
@click.argument("folder", type=FOLDER)
@click.option("--fix", is_flag=True, help="First write anew the files that differ from the canonical form only.")
@click.option("--with", "others", multiple=True, type=FOLDER, help="Folder of an app that this one depends on.")
@guarded
def lint(folder: Path, fix: bool, others: tuple[Path, ...]) -> None:
    """Check the app in FOLDER: print every fault with its place and a way out, and how far up the ladder it stands."""
    from loomwork.catalog import examine, rewrite
    from loomwork.runtime.checks import check_formulas

    if fix:
        try:
            for file in rewrite(folder):
                click.echo(f"wrote {file}")
        except PlatformError:
            click.echo("nothing is written while a file cannot be read", err=True)
    found = examine(folder, others=[*_needed(folder), *others], checks=(check_formulas,))
    errors = show_diagnostics(found.diagnostics)
    if errors:
        raise Refusal(f"{errors} error(s)")
    warnings = len(found.diagnostics)
    click.echo(f"{folder.name}: {found.rung.value}" + (f", {warnings} warning(s)" if warnings else ""))


def _needed(folder: Path) -> list[Path]:
    """The apps shipped with the platform that an app depends on."""
    try:
        manifest = read_json((folder / "app.json").read_bytes())
    except (OSError, PlatformError):
        return []
    named = manifest.get("depends_on") if isinstance(manifest, dict) else None
    return [one for one in shipped_apps() if isinstance(named, list) and one.name in named]


@app.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--namespace", required=True, help="Short prefix of all names: 2 to 12 letters and digits.")
@click.option("--label", help="The app's name for people.")
@guarded
def new(folder: Path, namespace: str, label: str | None) -> None:
    """Make a new app in FOLDER with one entity to begin with."""
    from loomwork.catalog import rewrite

    name = folder.name
    if not is_name(name):
        raise Refusal(
            f'"{name}" cannot be the name of an app: small letters, digits and single underscores, at most 40'
        )
    if not is_namespace(namespace) or namespace == "x":
        raise Refusal(f'"{namespace}" cannot be a namespace: 2 to 12 small letters and digits, a letter first')
    if folder.exists() and any(folder.iterdir()):
        raise Refusal(f"{folder} is not empty")
    shown = label or name.replace("_", " ").capitalize()
    for path, body in scaffold(name, namespace, shown).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body if isinstance(body, str) else pretty(body), encoding="utf-8")
        click.echo(f"wrote {file}")
    rewrite(folder)
    click.echo(f"next: loomwork app lint {folder}")


@app.command("plan")
@click.argument("folder", type=FOLDER)
@guarded
def plan(folder: Path) -> None:
    """Show what publishing the app in FOLDER would change in the database. Changes nothing."""
    from loomwork.publishing.versions import latest
    from loomwork.storage.plan import plan_changes

    with unpublished(folder.resolve()) as rt, rt.database.read() as work:
        version = latest(work)
        catalog, found = rt.load(version.overlay if version else "")
        if show_diagnostics(found):
            raise Refusal("the app has errors; nothing can be planned")
        show_steps(plan_changes(work, catalog).steps)


@click.group()
def metadata() -> None:
    """The effective metadata."""


@metadata.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@guarded
def export(folder: Path) -> None:
    """Write the effective metadata into FOLDER, a folder for each app; loaded again, it is the same version."""
    from loomwork.catalog import export_catalog

    if folder.exists() and any(folder.iterdir()):
        raise Refusal(f"{folder} is not empty")
    with started() as rt:
        written = export_catalog(rt.catalog, folder)
    click.echo(f"wrote {len(written)} files to {folder}")


@metadata.command("diff")
@click.argument("old", type=int)
@click.argument("new", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list instead of lines.")
@guarded
def compare(old: int, new: int, as_json: bool) -> None:
    """Print what the company's layer of version NEW makes different from that of version OLD, property by property."""
    from loomwork.catalog import diff

    with started() as rt:
        before, after = (_layer_of(rt, number) for number in (old, new))
        changes = diff(before, after)
    if as_json:
        click.echo(pretty([one.as_json() for one in changes]), nl=False)
        return
    for one in changes:
        click.echo(one.as_text())
    click.echo(f"{len(changes)} change(s)")


def _layer_of(rt: "Runtime", number: int) -> "Catalog":
    """The catalog of the apps as they are now under the layer of a published version."""
    from loomwork.publishing.versions import all_versions

    with rt.database.read() as work:
        version = next((one for one in all_versions(work) if one.number == number), None)
    if version is None:
        raise Refusal(f"there is no version {number}")
    catalog, found = rt.load(version.overlay)
    if show_diagnostics(found):
        raise Refusal(f"version {number} does not fit the apps as they are now")
    if catalog.version != version.hash:
        click.echo(f"note: the apps have changed since version {number} was published", err=True)
    return catalog


@click.command()
@guarded
def versions() -> None:
    """List the published versions of the metadata, the newest first."""
    from loomwork.core.clock import from_micros, to_rfc3339
    from loomwork.storage.operations import list_versions

    with started() as rt, rt.database.read() as work:
        found = list_versions(work)
    table(
        [
            (one.number, one.hash[:12], to_rfc3339(from_micros(one.published_at)), one.author, one.message)
            for one in found
        ],
        ("number", "hash", "published", "by", "message"),
    )
