"""The faults of metadata, one class each: code, words, and samples that prove it. Codes are never used again.

C1xx reading · C2xx shape and names · C3xx references · C4xx structure · C5xx layers · C6xx quality of a package.
"""

import pkgutil
from importlib import import_module

from loomwork.catalog.faults.base import Fault


def _collect() -> tuple[type[Fault], ...]:
    """Every fault of every module in this folder: a new file needs no line here."""
    modules = [import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__)]
    found = [
        one
        for module in modules
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Fault) and one is not Fault and one.__module__ == module.__name__
    ]
    by_code: dict[str, type[Fault]] = {}
    for one in found:
        if one.code in by_code:
            raise ValueError(f"{one.code} belongs to {by_code[one.code].__name__} and {one.__name__}")
        by_code[one.code] = one
    return tuple(by_code[code] for code in sorted(by_code))


FAULTS: tuple[type[Fault], ...] = _collect()
"""Every fault that the catalog finds, by code."""
