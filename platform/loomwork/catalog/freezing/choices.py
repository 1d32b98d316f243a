"""Choices as frozen objects, in the order in which people see them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from loomwork.catalog.model import Choice
from loomwork.catalog.ranks import effective_ranks, ordered


def freeze_choices(choices: Mapping[str, Any]) -> Mapping[str, Choice]:
    """The choices of a set, in order."""
    ranks = effective_ranks(choices)
    result = {}
    for value in ordered(choices):
        one = choices[value]
        result[value] = Choice(
            value=value,
            label=one["label"],
            colour=one.get("colour", "grey"),
            icon=one.get("icon", ""),
            order=ranks[value],
            active=one.get("active", True),
            closes=one.get("closes", ""),
            share=one.get("share"),
        )
    return MappingProxyType(result)
