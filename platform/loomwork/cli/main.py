"""The commands, grouped. Each module holds one group and imports what it needs when it runs, so that help is quick."""

import click

from loomwork import __version__
from loomwork.cli import apps, backup, data, doctor, layer, people, server


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="loomwork")
@click.option("--debug", is_flag=True, help="Show tracebacks of faults of the program.")
def main(debug: bool) -> None:
    """Loomwork: business apps made of metadata, with a complete CRM as the first one.

    Configuration comes from environment variables (LOOMWORK_HOME, LOOMWORK_DATABASE_URL, …); `loomwork doctor` shows
    and checks them all.
    """


main.add_command(server.init)
main.add_command(server.serve)
main.add_command(server.worker)
main.add_command(doctor.doctor)
main.add_command(backup.backup)
main.add_command(backup.restore)
main.add_command(data.seed)
main.add_command(data.import_file)
main.add_command(apps.app)
main.add_command(apps.metadata)
main.add_command(apps.versions)
main.add_command(layer.layer)
main.add_command(people.user)
main.add_command(people.token)
