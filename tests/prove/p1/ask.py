"""One request of a user."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

BOUNDARY = "lw-two-worlds"


@dataclass(frozen=True)
class Ask:
    """One request; a paged one is followed from page to page. A body of bytes is sent as it is."""

    kind: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_paged: bool = False

    @property
    def url(self) -> str:
        """Path and query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    def sent(self) -> str:
        """The body as text."""
        if self.body is None:
            return ""
        return self.body.decode() if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False)

    def text(self) -> str:
        """The request for a report."""
        return f"{self.method} {self.url} {self.sent()[:600]} {dict(self.headers) or ''}".strip()


def form(kind: str, path: str, parts: Mapping[str, str], file: str) -> Ask:
    """A multipart form with texts and one file."""
    lines = []
    for name, text in parts.items():
        lines += [f"--{BOUNDARY}", f'Content-Disposition: form-data; name="{name}"', "", text]
    lines += [f"--{BOUNDARY}", 'Content-Disposition: form-data; name="file"; filename="rows.csv"']
    lines += ["Content-Type: text/csv", "", file, f"--{BOUNDARY}--", ""]
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return Ask(kind, "POST", path, body="\r\n".join(lines).encode(), headers=headers)
