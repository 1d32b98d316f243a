"""A person who owns records is not deleted over REST; the refusal says how many and what to do, in the reader's language."""

from __future__ import annotations

from pathlib import Path

from tests.support.running import running


def test_deleting_an_owner_says_what_he_owns(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path) as library:
        for title in ("One", "Two"):
            assert library.call("mia", "POST", "/api/v1/records/lib.book", json={"title": title}).status_code == 201
        path = f"/api/v1/records/system.user/{library.ids['mia']}"
        found = library.call("lena", "GET", path)
        answer = library.call("lena", "DELETE", path, headers={"If-Match": found.headers["ETag"]})
        fault = answer.json["error"]
        assert (answer.status_code, fault["code"]) == (409, "owns_records")
        assert "2 records" in fault["message"]
        assert "deactivate" in fault["message"]
        assert [one["path"] for one in fault["details"]] == ["lib.book"]
        moved = library.call(
            "lena", "POST", f"/api/v1/users/{library.ids['mia']}/deactivate", json={"successor": library.ids["max"]}
        )
        assert moved.status_code == 200, moved.text
        tag = library.call("lena", "GET", path).headers["ETag"]
        assert library.call("lena", "DELETE", path, headers={"If-Match": tag}).status_code == 204
