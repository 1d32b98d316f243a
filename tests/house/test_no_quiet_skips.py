"""Rule: with `LOOMWORK_NO_SKIP=1` a skipped test is a failed test; `.ci/run` sets it.

Reason: a suite that quietly leaves PostgreSQL out looks as green as one that ran on it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKIPPING = {
    "test_in_a_test.py": "import pytest\ndef test_one() -> None:\n    pytest.skip('no server')\n",
    "test_in_a_fixture.py": (
        "import pytest\n@pytest.fixture\ndef a():\n    pytest.skip('no server')\ndef test_one(a) -> None: ...\n"
    ),
    "test_in_a_file.py": "import pytest\npytest.skip('no server', allow_module_level=True)\n",
}


@pytest.mark.parametrize(("strict", "expected"), [("1", "1 failed, 2 errors"), ("", "3 skipped")])
def test_a_skip_counts_as_a_failure(tmp_path: Path, strict: str, expected: str) -> None:
    for name, source in SKIPPING.items():
        (tmp_path / name).write_text(source, encoding="utf-8")
    options = [
        "-p",
        "tests.conftest",
        "-p",
        "no:schemathesis",
        "-p",
        "no:cacheprovider",
        "--continue-on-collection-errors",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-n0", "-rsfE", "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "LOOMWORK_NO_SKIP": strict},
        capture_output=True,
        text=True,
        check=False,
    )
    summary = done.stdout.splitlines()[-1]
    assert done.returncode == (1 if strict else 0), done.stdout
    assert done.stdout.count("no server") >= len(SKIPPING)
    assert expected in summary
