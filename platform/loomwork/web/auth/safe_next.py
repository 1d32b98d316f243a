"""Where to go after sign-in: a path of this site, or the start page."""

from urllib.parse import unquote, urlsplit

START = "/"
_MAX = 2_000


def safe_next(target: str | None) -> str:
    """The target if it is a plain path on this site, else the start page.

    Whatever a browser might read as another site is refused: a scheme, two slashes, a backslash, control characters,
    also when they are written with percent signs once or twice.
    """
    if not target or len(target) > _MAX:
        return START
    if " " in target or not all(_is_path(form) for form in (target, unquote(target), unquote(unquote(target)))):
        return START
    return target


def _is_path(text: str) -> bool:
    if not text.startswith("/") or text.startswith("//"):
        return False
    if "\\" in text or any(ord(mark) < 32 or ord(mark) == 127 for mark in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc and "//" not in parts.path
