"""Older metadata formats: every step of the table has golden packages before and after, and the loop writes the number."""

from pathlib import Path

import pytest

from loomwork.catalog import load_catalog
from loomwork.catalog.compile import compile_apps
from loomwork.catalog.draft import KINDS
from loomwork.catalog.passes.format_0 import from_format_0
from loomwork.catalog.passes.upgrade import STEPS
from loomwork.catalog.schemas import FORMAT
from loomwork.catalog.write import write_text
from loomwork.core.settings import data_root
from tests.support.golden import expect_golden

UPGRADES = data_root() / "metadata" / "upgrades"


def _apps(number: int) -> list[Path]:
    return sorted((UPGRADES / f"format_{number}" / "before").iterdir())


def test_the_table_has_a_step_from_every_older_format() -> None:
    assert sorted(STEPS) == list(range(FORMAT))


@pytest.mark.parametrize("number", sorted(STEPS))
def test_golden_packages_of_the_format_load_without_a_fault(number: int) -> None:
    folders = _apps(number)
    assert folders
    for folder in folders:
        catalog, found = load_catalog([folder])
        assert [one.as_text() for one in found] == []
        assert catalog.raw["app"][folder.name]["format"] == FORMAT


@pytest.mark.parametrize("number", sorted(STEPS))
def test_upgraded_documents_are_the_golden_ones(number: int) -> None:
    for folder in _apps(number):
        after = UPGRADES / f"format_{number}" / "after" / folder.name
        _, draft = compile_apps([folder])
        package = draft.packages[folder.name]
        files = {"app.json": write_text("app", package.manifest)}
        for document in draft.each():
            if document.app == folder.name:
                name = f"{KINDS[document.kind]}/{document.name.partition('.')[2]}.json"
                files[name] = write_text(document.kind, document.body)
        for name, text in files.items():
            expect_golden(after / name, text)
        kept = {file.relative_to(after).as_posix() for file in after.rglob("*.json")}
        assert kept == set(files)


@pytest.mark.parametrize("number", sorted(STEPS))
def test_the_golden_result_loads_to_the_same_version(number: int) -> None:
    for folder in _apps(number):
        after = UPGRADES / f"format_{number}" / "after" / folder.name
        assert load_catalog([after])[0].version == load_catalog([folder])[0].version


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"fields": None},
        {"fields": "x"},
        {"fields": [1, {"name": 2}]},
        {"fields": {"a": 1}},
        {"label": 5, "label_zh": []},
    ],
)
def test_odd_documents_pass_through_for_the_shape_check(body: dict[str, object]) -> None:
    assert isinstance(from_format_0("entity", body), dict)
