"""App packages and metadata: check, scaffold, plan, export, versions."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from loomwork.cli.output import Refusal, guarded, show_diagnostics, show_steps, table
from loomwork.cli.scaffold import scaffold
from loomwork.cli.start import started, unpublished
from loomwork.core.errors import PlatformError
from loomwork.core.ids import is_name, is_namespace
from loomwork.core.jsonio import pretty, read_json
from loomwork.core.settings import installed_apps, load_settings, shipped_apps

if TYPE_CHECKING:
    from loomwork.catalog import Catalog
    from loomwork.core.diagnostics import Diagnostic
    from loomwork.publishing.versions import Version
    from loomwork.runtime import Runtime

CONSENT = click.option("--consent", is_flag=True, help="Agree to what the plan marks with consent.")
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
PACKAGE = click.Path(exists=True, path_type=Path)


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
    errors = show_diagnostics(_placed(one, folder) for one in found.diagnostics)
    if errors:
        raise Refusal(f"{errors} error(s)")
    warnings = len(found.diagnostics)
    click.echo(f"{folder.name}: {found.rung.value}" + (f", {warnings} warning(s)" if warnings else ""))


def _placed(fault: "Diagnostic", folder: Path) -> "Diagnostic":
    """A fault at the place where its file lies, also where the folder is called otherwise than the app."""
    is_here = (folder / fault.place.file).is_file()
    return replace(fault, place=replace(fault.place, app=folder.name)) if is_here else fault


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


@app.command("pack")
@click.argument("folder", type=FOLDER)
@click.option("--to", "target", type=click.Path(path_type=Path), help="File to write; default: NAME-VERSION.zip here.")
@click.option("--with", "others", multiple=True, type=FOLDER, help="Folder of an app that this one depends on.")
@guarded
def pack(folder: Path, target: Path | None, others: tuple[Path, ...]) -> None:
    """Write the app in FOLDER into one file that `install`, `plan` and `upgrade` take; the same app gives the same file."""
    from loomwork.catalog import examine
    from loomwork.cli.install import name_of, write_whole
    from loomwork.packages.archive import pack_folder
    from loomwork.runtime.checks import check_formulas

    name_of(folder)
    found = examine(folder, others=[*_needed(folder), *others], checks=(check_formulas,))
    errors = show_diagnostics(one for one in found.diagnostics if one.severity.value == "error")
    if errors:
        raise Refusal(f"{errors} error(s); nothing was written")
    archive, left_out = pack_folder(folder)
    for path in left_out:
        click.echo(f"left out: {path}", err=True)
    file, data = target or Path(archive.file_name), archive.as_bytes()
    if file.exists() and not file.is_file():
        raise Refusal(f"{file} is no file; name one with --to")
    if file.exists() and file.read_bytes() != data:
        raise Refusal(
            f"{file} exists and holds another content; give the app a new version, or name another file with --to"
        )
    write_whole(file, data)
    click.echo(f"wrote {file} ({len(archive.files)} files, {len(data):,} bytes)")
    click.echo(f"sha256  {hashlib.sha256(data).hexdigest()}\ncontent {archive.digest}")


@app.command("plan")
@click.argument("package", type=PACKAGE)
@guarded
def plan(package: Path) -> None:
    """Show what publishing the app in PACKAGE (a folder or a packed file) would change in the database. Changes nothing."""
    from loomwork.cli.install import package_at
    from loomwork.publishing.limits import plan_publish
    from loomwork.publishing.versions import latest

    with package_at(package) as folder, unpublished(folder.resolve()) as rt, rt.database.read() as work:
        version = latest(work)
        # As `upgrade` reads it: where the app has changed what the company's layer changes too, that is a warning.
        catalog, found = rt.load(version.overlay if version else "", is_published=True)
        if show_diagnostics(found):
            raise Refusal("the app has errors; nothing can be planned")
        show_steps(plan_publish(work, catalog).steps)


@app.command("install")
@click.argument("package", type=PACKAGE)
@CONSENT
@guarded
def install(package: Path, consent: bool) -> None:
    """Take the app in PACKAGE (a folder or a packed file) in: publish it and keep a copy in the home folder.

    Running servers follow.
    """
    from loomwork.cli.install import check_names_of, name_of, package_at, said, take_in

    with package_at(package) as folder:
        check_names_of(folder)
        name = name_of(folder)
        if any(one.name == name for one in installed_apps(load_settings().home)):
            raise Refusal(f'"{name}" is installed already; loomwork app upgrade {package} takes the newer one')
        said(take_in([folder], consent=consent, message=f"Installation of {name}"), f"installed {name}")


@app.command("upgrade")
@click.argument("package", type=PACKAGE)
@CONSENT
@guarded
def upgrade(package: Path, consent: bool) -> None:
    """Publish the app in PACKAGE in the place of the one of the same name; your own layer over it stays."""
    from loomwork.cli.install import check_names_of, name_of, package_at, said, take_in

    with package_at(package) as folder:
        name = name_of(folder)
        check_names_of(folder)
        if all(one.name != name for one in load_settings().app_folders):
            raise Refusal(f'there is no app "{name}" here yet; loomwork app install {package} takes it in')
        said(take_in([folder], consent=consent, message=f"Upgrade of {name}"), f"upgraded {name}")


@app.command("remove")
@click.argument("name")
@CONSENT
@guarded
def remove(name: str, consent: bool) -> None:
    """Take the installed app NAME out. Its records stay in the database, out of sight, and come back with it."""
    from loomwork.cli.install import said, take_out

    if not consent:
        raise Refusal(f"all records of {name} go out of sight, and what others point to in it; agree with --consent")
    said(take_out(Path(name).name), f"removed {name}")


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
    """The catalog of a published version: its layer over the apps as they were, or as they are now if they were not kept."""
    from loomwork.publishing.sources import unpack_sources

    version = _version(rt, number)
    with rt.database.read() as work:
        folders = unpack_sources(work, number, rt.settings.home / "published")
    catalog, found = rt.load(version.overlay, is_published=True, folders=folders or None)
    if show_diagnostics(found):
        raise Refusal(f"version {number} does not fit the apps as they are now")
    if catalog.version != version.hash:
        click.echo(f"note: the apps have changed since version {number} was published", err=True)
    return catalog


def _version(rt: "Runtime", number: int) -> "Version":
    from loomwork.publishing.versions import all_versions

    with rt.database.read() as work:
        version = next((one for one in all_versions(work) if one.number == number), None)
    if version is None:
        raise Refusal(f"there is no version {number}")
    return version


@metadata.command("import")
@click.argument("folder", type=FOLDER)
@CONSENT
@guarded
def import_(folder: Path, consent: bool) -> None:
    """Publish what `metadata export` wrote into FOLDER: its apps and its layer, in the place of those that are here."""
    from loomwork.cli.install import layer_text, said, take_in

    file = folder / "overlay.json"
    overlay = layer_text(file) if file.is_file() else ""
    # The platform's own app belongs to the program and never travels.
    apps = [one.parent for one in sorted(folder.glob("*/app.json")) if one.parent.name != "system"]
    if not apps and not overlay:
        raise Refusal(f"{folder} holds neither apps nor an overlay.json")
    number = take_in(apps, consent=consent, message=f"Import from {folder.name}", overlay=overlay)
    said(number, f"imported {len(apps)} app(s)")


@metadata.command("publish")
@CONSENT
@guarded
def publish_(consent: bool) -> None:
    """Publish the apps as they lie in their folders now, under the published layer."""
    from loomwork.cli.install import said, take_in

    said(take_in([], consent=consent, message="Published from the command line"), "done")


@metadata.command("rollback")
@click.argument("number", type=int)
@CONSENT
@guarded
def rollback(number: int, consent: bool) -> None:
    """Publish version NUMBER anew: its layer, and the apps as they were. Apps that came later stay."""
    from loomwork.cli.install import differing, said, take_in
    from loomwork.publishing.sources import unpack_sources

    with started() as rt:
        version = _version(rt, number)
        with rt.database.read() as work:
            folders = unpack_sources(work, number, rt.settings.home / "published")
        if not folders:
            click.echo(f"note: the apps of version {number} were not kept; its layer alone is taken", err=True)
        apps = differing(rt, folders)
    new = take_in(apps, consent=consent, message=f"Back to version {number}", overlay=version.overlay, revive=True)
    said(new, f"back to version {number}" + (f" with its {', '.join(one.name for one in apps)}" if apps else ""))


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


metadata.add_command(versions)
