"""No publish takes the right to manage people from the last person who has it: roles are metadata, so it could.

Which roles had the right in the published version is kept beside it; only where one of them loses it people are looked at.
"""

import json
from collections.abc import Iterator

from loomwork.catalog.model import Catalog
from loomwork.core.clock import today_in
from loomwork.core.jsonio import canonical
from loomwork.publishing.notes import keep_note, read_note
from loomwork.records.around.administrators import ABILITY, managing_roles, standing
from loomwork.storage.database import Work
from loomwork.storage.plan import Safety, Step
from loomwork.storage.tables import Tables

KEY = "managing_roles"


def keep_managing(work: Work, catalog: Catalog) -> None:
    """Keep which roles manage people in the version that is being published."""
    keep_note(work, KEY, canonical(managing_roles(catalog)))


def knows_managing(work: Work) -> bool:
    """Whether the published version kept which of its roles manage people."""
    return bool(read_note(work, KEY))


def administrator_steps(work: Work, catalog: Catalog, tables: Tables) -> Iterator[Step]:
    """A refused step where nobody, or nobody for good, would be left who may manage people."""
    text = read_note(work, KEY)
    before, after = (json.loads(text) if text else []), managing_roles(catalog)
    lost = sorted(set(before).difference(after))
    if not lost:
        return
    today = today_in("UTC")
    if standing(tables, work, after, today) < standing(tables, work, before, today):
        detail = (
            f'nobody could manage users any more: the right "{ABILITY}" goes with {", ".join(lost)}; first give a role that'
            " keeps it to somebody, without an end"
        )
        yield Step("last_administrator", lost[0], detail, _nothing, Safety.REFUSED)


def _nothing(_work: Work) -> None:
    """It is refused; nothing runs."""
