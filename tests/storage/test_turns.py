"""Writers of SQLite take turns by a file: one at a time, in whatever process, never longer than they were told to wait."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from loomwork.core.errors import TryAgain
from loomwork.storage.database import Database
from loomwork.storage.sqlite_local import turn, turn_file

LONG_S = 30.0


def test_a_turn_is_held_by_one_and_given_on(tmp_path: Path) -> None:
    path = tmp_path / "a.db-turn"
    order: list[str] = []
    waits = threading.Event()

    def other() -> None:
        waits.set()
        with turn(path, LONG_S):
            order.append("other")

    with turn(path, LONG_S):
        thread = threading.Thread(target=other)
        thread.start()
        assert waits.wait(LONG_S)
        order.append("first")
    thread.join(LONG_S)
    assert order == ["first", "other"]


def test_who_waits_too_long_is_told_to_try_again(tmp_path: Path) -> None:
    path = tmp_path / "a.db-turn"
    with turn(path, LONG_S), pytest.raises(TryAgain) as fault, turn(path, 0.01):
        pytest.fail("two at a time")
    assert fault.value.code == "locked"


def test_a_folder_that_takes_no_file_stops_nobody(tmp_path: Path) -> None:
    with turn(tmp_path / "missing" / "a.db-turn", 0.01):
        pass


def test_only_a_file_of_a_database_has_turns(tmp_path: Path) -> None:
    assert turn_file(":memory:") is None
    assert turn_file(None) is None
    assert turn_file(str(tmp_path / "a.db")) == tmp_path / "a.db-turn"


def test_units_that_write_hold_the_turn_and_units_that_read_do_not(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    path = turn_file(f"{tmp_path}/a.db")
    with database.read(), turn(path, 0.01):
        pass
    with database.write(), pytest.raises(TryAgain), turn(path, 0.01):
        pytest.fail("two at a time")
    with turn(path, 0.01):
        pass
    database.dispose()
