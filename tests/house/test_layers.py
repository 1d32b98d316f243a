"""Rule: a module imports only from layers below its own, and every folder of the package is a layer.

Reason: as long as dependencies point one way, a part can be read, tested and replaced without the rest.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.source import PACKAGE, ROOT

# Top to bottom; see docs/decisions/0003-layers-and-the-record-door.md.
ORDER = [
    {"cli", "worker"},  # `serve` runs a worker in its own process, so these two may meet
    {"web"},
    {"runtime"},
    {"forms", "workflows", "reports", "automation", "packages"},
    {"actions"},
    {"templates", "outbound"},
    {"publishing"},
    {"records"},
    {"rules"},
    {"permissions"},
    {"query"},
    {"storage"},
    {"expressions"},
    {"catalog"},
    {"field_types"},
    {"core"},
]
LINTER = Path(sys.executable).parent / "lint-imports"


def written() -> list[set[str]]:
    """The contract's layers with their parentheses."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = project["tool"]["importlinter"]["contracts"]
    assert contract["exhaustive"] is True
    return [{part.strip() for part in re.split(r"[|:]", layer)} for layer in contract["layers"]]


def test_the_contract_is_the_decided_order() -> None:
    assert [{part.strip("()") for part in layer} for layer in written()] == ORDER


def test_parentheses_are_for_layers_that_are_not_there_yet() -> None:
    there = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    optional = {part.strip("()") for layer in written() for part in layer if part.startswith("(")}
    assert optional & there == set()


@pytest.mark.parametrize(
    ("place", "source", "kept"),
    [
        ("core/words.py", "import loomwork.storage.words\n", False),
        ("core/words.py", "def f() -> None:\n    from loomwork.storage import words\n", False),
        ("strangers/__init__.py", "", False),
        ("storage/words.py", "import loomwork.core.words\n", True),
    ],
    ids=["upward", "upward in a function", "no layer", "downward"],
)
def test_planted_imports_are_judged(tmp_path: Path, place: str, source: str, kept: bool) -> None:
    package = tmp_path / "loomwork"
    for name in ("core", "storage", "core/words", "storage/words"):
        path = package / f"{name}.py" if "/" in name else package / name / "__init__.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (package / "__init__.py").touch()
    (package / place).parent.mkdir(exist_ok=True)
    (package / place).write_text(source, encoding="utf-8")
    layers = [
        " | ".join(part if part in {"core", "storage"} else f"({part})" for part in sorted(layer)) for layer in ORDER
    ]
    contract = [
        "[importlinter]",
        "root_package = loomwork",
        "[importlinter:contract:1]",
        "name = layers",
        "type = layers",
    ]
    contract += ["containers = loomwork", "exhaustive = true", "layers =", *(f"    {layer}" for layer in layers)]
    (tmp_path / ".importlinter").write_text("\n".join(contract), encoding="utf-8")
    command = [str(LINTER), "--no-logo", "--no-cache", "--config", ".importlinter"]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) is kept, done.stdout + done.stderr
    assert "Contracts:" in done.stdout
