"""Choices as frozen objects, in the order in which people see them."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from loomwork.catalog.draft import SYSTEM_NAMESPACE, Document
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


def role_choices(roles: Iterable[Document]) -> Mapping[str, Choice]:
    """The roles of all apps as choices; the platform's own stand last, those that nobody is given cannot be chosen."""
    result: dict[str, Choice] = {}
    for one in sorted(roles, key=lambda role: (role.namespace == SYSTEM_NAMESPACE, role.app, _rank(role), role.name)):
        result[one.name] = Choice(
            value=one.name,
            label=one.body["label"],
            colour="indigo" if one.namespace == SYSTEM_NAMESPACE else "grey",
            order=f"{len(result):04}",
            active=one.body.get("assignable", True),
        )
    return MappingProxyType(result)


def _rank(role: Document) -> str:
    return str(role.body.get("order", "~"))
