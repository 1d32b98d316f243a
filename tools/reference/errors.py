"""The page about answers of the API when something is wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import loomwork.core.errors
from loomwork.core.errors import PlatformError
from loomwork.core.i18n import read_messages
from loomwork.web.api.errors import STATUSES
from loomwork.web.wire import UnsupportedBody
from tools.reference.markdown import MADE, code, description, table

ROOT = Path(__file__).parents[2]
BODY = """\
Every fault has the same body:

```json
{"error": {"code": "invalid", "message": "…", "details": [{"path": "amount", "code": "too_large", "message": "…"}], "request_id": "…"}}
```

`code` is stable and meant for programs, `message` is meant for people and comes in the caller's language: that of his
profile, without one what `Accept-Language` wants. `details` name the places in the caller's input: `amount`, `lines.2.price`,
`query.filter`, `params.since`, `header.If-Match`, `changes.3.data.name`. What else a fault has to say stands beside `code`
in `error` itself: both sides of a conflict (`yours`, `theirs`, `fields`, `row_version`), the `report` of a refused import,
`retry_after_s`. 429 and 503 carry `Retry-After`, 405 carries `Allow`, 507 means that the disk is full."""
HANDED_ON = {
    "formula": 422,
    "unknown_parameter": 422,
    "doubled_parameter": 422,
    "method_not_allowed": 405,
    "interrupted": 409,
    "publish_refused": 409,
}
"""Codes that the source does not name where it raises them."""
_BODY: type[PlatformError] = UnsupportedBody
KINDS = "## Kinds\n\nA fault without a code of its own has that of its kind."
CODES = "## Codes\n\nThe `code` of the whole answer."
VALUES = """\
## Codes of values

The `code` of a detail where a field's type refuses a value; what a rule refuses has the rule's name, what a formula refuses
an X code ([diagnostics](diagnostics.md))."""


def page() -> str:
    """The body, the kinds of faults with their status, the codes, and what is said of values."""
    kinds = [
        (code(kind.default_code), str(_status(kind)), description(kind).partition("\n\n")[0])
        for kind in (*_kinds(PlatformError), _BODY)
    ]
    texts, found = _texts("errors."), codes()
    known = {kind.default_code for kind in _kinds(PlatformError)}
    rows = [
        (code(name), ", ".join(str(one) for one in sorted(found[name])), texts.get(name, ""))
        for name in sorted(found)
        if name not in known
    ]
    values = [(code(name), text) for name, text in sorted(_texts("field.").items())]
    parts = ["# Errors", "", MADE, "", BODY, "", KINDS, "", *table(("Code", "Status", "Meaning"), kinds), ""]
    parts += [CODES, "", *table(("Code", "Status", "Message"), rows), ""]
    return "\n".join([*parts, VALUES, "", *table(("Code", "Message"), values), ""])


def _kinds(parent: type[PlatformError]) -> Iterator[type[PlatformError]]:
    for child in parent.__subclasses__():
        if child.__module__ == loomwork.core.errors.__name__:
            yield child
        yield from _kinds(child)


def _status(kind: type[PlatformError]) -> int:
    return next(STATUSES[one] for one in kind.__mro__ if one in STATUSES)


def _texts(prefix: str) -> dict[str, str]:
    texts = read_messages(ROOT / "metadata" / "messages")["en"]
    return {key.removeprefix(prefix): text for key, text in texts.items() if key.startswith(prefix)}


def codes() -> dict[str, set[int]]:
    """Every code that the platform's source raises a fault with, and the statuses that it comes with."""
    found: dict[str, set[int]] = {name: {status} for name, status in HANDED_ON.items()}
    statuses = {kind.__name__: _status(kind) for kind in (*_kinds(PlatformError), _BODY)}
    for path in sorted((ROOT / "platform/loomwork").rglob("*.py")):
        for name, status in _raised(ast.parse(path.read_text(encoding="utf-8")), statuses):
            found.setdefault(name, set()).add(507 if name == "disk_full" else status)
    return found


def _raised(tree: ast.Module, statuses: dict[str, int]) -> Iterator[tuple[str, int]]:
    """`InvalidInput(…, code="x")`, and calls of a module's own helper that hands a code on to one of them."""
    helpers: dict[str, tuple[int, int]] = {}
    for one in ast.walk(tree):
        if isinstance(one, ast.FunctionDef):
            names = [argument.arg for argument in one.args.args]
            for status, value in _codes_in(one, statuses):
                if isinstance(value, ast.Name) and value.id in names:
                    helpers[one.name] = (names.index(value.id), status)
    for status, value in _codes_in(tree, statuses):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value, status
    for one in ast.walk(tree):
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in helpers:
            place, status = helpers[one.func.id]
            given = one.args[place] if place < len(one.args) else None
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                yield given.value, status


def _codes_in(tree: ast.AST, statuses: dict[str, int]) -> Iterator[tuple[int, ast.expr]]:
    for one in ast.walk(tree):
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in statuses:
            yield from ((statuses[one.func.id], word.value) for word in one.keywords if word.arg == "code")
