"""The page about answers of the API when something is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import loomwork.core.errors
from loomwork.core.errors import PlatformError
from tools.reference.markdown import MADE, code, description, table

BODY = """\
Every fault has the same body:

```json
{"error": {"code": "invalid", "message": "…", "details": [{"path": "amount", "code": "too_large", "message": "…"}], "request_id": "…"}}
```

`code` is stable and meant for programs, `message` is meant for people and comes in the caller's language. `details` name
the places in the caller's input."""


def page() -> str:
    """The body and a row for each class of fault."""
    rows = [(code(kind.default_code), description(kind).partition("\n\n")[0]) for kind in _kinds(PlatformError)]
    return "\n".join(["# Errors", "", MADE, "", BODY, "", *table(("Code", "Meaning (status)"), rows), ""])


def _kinds(parent: type[PlatformError]) -> Iterator[type[PlatformError]]:
    for child in parent.__subclasses__():
        if child.__module__ == loomwork.core.errors.__name__:
            yield child
        yield from _kinds(child)
