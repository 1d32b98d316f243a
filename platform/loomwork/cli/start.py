"""A started platform for the length of a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from loomwork.core.settings import load_settings

if TYPE_CHECKING:
    from loomwork.runtime import Runtime


@contextmanager
def started() -> "Iterator[Runtime]":
    """The runtime of the configured installation, closed at the end.

    Raises: BadSettings; TryAgain when the database cannot be reached.
    """
    import loomwork.web.auth.tables  # noqa: F401 - its tables are made at the start as well
    from loomwork.runtime import Runtime

    rt = Runtime.start(load_settings())
    try:
        yield rt
    finally:
        rt.close()
