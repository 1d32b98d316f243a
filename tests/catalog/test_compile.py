"""The compiler as a whole: words on the command line, dependencies between apps, checks of the layers above."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from loomwork.catalog import Catalog, Places, load_catalog, system_folder
from loomwork.catalog.compile import compile_apps
from loomwork.catalog.cycles import find_cycles
from loomwork.catalog.faults import FAULTS
from loomwork.catalog.faults.base import Put
from loomwork.catalog.linting import lint
from loomwork.catalog.passes.names import suits
from loomwork.core.diagnostics import Diagnostic
from tests.support.apps import make_app, write_example, write_package
from tests.support.golden import expect_golden

GOLDEN = Path(__file__).parent / "golden" / "diagnostics.txt"


def _shop(tmp_path: Path, **manifest: Any) -> Path:
    files = {
        "app.json": {
            "format": 1,
            "name": "shop",
            "namespace": "shop",
            "version": "1.0.0",
            "label": {"en": "Shop"},
            **manifest,
        },
        "entities/sale.json": {
            "label": {"en": "Sale"},
            "fields": {
                "name": {"type": "text", "label": {"en": "Name"}},
                "book": {"type": "link", "label": {"en": "Book"}, "properties": {"entity": "lib.book"}},
                "buyer": {"type": "link", "label": {"en": "Buyer"}, "properties": {"entity": "system.user"}},
            },
        },
    }
    return write_package(tmp_path / "shop", files)


def test_what_the_command_line_says_about_each_fault(tmp_path: Path) -> None:
    """One golden file with the words of every fault: reviewers read what users read."""
    blocks = []
    for fault in FAULTS:
        if not fault.bad or fault.code == "C101":
            continue
        path, overlay = write_example(tmp_path / fault.code, fault.bad)
        found = lint(path) if fault.code.startswith("C6") else load_catalog([path], overlay=overlay)[1]
        mine = [one.as_text() for one in found if one.code == fault.code]
        blocks.append(f"== {fault.code} {fault.title}\n\n" + "\n".join(mine[:3]))
    assert len(blocks) >= 100
    expect_golden(GOLDEN, "\n\n".join(blocks) + "\n")


def test_the_system_app_is_always_there_and_first(tmp_path: Path) -> None:
    library, _ = write_example(tmp_path)
    for folders in ([library], [library, system_folder()], []):
        catalog, found = load_catalog(folders)
        assert list(found) == []
        assert next(iter(catalog.apps)) == "system"
        assert "system.user" in catalog.entities


def test_a_reference_into_an_undeclared_app_is_told(tmp_path: Path) -> None:
    library, _ = write_example(tmp_path)
    _, found = load_catalog([library, _shop(tmp_path)])
    assert [(one.code, one.place.file) for one in found] == [("C320", "entities/sale.json")]
    assert found.errors[0].hint == 'add "library" to depends_on'
    declared = _shop(tmp_path / "b", depends_on=["library"])
    assert list(load_catalog([declared, library])[1]) == []


def test_a_dependency_of_a_dependency_may_be_used(tmp_path: Path) -> None:
    library, _ = write_example(tmp_path)
    middle = write_package(
        tmp_path / "middle",
        {
            "app.json": {
                "format": 1,
                "name": "middle",
                "namespace": "mid",
                "version": "1.0.0",
                "label": {"en": "M"},
                "depends_on": ["library"],
            }
        },
    )
    shop = _shop(tmp_path, depends_on=["middle"])
    catalog, found = load_catalog([shop, middle, library])
    assert list(found) == []
    assert list(catalog.apps) == ["system", "library", "middle", "shop"]


def test_a_missing_system_app_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loomwork.catalog.compile.system_folder", lambda: tmp_path / "none")
    library, _ = write_example(tmp_path)
    assert "C235" in {one.code for one in load_catalog([library])[1]}


def test_checks_of_the_layers_above_see_the_catalog_and_the_places(tmp_path: Path) -> None:
    library, _ = write_example(tmp_path)

    def check(catalog: Catalog, places: Places) -> Iterable[Diagnostic]:
        for entity in catalog.entities.values():
            if entity.app == "library":
                yield Diagnostic("X999", f"looked at {entity.name}", places.of("entity", entity.name, "fields"))

    _, found = load_catalog([library], checks=[check])
    assert [(one.message, one.place.app, one.place.file, one.place.pointer) for one in found] == [
        ("looked at lib.author", "library", "entities/author.json", "/fields"),
        ("looked at lib.book", "library", "entities/book.json", "/fields"),
        ("looked at lib.copy", "library", "entities/copy.json", "/fields"),
    ]


def test_faults_of_one_file_do_not_hide_those_of_others_nor_raise_new_ones(tmp_path: Path) -> None:
    """A broken author is told once, not again by everything that links to it."""
    library, _ = write_example(
        tmp_path,
        (
            Put("entities/author.json", "/fields/name/requierd", True),
            Put("entities/copy.json", "/title_field", "shelv"),
        ),
    )
    catalog, found = load_catalog([library])
    assert [one.code for one in found] == ["C201", "C303"]
    assert "lib.author" in catalog.entities
    assert "lib.book" in catalog.entities


@pytest.mark.parametrize(
    ("wanted", "version", "fits"),
    [
        (">=0.1,<1", "0.1.0", True),
        (">=0.1,<1", "1.0.0", False),
        ("==1.2", "1.2.0", True),
        (">1.2.3", "1.2.3", False),
        ("<=1.2", "1.2.1", False),
        (">=1.10", "1.9.9", False),
        (">=1", "1.0.0-beta.2", True),
    ],
)
def test_platform_ranges(wanted: str, version: str, fits: bool) -> None:
    assert suits(wanted, version) is fits


def test_circles_are_found_whatever_their_length() -> None:
    chain = {str(n): [str(n + 1)] for n in range(5_000)}
    assert find_cycles(chain) == []
    assert [len(one) for one in find_cycles({**chain, "5000": ["4990"]})] == [12]
    assert find_cycles({"a": ["a"]}) == [["a", "a"]]
    assert find_cycles({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) == []


def test_a_big_app_compiles_without_a_fault_and_shares_what_is_equal(tmp_path: Path) -> None:
    folder = make_app(tmp_path / "demo", 60, 20, seed=5)
    catalog, found = load_catalog([folder])
    assert list(found) == []
    assert sum(entity.app == "demo" for entity in catalog.entities.values()) == 60
    assert all(len(entity.fields) == 28 for entity in catalog.entities.values() if entity.app == "demo")
    again, _ = compile_apps([folder])
    assert again.version == catalog.version
    assert again.raw["entity"]["demo.thing_0"] is catalog.raw["entity"]["demo.thing_0"]
