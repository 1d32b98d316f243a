"""Bad input on the command line: a sentence with the file and the place in it, the right exit code, nothing written."""

from __future__ import annotations

import copy
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from loomwork.cli import main
from tests.support.apps import write_package
from tests.support.running import LIBRARY
from tests.support.shop import PRODUCT, field, files

Run = Callable[..., Result]
PRODUCT_FILE = "entities/product.json"
FULL = "import sys, resource; resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)\nfrom loomwork.cli import main\nmain(sys.argv[2:])"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("LOOMWORK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOOMWORK_APPS", str(LIBRARY))
    monkeypatch.delenv("LOOMWORK_DATABASE_URL", raising=False)
    monkeypatch.delenv("LOOMWORK_SECRET_KEY", raising=False)

    def call(*words: object) -> Result:
        result = CliRunner().invoke(main, [str(word) for word in words])
        assert "Traceback" not in result.output
        assert result.exit_code != 4, result.output
        return result

    return call


def fields(**more: Any) -> Callable[[Path], Any]:
    def change(folder: Path) -> None:
        product = copy.deepcopy(PRODUCT)
        product["fields"].update(more)
        (folder / PRODUCT_FILE).write_text(json.dumps(product), encoding="utf-8")

    return change


def keys(**more: Any) -> Callable[[Path], Any]:
    return lambda folder: (folder / PRODUCT_FILE).write_text(json.dumps({**PRODUCT, **more}), encoding="utf-8")


def raw(data: bytes) -> Callable[[Path], Any]:
    return lambda folder: (folder / PRODUCT_FILE).write_bytes(data)


def computed(formula: str) -> dict[str, Any]:
    return field("formula", 8, properties={"formula": formula, "result": "integer"})


ME = {"entity": "shop.product", "reverse": "mine"}
BAD: dict[str, tuple[Callable[[Path], Any], str, str]] = {
    "wrong type": (keys(title_field=5), "C203", "/title_field"),
    "unknown key": (keys(titel_field="name"), "C201", "/titel_field"),
    "missing file": (lambda folder: (folder / PRODUCT_FILE).unlink(), "C301", "shop.product"),
    "missing manifest": (lambda folder: (folder / "app.json").unlink(), "app.json", "shop_app"),
    "cyclic link": (fields(me=field("link", 8, required=True, properties=ME)), "C403", "/fields/me"),
    "cyclic formula": (fields(aa=computed("bb + 1"), bb=computed("aa + 1")), "X150", "/fields/aa"),
    "duplicate key": (raw(b'{"label": {}, "label": {}}'), "C105", PRODUCT_FILE),
    "duplicate name": (lambda f: shutil.copy(f / PRODUCT_FILE, f / "entities" / "PRODUCT.json"), "C112", "product"),
    "reserved word": (fields(select=field("text", 8)), "C221", "/fields/select"),
    "reserved field": (fields(id=field("text", 8)), "C222", "/fields/id"),
    "10 MB string": (keys(label={"en": "x" * 10_000_000}), "C106", PRODUCT_FILE),
    "deep JSON": (raw(b"[" * 100_000), "C107", PRODUCT_FILE),
    "wrong encoding": (raw(b'{"label": {"en": "\xe9"}}'), "C103", PRODUCT_FILE),
    "half a file": (lambda f: raw((f / PRODUCT_FILE).read_bytes()[:60])(f), "C104", PRODUCT_FILE),
    "huge number": (raw(b'{"order": 1' + b"0" * 9_000 + b"}"), "C104", PRODUCT_FILE),
}  # fmt: skip


@pytest.mark.parametrize("what", list(BAD))
def test_an_app_with_bad_input_is_neither_sound_nor_packed_nor_installed(run: Run, tmp_path: Path, what: str) -> None:
    change, code, place = BAD[what]
    folder = write_package(tmp_path / "shop_app", files())
    change(folder)
    for words in (("lint", folder), ("pack", folder, "--to", tmp_path / "out.zip"), ("install", folder)):
        done = run("app", *words)
        assert (done.exit_code, code in done.output, place in done.output) == (1, True, True), done.output
    assert not (tmp_path / "out.zip").exists()
    assert not (tmp_path / "home" / "apps" / "shop_app").exists()


