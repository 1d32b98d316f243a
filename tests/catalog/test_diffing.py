"""What differs between two catalogs, told per property in the labels that people know."""

from pathlib import Path
from typing import Any

from loomwork.catalog import diff, load_catalog
from loomwork.catalog.diffing import differences
from loomwork.catalog.faults.base import Drop, Put
from loomwork.catalog.model import Catalog
from loomwork.catalog.pointers import MISSING
from tests.support.apps import write_example


def _catalogs(tmp_path: Path, *steps: Any) -> tuple[Catalog, Catalog]:
    old, _ = write_example(tmp_path / "old")
    new, _ = write_example(tmp_path / "new", steps)
    return load_catalog([old])[0], load_catalog([new])[0]


def test_equal_catalogs_differ_in_nothing(tmp_path: Path) -> None:
    old, new = _catalogs(tmp_path)
    assert diff(old, new) == []


def test_each_change_is_one_line_in_labels(tmp_path: Path) -> None:
    old, new = _catalogs(
        tmp_path,
        Put("entities/book.json", "/fields/pages/label", {"en": "Sheets", "zh-CN": "页数"}),
        Put("entities/book.json", "/fields/subtitle", {"type": "text", "label": {"en": "Subtitle"}}),
        Put("entities/book.json", "/fields/title/required", False),
        Drop("views/author_all.json"),
        Put("roles/reader.json", "", {"label": {"en": "Reader"}, "grants": {}}),
    )
    lines = [one.as_text() for one in diff(old, new)]
    assert lines == [
        "Entity Book (lib.book) / fields / Title / required: true → false",
        'Entity Book (lib.book) / fields / Sheets / label / en: "Pages" → "Sheets"',
        'Entity Book (lib.book) / fields / Sheets / label / zh-CN: added "页数"',
        'Entity Book (lib.book) / fields / Subtitle: added {"type": "text", "label": {"en": "Subtitle"}}',
        "View All authors (lib.author_all): removed",
        "Role Reader (lib.reader): added",
    ]
    chinese = [one.as_text("zh-CN") for one in diff(old, new)]
    assert chinese[-1] == "角色 Reader (lib.reader): 新增"


def test_a_change_crosses_the_wire(tmp_path: Path) -> None:
    old, new = _catalogs(tmp_path, Put("entities/book.json", "/fields/pages/label/en", "Sheets"))
    assert [one.as_json() for one in diff(old, new)] == [
        {
            "kind": "entity",
            "name": "lib.book",
            "pointer": "/fields/pages/label/en",
            "op": "changed",
            "label": {"en": "Book"},
            "old": "Pages",
            "new": "Sheets",
        }
    ]


def test_true_and_one_differ() -> None:
    found = list(differences({"a": True, "b": [1], "c": None}, {"a": 1, "b": [1]}))
    assert found == [(("a",), True, 1), (("c",), None, MISSING)]
