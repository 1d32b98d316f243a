"""C33x: what the head and the timeline of a record page refer to."""

from typing import Any

from loomwork.catalog.faults.base import Fault, Put, one

_PAGE = "pages/book_page.json"
_TEXT = {"en": "{value} pages"}


def _told(kind: str) -> dict[str, Any]:
    """A page whose timeline tells books, with a button for one kind of them."""
    filters = {"some": {"label": {"en": "Some"}, "kinds": [kind]}}
    told = {"at": "created_at", "kind": "status", "filters": filters}
    return {"entity": "lib.author", "related": {"books": {"timeline": told}}}


class UnknownHighlight(Fault):
    """A caption below a highlight that the page does not have.

    What it finds: the `of` of a caption that stands in no `highlights`.
    Why it matters: the caption would never be seen.
    Example: `"of": "page"` below the highlight `pages`.
    Correction: name a highlight, or add it.
    """

    code = "C331"
    title = "Unknown highlight"
    message = 'the page has no highlight "{name}"'
    good = one(Put(_PAGE, "/captions", {"thick": {"of": "pages", "value": "pages", "text": _TEXT}}))
    bad = one(Put(_PAGE, "/captions", {"thick": {"of": "page", "value": "pages", "text": _TEXT}}))


class UnknownKind(Fault):
    """A button of the timeline for a kind that there is not.

    What it finds: a value in `kinds` that is no choice of the timeline's `kind`.
    Why it matters: the button would show nothing.
    Example: `"kinds": ["lended"]`.
    Correction: name choices of the field that `kind` names.
    """

    code = "C332"
    title = "Unknown kind in the timeline"
    message = 'the timeline knows no kind "{name}"'
    good = one(Put("pages/author_page.json", "", _told(kind="new")))
    bad = one(Put("pages/author_page.json", "", _told(kind="nwe")))
