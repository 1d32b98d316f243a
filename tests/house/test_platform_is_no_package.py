"""Rule: `platform/` itself never holds an `__init__.py`.

Reason: with one it would shadow the standard library's module `platform`, which pytest, SQLAlchemy and many others
import. Without one it is only a candidate for a namespace, and the import system prefers the real module.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.source import ROOT

ASK = "import platform; print(platform.system())"


def test_there_is_none() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_the_standard_library_is_found_from_the_root() -> None:
    done = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip()


def test_a_planted_one_would_break_it(tmp_path: Path) -> None:
    (tmp_path / "platform").mkdir()
    (tmp_path / "platform" / "__init__.py").touch()
    done = subprocess.run([sys.executable, "-c", ASK], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "has no attribute 'system'" in done.stderr
