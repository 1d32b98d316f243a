"""Trying a formula on a saved record: also one that names a field which is computed when it is read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support import running as support
from tests.support.answers import json_of
from tests.support.running import running


@pytest.mark.parametrize("backend", ["python", "sql"])
def test_a_field_computed_on_reading_can_be_named(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "library"
    shutil.copytree(support.LIBRARY, package)
    place = package / "entities" / "book.json"
    book = json.loads(place.read_text(encoding="utf-8"))
    computed = {"formula": "pages * 3", "result": "integer", "stored": False}
    book["fields"]["triple"] = {
        "type": "formula", "label": {"en": "Triple", "zh-CN": "三倍"}, "order": "b4", "properties": computed,
    }  # fmt: skip
    place.write_text(json.dumps(book), encoding="utf-8")
    monkeypatch.setattr(support, "LIBRARY", package)
    with running(f"sqlite:///{tmp_path / 'library.db'}", tmp_path / "home") as library:
        made = json_of(library.call("mia", "POST", "/api/v1/records/lib.book", json={"title": "A", "pages": 7}))
        asked = {"formula": "IF(triple = 21, 'yes', 'no')", "entity": "lib.book", "backend": backend}
        path = "/api/v1/formula/evaluate"
        answer = library.call("mia", "POST", path, json={**asked, "record": made["id"]})
        assert (answer.status_code, json_of(answer)["value"]) == (200, "yes")
        loose = library.call("mia", "POST", path, json={**asked, "record": {"pages": 7}})
        assert (loose.status_code, json_of(loose)["error"]["code"]) == (422, "formula_request")
