"""A small library app, run by the platform on SQLite, and desks for its people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from loomwork.core.settings import load_settings
from loomwork.permissions.actor import Actor, system_actor
from loomwork.runtime import Runtime
from loomwork.web.screens.desk import Desk, open_desk

APP = Path(__file__).parents[2] / "e2e" / "library"
OpenDesk = Callable[..., AbstractContextManager[Desk]]


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    settings = load_settings({"LOOMWORK_HOME": str(tmp_path_factory.mktemp("screens"))})
    rt = Runtime.start(settings, app_folders=[APP])
    with rt.write() as work:
        author = rt.records.create_many(
            work, system_actor("seed"), "lib.author", [{"name": "林语堂", "phone": "+8613800138000"}]
        )
        rows = [
            {"title": f"Volume {n:03}", "author": author[0], "status": "shelved", "price": f"{n}.50", "copies": n}
            for n in range(1, 61)
        ]
        rt.records.create_many(work, system_actor("seed"), "lib.book", rows)
    yield rt
    rt.close()


@pytest.fixture
def desk(runtime: Runtime) -> OpenDesk:
    """Opens a desk: `with desk("lib.clerk", language="zh-CN") as place:`."""

    def make(*roles: str, language: str = "en") -> AbstractContextManager[Desk]:
        user = "0192f0c1-7b2a-7c3d-8e4f-0123456789ab"
        actor = Actor(
            user, "Ada", frozenset(roles or ("lib.clerk",)), language=language, zone="Asia/Shanghai", source="screens"
        )
        return open_desk(runtime, actor, "token")

    return make
