"""The company's currency: kept in the database from the first start on, and changed only while no amount is stored.

Every amount keeps its value in this currency beside the one it was written in, and sums are made of that value. With
another currency the stored values would mean something else. See docs/decisions/0015-the-base-currency-is-kept-with-the-data.md.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from loomwork.core.errors import Conflict, Detail, InvalidInput, TryAgain
from loomwork.field_types.currencies import CURRENCIES
from loomwork.permissions.actor import Actor, system_actor
from loomwork.publishing import versions
from loomwork.publishing.amounts import stored_amounts
from loomwork.publishing.notes import keep_note, read_note
from loomwork.publishing.sources import keep_sources
from loomwork.query.tree import Query
from loomwork.storage.database import Work

if TYPE_CHECKING:
    from loomwork.runtime.runtime import Runtime

KEY = "company_currency"
COMPANY = "system.company"
_SERVICE = system_actor("company")
_TRIES = 3


def read_currency(work: Work) -> str:
    """The currency that the stored amounts are in; empty before the first start."""
    return read_note(work, KEY)


def keep_currency(work: Work, currency: str) -> None:
    """Keep the currency with the data."""
    keep_note(work, KEY, currency)


def change_currency(runtime: "Runtime", actor: Actor, currency: str) -> None:
    """Make another currency the company's, as a version of the metadata of its own; every process takes it over.

    Raises: InvalidInput `unknown_currency`; Conflict `currency_in_use` naming where amounts are stored; MetadataFaults
    where the metadata does not go with the currency; TryAgain.
    """
    if currency not in CURRENCIES:
        message = "the currency is an ISO 4217 code in use, such as CNY"
        raise InvalidInput(message, code="unknown_currency", details=[Detail("currency", "unknown_currency", message)])
    for _ in range(_TRIES):
        with runtime.database.write() as work:
            versions.lock_exclusively(work)
            latest = versions.latest(work)
            if latest is None or read_currency(work) == currency:
                return
            if latest.number == runtime.program.number:
                number = _change(runtime, work, latest, actor, currency)
                break
        runtime.take_over(latest.number)
    else:
        raise TryAgain("the metadata keeps changing; try again")
    runtime.take_over(number)


def _change(runtime: "Runtime", work: Work, latest: versions.Version, actor: Actor, currency: str) -> int:
    used = stored_amounts(runtime.program, work, actor.language)
    if used:
        about = {"currency": runtime.currency}
        message = f"amounts are stored in {runtime.currency} already, so the base currency stays"
        raise Conflict(message, code="currency_in_use", params=about, details=used)
    runtime.check_currency(latest.overlay, currency)
    number = max(one.number for one in versions.all_versions(work)) + 1
    said = f"Base currency {currency} in place of {runtime.currency}"
    versions.record(
        work, replace(latest, number=number, published_at=work.now_micros, author=actor.user_id, message=said)
    )
    keep_sources(work, number, runtime.app_folders)
    keep_currency(work, currency)
    work.program = runtime.program
    show_currency(runtime, work, currency)
    return number


def show_currency(runtime: "Runtime", work: Work, currency: str) -> None:
    """Write the currency into the company's record, where people and programs read it; the truth is what is kept above."""
    if COMPANY not in runtime.catalog.entities or "currency" not in runtime.catalog.entities[COMPANY].fields:
        return
    for row in runtime.query.run(work, _SERVICE, Query(COMPANY, fields=("currency",), limit=1)).rows:
        if row.get("currency") != currency:
            change = {"currency": currency}
            runtime.records.update(work, _SERVICE, COMPANY, row["id"], change, row["row_version"], by_service=True)


def settle_currency(runtime: "Runtime") -> None:
    """At the start of a server: let the company's record say the currency. Writes only where it says another one."""
    with runtime.read() as work:
        is_shown = not _differs(runtime, work)
    if not is_shown:
        with runtime.write() as work:
            show_currency(runtime, work, runtime.currency)


def _differs(runtime: "Runtime", work: Work) -> bool:
    if COMPANY not in runtime.catalog.entities or "currency" not in runtime.catalog.entities[COMPANY].fields:
        return False
    rows = runtime.query.run(work, _SERVICE, Query(COMPANY, fields=("currency",), limit=1)).rows
    return any(row.get("currency") != runtime.currency for row in rows)
