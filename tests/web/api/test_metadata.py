"""The metadata over REST: what is in effect, where it comes from, and which versions there are."""

from __future__ import annotations

from pathlib import Path

from tests.support.running import running


def test_versions_are_told_to_those_who_may_read_metadata(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path) as library:
        answer = library.call("lena", "GET", "/api/v1/metadata/versions")
        assert answer.status_code == 200, answer.text
        (one,) = answer.json["items"]
        assert (one["number"], one["hash"], one["author"]) == (1, answer.json["version"], "start")
        assert one["published_at"].endswith("Z")
        assert library.call("mia", "GET", "/api/v1/metadata/versions").status_code == 403
        wrong = library.call("lena", "GET", "/api/v1/metadata/versions?kind=entity")
        assert (wrong.status_code, wrong.json["error"]["code"]) == (422, "unknown_parameter")
        kind = library.call("lena", "GET", "/api/v1/metadata/entitty")
        assert (kind.status_code, 'did you mean "entity"' in kind.json["error"]["message"]) == (404, True)
