"""What `loomwork doctor` finds in an installation whose files or key no longer fit its database. On both databases."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from loomwork.core.settings import load_settings
from loomwork.runtime import Runtime
from loomwork.web.files import FileStore
from tests.support.apps import write_package
from tests.support.commands import Run, type_command
from tests.support.shop import SYSTEM, files

OLD, NEW = "the first secret of this installation", "another secret that does not open it"


@pytest.fixture
def run(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("LOOMWORK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOOMWORK_APPS", str(write_package(tmp_path / "shop_app", files())))
    monkeypatch.setenv("LOOMWORK_DATABASE_URL", database_url)
    monkeypatch.setenv("LOOMWORK_SECRET_KEY", OLD)
    monkeypatch.setenv("LOOMWORK_SMTP_URL", "smtp://127.0.0.1:25")

    assert type_command("init").exit_code == 0
    return type_command


def fill() -> tuple[FileStore, list[str]]:
    """Three customers with a secret and three files."""
    rt = Runtime.start_published(load_settings())
    assert rt is not None
    store, ids = FileStore(rt.settings.home), []
    try:
        with rt.write() as work:
            for number in range(3):
                rt.records.create(work, SYSTEM, "shop.customer", {"name": f"C{number}", "pin": f"12{number}"})
                data = f"content {number}".encode()
                values = {
                    "name": f"f{number}.txt",
                    "size": len(data),
                    "type": "text/plain",
                    "sha256": hashlib.sha256(data).hexdigest(),
                }
                ids.append(rt.records.create(work, SYSTEM, "system.file", values)["id"])
                store.write(ids[-1], data)
    finally:
        rt.close()
    return store, ids


def test_a_whole_installation_is_well(run: Run) -> None:
    fill()
    result = run("doctor")
    assert result.exit_code == 0, result.output
    assert "files: 3, contents compared" in result.output
    assert "key: 3 encrypted value(s) in 1 field(s)" in result.output
    assert "all is well" in result.output


def test_files_that_do_not_fit_their_rows_are_named(run: Run) -> None:
    store, ids = fill()
    store.path(ids[0]).unlink()
    store.path(ids[1]).write_bytes(b"CONTENT 1")
    left = store.path(ids[0]).with_suffix(".part")
    left.write_bytes(b"x")
    result = run("doctor")
    assert result.exit_code == 1
    assert (
        f"1 uploaded file(s) are missing; put them back from a backup, or take them off their records: f0.txt (files/{ids[0][-2:]}"
        in (result.output)
    )
    assert "1 uploaded file(s) are not what was uploaded" in result.output
    assert "f1.txt" in result.output
    assert "belong to no record" not in result.output, "it may just be being uploaded"
    os.utime(left, (0, 0))
    assert (
        f"1 uploaded file(s) belong to no record; they can be deleted: files/{ids[0][-2:]}/{left.name}"
        in run("doctor").output
    )
    assert "f1.txt" not in run("doctor", "--quick").output, "of the same size"
    store.path(ids[1]).write_bytes(b"more than it was")
    assert "f1.txt" in run("doctor", "--quick").output


def test_a_file_without_a_record_alone_is_no_failure(run: Run) -> None:
    store, ids = fill()
    stray = store.path(ids[0]).with_name("stray")
    stray.write_bytes(b"x")
    os.utime(stray, (0, 0))
    result = run("doctor")
    assert (result.exit_code, "stray" in result.output, "1 thing(s) to look at" in result.output) == (0, True, True)


def test_another_secret_key_is_noticed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    monkeypatch.setenv("LOOMWORK_SECRET_KEY", NEW)
    result = run("doctor")
    assert result.exit_code == 1
    assert "the secret key does not fit: 3 of 3 values of shop.customer.pin" in result.output
    assert "put the key of that time into LOOMWORK_SECRET_KEY" in result.output
    assert NEW not in result.output


def test_an_encrypted_value_that_was_moved_is_noticed(run: Run) -> None:
    fill()
    rt = Runtime.start_published(load_settings())
    assert rt is not None
    import sqlalchemy as sa

    try:
        held = rt.program.tables.entities["shop.customer"]
        column = held.column("pin")
        with rt.database.write() as work:
            value = work.fetch(sa.select(column).limit(1))[0][0]
            work.execute(sa.update(held.table).values({column: value}))
    finally:
        rt.close()
    result = run("doctor")
    assert result.exit_code == 1
    assert "2 encrypted values of shop.customer.pin do not open where they stand" in result.output
