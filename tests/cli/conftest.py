"""The command line on a fresh installation of the library, on SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import Run, type_command
from tests.support.running import LIBRARY


@pytest.fixture
def run(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("LOOMWORK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOOMWORK_APPS", str(LIBRARY))
    monkeypatch.setenv("LOOMWORK_DATABASE_URL", database_url)
    monkeypatch.delenv("LOOMWORK_SECRET_KEY", raising=False)
    return type_command
