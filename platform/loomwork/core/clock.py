"""The one place that asks for the time. Tests and engines pass or freeze it here."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("frozen_now", default=None)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now_utc() -> datetime:
    """The present instant, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today_in(zone: str) -> date:
    """The present date for a reader in `zone` (IANA name)."""
    return now_utc().astimezone(ZoneInfo(zone)).date()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock at an aware instant within the context."""
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 of an aware instant."""
    return (instant - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware instant of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=micros)


def to_rfc3339(instant: datetime) -> str:
    """`2026-11-23T08:00:00Z`, with microseconds only where there are some."""
    text = instant.astimezone(UTC).isoformat()
    return text.replace("+00:00", "Z")
