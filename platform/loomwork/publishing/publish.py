"""Publish a catalog: lock, plan the schema, run its steps, keep the version. All of it or nothing, on both databases."""

from collections.abc import Sequence

import sqlalchemy as sa

from loomwork.catalog.model import Catalog
from loomwork.core.errors import Conflict, Detail
from loomwork.core.journal import structlog
from loomwork.publishing.limits import keep_demands, knows_demands, plan_publish
from loomwork.publishing.versions import Version, all_versions, latest, lock_exclusively, record
from loomwork.storage.database import UniqueTaken, Work
from loomwork.storage.plan import Plan, Step
from loomwork.storage.statements import prepare
from loomwork.storage.system_tables import SCHEMA_LOG

_journal = structlog.get_logger("loomwork.publishing")


class PublishRefused(Conflict):
    """The data does not admit the change, or somebody has to agree first; nothing was changed."""

    default_code = "publish_refused"


def find_published(work: Work, catalog: Catalog, overlay: str) -> tuple[Version, Plan] | None:
    """The published version with its plan, where a publish of this catalog and layer would change nothing. Reads only."""
    now = latest(work)
    if now is None or (now.hash, now.overlay) != (catalog.version, overlay) or not knows_demands(work):
        return None
    plan = plan_publish(work, catalog, is_published=True)
    return None if plan.steps else (now, plan)


def publish(  # noqa: PLR0913 - what is not said is the usual
    work: Work, catalog: Catalog, *, author: str, message: str, overlay: str = "", consent: bool = False, revive: bool = False
) -> tuple[Version, Plan]:  # fmt: skip
    """Publish inside the given write unit and give the new version with its plan (tables, column map).

    `revive`: fields that come back have their former values. Nothing happens when the catalog is the published one and the schema fits.
    Raises: PublishRefused naming each step that is refused, or that needs consent when none was given.
    """
    lock_exclusively(work)
    now = latest(work)
    is_same = now is not None and now.hash == catalog.version and now.overlay == overlay
    is_known = is_same and knows_demands(work)
    plan = plan_publish(work, catalog, revive=revive, is_published=is_known)
    if now is not None and is_same and not plan.steps:
        if not is_known:
            keep_demands(work, catalog)
        return now, plan
    for step in plan.steps if is_same else ():
        # Nothing was published, so somebody has changed the database by hand.
        _journal.warning("schema_drift", kind=step.kind, target=step.target, detail=step.detail)
    _refuse(plan.refused, "the data does not fit")
    if not consent:
        _refuse(plan.consent, "this concerns stored values and needs your consent (--consent)")
    number = max((one.number for one in all_versions(work)), default=0) + 1
    for step in plan.steps:
        try:
            step.run(work)
        except UniqueTaken as fault:
            text = "several records share a value"
            raise PublishRefused(f"{step.target}: {text}", details=[Detail(step.target, step.kind, text)]) from fault
    _log(work, number, plan.steps)
    _reindex(work, plan)
    keep_demands(work, catalog)
    version = Version(number, catalog.version, work.now_micros, author, message, overlay, _summary(catalog))
    record(work, version)
    return version, plan


def _refuse(steps: Sequence[Step], why: str) -> None:
    if steps:
        details = [Detail(step.target, step.kind, step.detail) for step in steps]
        raise PublishRefused(f"{why}: {steps[0].target}: {steps[0].detail}", details=details)


def _log(work: Work, number: int, steps: Sequence[Step]) -> None:
    """Keep what was done to the schema."""
    insert = sa.insert(SCHEMA_LOG).values({c.name: sa.bindparam(c.name) for c in SCHEMA_LOG.c})
    head = {"at": work.now_micros, "version": number}
    rows = [
        {**head, "number": number * 100_000 + place, "kind": step.kind, "target": step.target, "detail": step.detail}
        for place, step in enumerate(steps)
    ]
    work.run_many(prepare(insert, work.database.engine.dialect), rows)


def _summary(catalog: Catalog) -> str:
    apps = ", ".join(f"{app.name} {app.version}" for app in catalog.apps.values())
    return f"{len(catalog.entities)} entities of {apps}"


def _reindex(work: Work, plan: Plan) -> None:
    """Fill search indexes that are new or whose fields changed."""
    from loomwork.storage.reindex import reindex, stale_searches

    for entity in stale_searches(work, plan):
        reindex(work, plan.tables.entities[entity])
