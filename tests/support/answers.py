"""What an answer of the server says, for tests that read it."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse


def json_of(answer: TestResponse) -> Any:
    """The JSON of an answer; an answer that is none fails with its own status and words, not with `None[...]`."""
    assert answer.is_json, f"{answer.status}, no JSON but {answer.content_type}: {answer.text[:500]!r}"
    return answer.get_json()
