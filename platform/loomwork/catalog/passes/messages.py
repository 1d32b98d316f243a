"""Texts of `messages/<language>.json` go into the labels that their keys name.

A key is `<component>#<path of the label>`, with the kind in front where it is not an entity:
`lib.book#fields/title/label`, `view:lib.book_all#label`. A text that the component has itself in that language stays.
"""

from collections.abc import Mapping

from loomwork.catalog.draft import Document, Draft
from loomwork.catalog.faults import layering
from loomwork.catalog.pointers import MISSING, find, with_value
from loomwork.core.diagnostics import did_you_mean


def fill_labels(draft: Draft) -> None:
    """Put the texts into the documents' labels; report keys that lead to none."""
    for document in list(draft.sound("messages")):
        language = document.name.partition(".")[2]
        for key, text in document.body.items():
            if key != "$schema":
                _fill(document, key, language, text, draft)


def _fill(messages: Document, key: str, language: str, text: str, draft: Draft) -> None:
    address, _, path = key.partition("#")
    kind, _, name = address.rpartition(":")
    target = draft.documents.get(kind or "entity", {}).get(name)
    keys = tuple(path.split("/"))
    body = target.body if target else {}
    label = find(body, keys)
    above = find(body, keys[:-1])
    may_be_added = label is MISSING and isinstance(above, Mapping) and keys[-1] in ("help", "plural")
    if target is None or not (isinstance(label, Mapping) or may_be_added):
        hint = did_you_mean(name, draft.documents.get(kind or "entity", {})) if target is None else ""
        draft.add(layering.UnknownText.at(messages.place.inside(key), hint, key=key))
    elif may_be_added or language not in label:
        target.body = with_value(target.body, (*keys, language), text)
        target.digest = ""
