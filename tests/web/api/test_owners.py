"""A person who owns records is not deleted over REST; the refusal says how many and what to do, in the reader's language."""

from __future__ import annotations

from pathlib import Path

from tests.support.answers import json_of
from tests.support.running import running


def test_deleting_an_owner_says_what_he_owns(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path) as library:
        for title in ("One", "Two"):
            assert library.call("mia", "POST", "/api/v1/records/lib.book", json={"title": title}).status_code == 201
        path = f"/api/v1/records/system.user/{library.ids['mia']}"
        found = library.call("lena", "GET", path)
        answer = library.call("lena", "DELETE", path, headers={"If-Match": found.headers["ETag"]})
        fault = json_of(answer)["error"]
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


def test_a_record_never_loses_its_owner(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path) as library:
        made = library.call("lena", "POST", "/api/v1/records/lib.book", json={"title": "One", "owner_id": None})
        assert (made.status_code, json_of(made)["owner_id"]["id"]) == (201, library.ids["lena"])
        path, one = made.headers["Location"], json_of(made)["id"]
        refused = library.call("lena", "PATCH", path, json={"owner_id": None}, headers={"If-Match": '"1"'})
        fault = json_of(refused)["error"]
        assert (refused.status_code, [(d["path"], d["code"]) for d in fault["details"]]) == (
            422,
            [("owner_id", "required")],
        )
        change = {"do": "update", "id": one, "row_version": 1, "data": {"owner_id": None, "title": "x"}}
        batch = library.call("lena", "POST", "/api/v1/records/lib.book/batch", json={"changes": [change]})
        assert batch.status_code == 422, batch.text
        given = library.call("lena", "PATCH", path, json={"owner_id": library.ids["mia"]}, headers={"If-Match": '"1"'})
        assert (given.status_code, json_of(given)["owner_id"]["id"]) == (200, library.ids["mia"])
