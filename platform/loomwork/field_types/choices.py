"""The choices of a field: resolved by the catalog (`_choices`), or read from the field's own properties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Protocol

from loomwork.core.i18n import LANGUAGES, Label, label_text
from loomwork.field_types import schemas
from loomwork.field_types.base import Props
from loomwork.field_types.colours import PALETTE
from loomwork.field_types.refusals import near, refuse, short

VALUE_PATTERN = "^[a-z0-9][a-z0-9_]{0,39}$"
CHOICE_SOURCES = ("roles",)


class ChoiceLike(Protocol):
    """What a type needs to know of a choice; `catalog.model.Choice` is one."""

    @property
    def label(self) -> Label:
        """Text by language."""

    @property
    def order(self) -> str:
        """Fractional rank."""

    @property
    def active(self) -> bool:
        """Whether it may be chosen anew."""


@dataclass(frozen=True, slots=True)
class OwnChoice:
    """A choice that stands in the field's own properties."""

    label: Label = field(default_factory=dict)
    order: str = ""
    active: bool = True


_BETWEEN = {"zh-CN": "、"}
MOST_SHOWN = 12
"""Choices that a refusal lists; of more it names the nearest."""


def choices_of(props: Props) -> Mapping[str, ChoiceLike]:
    """Value → choice, in rank order."""
    resolved = props.get("_choices")
    if resolved is None:
        resolved = {
            value: OwnChoice(one.get("label", {}), one.get("order", ""), one.get("active", True))
            for value, one in props.get("choices", {}).items()
        }
    return dict(sorted(resolved.items(), key=lambda item: (item[1].order, item[0])))


def check_choice(value: Any, choices: Mapping[str, ChoiceLike], active: frozenset[str], at: str = "") -> Exception:
    """The fault of a value that is not among the active choices; the caller raises it."""
    if not isinstance(value, str):
        return refuse("not_text", at=at, value=short(value))
    if value in choices:
        return refuse("inactive_choice", at=at, value=short(value))
    known = [one for one in choices if one in active]
    shown = ", ".join(known) if len(known) <= MOST_SHOWN else near(value[:100], known)
    return refuse(
        "unknown_choice", at=at, value=short(value), known=shown or "-", labels=_labels(value, known, choices)
    )


def _labels(value: str, known: Sequence[str], choices: Mapping[str, ChoiceLike]) -> dict[str, str]:
    """What the choices are called, by language, for those who write labels: the nearest one where there are many."""
    some = list(known)
    if len(known) > MOST_SHOWN:
        names = {name: one for one in known for name in (one, *choices[one].label.values())}
        close = get_close_matches(value[:100], names, n=1, cutoff=0.6)
        some = [names[close[0]]] if close else some[:MOST_SHOWN]
    return {
        language: _BETWEEN.get(language, ", ").join(label_text(choices[one].label, language, one) for one in some)
        or "-"
        for language in LANGUAGES
    }


def find_choice(text: str, choices: Mapping[str, ChoiceLike]) -> str:
    """The value for the text of a file: the value itself, else the one choice that bears the text as a label.

    What is not found is given back as it stands, so that the reader's message names it.
    """
    plain = text.strip()
    if plain in choices:
        return plain
    folded = plain.casefold()
    found = [v for v, one in choices.items() if v == folded or folded in {t.casefold() for t in one.label.values()}]
    return found[0] if len(found) == 1 else plain


def choice_text(value: str, choices: Mapping[str, ChoiceLike], language: str) -> str:
    """The label of a value; the value itself when the choice is gone."""
    return label_text(choices[value].label, language, value) if value in choices else value


def choice_properties() -> dict[str, Any]:
    """The properties by which a field names its choices."""
    label = {
        "type": "object",
        "description": "Text by language.",
        "properties": {"en": schemas.string("English."), "zh-CN": schemas.string("Chinese.")},
        "additionalProperties": {"type": "string"},
    }
    choice = schemas.closed(
        {
            "label": label,
            "colour": schemas.one_of("Colour of the badge.", PALETTE, default="grey"),
            "icon": schemas.string("Tabler icon name.", maxLength=60),
            "order": schemas.string("Fractional rank.", maxLength=40),
            "active": schemas.flag("Whether it may be chosen anew; old values stay.", default=True),
            "closes": schemas.one_of("For stages: what it means for the deal.", ("won", "lost")),
            "share": schemas.whole("For stages: how far along, 0 to 100.", 0, 100),
        },
        ("label",),
    )
    return {
        "choice_set": schemas.string("A shared choice set, qualified.", pattern="^[a-z][a-z0-9]*\\.[a-z][a-z0-9_]*$"),
        "choices_from": schemas.one_of(
            "What the metadata itself offers: roles are those of all apps, by qualified name.", CHOICE_SOURCES
        ),
        "choices": {
            "type": "object",
            "description": "Choices of this field alone: a keyed map, value → choice.",
            "propertyNames": {"pattern": VALUE_PATTERN},
            "additionalProperties": choice,
            "minProperties": 1,
        },
    }


def choice_faults(props: Props) -> list[str]:
    """Says so unless the field names exactly one source of choices."""
    named = [key for key in ("choice_set", "choices", "choices_from") if key in props]
    if len(named) == 1:
        return []
    return ["name one of choice_set, choices and choices_from, not " + (" and ".join(named) or "none of them")]
