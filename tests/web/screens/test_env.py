from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from loomwork.catalog.model import Field
from loomwork.core.settings import data_root
from loomwork.field_types import BUILTIN
from loomwork.field_types.base import FieldType
from loomwork.web.screens import env, ui, values

TEMPLATES = sorted((env.PACKAGE / "web" / "screens" / "templates").rglob("*.html"))
EVIL = "<img src=x onerror=alert(1)>\"'"


class Tags(HTMLParser):
    """What a browser would make of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str | None]] = []

    @property
    def handlers(self) -> list[str]:
        return [name for name, _ in self.attributes if name.startswith("on")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs


def test_the_reader_of_tags_sees_a_planted_handler() -> None:
    seen = Tags()
    seen.feed(f"<b>{EVIL}</b>")
    assert seen.handlers == ["onerror"]
    assert ("src", "x") in seen.attributes


def field_of(kind: FieldType, props: Mapping[str, Any] | None = None) -> Field:
    own = dict(props or {})
    return Field("thing", "lib.book", kind, {"en": "Thing"}, {}, "a0", own, kind.columns(own))


@pytest.fixture(autouse=True)
def _installed() -> None:
    values.install()


def test_there_are_all_types() -> None:
    assert len(BUILTIN) >= 41


@pytest.mark.parametrize("kind", BUILTIN, ids=lambda kind: kind.name)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_type_shows_each_of_its_samples(kind: FieldType, language: str) -> None:
    with ui.used(ui.Ui(language=language, zone="Asia/Shanghai")):
        for sample in kind.samples:
            if sample.code:
                continue
            shown = sample.shown if sample.shown is not None else sample.wire
            assert isinstance(values.value_html(field_of(kind, sample.props), shown), Markup)


@pytest.mark.parametrize("kind", BUILTIN, ids=lambda kind: kind.name)
def test_no_type_lets_markup_through(kind: FieldType) -> None:
    sample = next((s for s in kind.samples if not s.code), None)
    props = sample.props if sample else None
    for value in (EVIL, {"id": "1", "label": EVIL, "name": EVIL, "entity": EVIL}, [EVIL]):
        try:
            html = values.cell_html(field_of(kind, props), value)
        except (AttributeError, TypeError, ValueError, UndefinedError):
            continue  # a form that the type never has
        seen = Tags()
        seen.feed(html)
        assert seen.handlers == []
        assert ("src", "x") not in seen.attributes


@pytest.mark.parametrize("kind", BUILTIN, ids=lambda kind: kind.name)
def test_a_masked_value_is_shown_as_it_stands(kind: FieldType) -> None:
    if kind.storage.value == "children" or kind.name in ("json", "tags", "multi_choice"):
        return
    with ui.used(ui.Ui()):
        assert "••••" in values.cell_html(field_of(kind), "••••")
        hidden = values.cell_html(field_of(kind), {"masked": "138****1234"})
        assert "138****1234" in hidden
        assert "masked" not in hidden


@pytest.mark.parametrize("kind", BUILTIN, ids=lambda kind: kind.name)
def test_every_widget_has_its_element(kind: FieldType) -> None:
    source = "".join(
        file.read_text(encoding="utf-8") for file in (data_root() / "designer" / "src" / "widgets").glob("*.ts")
    )
    if kind.widget != "computed":
        assert re.search(rf'"(lw-)?{re.escape(kind.widget)}"', source)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_templates_compile_and_bring_no_inline_script_style_or_handler(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    env.environment().get_template(template.relative_to(env.PACKAGE / "web/screens/templates").as_posix())
    assert not re.search(r"\sstyle=|\son\w+=\"|<style", text)
    assert all('type="application/json"' in tag or "src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert len(text.splitlines()) <= 120


def _keys_used() -> set[str]:
    folder = env.PACKAGE / "web" / "screens"
    text = "".join(file.read_text(encoding="utf-8") for file in (*folder.rglob("*.html"), *folder.rglob("*.py")))
    return set(re.findall(r"""\bt\(\s*["']([a-z0-9_.]+)["']\s*[,)]""", text))


def test_every_text_that_a_screen_asks_for_is_there_in_both_languages() -> None:
    used = _keys_used()
    assert len(used) > 150
    for language in ("en", "zh-CN"):
        areas = (data_root() / "metadata" / "messages" / language).glob("*.json")
        known = {key for area in areas for key in json.loads(area.read_text(encoding="utf-8"))}
        assert sorted(key for key in used if f"screens.{key.removeprefix('screens.')}" not in known) == []


def test_every_text_that_a_script_asks_for_is_sent() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in (data_root() / "designer" / "src").rglob("*.ts"))
    used = set(re.findall(r'(?<![a-zA-Z_.])t\("([a-z0-9_.]+)"', source))
    sent = ui.browser_texts("zh-CN")
    assert len(used) > 60
    assert sorted(key for key in used if key not in sent) == []


def test_an_unknown_icon_harms_nobody() -> None:
    assert str(env.icon("no-such-icon")).startswith("<svg")
    assert "<path" in env.icon("home")


def test_an_address_of_a_built_file_names_its_content() -> None:
    assert re.fullmatch(r"/static/screens\.js\?v=[0-9a-f]{12}", env.asset("screens.js"))
    assert env.asset("not-built.js") == "/static/not-built.js"


def test_the_key_that_goes_with_others_is_called_as_on_the_readers_machine() -> None:
    from flask import Flask

    server = Flask("keys")
    for agent, name in (
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_1)", "⌘"),
        ("Mozilla/5.0 (Windows NT 10.0)", "Ctrl "),
    ):
        with server.test_request_context(headers={"User-Agent": agent}):
            assert env.modifier() == name
    assert env.modifier() == "Ctrl "


def test_a_moment_has_its_time_also_on_days_far_away_and_a_no_is_a_word() -> None:
    far = Markup(env.macro("fields/cells.html", "moment")("2026-03-04T09:30:00Z"))
    assert far.striptags().endswith("09:30")
    assert "lw-clock" in far
    assert "No" in Markup(env.macro("fields/cells.html", "yes_no")(False)).striptags()
