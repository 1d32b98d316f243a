"""Rule: files, functions, classes and folders stay small enough to read in one go.

Reason: what does not fit on a screen is not reviewed but believed. A grant below names an exception with its present
size; it may only shrink, and one that is no longer needed is an error, so the list ends some day.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.support.source import PACKAGE, ROOT, Module, files, functions, planted, platform_modules, relative

PYTHON_FILE_LINES = 400
FUNCTION_LINES = 60
PUBLIC_METHODS = 15
MODULES_IN_A_PACKAGE = 20
TYPESCRIPT_FILE_LINES = 300
TEMPLATE_LINES = 120
FLOOR = 15

# place → size granted. May only shrink.
GRANTS: dict[str, int] = {"platform/loomwork/field_types/formula/__init__.py:Formula": 16}


def long_files(paths: Iterable[Path], limit: int) -> dict[str, int]:
    sizes = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    return {place: lines for place, lines in sizes.items() if lines > limit}


def long_functions(modules: Iterable[Module]) -> dict[str, int]:
    return {
        f"{module.place}:{function.name}": lines
        for module in modules
        for function in functions(module.tree)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
    }


def wide_classes(modules: Iterable[Module]) -> dict[str, int]:
    found = {}
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                public = [f for f in node.body if isinstance(f, ast.FunctionDef) and not f.name.startswith("_")]
                if len(public) > PUBLIC_METHODS:
                    found[f"{module.place}:{node.name}"] = len(public)
    return found


def full_packages(modules: Iterable[Module]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for module in modules:
        folder = relative(module.path.parent)
        counts[folder] = counts.get(folder, 0) + 1
    return {folder: count for folder, count in counts.items() if count > MODULES_IN_A_PACKAGE}


def compare_with_grants(found: Mapping[str, int], grants: Mapping[str, int]) -> list[str]:
    """Sentences about what is too large, and about grants that outlived their reason."""
    too_large = [f"{place} has {size}" for place, size in found.items() if size > grants.get(place, 0)]
    stale = [
        f"the grant for {place} can shrink to {found.get(place, 0)}"
        for place in grants
        if found.get(place, 0) < grants[place]
    ]
    return too_large + stale


def test_everything_is_small_enough() -> None:
    modules = platform_modules()
    assert len(modules) >= FLOOR
    python = [m.path for m in modules] + files(ROOT / "tests", ".py") + files(ROOT / "tools", ".py")
    found = {
        **long_files(python, PYTHON_FILE_LINES),
        **long_files(files(ROOT / "designer" / "src", ".ts"), TYPESCRIPT_FILE_LINES),
        **long_files(files(PACKAGE, ".html"), TEMPLATE_LINES),
        **long_functions(modules),
        **wide_classes(modules),
        **full_packages(modules),
    }
    assert compare_with_grants(found, GRANTS) == []


def test_planted_sizes_are_found(tmp_path: Path) -> None:
    long_function = "def f() -> None:\n" + "    pass\n" * FUNCTION_LINES
    wide_class = "class C:\n" + "".join(f"    def m{n}(self) -> None: ...\n" for n in range(PUBLIC_METHODS + 1))
    assert long_functions([planted(long_function)]) == {"loomwork/planted.py:f": FUNCTION_LINES + 1}
    assert wide_classes([planted(wide_class)]) == {"loomwork/planted.py:C": PUBLIC_METHODS + 1}
    crowd = [planted("", f"loomwork.crowd.m{n}") for n in range(MODULES_IN_A_PACKAGE + 1)]
    assert full_packages(crowd) == {"loomwork/crowd": MODULES_IN_A_PACKAGE + 1}
    big = tmp_path / "big.py"
    big.write_text("x = 1\n" * 11, encoding="utf-8")
    assert long_files([big], 10) == {big.as_posix(): 11}


@pytest.mark.parametrize(
    ("found", "grants", "complaints"),
    [
        ({"a": 500}, {}, ["a has 500"]),
        ({"a": 500}, {"a": 500}, []),
        ({"a": 501}, {"a": 500}, ["a has 501"]),
        ({"a": 450}, {"a": 500}, ["the grant for a can shrink to 450"]),
        ({}, {"a": 500}, ["the grant for a can shrink to 0"]),
    ],
)
def test_grants_only_shrink(found: dict[str, int], grants: dict[str, int], complaints: list[str]) -> None:
    assert compare_with_grants(found, grants) == complaints
