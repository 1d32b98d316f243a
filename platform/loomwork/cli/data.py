"""Demo data and imports."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loomwork.cli.demo import seed_demo_accounts
from loomwork.cli.output import Refusal, guarded
from loomwork.cli.start import started

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
@click.option("--mapping", help="Qualified name of the mapping; without one, columns are called like fields.")
@click.option("--user", "email", help="In whose name; default: the operator.")
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@guarded
def import_file(file: Path, entity: str, mapping: str | None, email: str | None, dry_run: bool) -> None:
    """Import FILE (CSV or XLSX) through a mapping. Every row not taken as it is gets reported."""
    from loomwork.records.importing import read_sheet, run_import

    with started() as rt:
        sheet = read_sheet(file.read_bytes(), file.name)
        report = run_import(rt.write, _importer(rt, email), entity, sheet, mapping, dry_run=dry_run, name=file.name)
    for line in report.lines():
        click.echo(line)
    if not report.is_clean:
        raise Refusal("the import has rows that were not taken")


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
