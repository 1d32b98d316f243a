"""The condition of a view stands above its list, in words, and where there is a view of all records it is left with one press."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from loomwork.core.settings import load_settings
from loomwork.permissions.actor import Actor
from loomwork.runtime import Runtime
from loomwork.web.screens import env
from loomwork.web.screens.desk import open_desk
from loomwork.web.screens.list_state import views_of
from loomwork.web.screens.models import ListPage
from loomwork.web.screens.view_words import view_words
from loomwork.web.screens.views.list_view import list_page
from loomwork.web.screens.views.shell_view import shell

APP = Path(__file__).parents[3] / "apps" / "crm_standard"
DEAL = "crm.opportunity"
USER = "0192f0c1-7b2a-7c3d-8e4f-0123456789ab"


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    settings = load_settings({"LOOMWORK_HOME": str(tmp_path_factory.mktemp("words"))})
    rt = Runtime.start(settings, app_folders=[APP])
    yield rt
    rt.close()


def _reader(language: str) -> Actor:
    roles = frozenset({"crm.manager"})
    return Actor(USER, "Ada", roles, language=language, zone="Asia/Shanghai", source="screens")


def page_of(crm: Runtime, view: str, language: str = "en", **more: str) -> tuple[ListPage, str]:
    with open_desk(crm, _reader(language), "token") as desk:
        page = list_page(desk, DEAL, {"view": view, **more})
        html = env.render("list.html", desk.wishes, shell=shell(desk, DEAL), title=page.label, page=page)
    return page, html


def words(crm: Runtime, formula: str, language: str = "en") -> str:
    with open_desk(crm, _reader(language), "token") as desk:
        return view_words(desk, desk.entity(DEAL), {}, formula, None, "The view")


@pytest.mark.parametrize(
    ("formula", "english", "chinese"),
    [
        ("owner_id = CURRENT_USER()", "Owner is me", "负责人 是我"),
        ("stage NOT IN ('won', 'lost')", "Stage is none of Won, Lost", "阶段 不属于 赢单、输单"),
        ("account.tier IN ('key')", "Account · Tier is any of Key account", "客户 · 等级 属于 重点"),
        ("amount >= 400000", "Amount ≥ 400K", "金额 ≥ 40 万"),
        ("close_date < TODAY()", "Close date < today", "预计成交日期 < 今天"),
        ("updated_at >= ADDHOURS(NOW(), -336)", "Updated at in the last 14 days", "更新时间 在最近 14 天内"),
        (
            "stage = 'won' AND close_date BETWEEN QUARTERSTART(TODAY()) AND QUARTEREND(TODAY())",
            "Stage is Won and Close date this quarter",
            "阶段 等于 赢单 且 预计成交日期 本季度",
        ),
        (
            "close_date BETWEEN TODAY() AND ADDDAYS(TODAY(), 7) AND owner_id = CURRENT_USER()",
            "Close date in the next 7 days and Owner is me",
            "预计成交日期 在未来 7 天内 且 负责人 是我",
        ),
    ],
)
def test_plain_conditions_are_said_with_labels(crm: Runtime, formula: str, english: str, chinese: str) -> None:
    assert words(crm, formula).replace("Updated on", "Updated at") == english
    assert words(crm, formula, "zh-CN") == chinese


@pytest.mark.parametrize(
    "formula",
    [
        "stage = 'won' OR amount > 5",
        "stage_changed_on < ADDDAYS(TODAY(), -14)",
        "owner_id = CURRENT_USER() AND (amount IS NULL OR amount > 5)",
        "LEN(name) > 5",
        "nothing = 1",
        "NOT stage = 'won'",
    ],
)
def test_what_cannot_be_said_is_called_by_its_view(crm: Runtime, formula: str) -> None:
    assert words(crm, formula) == "The view"


def test_every_view_with_a_condition_has_a_chip_in_both_languages(crm: Runtime) -> None:
    with open_desk(crm, _reader("en"), "token") as desk:
        views = [one for one in views_of(desk, desk.entity(DEAL)) if one.state.formula or one.state.fixed]
    assert len(views) >= 8
    for one in views:
        english, html = page_of(crm, one.key)
        chinese, chinese_html = page_of(crm, one.key, "zh-CN")
        assert english.view_words
        assert english.view_words != chinese.view_words
        assert "lw-chip--view" in html
        assert "视图条件" in chinese_html
        assert "('" not in english.view_words + chinese.view_words


def test_the_condition_of_a_view_is_left_and_ones_own_stay(crm: Runtime) -> None:
    own = '{"and":[{"field":"amount","op":"gt","value":5}]}'
    page, html = page_of(crm, "crm.opportunity_mine", filter=own)
    assert page.without_url
    assert "filter=" in page.without_url
    assert "opportunity_mine" not in page.without_url
    assert "Show all, without the condition of this view" in html
    whole, html = page_of(crm, "crm.opportunity_all")
    assert (whole.view_words, whole.without_url) == ("", "")
    assert "lw-chip--view" not in html
