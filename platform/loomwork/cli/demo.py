"""The demo company: made once, its accounts printed at every start, because nobody remembers a made-up password.

The password lies in the home folder, readable by its owner alone. It opens made-up data and nothing else; an
installation with real people has no such file.
"""

import json
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loomwork.cli.output import table
from loomwork.core.errors import InvalidInput

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

FILE = "demo-accounts.json"


def seed_demo_accounts(rt: "Runtime") -> bool:
    """Make the demo company where nobody can sign in yet, and print its accounts, also those of an earlier start.

    Returns: whether anything was made.
    """
    from loomwork.web.auth import people

    with rt.read() as work:
        is_empty = not people.exist(work)
    if is_empty:
        made = _make(rt)
        if made is not None:
            _show(made)
        return made is not None
    kept = _kept(rt.settings.home / FILE)
    if kept is not None:
        wanted = rt.settings.demo_password
        if wanted and wanted != kept["password"]:
            kept = {**kept, "password": wanted}
            _give_passwords(rt, kept)
        _show(kept)
    return False


def _make(rt: "Runtime") -> dict[str, Any] | None:
    from loomwork.packages.demo import seed_demo

    try:
        accounts = seed_demo(rt)
    except InvalidInput as fault:
        if fault.code != "no_demo":
            raise
        click.echo(f"{fault.message}; the database stays empty")
        return None
    made = {"accounts": accounts, "password": rt.settings.demo_password or secrets.token_urlsafe(9)}
    _give_passwords(rt, made)
    return made


def _give_passwords(rt: "Runtime", made: dict[str, Any]) -> None:
    """Store the password of every account, and keep it for the next start."""
    from loomwork.web.auth import passwords, people
    from loomwork.web.auth.service import note_arrival, store_password

    stored = passwords.hash_password(made["password"])
    with rt.write() as work:
        for one in made["accounts"]:
            person = people.find_by_email(rt, work, one["email"])
            if person is not None:
                store_password(work, person.id, stored)
                note_arrival(rt, work, person.id)
    descriptor = os.open(rt.settings.home / FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(made, file, ensure_ascii=False)


def _kept(path: Path) -> dict[str, Any] | None:
    """What an earlier start has kept; None where there is no such file, or somebody has changed it beyond reading."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        known = {"email", "name", "role"}
        is_sound = isinstance(found["password"], str) and all(known <= set(one) for one in found["accounts"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return dict(found) if is_sound else None


def _show(made: dict[str, Any]) -> None:
    click.echo("Demo accounts:")
    table([(one["email"], one["name"], one["role"]) for one in made["accounts"]], ("sign in with", "name", "role"))
    click.echo(f"Password of all: {made['password']}")
