"""What the head and the timeline of a record page refer to."""

from collections.abc import Mapping
from typing import Any

from loomwork.catalog.faults import referencing, referencing_pages
from loomwork.catalog.model import Entity
from loomwork.catalog.passes.lookup import Lookup, choices_of, has_choices
from loomwork.core.diagnostics import Place, did_you_mean


def check_head(entity: Entity, body: Mapping[str, Any], place: Place, lookup: Lookup) -> None:
    """Check badges, subtitle and captions; formulas are compiled later, with those of other components."""
    for name in body.get("badges", ()):
        _choices(entity, name, place.inside("badges"), lookup)
    for path in body.get("subtitle", ()):
        lookup.path(entity, path, place.inside("subtitle"))
    highlights = body.get("highlights", ())
    for name, caption in body.get("captions", {}).items():
        if caption["of"] not in highlights:
            here, hint = place.inside("captions", name, "of"), did_you_mean(caption["of"], highlights)
            lookup.report(referencing_pages.UnknownHighlight.at(here, hint, name=caption["of"]))


def check_told(source: Entity, told: Mapping[str, Any], place: Place, lookup: Lookup) -> None:
    """Check how the timeline tells the records of a relation."""
    for key in ("at", "text", "with"):
        if key in told:
            lookup.field(source, told[key], place.inside(key))
    lookup.fields(source, told.get("facts", ()), place.inside("facts"))
    known = _choices(source, told["kind"], place.inside("kind"), lookup) if "kind" in told else {}
    for name, narrowing in told.get("filters", {}).items():
        here = place.inside("filters", name, "kinds")
        for value in narrowing["kinds"]:
            if known is not None and value not in known:
                lookup.report(referencing_pages.UnknownKind.at(here, did_you_mean(value, known), name=value))


def _choices(entity: Entity, name: str, place: Place, lookup: Lookup) -> Mapping[str, Any] | None:
    """The choices of a field; None, and a fault, where there are none."""
    field = lookup.field(entity, name, place)
    if field is None:
        return None
    if not has_choices(field):
        lookup.report(referencing.NotAChoiceField.at(place, name=name))
        return None
    return choices_of(field)
