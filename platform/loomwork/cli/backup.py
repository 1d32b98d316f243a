"""One file with everything of an installation, and back: database, uploaded files, installed apps.

SQLite is copied by its own online backup, PostgreSQL by its own tools; both give one moment, while the server goes on. The
files are copied after the database: a file without a record does no harm. The secret key stays out unless asked for.
"""

import gzip
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import click

import loomwork
from loomwork.cli.output import ENVIRONMENT, Refusal, guarded
from loomwork.core.clock import now_utc, to_rfc3339
from loomwork.core.settings import Settings, load_settings
from loomwork.storage.operations import copy_sqlite, is_empty

FORMAT = 1
MANIFEST, SQLITE, DUMP, KEY = "backup.json", "loomwork.db", "loomwork.dump", "secret.key"
FOLDERS = ("files", "apps")
PACKAGES = {"pg_dump": "postgresql-client", "pg_restore": "postgresql-client"}
_CHUNK = 1_000_000
_UNREADABLE = (tarfile.TarError, OSError, EOFError, zlib.error)
"""What reading a file that is cut off or damaged raises."""


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-key", is_flag=True, help="Put the secret key in as well; whoever has the file can then read all.")
@guarded
def backup(file: Path, with_key: bool) -> None:
    """Write database, uploaded files and installed apps into FILE (.tar.gz). The server may go on running."""
    settings = load_settings()
    os.umask(0o077)
    if file.exists():
        raise Refusal(f"{file} exists; a backup is never written over another")
    if not file.resolve().parent.is_dir():
        raise Refusal(f"the folder {file.resolve().parent} is not there")
    with tempfile.TemporaryDirectory(prefix="loomwork-backup-", dir=file.resolve().parent) as name:
        folder = Path(name)
        database = _copy_database(settings, folder)
        made = folder / "backup.tar.gz"
        with tarfile.open(made, "w:gz", compresslevel=5) as archive:
            head = {
                "format": FORMAT,
                "program": loomwork.__version__,
                "at": to_rfc3339(now_utc()),
                "database": database.name,
            }
            _add_text(archive, MANIFEST, json.dumps(head, indent=2) + "\n")
            archive.add(database, database.name)
            for one in FOLDERS:
                if (settings.home / one).is_dir():
                    archive.add(settings.home / one, one)
            if with_key and (settings.home / KEY).is_file():
                archive.add(settings.home / KEY, KEY)
        made.rename(file)
    click.echo(f"wrote {file} ({file.stat().st_size // 1024} KiB)")
    if not with_key:
        place = "LOOMWORK_SECRET_KEY" if os.environ.get("LOOMWORK_SECRET_KEY") else str(settings.home / KEY)
        click.echo(f"the secret key is not in it: keep {place} in another safe place", err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@guarded
def restore(file: Path) -> None:
    """Put what FILE holds into an empty place: the database and home folder that the environment names."""
    os.umask(0o077)
    _check_whole(file)
    settings = _settings_of_restore(file)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.home) as name:
        folder = Path(name)
        head = _unpack(file, folder)
        _check_empty(settings, head)
        _put_database(settings, folder / head["database"])
        for one in FOLDERS:
            if (folder / one).is_dir():
                shutil.move(folder / one, settings.home / one)
    click.echo(f"restored the backup of {head['at']} into {settings.home}; look at it with loomwork doctor")


def _settings_of_restore(file: Path) -> Settings:
    """The settings; the key of the backup is put into the home folder before another one would be made there."""
    home = Path(os.environ.get("LOOMWORK_HOME") or "./var").expanduser().resolve()
    has_key = bool(os.environ.get("LOOMWORK_SECRET_KEY")) or (home / KEY).exists()
    found = b"" if has_key else _key_in(file)
    home.mkdir(parents=True, exist_ok=True)
    if found is None:
        raise Refusal(
            f"the secret key is not in the backup: put it into {home / KEY} first, or set LOOMWORK_SECRET_KEY"
        )
    if found:
        (home / KEY).write_bytes(found)
    return load_settings()


def _key_in(file: Path) -> bytes | None:
    """The secret key that a backup holds, if it holds one."""
    with _opened(file) as archive:
        member = archive.extractfile(KEY) if KEY in archive.getnames() else None
        return member.read() if member else None