LAYERS = [
    (b'{"layer"', "bad_json"), (b'{"layer": "\xe9"}', "bad_encoding"), (b"[" * 90_000, "too_deep"), (b"", "bad_json"),
    (b'"' + b"x" * 21_000_000 + b'"', "too_large"), (b"[]", "C203"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "code"), LAYERS, ids=["half", "encoding", "deep", "empty", "large", "list"])
def test_a_layer_that_cannot_be_read_is_named_with_its_file(run: Run, tmp_path: Path, data: bytes, code: str) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    file = folder / "overlay.json"
    file.write_bytes(data)
    done = run("layer", "publish", file)
    assert (done.exit_code, code in done.output, "overlay.json" in done.output) == (1, True, True), done.output
    done = run("metadata", "import", folder)
    assert (done.exit_code, code in done.output, "overlay.json" in done.output) == (1, True, True), done.output
    assert run("versions").output.count("\n") <= 2


SHEETS = [
    (b'Name,Pages\n"A,1\n', "broken_csv", "line 2"), (b"Name,Pages\nA", "bad_rows", "line 2"), (b"", "empty_file", "books.csv"),
    (bytes(range(1, 256)), "file_encoding", "UTF-8"), (b"Name,Name\nA,B\n", "double_head", "Name"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "code", "place"), SHEETS, ids=["quote", "row", "empty", "encoding", "heads"])
def test_half_a_sheet_is_refused_with_its_line(run: Run, tmp_path: Path, data: bytes, code: str, place: str) -> None:
    file = tmp_path / "books.csv"
    file.write_bytes(data)
    done = run("import", file, "--entity", "lib.book", "--dry-run")
    assert (done.exit_code, f"error[{code}]" in done.output, place in done.output) == (1, True, True), done.output


def test_what_is_not_there_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    for words in (
        ("app", "lint", nothing), ("app", "pack", nothing), ("app", "install", nothing), ("app", "plan", nothing),
        ("layer", "publish", nothing), ("import", nothing, "--entity", "lib.book"), ("restore", nothing), ("metadata", "import", nothing),
    ):  # fmt: skip
        done = run(*words)
        assert (done.exit_code, "does not exist" in done.output) == (2, True), done.output


def test_a_locked_database_is_said(run: Run, tmp_path: Path) -> None:
    assert run("init").exit_code == 0
    line = sqlite3.connect(tmp_path / "home" / "loomwork.db", isolation_level=None)
    line.execute("begin immediate")
    try:
        done = run("user", "add", "a@example.com", "--name", "A")
    finally:
        line.execute("rollback")
        line.close()
    assert (done.exit_code, "error[locked]" in done.output) == (3, True), done.output


def test_a_database_that_is_none_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("These are notes.\n" * 400)
    monkeypatch.setenv("LOOMWORK_DATABASE_URL", f"sqlite:///{file}")
    for words in (("versions",), ("init",), ("doctor",), ("backup", tmp_path / "b.tar.gz")):
        done = run(*words)
        assert (done.exit_code, "error[damaged]" in done.output) == (3, True), done.output
    assert file.read_text().startswith("These are notes.")
    assert not (tmp_path / "b.tar.gz").exists()


def full(limit: int, *words: object) -> subprocess.CompletedProcess[str]:
    """A command on a disk on which no file grows beyond `limit` bytes."""
    line = [sys.executable, "-c", FULL, str(limit), *(str(word) for word in words)]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)


def test_a_full_disk_is_said_and_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    done = full(50_000, "init")
    assert (done.returncode, "error[disk_full]" in done.stderr) == (3, True), done.stderr
    assert run("init").exit_code == 0
    shop = write_package(tmp_path / "shop_app", files())
    for words in (
        ("backup", tmp_path / "b.tar.gz"),
        ("app", "pack", shop, "--to", tmp_path / "s.zip"),
        ("app", "install", shop),
    ):
        done = full(2_000, *words)
        assert done.returncode == 3, (words, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        assert "fault of the program" not in done.stderr, words
    assert sorted(one.name for one in tmp_path.iterdir()) == ["home", "shop_app"]
    assert not (tmp_path / "home" / "apps" / "shop_app").exists()
    assert "shop" not in run("doctor").output
