"""Reading: whatever lies in a folder, the answer is a catalog with faults, never an exception."""

from pathlib import Path

import pytest

from loomwork.catalog import Limits, load_catalog
from loomwork.core.diagnostics import Diagnostic
from tests.support.apps import make_app, write_example


def _found(path: Path, **more: object) -> list[Diagnostic]:
    return list(load_catalog([path], **more)[1])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "C104", "not JSON: Expecting value at line 1, column 1"),
        (b"\xff\xfe{}", "C103", "not UTF-8 at byte 0"),
        (b'{"label": {"en": "\x00"}}', "C104", "not JSON"),
        (b'{"label": ' + b"[" * 100_000, "C107", "nested deeper than 32"),
        (b'{"label": -Infinity}', "C108", "not a JSON number"),
        (b'{"label": 1' + b"0" * 5_000 + b"}", "C104", "not JSON that can be read"),
        (b"null", "C113", "not nothing"),
        (b'"text"', "C113", "not text"),
        (b'{"label": {"en": "\\ud800"}, "fields": {}}', "C103", "surrogate"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes, code: str, words: str) -> None:
    path, _ = write_example(tmp_path)
    (path / "entities" / "shelf.json").write_bytes(content)
    found = [one for one in _found(path) if one.place.file == "entities/shelf.json"]
    assert [one.code for one in found] == [code]
    assert words in found[0].message


def test_a_byte_order_mark_is_taken(tmp_path: Path) -> None:
    path, _ = write_example(tmp_path)
    file = path / "entities" / "copy.json"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert _found(path) == []


def test_all_faults_come_in_one_run(tmp_path: Path) -> None:
    path, _ = write_example(tmp_path)
    (path / "entities" / "shelf.json").write_bytes(b"{")
    (path / "forms" / "book_main.json").write_text(
        '{"entity": "lib.book", "label": {"en": "B"}, "tabs": {}, "colour": 1}'
    )
    (path / "views" / "book_all.json").write_text(
        '{"entity": "lib.bok", "label": {"en": "B"}, "type": "list", "columns": {}}'
    )
    codes = {one.code for one in _found(path)}
    assert {"C104", "C201", "C301"} <= codes


def test_folders_of_other_parts_may_stand_beside(tmp_path: Path) -> None:
    path, _ = write_example(tmp_path)
    (path / "scenarios").mkdir()
    (path / "docs").mkdir()
    assert _found(path) == []


def test_a_file_that_is_no_file_is_told(tmp_path: Path) -> None:
    path, _ = write_example(tmp_path)
    (path / "entities" / "shelf.json").mkdir()
    assert [one.code for one in _found(path)] == ["C110"]


def test_limits_of_a_package_hold(tmp_path: Path) -> None:
    path = make_app(tmp_path / "demo", 5, 3)
    assert _found(path) == []
    assert {"C116"} <= {one.code for one in _found(path, limits=Limits(files=6))}
    assert {one.code for one in _found(path, limits=Limits(entities=4))} == {"C234"}
    found = _found(path, limits=Limits(file_bytes=200))
    assert {one.code for one in found} == {"C106"}


def test_a_run_stops_counting_faults(tmp_path: Path) -> None:
    path = make_app(tmp_path / "demo", 8, 3)
    for file in (path / "entities").iterdir():
        file.write_text("{")
    found = _found(path, limits=Limits(faults=5))
    assert len(found) == 6
    assert found[-1].code == "C199"


def test_equal_bytes_give_equal_catalogs_and_a_changed_file_another(tmp_path: Path) -> None:
    first, _ = write_example(tmp_path / "a")
    second, _ = write_example(tmp_path / "b")
    one, two = load_catalog([first])[0], load_catalog([second])[0]
    assert one.version == two.version
    file = second / "entities" / "copy.json"
    file.write_text(file.read_text().replace('"Copy"', '"Piece"'))
    assert load_catalog([second])[0].version != one.version
    file.write_text(file.read_text().replace('"Piece"', '"Copy"').replace("\n", " \n"))
    assert load_catalog([second])[0].version == one.version
