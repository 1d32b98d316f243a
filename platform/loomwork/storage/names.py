"""Names of tables, columns and indexes: at most 63 bytes on both databases, long ones end in a hash."""

import hashlib

LIMIT = 63


def shorten(name: str) -> str:
    """The name itself, or its beginning with an eight-digit hash of the whole."""
    if len(name) <= LIMIT:
        return name
    return f"{name[: LIMIT - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def column_name(base: str, suffix: str) -> str:
    """`amount` and `currency` give `amount__currency`; an empty suffix gives the base."""
    return shorten(f"{base}__{suffix}") if suffix else shorten(base)


def index_name(prefix: str, table: str, *parts: str) -> str:
    """Name of an index or constraint."""
    return shorten("__".join((prefix, table, *parts)))
