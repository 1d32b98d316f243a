"""Where amounts are stored: as long as there are none, the company may have another currency."""

import sqlalchemy as sa

from loomwork.core.errors import Detail, SaidDetail
from loomwork.core.i18n import label_text
from loomwork.records.program import Program
from loomwork.storage.database import Work

MOST_TOLD = 5


def stored_amounts(program: Program, work: Work, language: str) -> list[Detail]:
    """Fields in which an amount is stored, deleted records included, in the reader's words; at most five."""
    found: list[Detail] = []
    for entity in program.catalog.entities.values():
        held = program.tables.entities[entity.name]
        for field in entity.fields.values():
            if not field.type.holds_company_currency or not field.columns or len(found) == MOST_TOLD:
                continue
            if work.fetch(sa.select(sa.literal(1)).where(held.column(field.name).is_not(None)).limit(1)):
                words = f"{label_text(entity.plural, language, entity.name)} · {label_text(field.label, language, field.name)}"
                found.append(SaidDetail(f"{entity.name}.{field.name}", "currency_in_use", words))
    return found
