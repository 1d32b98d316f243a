"""Wakes workers when a job was committed. Truth stays in the table: who misses the bell finds the job at the next poll.

In one process an event does it; with `LOOMWORK_REDIS_URL` a Redis list, so that any worker of the installation wakes.
"""

import threading
import time
from typing import Any

from loomwork.core.journal import structlog

KEY = "loomwork:bell"
"""The list that is rung; an entry wakes one worker, who takes all that is due."""
MOST = 100
DEAF_S = 30
"""After a failure the broker is left alone for so long, so that no request waits for it again and again."""
TIMEOUT_S = 1.0
_log = structlog.get_logger("loomwork.bell")


class LocalBell:
    """Wakes the workers of this process."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> None:
        """Wake whoever waits, or the next one who would."""
        self._rung.set()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the bell, at most so long; whether it rang."""
        rang = self._rung.wait(timeout_s)
        self._rung.clear()
        return rang


class RedisBell(LocalBell):
    """Wakes one worker somewhere. Nothing fails when Redis is away: workers poll as if there were none."""

    def __init__(self, url: str, key: str = KEY) -> None:
        super().__init__()
        self._url, self._key = url, key
        self._made: Any = None
        self._deaf_until = 0.0

    def ring(self) -> None:
        """Leave an entry for one worker."""
        super().ring()
        with self._client() as client:
            if client is not None:
                line = client.pipeline(transaction=False)
                line.lpush(self._key, 1).ltrim(self._key, 0, MOST - 1).expire(self._key, 60)
                line.execute()

    def wait(self, timeout_s: float) -> bool:
        """Wait for an entry, at most so long; whether there was one."""
        with self._client() as client:
            if client is not None:
                return client.blpop([self._key], timeout=timeout_s) is not None
        return super().wait(timeout_s)

    def _client(self) -> "_Try":
        return _Try(self)

    def connect(self) -> Any:
        """The client; None while Redis is left alone. It connects at its first command."""
        if time.monotonic() < self._deaf_until:
            return None
        if self._made is None:
            from redis import Redis

            self._made = Redis.from_url(self._url, socket_connect_timeout=TIMEOUT_S, socket_timeout=TIMEOUT_S * 5)
        return self._made

    def turn_deaf(self, fault: BaseException) -> None:
        """Redis did not answer: leave it alone for a while."""
        _log.warning("redis is away; workers poll", fault=type(fault).__name__)
        self._deaf_until = time.monotonic() + DEAF_S


class _Try:
    """One command to Redis whose failure is noted and then forgotten."""

    def __init__(self, bell: RedisBell) -> None:
        self._bell = bell

    def __enter__(self) -> Any:
        return self._bell.connect()

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> bool:
        if fault is None:
            return False
        from redis.exceptions import RedisError

        if not isinstance(fault, RedisError):
            return False
        self._bell.turn_deaf(fault)
        return True


def make_bell(redis_url: str) -> LocalBell:
    """The bell of an installation."""
    return RedisBell(redis_url) if redis_url else LocalBell()
