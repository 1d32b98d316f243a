"""`loomwork import`: through a mapping of an app, through one in a file, and what is said of a file that is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Run, type_command
from tests.support.running import LIBRARY

MAPPING: dict[str, Any] = {
    "type": "import",
    "entity": "lib.book",
    "columns": {"Name": {"field": "title"}, "Length": {"field": "pages", "values": {"short": 90}}},
    "ignore": ["Remark"],
}
SHEET = "Name,Length,Remark\nA,short,x\nB,2,y\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("LOOMWORK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOOMWORK_APPS", str(LIBRARY))
    monkeypatch.delenv("LOOMWORK_DATABASE_URL", raising=False)
    (tmp_path / "books.csv").write_text(SHEET, encoding="utf-8")

    def call(*words: object) -> Any:
        return type_command("import", tmp_path / "books.csv", "--entity", "lib.book", "--mapping", *words)

    return call


def keep(folder: Path, body: Any) -> Path:
    file = folder / "mapping.json"
    file.write_text(body if isinstance(body, str) else json.dumps(body), encoding="utf-8")
    return file


def test_a_mapping_in_a_file_is_followed(run: Run, tmp_path: Path) -> None:
    file = keep(tmp_path, {"label": {"en": "Books"}, "policies": {}, **MAPPING})
    tried = run(file, "--dry-run")
    assert (tried.exit_code, "checked: 2 rows, 2 created" in tried.output) == (0, True), tried.output
    done = run(file)
    assert (done.exit_code, "done: 2 rows, 2 created" in done.output) == (0, True), done.output
    assert "Remark" not in done.output


def test_a_file_in_the_current_folder_needs_no_path(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, MAPPING)
    monkeypatch.chdir(tmp_path)
    assert run("mapping.json", "--dry-run").exit_code == 0


@pytest.mark.parametrize(
    ("change", "code", "pointer", "word"),
    [
        ({"colums": {}}, "C20", "/", "columns"),
        ({"columns": {"Name": {"feild": "title"}}}, "C20", "/columns/Name", "field"),
        ({"columns": {"Name": {"field": "titel"}}}, "C30", "/columns/Name/field", '"title"'),
        ({"entity": "lib.bok"}, "C30", "/entity", "lib.book"),
        (
            {"columns": {"Name": {"field": "title"}, "Length": {"field": "title"}}},
            "C4",
            "/columns/Length/field",
            "title",
        ),
        ({"computed": {"isbn": "UPPER(titel)"}}, "X110", "/computed/isbn", "title"),
    ],
)
def test_the_faults_of_a_file_are_told_as_those_of_apps(
    run: Run, tmp_path: Path, change: dict[str, Any], code: str, pointer: str, word: str
) -> None:
    file = keep(tmp_path, {**MAPPING, **change})
    told = run(file)
    assert told.exit_code == 1
    assert f"error[{code}" in told.output
    assert f"{file}  {pointer}" in told.output
    assert word in told.output
    assert "nothing was imported" in told.output


def test_all_faults_of_a_file_are_told_at_once(run: Run, tmp_path: Path) -> None:
    wrong = {"colums": {}, "constants": {"pages": "many"}, "computed": {"isbn": "UPPER(titel)"}}
    told = run(keep(tmp_path, {**MAPPING, "columns": {"Name": {"field": "titel"}}, **wrong})).output
    assert [
        word for word in ("colums", "/columns/Name/field", "/constants/pages", "/computed/isbn") if word not in told
    ] == []


@pytest.mark.parametrize("text", ["{", "[]", "", '{"type": "import", "type": "import"}'])
def test_a_file_that_holds_no_object_is_told_so(run: Run, tmp_path: Path, text: str) -> None:
    told = run(keep(tmp_path, text))
    assert (told.exit_code, "mapping.json" in told.output) == (1, True), told.output


def test_a_mapping_of_another_type_is_refused(run: Run, tmp_path: Path) -> None:
    convert = {"type": "convert", "source": "lib.book", "targets": {}}
    told = run(keep(tmp_path, convert))
    assert (told.exit_code, 'type "import"' in told.output) == (1, True), told.output


def test_neither_a_name_nor_a_file(run: Run, tmp_path: Path) -> None:
    told = run("lib.books")
    assert (told.exit_code, 'there is no mapping "lib.books"' in told.output) == (1, True), told.output
    for missing in (tmp_path / "nowhere.json", "nowhere.json", "./nowhere"):
        told = run(missing)
        assert (told.exit_code, "does not exist" in told.output) == (2, True), told.output


@pytest.mark.parametrize(
    ("wish", "is_taken", "is_told"), [("report", True, True), ("refuse", False, True), ("ignore", True, False)]
)
def test_columns_that_no_rule_names_go_as_the_mapping_says(
    run: Run, tmp_path: Path, wish: str, is_taken: bool, is_told: bool
) -> None:
    body = {**MAPPING, "source_columns_unused": wish}
    del body["ignore"]
    told = run(keep(tmp_path, body))
    assert (told.exit_code == 0, "Remark" in told.output) == (is_taken, is_told), told.output