def _check_whole(file: Path) -> None:
    """Read the file to its end, where its checksum stands: an archive that is damaged inside may look like a shorter one.

    Raises: Refusal for what is no backup, or is cut off or damaged.
    """
    _opened(file).close()
    try:
        with gzip.open(file) as stream:
            while stream.read(_CHUNK):
                pass
    except _UNREADABLE as fault:
        raise Refusal(f"{file} is no whole backup of Loomwork: {fault}") from None


def _opened(file: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(file, "r:gz")
    except _UNREADABLE as fault:
        raise Refusal(f"{file} is no backup of Loomwork: {fault}") from None


def _unpack(file: Path, folder: Path) -> dict[str, Any]:
    """Unpack a backup; its head. Nothing outside the folder is written, whatever the file says."""
    try:
        with _opened(file) as archive:
            archive.extractall(folder, filter="data")
        head = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (*_UNREADABLE, ValueError) as fault:
        raise Refusal(f"{file} is no whole backup of Loomwork: {fault}") from None
    if head.get("format") != FORMAT or head.get("database") not in (SQLITE, DUMP):
        raise Refusal(f"{file} was made by another version (format {head.get('format')}, this program reads {FORMAT})")
    return dict(head)


def _check_empty(settings: Settings, head: dict[str, Any]) -> None:
    is_sqlite = settings.database_url.startswith("sqlite")
    if is_sqlite != (head["database"] == SQLITE):
        kinds = {SQLITE: "SQLite", DUMP: "PostgreSQL"}
        raise Refusal(f"the backup is of a {kinds[head['database']]} database; set LOOMWORK_DATABASE_URL to one")
    for one in FOLDERS:
        if (settings.home / one).exists() and any((settings.home / one).iterdir()):
            raise Refusal(f"{settings.home / one} is not empty; a backup is restored into an empty place")
        if (settings.home / one).exists():
            (settings.home / one).rmdir()
    if is_sqlite and _sqlite_file(settings).exists():
        raise Refusal(f"{_sqlite_file(settings)} is there already; a backup is restored into an empty place")
    if not is_sqlite and not is_empty(settings.database_url):
        raise Refusal("the database holds tables already; a backup is restored into an empty one (createdb)")


def _copy_database(settings: Settings, folder: Path) -> Path:
    if settings.database_url.startswith("sqlite"):
        source = _sqlite_file(settings)
        if not source.is_file():
            raise Refusal(f"there is no database at {source}")
        target = folder / SQLITE
        copy_sqlite(source, target)
        return target
    target = folder / DUMP
    _run(
        ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", *_place(settings)], settings
    )
    return target


def _put_database(settings: Settings, source: Path) -> None:
    if settings.database_url.startswith("sqlite"):
        target = _sqlite_file(settings)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)
        return
    _run(
        [
            "pg_restore",
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            "--single-transaction",
            *_place(settings),
            str(source),
        ],
        settings,
    )


def _sqlite_file(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


def _place(settings: Settings) -> list[str]:
    """Where the database is, without the password: what is on a command line, everybody on the machine reads."""
    url = urlsplit(settings.database_url)
    people, at, host = url.netloc.rpartition("@")
    bare = url._replace(scheme="postgresql", netloc=f"{people.partition(':')[0]}{at}{host}")
    return [f"--dbname={urlunsplit(bare)}"]


def _run(command: Sequence[str], settings: Settings) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise Refusal(
            f"{command[0]} is not installed on this machine; it comes with PostgreSQL's client programs"
            f" (Debian: {PACKAGES[command[0]]}), or run it where the database is",
            ENVIRONMENT,
        )
    password = unquote(urlsplit(settings.database_url).password or "")
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run([program, *command[1:]], env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - the database's own tools, no shell
    if done.returncode:
        raise Refusal(f"{command[0]}: {done.stderr.strip() or f'ended with {done.returncode}'}", ENVIRONMENT)


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    raw = text.encode()
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(raw), 0o600, int(now_utc().timestamp())
    archive.addfile(member, io.BytesIO(raw))
