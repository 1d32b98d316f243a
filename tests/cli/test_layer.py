"""The company's layer from the command line: shown, tried, published, refused with a place, nothing half done."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Run, type_command
from tests.support.running import LIBRARY

FIELD: dict[str, Any] = {
    "kind": "entity",
    "name": "lib.book",
    "path": "/fields/x_shelf",
    "op": "add",
    "value": {"type": "text", "label": {"en": "Shelf", "zh-CN": "书架"}, "order": "zz"},
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("LOOMWORK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOOMWORK_APPS", str(LIBRARY))
    monkeypatch.delenv("LOOMWORK_DATABASE_URL", raising=False)
    monkeypatch.delenv("LOOMWORK_SECRET_KEY", raising=False)
    return type_command


def _write(folder: Path, *patches: dict[str, Any]) -> str:
    file = folder / "layer.json"
    file.write_text(json.dumps({"layer": "customer", "patches": patches}, ensure_ascii=False), encoding="utf-8")
    return str(file)


def test_a_layer_is_tried_then_published_then_shown(run: Run, tmp_path: Path) -> None:
    assert json.loads(run("layer", "show").output) == {"layer": "customer", "patches": []}
    file = _write(tmp_path, FIELD)
    tried = run("layer", "publish", file, "--dry-run")
    assert (tried.exit_code, "x_shelf" in tried.output) == (0, True)
    assert json.loads(run("layer", "show").output)["patches"] == []
    done = run("layer", "publish", file, "--message", "Shelves")
    assert (done.exit_code, done.output.startswith("published version ")) == (0, True)
    assert json.loads(run("layer", "show").output)["patches"] == [FIELD]
    assert "Shelves" in run("versions").output
    assert "no change" in run("layer", "publish", file, "--dry-run").output


def test_a_trial_says_what_publishing_would_want_and_fails_where_it_would(run: Run, tmp_path: Path) -> None:
    books = tmp_path / "books.csv"
    books.write_text("title,pages\nA,1\nB,\n", encoding="utf-8")
    assert run("import", books, "--entity", "lib.book").exit_code == 0
    new = _write(tmp_path, {**FIELD, "value": {**FIELD["value"], "required": True}})
    tried = run("layer", "publish", new, "--dry-run")
    assert (tried.exit_code, "1 step(s) need --consent" in tried.output) == (0, True), tried.output
    filled = _write(
        tmp_path, {"kind": "entity", "name": "lib.book", "path": "/fields/pages/required", "op": "set", "value": True}
    )
    tried = run("layer", "publish", filled, "--dry-run")
    assert (tried.exit_code, "1 of 2 records have no value" in tried.output) == (1, True), tried.output
    assert run("layer", "publish", filled).exit_code == 1


@pytest.mark.parametrize(
    ("patch", "said"),
    [
        ({**FIELD, "name": "lib.boook"}, "lib.book"),
        ({**FIELD, "value": {"type": "txt", "label": {"en": "Shelf"}}}, "txt"),
        ({**FIELD, "op": "replace"}, "replace"),
    ],
)
def test_a_faulty_layer_is_refused_with_its_place_and_nothing_changes(
    run: Run, tmp_path: Path, patch: dict[str, Any], said: str
) -> None:
    file = _write(tmp_path, patch)
    refused = run("layer", "publish", file)
    assert (refused.exit_code, said in refused.output, "Traceback" in refused.output) == (1, True, False)
    assert json.loads(run("layer", "show").output)["patches"] == []


def test_half_a_file_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "half.json"
    file.write_text('{"layer": "customer", "patch', encoding="utf-8")
    assert run("layer", "publish", str(file)).exit_code == 1


def test_a_plan_leaves_an_app_among_the_published_folders_alone(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the folder is one of those that the next start would publish."""
    run("app", "new", str(tmp_path / "garage"), "--namespace", "gar")
    monkeypatch.setenv("LOOMWORK_APPS", f"{LIBRARY}:{tmp_path / 'garage'}")
    for _ in range(2):
        assert "gar__item" in run("app", "plan", str(tmp_path / "garage")).output
