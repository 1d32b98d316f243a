"""A list of records that no role opens is refused as every other action on them, in words that help. On both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loomwork.core.errors import NotAllowed, NotFound
from loomwork.query.tree import Dimension, Measure, Query
from loomwork.runtime import Runtime
from tests.support.answers import json_of
from tests.support.running import running
from tests.support.shop import SYSTEM, empty_shop, make_person

COUNT = (Measure("n", "count"),)


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest) -> Runtime:
    return empty_shop(database_kind, request)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"fields": ("name",)},
        {"sort": ("name",)},
        {"search": "acme"},
        {"count": "exact"},
        {"measures": COUNT},
        {"group": (Dimension("region"),), "measures": COUNT},
    ],
)
def test_what_no_role_opens_is_refused_as_a_whole(shop: Runtime, asked: dict[str, Any]) -> None:
    packer = make_person(shop, "Pam", "packer")
    with shop.write() as work:
        made = shop.records.create(work, SYSTEM, "shop.customer", {"name": "Acme"})["id"]
    query = Query("shop.customer", **asked)
    with shop.read() as work, pytest.raises(NotAllowed) as fault:
        shop.query.group(work, packer, query) if query.measures else shop.query.run(work, packer, query)
    with shop.write() as work, pytest.raises(NotAllowed) as refused:
        shop.records.create(work, packer, "shop.customer", {"name": "B"})
    assert fault.value.code == refused.value.code == "not_allowed"
    assert fault.value.params == {"action": "read", "entity": "shop.customer"}
    assert fault.value.message == refused.value.message.replace("create", "read")
    assert fault.value.details == refused.value.details == []
    with shop.read() as work, pytest.raises(NotFound):
        shop.query.get(work, packer, "shop.customer", made)


def test_the_words_name_the_action_and_the_way_out(database_url: str, tmp_path: Path) -> None:
    entity = "system.role_assignment"
    with running(database_url, tmp_path) as library:
        person = f"/api/v1/records/system.user/{library.ids['mia']}"
        version = library.call("lena", "GET", person).headers["ETag"]
        library.call("lena", "PATCH", person, json={"language": "zh-CN"}, headers={"If-Match": version})
        library.app.guard.identities.forget()
        said = [
            (
                one.status_code,
                json_of(one)["error"]["code"],
                json_of(one)["error"]["message"],
                json_of(one)["error"]["details"],
            )
            for who in ("max", "mia")
            for one in (
                library.call(who, "GET", f"/api/v1/records/{entity}"),
                library.call(who, "POST", "/api/v1/query", json={"entity": entity}),
            )
        ]
    english = "You may not read records of “Role assignments”. An administrator can give you a role that lets you."
    chinese = "你无权读取“角色授权”的记录，可以请管理员授予相应角色。"
    assert said == [(403, "not_allowed", words, []) for words in (english, english, chinese, chinese)]
