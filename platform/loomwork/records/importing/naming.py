"""Links by what people call a record: its unique values (an e-mail, a code) first, then its title."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loomwork.catalog.model import Entity, Field
from loomwork.core.errors import NotAllowed, Refused
from loomwork.core.i18n import LANGUAGES, Label, label_text, text
from loomwork.core.ids import is_id
from loomwork.permissions.actor import Actor
from loomwork.query.finding import find_by
from loomwork.records.importing.plan import ColumnPlan
from loomwork.records.program import Program
from loomwork.storage.database import Work

_OR = {"en": " or ", "zh-CN": "或"}
_ID = {"en": "ID", "zh-CN": "编号"}


@dataclass(frozen=True, slots=True)
class Named:
    """What a text of a link column stands for; `code` is empty when it is exactly one record.

    Shapes: `code` is not_found or ambiguous; `params` fill the sentence, labels by language among them.
    """

    record_id: str = ""
    code: str = ""
    message: str = ""
    params: Mapping[str, Any] | None = None


def naming_fields(target: Entity) -> list[Field]:
    """The fields by whose values people name a record of an entity: the unique ones in their order, then the title."""
    title = target.fields.get(target.title_field)
    named = [field for field in target.fields.values() if field.unique and not field.is_system and _is_text(field)]
    named.sort(key=lambda field: field.order)
    if title is not None and title.columns and _is_text(title) and title not in named:
        named.append(title)
    return named


def _is_text(field: Field) -> bool:
    return bool(field.columns) and not field.type.is_sealed and field.type.shape(field.props).kind == "text"


def find_named(
    program: Program, work: Work, actor: Actor, column: ColumnPlan, texts: Iterable[Any]
) -> dict[Any, Named]:
    """The record that each text names, among those that the actor sees; a text that is an id is one of its own.

    A look-up that the mapping names is the only way in; without one every naming field is asked, the surest first.
    """
    target = program.catalog.entities[column.field.target]
    fields = [column.lookup] if column.lookup is not None else naming_fields(target)
    found: dict[Any, Named] = {}
    open_texts = []
    for one in dict.fromkeys(texts):
        if column.lookup is None and (not isinstance(one, str) or is_id(one)):
            found[one] = Named(one)
        else:
            open_texts.append(one)
    asked = [field for field in fields if not open_texts or _ask(program, work, actor, field, open_texts, found)]
    for one in open_texts:
        if one not in found:
            found[one] = _refusal("not_found", one, target, asked or fields, 0)
    return found


def _ask(program: Program, work: Work, actor: Actor, field: Field, texts: list[Any], found: dict[Any, Named]) -> bool:
    """Look for the texts that name nothing yet; False where the field is closed to the actor."""
    keys = {one: _keys(field, str(one)) for one in texts if one not in found}
    wanted = sorted({key for some in keys.values() for key in some})
    try:
        rows = find_by(program.engine, work, program.reader(actor), field.entity, field.name, wanted)
    except NotAllowed:
        return False
    hits: dict[Any, list[str]] = {}
    for value, record_id, _ in rows:
        hits.setdefault(value, []).append(record_id)
    target = program.catalog.entities[field.entity]
    for one, forms in keys.items():
        some = next((hits[key] for key in forms if key in hits), ())
        if len(some) == 1:
            found[one] = Named(some[0])
        elif some:
            found[one] = _refusal("ambiguous", one, target, [field], len(some))
    return True


def _keys(field: Field, given: str) -> list[Any]:
    """The plain main values that a text may stand for in the field: as it stands, then in small letters."""
    found: list[Any] = []
    for form in dict.fromkeys((given, given.lower())):
        try:
            key = field.type.reader(field.props)(field.type.from_file(form, field.props))[0]
        except Refused:
            continue
        if key not in (None, *found):
            found.append(key)
    return found


def _refusal(code: str, given: Any, target: Entity, fields: Sequence[Field], count: int) -> Named:
    others = [one.label for one in naming_fields(target) if one.unique and one not in fields] or [_ID]
    params = {
        "value": str(given)[:80],
        "count": count,
        "what": {language: _plain(label_text(target.label, language, target.name)) for language in LANGUAGES},
        "many": {language: _plain(label_text(target.plural, language, target.name)) for language in LANGUAGES},
        "by": _joined([one.label for one in fields]),
        "instead": _joined(others),
    }
    english = {key: one["en"] if isinstance(one, Mapping) else one for key, one in params.items()}
    return Named("", code, text(f"row.{code}_by", "en", english), params)


def _joined(labels: Sequence[Label]) -> dict[str, str]:
    return {language: _OR[language].join(label_text(one, language) for one in labels) for language in LANGUAGES}


def _plain(label: str) -> str:
    """A label inside a sentence: `User` becomes `user`, `SKU` stays."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
