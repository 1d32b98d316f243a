"""What is said when records cannot go because others point to them: how many of which kind, by which of their fields."""

from loomwork.core.errors import Conflict, SaidDetail
from loomwork.core.i18n import DEFAULT_LANGUAGE, label_text, text
from loomwork.records.program import Program


def still_linked(
    program: Program, staying: dict[tuple[str, str], int], *, most: int, language: str = DEFAULT_LANGUAGE
) -> Conflict:
    """The refusal, in the actor's language.

    Shapes: `staying` counts records by (entity, link); a count beyond `most` is told as `most+`.
    """
    details = [_detail(program, entity, link, n, most, language) for (entity, link), n in sorted(staying.items())]
    return Conflict("other records still point to this one", code="still_linked", details=list(details))


def _detail(program: Program, entity: str, link: str, count: int, most: int, language: str) -> SaidDetail:
    told = program.catalog.entity(entity)
    about = {
        "count": f"{count:,}" if count <= most else f"{most:,}+",
        "entity": label_text(told.label if count == 1 else told.plural, language, entity),
        "field": label_text(told.fields[link].label, language, link),
    }
    key = "detail.still_linked" if count != 1 else "detail.still_linked_one"
    return SaidDetail(f"{entity}.{link}", "still_linked", text(key, language, about))
