"""Record ids (UUIDv7, RFC 9562 §5.7) and the form of names."""

import os
import re
import secrets
import threading
import time
from typing import Any

NAME = re.compile(r"^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$")
NAMESPACE = re.compile(r"^(?:x|[a-z][a-z0-9]{1,11})$")
MAX_NAME = 40
_UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")

_lock = threading.Lock()
_last_ms = 0
_counter = 0
_pid = os.getpid()


def new_id() -> str:
    """A new UUIDv7 as lower-case text; rising within a process, so inserts stay at the end of the index."""
    global _last_ms, _counter, _pid  # noqa: PLW0603 - one clock per process, under its lock
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if _pid != os.getpid():
            _pid, _last_ms = os.getpid(), 0
        if now_ms > _last_ms:
            _last_ms, _counter = now_ms, secrets.randbits(11)
        else:
            _counter += 1
            if _counter > 0xFFF:
                _last_ms, _counter = _last_ms + 1, secrets.randbits(11)
        stamp, count = _last_ms, _counter
    tail = f"{(0x8 << 60) | secrets.randbits(62):016x}"
    head = f"{stamp:012x}"
    return f"{head[:8]}-{head[8:]}-7{count:03x}-{tail[:4]}-{tail[4:]}"


def is_version(value: Any) -> bool:
    """Whether a value is a row version as clients name it: a whole number that the database can hold."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 10**18


def is_id(value: object) -> bool:
    """Whether a value has the form of a record id (any UUID in lower-case text)."""
    return isinstance(value, str) and _UUID.match(value) is not None


def is_name(value: str) -> bool:
    """Whether a text may be the name of an element: `[a-z][a-z0-9_]*`, no double or trailing underscore, at most 40."""
    return len(value) <= MAX_NAME and NAME.match(value) is not None


def is_namespace(value: str) -> bool:
    """Whether a text may be an app's namespace; `x` is reserved for the customer."""
    return NAMESPACE.match(value) is not None
