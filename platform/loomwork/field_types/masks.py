"""Masking rules: what a reader with a masked right sees. Each rule shows a fixed part and never the length of the rest.

A value that does not have the form that its rule expects is hidden whole, so that a short or foreign value never
shows more than the rule allows. Source: docs/threat-model.md, masking.
"""

import re
from collections.abc import Callable, Mapping

from loomwork.core.text import has_cjk

HIDDEN = "••••"

_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9])[0-9]{4}([0-9]{4})")
_ID_CARD = re.compile(r"([0-9]{3})(?:[0-9]{8}|[0-9]{11})([0-9]{3}[0-9Xx])")
_BANK_CARD = re.compile(r"[0-9]{12,19}")
_SPACES = re.compile(r"[ -]")


def hide(value: str) -> str:
    """Nothing of the value."""
    return HIDDEN


def mask_mobile(value: str) -> str:
    """`138****1234` for a mobile number of mainland China, else nothing."""
    found = _MOBILE.fullmatch(_SPACES.sub("", value))
    return f"{found[1]}****{found[2]}" if found else HIDDEN


def mask_id_card(value: str) -> str:
    """First three and last four of an identity number (15 or 18 places)."""
    found = _ID_CARD.fullmatch(value)
    return f"{found[1]}****{found[2]}" if found else HIDDEN


def mask_bank_card(value: str) -> str:
    """Last four of a card number (12 to 19 digits)."""
    digits = _SPACES.sub("", value)
    return f"****{digits[-4:]}" if _BANK_CARD.fullmatch(digits) else HIDDEN


def mask_email(value: str) -> str:
    """`z***@example.com`; a local part of one character is hidden whole."""
    local, at, domain = value.rpartition("@")
    if not (local and at and domain):
        return HIDDEN
    return f"{local[0] if len(local) > 1 else ''}***@{domain}"


def mask_name(value: str) -> str:
    """`张*`: the first character of a Chinese name of at least two; other names are hidden whole."""
    return f"{value[0]}*" if len(value) > 1 and has_cjk(value[0]) else HIDDEN


RULES: Mapping[str, Callable[[str], str]] = {
    "all": hide,
    "mobile": mask_mobile,
    "id_card": mask_id_card,
    "bank_card": mask_bank_card,
    "email": mask_email,
    "name": mask_name,
}
"""Rules that a text field may name in its `mask` property."""
