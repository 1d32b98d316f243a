"""A link that was used, is too old or was never one leads to a page that says so and what to do next, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.running import Running, running


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("dead-links")
    with running(f"sqlite:///{home / 'library.db'}", home) as made:
        yield made


@pytest.mark.parametrize(
    ("path", "language", "words", "way"),
    [
        ("/invitation/used", "en", ("This link no longer works", "ask for another invitation"), 'href="/sign-in"'),
        ("/invitation/used", "zh-CN", ("此链接已失效", "联系管理员重新邀请"), 'href="/sign-in"'),
        ("/reset/used", "en", ("This link no longer works", "Ask for a new link"), 'href="/forgot"'),
        ("/reset/used", "zh-CN", ("此链接已失效", "重新获取链接"), 'href="/forgot"'),
    ],
)
def test_a_dead_link_says_what_to_do_next(
    library: Running, path: str, language: str, words: tuple[str, ...], way: str
) -> None:
    answer = library.browser().get(path, headers={"Accept-Language": language})
    assert answer.status_code == 404
    for one in words:
        assert one in answer.text
    primary = answer.text.partition("lw-btn--primary")[2].partition("</a>")[0]
    assert way in primary
    assert 'type="password"' not in answer.text
