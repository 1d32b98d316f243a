"""`loomwork metadata`: an export that loads again, and what two versions differ in."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from loomwork.catalog import load_catalog, read_overlay
from loomwork.cli import main
from loomwork.core.jsonio import read_json
from tests.support.apps import write_example

Command = Callable[..., Result]
LAYER = {
    "patches": [
        {"kind": "entity", "name": "lib.book", "path": "/label/en", "op": "set", "base": "Book", "value": "Work"},
        {
            "kind": "choice_set",
            "name": "x.size",
            "op": "add",
            "value": {"label": {"en": "Size"}, "choices": {"big": {"label": {"en": "Big"}}}},
        },
    ]
}


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs the command line on the example library, under a layer that is published as version 2."""
    library, _ = write_example(tmp_path)
    monkeypatch.setenv("LOOMWORK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOOMWORK_APPS", str(library))
    monkeypatch.delenv("LOOMWORK_DATABASE_URL", raising=False)
    layer = tmp_path / "layer.json"
    layer.write_text(json.dumps(LAYER))

    def call(*words: str) -> Result:
        return CliRunner().invoke(main, words)

    published = call("layer", "publish", str(layer))
    assert published.output == "published version 2\n"
    return call


def test_an_export_loads_to_the_same_version(command: Command, tmp_path: Path) -> None:
    done = command("metadata", "export", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    own, faults = read_overlay(read_json((tmp_path / "out" / "overlay.json").read_bytes()))
    assert list(faults) == []
    exported, found = load_catalog([tmp_path / "out" / "library"], overlay=own)
    assert list(found) == []
    published, _ = load_catalog([tmp_path / "library"], overlay=read_overlay(LAYER)[0])
    assert exported.version == published.version


def test_two_versions_are_compared_property_by_property(command: Command) -> None:
    done = command("metadata", "diff", "1", "2")
    assert done.output.splitlines() == [
        'Entity Work (lib.book) / label / en: "Book" → "Work"',
        "Choice set Size (x.size): added",
        "2 change(s)",
    ]
    back = json.loads(command("metadata", "diff", "2", "1", "--json").output)
    assert [(one["name"], one["op"]) for one in back] == [("lib.book", "changed"), ("x.size", "removed")]


def test_a_version_that_is_not_there_is_refused(command: Command) -> None:
    done = command("metadata", "diff", "1", "7")
    assert done.exit_code == 1
    assert "there is no version 7" in done.output


def test_after_an_upgrade_the_layer_is_rebased_and_published_anew(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "library" / "entities" / "book.json"
    file.write_text(file.read_text().replace('"en": "Book"', '"en": "Volume"', 1))
    stale = tmp_path / "stale.json"
    stale.write_text(command("layer", "show").output)
    refused = command("layer", "publish", str(stale))
    assert refused.exit_code == 1
    assert "C502" in refused.output

    fresh = tmp_path / "fresh.json"
    fresh.write_text(command("layer", "show", "--rebase").output)
    bases = {one["name"]: one.get("base") for one in json.loads(fresh.read_text())["patches"]}
    assert bases == {"lib.book": "Volume", "x.size": None}
    assert command("layer", "publish", str(fresh)).exit_code == 0
