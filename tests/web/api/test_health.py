"""Figures for operators: who may read `/metrics`, and how a program that collects them signs in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.answers import json_of
from tests.support.running import Running, running


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home: Path = tmp_path_factory.mktemp("library")
    with running(f"sqlite:///{home / 'library.db'}", home) as made:
        yield made


def test_figures_are_for_operators_alone(library: Running) -> None:
    nobody = library.call(None, "GET", "/metrics")
    assert (nobody.status_code, json_of(nobody)["error"]["code"]) == (401, "not_signed_in")
    assert nobody.headers["WWW-Authenticate"].startswith("Bearer")
    wrong = library.call(None, "GET", "/metrics", headers={"Authorization": "Bearer lw_wrong"})
    assert (wrong.status_code, json_of(wrong)["error"]["code"]) == (401, "token")
    basic = library.call(None, "GET", "/metrics", headers={"Authorization": "Basic bGVuYTp4"})
    assert (basic.status_code, json_of(basic)["error"]["code"]) == (401, "token")
    member = library.call("mia", "GET", "/metrics")
    assert (member.status_code, json_of(member)["error"]["code"]) == (403, "ability")


def test_a_token_of_an_operator_reads_the_figures(library: Running) -> None:
    library.call("lena", "GET", "/api/v1/me")
    found = library.call("lena", "GET", "/metrics")
    assert (found.status_code, found.mimetype) == (200, "text/plain")
    assert "# TYPE " in found.text
    assert "/api/v1/me" in found.text
    narrow = library.token("lena", "read")
    answer = library.call(None, "GET", "/metrics", headers={"Authorization": f"Bearer {narrow}"})
    assert (answer.status_code, json_of(answer)["error"]["code"]) == (403, "scope")
    assert library.browser("lena").get("/metrics").status_code == 200
