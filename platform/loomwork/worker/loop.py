"""The loop of a worker: claim due jobs, do them, note how it went. Sweeping of what has ended belongs to it as well."""

import os
import threading
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from loomwork.core.errors import PlatformError, TryAgain
from loomwork.core.journal import structlog
from loomwork.outbound import Mailer, MailRefused, mailer_for
from loomwork.records.idempotency import forget_old
from loomwork.storage import outbox
from loomwork.web.auth import sessions, throttle
from loomwork.worker.handlers import HANDLERS, Handler

if TYPE_CHECKING:
    from loomwork.runtime import Runtime

POLL_S = 2.0
SWEEP_EVERY = 300
"""Polls between two sweeps: ten minutes."""
LEASE_S = 60
_log = structlog.get_logger("loomwork.worker")


class Worker:
    """One worker. Many may run beside each other, in one process or in many."""

    def __init__(
        self, rt: "Runtime", *, mailer: Mailer | None = None, handlers: Mapping[str, Handler] = HANDLERS
    ) -> None:
        self._rt = rt
        self._mailer = mailer or mailer_for(rt.settings)
        self._handlers = handlers
        self._stop = threading.Event()
        self.name = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"

    def run_due(self) -> int:
        """Claim what is due and do it; the number of jobs taken."""
        with self._rt.database.write() as work:
            jobs = outbox.claim(work, self._handlers, worker=self.name, lease_s=LEASE_S)
        for job in jobs:
            self._do(job)
        return len(jobs)

    def _do(self, job: outbox.Job) -> None:
        try:
            self._handlers[job.topic](self._rt, self._mailer, job)
        except Exception as fault:  # noqa: BLE001 - whatever fails becomes a retry or an incident, never a lost job
            is_final = isinstance(fault, MailRefused) or (
                isinstance(fault, PlatformError) and not isinstance(fault, TryAgain)
            )
            told = f"{type(fault).__name__}: {fault}" if isinstance(fault, PlatformError) else type(fault).__name__
            _log.warning("job failed", job=job.id, topic=job.topic, tries=job.tries, fault=type(fault).__name__)
            with self._rt.database.write() as work:
                outbox.fail(work, job, self.name, told, is_final=is_final)
            return
        with self._rt.database.write() as work:
            outbox.finish(work, job, self.name)

    def sweep(self) -> int:
        """Delete ended sessions, old tries, kept answers and events that are past their time; the number of rows."""
        with self._rt.database.write() as work:
            ended = sessions.sweep(work, idle_s=self._rt.settings.idle_minutes * 60)
            return ended + throttle.sweep(work) + outbox.sweep(work) + forget_old(work)

    def run(self) -> None:
        """Work until `stop`; a database that is away is waited for."""
        polls = 0
        while not self._stop.is_set():
            try:
                if polls % SWEEP_EVERY == 0:
                    self.sweep()
                polls += 1
                if self.run_due():
                    continue
            except PlatformError as fault:
                _log.warning("worker waits", fault=fault.code)
                self._stop.wait(POLL_S)
                continue
            self._rt.database.bell.wait(POLL_S)

    def stop(self) -> None:
        """Let the loop end after the job at hand, within a poll."""
        self._stop.set()
        self._rt.database.bell.ring()

    def start_thread(self) -> threading.Thread:
        """Run the loop beside a server in the same process."""
        thread = threading.Thread(target=self.run, name="loomwork-worker", daemon=True)
        thread.start()
        return thread
