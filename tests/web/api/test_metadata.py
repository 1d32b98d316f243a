"""The metadata over REST: what is in effect, where it comes from, and which versions there are."""

from __future__ import annotations

from pathlib import Path

from tests.support.answers import json_of
from tests.support.running import running


def test_versions_are_told_to_those_who_may_read_metadata(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path) as library:
        answer = library.call("lena", "GET", "/api/v1/metadata/versions")
        assert answer.status_code == 200, answer.text
        (one,) = json_of(answer)["items"]
        assert (one["number"], one["hash"], one["author"]) == (1, json_of(answer)["version"], "start")
        assert one["published_at"].endswith("Z")
        assert library.call("mia", "GET", "/api/v1/metadata/versions").status_code == 403
        wrong = library.call("lena", "GET", "/api/v1/metadata/versions?kind=entity")
        assert (wrong.status_code, json_of(wrong)["error"]["code"]) == (422, "unknown_parameter")
        kind = library.call("lena", "GET", "/api/v1/metadata/entitty")
        assert (kind.status_code, 'did you mean "entity"' in json_of(kind)["error"]["message"]) == (404, True)
