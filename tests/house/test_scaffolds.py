"""Rule: `make new` writes things that pass lint, types and their own tests as they stand, in one place each.

Reason: a scaffold that is broken teaches the wrong form, and one that touches many files shows that adding a thing has
stopped being one place.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source import ROOT
from tools.new.__main__ import main

NAMES = {"field-type": "shoe_size", "function": "as_written", "check": "idle_help"}
# Where the one registering line goes.
REGISTERED = {
    "field-type": "platform/loomwork/field_types/__init__.py",
    "function": "platform/loomwork/expressions/functions/__init__.py",
    "check": "platform/loomwork/catalog/compile.py",
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source in which one thing of each kind was scaffolded; `before` beside it is left as it was."""
    base = tmp_path_factory.mktemp("scaffolds")
    ignore = shutil.ignore_patterns("static", "__pycache__", "node_modules")
    for folder in ("platform", "metadata", "apps"):
        shutil.copytree(ROOT / folder, base / "before" / folder, ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, base / "before" / name)
    root = shutil.copytree(base / "before", base / "after")
    for kind, name in NAMES.items():
        assert main([kind, name], root) == 0
    return root


def run(copy: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(copy / "platform"), "RUFF_NO_CACHE": "true"}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=copy, env=environ, capture_output=True, text=True, check=False
    )


def changed(copy: Path) -> list[Path]:
    """New and changed files of the copy, relative."""
    before = copy.parent / "before"
    paths = (path.relative_to(copy) for path in copy.rglob("*") if path.is_file() and "cache" not in path.as_posix())
    return [p for p in paths if not (before / p).exists() or (before / p).read_bytes() != (copy / p).read_bytes()]


def test_each_kind_changes_one_existing_file(copy: Path) -> None:
    before = copy.parent / "before"
    assert sorted(p.as_posix() for p in changed(copy) if (before / p).exists()) == sorted(REGISTERED.values())


def test_what_is_written_is_clean(copy: Path) -> None:
    python = [path.as_posix() for path in changed(copy) if path.suffix == ".py"]
    assert len(python) >= 10
    for check in (("ruff", "check", "--quiet"), ("ruff", "format", "--quiet", "--check")):
        done = run(copy, *check, *python)
        assert done.returncode == 0, done.stdout + done.stderr
    made = [path for path in python if path.startswith("platform") and path not in REGISTERED.values()]
    done = run(copy, "mypy", "--follow-imports=silent", *made)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tests_that_are_written_pass(copy: Path) -> None:
    options = ("-q", "-n0", "-p", "no:schemathesis", "-p", "no:cacheprovider", "--rootdir", str(copy))
    done = run(copy, "pytest", *options, "tests")
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout


def test_nothing_is_overwritten(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kind, name in NAMES.items():
        assert main([kind, name], copy) == 1
        assert "exists already" in capsys.readouterr().err


def test_an_app_is_made_by_the_command_line(copy: Path) -> None:
    assert main(["app", "tool_shed"], copy) == 0
    lint = [str(Path(sys.executable).parent / "loomwork"), "app", "lint", "apps/tool_shed"]
    done = subprocess.run(lint, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        (["field-type"], 2),
        (["spaceship", "x"], 2),
        (["field-type", "9lives"], 1),
        (["function", "class"], 1),
        (["app", "x"], 1),
    ],
)
def test_senseless_words_are_refused(tmp_path: Path, arguments: list[str], code: int) -> None:
    assert main(arguments, tmp_path) == code
    assert list(tmp_path.iterdir()) == []
