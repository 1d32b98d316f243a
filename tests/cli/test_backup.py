"""One file holds an installation, and gives it back in an empty place. On SQLite and PostgreSQL."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from tests.support.commands import Run
from tests.support.databases import DatabaseMaker


def test_an_installation_comes_back_whole(
    run: Run, tmp_path: Path, databases: DatabaseMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("user", "add", "ann@example.com", "--name", "Ann").exit_code == 0
    home, file = tmp_path / "home", tmp_path / "all.tar.gz"
    (home / "files" / "ab").mkdir(parents=True)
    (home / "files" / "ab" / "one").write_bytes(b"\0\1")
    done = run("backup", file)
    assert (done.exit_code, "secret.key" in done.output) == (0, True), done.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run("backup", file).exit_code == 1

    other = tmp_path / "other"
    monkeypatch.setenv("LOOMWORK_HOME", str(other))
    monkeypatch.setenv("LOOMWORK_DATABASE_URL", databases.create())
    assert "the secret key is not in the backup" in run("restore", file).output
    shutil.copy(home / "secret.key", other / "secret.key")
    assert run("restore", file).exit_code == 0
    assert (other / "files" / "ab" / "one").read_bytes() == b"\0\1"
    assert run("token", "create", "--user", "ann@example.com").output.startswith("lwt_")
    again = run("restore", file)
    assert (again.exit_code, "empty" in again.output) == (1, True)


def test_a_file_that_is_no_backup_is_refused(run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.tar.gz"
    wrong.write_bytes(b"hello")
    assert "is no backup of Loomwork" in run("restore", wrong).output


def test_a_backup_that_is_cut_off_or_damaged_is_refused_and_nothing_is_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole.tar.gz"
    assert run("init").exit_code == 0
    assert run("backup", whole).exit_code == 0
    data = whole.read_bytes()
    half, torn = tmp_path / "half.tar.gz", tmp_path / "torn.tar.gz"
    half.write_bytes(data[: len(data) // 2])
    middle = len(data) // 2
    torn.write_bytes(data[:middle] + bytes(byte ^ 0xFF for byte in data[middle : middle + 200]) + data[middle + 200 :])
    monkeypatch.setenv("LOOMWORK_HOME", str(tmp_path / "new"))
    for file in (half, torn):
        for key in ("", "k" * 40):
            monkeypatch.setenv("LOOMWORK_SECRET_KEY", key)
            refused = run("restore", file)
            assert (refused.exit_code, "is no whole backup" in refused.output) == (1, True), refused.output
    assert not any((tmp_path / "new").rglob("*"))


def test_a_backup_into_a_folder_that_is_not_there_says_so(run: Run, tmp_path: Path) -> None:
    assert run("init").exit_code == 0
    assert f"the folder {tmp_path / 'away'} is not there" in run("backup", tmp_path / "away" / "b.tar.gz").output


def test_missing_tools_of_the_database_are_named(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOMWORK_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run("backup", tmp_path / "x.tar.gz")
    assert (done.exit_code, "pg_dump is not installed" in done.output) == (3, True)
    assert not (tmp_path / "x.tar.gz").exists()
