"""The page about field types: the types write it themselves."""

from __future__ import annotations

from loomwork.field_types.reference import render
from tools.reference.markdown import MADE


def page() -> str:
    """What each type is for, its properties, columns, operators and forms, values taken and refused."""
    return render(MADE)
