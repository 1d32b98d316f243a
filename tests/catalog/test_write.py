"""Canonical writing: read and written again, a file keeps its bytes; exported and loaded again, a catalog its version."""

import random
from decimal import Decimal
from pathlib import Path

import pytest

from loomwork.catalog import Op, Overlay, Patch, diff, export_catalog, load_catalog, rewrite, system_folder
from loomwork.catalog.layers import read_overlay
from loomwork.catalog.write import canonical_body, component_files, is_canonical, to_text, write_text
from loomwork.core.errors import Unreadable
from loomwork.core.jsonio import pretty, read_json
from tests.support.apps import make_app, write_example


def test_reading_and_writing_keeps_the_bytes(tmp_path: Path) -> None:
    library, _ = write_example(tmp_path)
    files = (
        component_files(library) + component_files(make_app(tmp_path / "demo", 3)) + component_files(system_folder())
    )
    assert len(files) >= 60
    for file, kind in files:
        raw = file.read_bytes()
        assert write_text(kind, read_json(raw)).encode() == raw, file


def test_writing_is_the_house_form_of_json() -> None:
    value = {"a": [1, "ü\u2028", None, True], "b": {}, "c": [], "d": {"e": [{"f": '"\\\n'}]}}
    assert to_text(value) + "\n" == pretty(value)
    assert to_text({"share": Decimal("0.50")}) == '{\n  "share": 0.50\n}'


def test_keys_and_entries_come_into_their_order() -> None:
    body = {
        "fields": {
            "b": {"order": "a1", "label": {"zh-CN": "乙", "en": "B"}, "type": "text"},
            "a": {"properties": {"max_length": 5}, "type": "text", "order": "a0", "label": {"en": "A"}},
        },
        "label": {"fr": "L", "en": "E", "de": "D"},
    }
    written = canonical_body("entity", body)
    assert list(written) == ["label", "fields"]
    assert list(written["label"]) == ["en", "de", "fr"]
    assert list(written["fields"]) == ["a", "b"]
    assert list(written["fields"]["a"]) == ["type", "label", "order", "properties"]
    assert canonical_body("entity", written) == written
    assert written == body


def test_rewriting_repairs_the_form_and_nothing_else(tmp_path: Path) -> None:
    library, _ = write_example(tmp_path)
    before = load_catalog([library])[0].version
    file = library / "entities" / "copy.json"
    file.write_text(file.read_text().replace("\n", "").replace("  ", ""))
    assert not is_canonical(file, "entity")
    assert rewrite(library) == [file]
    assert is_canonical(file, "entity")
    assert rewrite(library) == []
    assert load_catalog([library])[0].version == before


def test_rewriting_writes_nothing_when_a_file_cannot_be_read(tmp_path: Path) -> None:
    library, _ = write_example(tmp_path)
    copy = library / "entities" / "copy.json"
    copy.write_text(copy.read_text().replace("\n", ""))
    (library / "views" / "broken.json").write_text("{")
    before = copy.read_bytes()
    with pytest.raises(Unreadable):
        rewrite(library)
    assert copy.read_bytes() == before


def test_an_export_loads_to_the_same_version_and_repeats_byte_by_byte(tmp_path: Path) -> None:
    library, _ = write_example(tmp_path)
    overlay = Overlay(
        (
            Patch("entity", "lib.book", "/fields/x_mark", Op.ADD, {"type": "text", "label": {"en": "Mark"}}),
            Patch("entity", "lib.book", "/label/en", Op.SET, "Work", base="Book"),
            Patch(
                "choice_set", "x.size", "", Op.ADD, {"label": {"en": "S"}, "choices": {"big": {"label": {"en": "B"}}}}
            ),
        )
    )
    catalog, found = load_catalog([library], overlay=overlay)
    assert list(found) == []
    first = export_catalog(catalog, tmp_path / "one")
    second = export_catalog(catalog, tmp_path / "two")
    names = [file.relative_to(tmp_path / "one") for file in first]
    assert names == [file.relative_to(tmp_path / "two") for file in second]
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in names)

    own, faults = read_overlay(read_json((tmp_path / "one" / "overlay.json").read_bytes()))
    assert list(faults) == []
    again, found = load_catalog([tmp_path / "one" / "library"], overlay=own)
    assert [(one.code, one.severity.value) for one in found] == [("C236", "warning")]
    assert again.version == catalog.version


@pytest.mark.parametrize("seed", range(5))
def test_any_app_survives_export_and_loading(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    folder = make_app(tmp_path / "demo", rng.randint(1, 6), rng.randint(3, 12), seed)
    catalog, found = load_catalog([folder])
    assert list(found) == [], seed
    export_catalog(catalog, tmp_path / "out")
    again, found = load_catalog([tmp_path / "out" / "demo"])
    assert list(found) == [], seed
    assert again.version == catalog.version, seed
    assert diff(catalog, again) == [], seed
    kept = {file.relative_to(folder): file.read_bytes() for file, _ in component_files(folder)}
    exported = tmp_path / "out" / "demo"
    assert {file.relative_to(exported): file.read_bytes() for file, _ in component_files(exported)} == kept, seed
