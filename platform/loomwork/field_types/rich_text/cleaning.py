"""Which HTML stays. Remote images never do: opening a record must not tell anybody that it was opened."""

import html
import re

TAGS = frozenset(
    [
        "p",
        "br",
        "hr",
        "strong",
        "b",
        "em",
        "i",
        "u",
        "s",
        "sub",
        "sup",
        "mark",
        "a",
        "ul",
        "ol",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "blockquote",
        "pre",
        "code",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ]
)
ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel"}

_BREAKS = re.compile(r"<(?:br|hr|/(?:p|li|h[1-4]|tr|td|th|blockquote|pre))\b[^>]*>")
_BLANKS = re.compile(r"(?<![ \t\u00a0])[ \t\u00a0]*+\n\s*")


def clean(text: str) -> str:
    """HTML with the allowed elements and attributes only; links get `rel="noopener noreferrer"`."""
    import nh3

    return nh3.clean(text, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=SCHEMES)


def plain_text(cleaned: str) -> str:
    """The words of cleaned HTML, one line a block; empty when there are none."""
    import nh3

    broken = _BREAKS.sub(lambda tag: tag.group() + "\n", cleaned)
    return _BLANKS.sub("\n", html.unescape(nh3.clean(broken, tags=set()))).strip()
