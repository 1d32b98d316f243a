"""Demo data and imports."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loomwork.cli.demo import seed_demo_accounts
from loomwork.cli.output import Refusal, guarded, show_diagnostics
from loomwork.cli.start import started
from loomwork.core.diagnostics import Place

if TYPE_CHECKING:
    from loomwork.runtime import Runtime


@click.group()
def seed() -> None:
    """Fill the database with made-up data."""


@seed.command("demo")
@guarded
def demo() -> None:
    """Fill an empty database with reproducible demo data and print the accounts."""
    with started() as rt:
        if not seed_demo_accounts(rt):
            raise Refusal("the database already holds people; demo data is for an empty one")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--entity", required=True, help="Qualified name of the entity.")
@click.option(
    "--mapping",
    help="Qualified name of a mapping of an app, or a JSON file that holds one; without it, columns are called like fields.",
)
@click.option("--user", "email", help="In whose name; default: the operator.")
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@guarded
def import_file(file: Path, entity: str, mapping: str | None, email: str | None, dry_run: bool) -> None:
    """Import FILE (CSV or XLSX) through a mapping. Every row not taken as it is gets reported."""
    from loomwork.records.importing import Import, read_sheet, run_import

    with started() as rt:
        taken = mapping if mapping is None or mapping in rt.program.catalog.of_kind("mapping") else _given(rt, mapping)
        sheet = read_sheet(file.read_bytes(), file.name)
        wanted = Import(entity, sheet, taken, dry_run=dry_run, name=file.name)
        report = run_import(rt, _importer(rt, email), wanted)
    for line in report.lines():
        click.echo(line)
    if not report.is_clean:
        raise Refusal("the import has rows that were not taken")


def _given(rt: "Runtime", mapping: str) -> Any:
    """The mapping in a file, checked as those of apps are; a name that is none of a file stays one, for its own refusal."""
    from loomwork.catalog.single import read_mapping
    from loomwork.runtime.component_checks import check_mapping

    file = Path(mapping)
    if not file.is_file():
        if file.suffix == ".json" or file.name != mapping:
            raise click.BadParameter(f"the file {mapping} does not exist", param_hint="--mapping")
        return mapping
    body, found = read_mapping(file, rt.program.catalog)
    if body is not None:
        found.extend(check_mapping(rt.program.formulas, body, Place(file.parent.as_posix(), file.name)))
    errors = show_diagnostics(found)
    if body is None or errors:
        raise Refusal(f"{errors} error(s) in the mapping; nothing was imported")
    return body


def _importer(rt: "Runtime", email: str | None) -> Any:
    from loomwork.permissions.actor import system_actor
    from loomwork.web.auth import people

    if email is None:
        return system_actor("import")
    with rt.read() as work:
        person = people.find_by_email(rt, work, email)
        actor = people.find_actor(rt, work, person.id) if person else None
    if actor is None:
        raise Refusal(f"nobody active signs in with {email}")
    return actor
