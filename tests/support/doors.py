"""Finds uses of dangerous powers in syntax trees: what a module imports, what it calls, and with what.

The scanner knows names, not values: it sees `import`, `from … import`, `importlib.import_module("…")`, calls by their
dotted name (through import aliases) and calls by their last name. It is a fence against the second path that somebody
opens in good faith, not against somebody who hides one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from tests.support.source import Module, dotted

Finder = Callable[[Module], Iterable[int]]


@dataclass(frozen=True)
class Door:
    """One power and the modules that may use it; a prefix covers what lies below it.

    `breaches` are snippets that the finder must find: each door tests itself.
    """

    name: str
    find: Finder
    allowed: tuple[str, ...]
    breaches: tuple[str, ...]
    harmless: tuple[str, ...] = field(default=())

    def violations(self, modules: Iterable[Module]) -> list[str]:
        """`path:line` of each use outside the allowed modules."""
        return [f"{m.place}:{line}" for m in modules if not is_below(m.name, self.allowed) for line in self.find(m)]

    def unused(self, modules: Iterable[Module]) -> list[str]:
        """Allowed prefixes under which nothing uses the power: grants that can go."""
        users = [m.name for m in modules if any(True for _ in self.find(m))]
        return [prefix for prefix in self.allowed if not any(is_below(user, (prefix,)) for user in users)]


def is_below(name: str, prefixes: Iterable[str]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def imports(*names: str) -> Finder:
    """Lines that import one of the modules, or something below one, in any of the ways."""

    def find(module: Module) -> Iterator[int]:
        for node in walked(module.tree):
            if any(is_below(name, names) for name in _imported(node)):
                yield node.lineno  # type: ignore[attr-defined]

    return find


def calls(*names: str) -> Finder:
    """Lines that call one of the dotted names; import aliases are resolved."""

    def find(module: Module) -> Iterator[int]:
        yield from (node.lineno for node in _named_calls(module.tree, names))

    return find


def methods(*names: str, of: Iterable[str] = ()) -> Finder:
    """Lines that call a method of one of these names; with `of` only on receivers whose last name is among them."""
    receivers = frozenset(of)

    def find(module: Module) -> Iterator[int]:
        for node in _calls(module.tree):
            if isinstance(node.func, ast.Attribute) and node.func.attr in names:
                receiver = dotted(node.func.value).rpartition(".")[2]
                if not receivers or receiver in receivers:
                    yield node.lineno

    return find


def non_literal_calls(*names: str) -> Finder:
    """Lines that call one of the dotted names with a first argument that is not fixed in the module."""

    def find(module: Module) -> Iterator[int]:
        constants = _text_constants(module.tree)
        for node in _named_calls(module.tree, names):
            if node.args and not _is_fixed(node.args[0], constants):
                yield node.lineno

    return find


def any_of(*finders: Finder) -> Finder:
    """Lines that one of the finders finds, each once."""

    def find(module: Module) -> Iterator[int]:
        yield from sorted({line for finder in finders for line in finder(module)})

    return find


@lru_cache(maxsize=2_000)
def walked(tree: ast.AST) -> tuple[ast.AST, ...]:
    """The imports and calls of a tree, walked once for all doors."""
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom | ast.Call))


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in walked(tree):
        if isinstance(node, ast.Call):
            yield node


def _named_calls(tree: ast.AST, names: Container[str]) -> Iterator[ast.Call]:
    """Calls of one of the dotted names; import aliases are resolved."""
    aliases = _aliases(tree)
    for node in _calls(tree):
        head, _, rest = dotted(node.func).partition(".")
        if aliases.get(head, head) + (f".{rest}" if rest else "") in names:
            yield node


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in {"import_module", "__import__"}:
        yield from (a.value for a in node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str))


@lru_cache(maxsize=2_000)
def _aliases(tree: ast.AST) -> dict[str, str]:
    """Local name → full name, from every import of the module."""
    found: dict[str, str] = {}
    for node in walked(tree):
        if isinstance(node, ast.Import):
            found.update({a.asname: a.name for a in node.names if a.asname})
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update({a.asname or a.name: f"{node.module}.{a.name}" for a in node.names})
    return found


def _text_constants(tree: ast.Module) -> set[str]:
    """Names bound once, at the top of the module, to a fixed text."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        if _is_fixed(value, found):
            found.update(target.id for target in targets if isinstance(target, ast.Name))
    return found


def _is_fixed(node: ast.AST, constants: set[str]) -> bool:
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        return node.id in constants
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _is_fixed(node.left, constants) and _is_fixed(node.right, constants)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):  # NAME.removeprefix("^")
        return all(_is_fixed(part, constants) for part in (node.func.value, *node.args))
    if isinstance(node, ast.Call) and dotted(node.func) == "str":  # str(NUMBER)
        return all(_is_fixed(part, constants) for part in node.args)
    if isinstance(node, ast.JoinedStr):
        parts = (part.value for part in node.values if isinstance(part, ast.FormattedValue))
        return all(_is_fixed(part, constants) for part in parts)
    return False
