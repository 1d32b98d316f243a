"""Reads the project's own source for the house tests: files, modules and syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "platform" / "loomwork"
_GENERATED = {"node_modules", "generated", "static", "__pycache__"}


@dataclass(frozen=True)
class Module:
    """One Python file. `name` is dotted, without `.__init__`: `loomwork.core.clock`."""

    path: Path
    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=str(self.path))

    @property
    def place(self) -> str:
        """The path as people write it."""
        return relative(self.path)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()


def planted(text: str, name: str = "loomwork.planted") -> Module:
    """A module that exists only in a counter-test."""
    return Module(Path(f"{name.replace('.', '/')}.py"), name, text)


@cache
def platform_modules() -> tuple[Module, ...]:
    """Every module of the package, in a fixed order."""
    return tuple(_read(path) for path in files(PACKAGE, ".py"))


def files(folder: Path, *suffixes: str) -> list[Path]:
    """Files below a folder with one of the suffixes; built and installed ones are left out."""
    return sorted(p for p in folder.rglob("*") if p.suffix in suffixes and p.is_file() and not _is_made(p, folder))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a chain of names, `` for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else ""
    return ""


def _read(path: Path) -> Module:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(path, name, path.read_text(encoding="utf-8"))


def _is_made(path: Path, folder: Path) -> bool:
    return not _GENERATED.isdisjoint(path.relative_to(folder).parts)
