"""The Jinja environment of all screens: templates, icons, built assets, texts and formatters.

Field types bring their own `cell.html` and `input.html`; they are reached as `field_types/<name>/cell.html`.
Nothing here knows Flask, so a page can be rendered (and tested) without a server.
"""

import json
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from flask import has_request_context, request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from loomwork.core.jsonio import dump_json
from loomwork.web.screens import figures, ui

PACKAGE = Path(__file__).resolve().parents[2]
STATIC = PACKAGE / "web" / "static"
STATIC_URL = "/static"


@cache
def environment() -> Environment:
    """The one environment; made at first use, templates are compiled once per process."""
    env = Environment(
        loader=ChoiceLoader(
            [
                FileSystemLoader(PACKAGE / "web" / "screens" / "templates"),
                PrefixLoader({"field_types": FileSystemLoader(PACKAGE / "field_types")}),
            ]
        ),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    env.globals.update(
        icon=icon,
        asset=asset,
        base_chunk=base_chunk,
        t=ui.t,
        say=ui.say,
        ui=ui.current,
        show=figures,
        texts=_texts_block,
        avatar_colour=avatar_colour,
        modifier=modifier,
    )
    env.filters["tojson_attr"] = json_attribute
    return env


def render(template: str, wishes: ui.Ui, **context: Any) -> str:
    """A whole page or a part of one, in the reader's language and look.

    Shapes: `template` is a path below `web/screens/templates` (`auth/sign_in.html`).
    """
    with ui.used(wishes):
        return environment().get_template(template).render(**context)


@cache
def macro(template: str, name: str) -> Any:
    """A macro of a template as a callable; found once per process."""
    return getattr(environment().get_template(template).module, name)


@cache
def macro_if_any(template: str, name: str) -> Any:
    """A macro that a template need not have; None where it is not there."""
    return getattr(environment().get_template(template).module, name, None)


@cache
def _icons() -> dict[str, str]:
    path = STATIC / "icons.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


@lru_cache(maxsize=2000)
def icon(name: str, size: int = 16, kind: str = "") -> Markup:
    """An icon drawn into the page; unknown names give the neutral one, so that a typo in metadata harms nobody.

    Units: `size` in CSS pixels. Shapes: `kind` is an extra CSS class.
    """
    icons = _icons()
    body = icons.get(name) or icons.get("point", "")
    filled = " lw-icon--filled" if name.endswith("-filled") else ""
    return Markup(  # noqa: S704 - names and sizes come from templates, drawings from the build
        f'<svg class="lw-icon{filled} {kind}" width="{size}" height="{size}" viewBox="0 0 24 24" aria-hidden="true">{body}</svg>'
    )


@cache
def _manifest() -> dict[str, dict[str, Any]]:
    path = STATIC / "manifest.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))["files"]) if path.exists() else {}


def asset(name: str) -> str:
    """Address of a built file, with its content hash so that browsers may keep it for ever."""
    entry = _manifest().get(name)
    return f"{STATIC_URL}/{name}?v={entry['hash']}" if entry else f"{STATIC_URL}/{name}"


@cache
def base_chunk() -> str:
    """Address of what all scripts share, so that a page can ask for it together with its own script."""
    name = next((one for one in _manifest() if one.startswith("chunks/base-")), "")
    return f"{STATIC_URL}/{name}" if name else ""


_APPLE = ("Mac OS", "iPhone", "iPad")


def modifier() -> str:
    """How the reader's machine calls the key that goes with others: `⌘` or `Ctrl `."""
    agent = request.user_agent.string if has_request_context() else ""
    return "⌘" if any(one in agent for one in _APPLE) else "Ctrl "


def json_attribute(value: Any) -> str:
    """A JSON text for an HTML attribute; the template escapes it."""
    return dump_json(value).decode()


@cache
def _texts_json(language: str) -> Markup:
    body = json.dumps(dict(ui.browser_texts(language)), ensure_ascii=False).replace("<", "\\u003c")
    return Markup(body)  # noqa: S704 - JSON with every "<" written as an escape


def _texts_block() -> Markup:
    return _texts_json(ui.current().language)


AVATAR_COLOURS = ("indigo", "sky", "teal", "green", "olive", "amber", "orange", "rose", "plum", "grey")


@lru_cache(maxsize=5000)
def avatar_colour(seed: str) -> str:
    """A palette name that stays the same for the same text."""
    return AVATAR_COLOURS[sum((i + 1) * ord(c) for i, c in enumerate(seed[:24])) % len(AVATAR_COLOURS)]
