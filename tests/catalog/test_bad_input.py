"""Mutated packages: whatever comes, `load_catalog` answers with faults that name their place, and never raises."""

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from loomwork.catalog import Op, Overlay, Patch, load_catalog
from loomwork.catalog.draft import FOLDERS
from loomwork.catalog.faults.example import EXAMPLE
from loomwork.catalog.pointers import MISSING, join_pointer
from tests.support.apps import write_package

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    1.5,
    10**40,
    "",
    "lib.book",
    "x" * 3_000,
    "аuthor",  # the first letter is Cyrillic
    "__proto__",
    "\u202e",
    "\x00",
    [],
    {},
    [None],
    [[[]]],
    {"formula": 5},
    {"seed": None},
    {"type": "text"},
    {"en": 1},
)


def _spots(value: Any, here: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    if isinstance(value, dict):
        for key, below in value.items():
            here.append((value, key))
            _spots(below, here)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            here.append((value, index))
            _spots(below, here)
    return here


def _mutate(files: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    result = {name: json.loads(json.dumps(body)) for name, body in files.items() if isinstance(body, dict)}
    for _ in range(rng.randint(1, 3)):
        name = rng.choice(sorted(result))
        spots = _spots(result[name], [])
        if not spots:
            continue
        container, key = rng.choice(spots)
        what = rng.randrange(5)
        if what == 0:
            container[key] = rng.choice(ODD)
        elif what == 1 and isinstance(container, dict):
            container[rng.choice(("a b", "select", "x", "Ä", "created_at", key + "_", "type"))] = container.pop(key)
        elif what == 2:
            del container[key]
        elif what == 3:
            other, where = rng.choice(_spots(result[rng.choice(sorted(result))], [("", "")])[1:] or [(container, key)])
            container[key] = copy.deepcopy(other[where])
        else:
            container[key] = [container[key]] if rng.random() < 0.5 else {"en": container[key]}
    return {name: json.dumps(body).encode("utf-8", "surrogatepass") for name, body in result.items()}


@pytest.mark.parametrize("seed", range(4))
def test_a_mutated_package_is_answered_with_faults(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    located = total = 0
    for number in range(15):
        folder = write_package(tmp_path / f"{number}" / "library", _mutate(dict(EXAMPLE), rng))
        _, found = load_catalog([folder])
        for one in found:
            assert one.message, seed
            assert one.code.startswith("C"), seed
            total += 1
            located += bool(one.place.file)
    assert total > 20, f"seed {seed}: the mutations hardly break anything"
    assert located >= 0.95 * total, f"seed {seed}"


@pytest.mark.parametrize("seed", range(3))
def test_flipped_bytes_are_answered_with_faults(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    for number in range(15):
        files: dict[str, Any] = {
            name: json.dumps(body).encode() for name, body in EXAMPLE.items() if isinstance(body, dict)
        }
        name = rng.choice(sorted(files))
        raw = bytearray(files[name])
        for _ in range(rng.randint(1, 4)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        files[name] = bytes(raw)
        folder = write_package(tmp_path / f"{number}" / "library", files)
        catalog, found = load_catalog([folder])
        assert found.errors or catalog.entities, seed


def test_ten_megabytes_in_one_text_are_refused(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "library", EXAMPLE)
    (folder / "entities" / "big.json").write_bytes(b'{"label": {"en": "' + b"a" * 10_000_000 + b'"}}')
    assert [one.code for one in load_catalog([folder])[1]] == ["C106"]


def test_a_package_of_wrong_types_throughout_is_told_file_by_file(tmp_path: Path) -> None:
    files = {name: [] if name != "app.json" else body for name, body in EXAMPLE.items() if isinstance(body, dict)}
    for name in files:
        if name != "app.json":
            files[name] = json.dumps([1]).encode()
    folder = write_package(tmp_path / "library", files)
    found = load_catalog([folder])[1]
    assert {one.code for one in found} == {"C113"}
    assert len(found) == len(files) - 1


@pytest.mark.parametrize("seed", range(3))
def test_any_overlay_is_answered_with_faults(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    folder = write_package(tmp_path / "library", EXAMPLE)
    bodies = {name: body for name, body in EXAMPLE.items() if isinstance(body, dict) and name != "app.json"}
    codes: set[str] = set()
    for _ in range(25):
        patches = []
        for _ in range(4):
            name = rng.choice(sorted(bodies))
            kind, short = FOLDERS[name.partition("/")[0]], Path(name).stem
            keys: list[str] = []
            here: Any = bodies[name]
            while isinstance(here, dict) and here and rng.random() < 0.85:
                keys.append(rng.choice([*here, "x_new", "nothing", ""] if rng.random() < 0.2 else list(here)))
                here = here.get(keys[-1])
            path = rng.choice((join_pointer(keys), join_pointer(keys), "label", "/"))
            target = rng.choice((f"lib.{short}", f"lib.{short}", "x.new", "lib.none"))
            patches.append(Patch(kind, target, path, rng.choice(list(Op)), rng.choice(ODD), rng.choice((MISSING, 1))))
        catalog, found = load_catalog([folder], overlay=Overlay(tuple(patches)))
        codes.update(one.code for one in found)
        assert all(one.message and one.place.app for one in found), seed
        assert catalog.version
    assert len(codes) > 6, f"seed {seed}: only {codes}"
