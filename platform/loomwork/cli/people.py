"""Users and tokens from the command line: for operators who have the machine."""

import secrets

import click

from loomwork.cli.output import Refusal, guarded
from loomwork.cli.start import started
from loomwork.web.security_access import SCOPES


@click.group()
def user() -> None:
    """People who can sign in."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", "roles", multiple=True, help="Qualified name of a role; may be given several times.")
@click.option("--invite", is_flag=True, help="Send a mail with a link instead of setting a password.")
@click.option("--password", help="The password; without it one is made up and printed once.")
@guarded
def add_user(email: str, name: str, roles: tuple[str, ...], invite: bool, password: str | None) -> None:
    """Add a person who signs in with EMAIL."""
    from loomwork.web.auth import mails, passwords, people
    from loomwork.web.auth.service import store_password

    with started() as rt:
        given = password or secrets.token_urlsafe(12)
        passwords.check_strength(given, about=(name, email))
        stored = passwords.hash_password(given)
        with rt.write() as work:
            user_id = people.create(rt, work, name=name, email=email, roles=roles)
            if invite:
                mails.enqueue(work, user_id, "invite")
            else:
                store_password(work, user_id, stored)
    click.echo(f"added {name} <{email}> {user_id}")
    if invite:
        click.echo("an invitation waits for the worker to send it")
    elif password is None:
        click.echo(f"password: {given}")


@click.group()
def token() -> None:
    """Tokens for programs that use the API."""


@token.command("create")
@click.option("--user", "email", required=True, help="E-mail of the person in whose name the token acts.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="What it may do; default: read.")
@click.option("--name", default="command line", show_default=True, help="What it is for.")
@click.option("--days", type=click.IntRange(1, 3650), help="After how many days it ends; default: never.")
@guarded
def create_token(email: str, scopes: tuple[str, ...], name: str, days: int | None) -> None:
    """Make a token and print it. It is shown this once only."""
    from loomwork.web.auth import people, tokens

    with started() as rt:
        with rt.read() as work:
            person = people.find_by_email(rt, work, email)
        if person is None:
            raise Refusal(f"nobody signs in with {email}")
        with rt.write() as work:
            secret, _ = tokens.create(work, person.id, name=name, scopes=scopes or ("read",), days=days)
    click.echo(secret)
