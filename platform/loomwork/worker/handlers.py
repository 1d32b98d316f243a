"""What each topic of the outbox does. A handler may run twice for one job and has to bear it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from loomwork.outbound import Mailer
from loomwork.storage.outbox import Job
from loomwork.web import import_jobs
from loomwork.web.auth import mails

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

Handler = Callable[["Runtime", Mailer, Job], None]


def _mail(rt: "Runtime", mailer: Mailer, job: Job) -> None:
    mails.deliver(rt, mailer, job.id, dict(job.payload))


def _import(rt: "Runtime", _: Mailer, job: Job) -> None:
    import_jobs.run(rt, job)


HANDLERS: Mapping[str, Handler] = {mails.TOPIC: _mail, import_jobs.TOPIC: _import}
