"""The faults of metadata, one class each: code, words, and samples that prove it. Codes are never used again.

C1xx reading · C2xx shape and names · C3xx references · C4xx structure · C5xx layers · C6xx quality of a package.
"""

from types import ModuleType

from loomwork.catalog.faults import layering, naming, quality, reading, referencing, shape, structure, usage
from loomwork.catalog.faults.base import Fault

_MODULES: tuple[ModuleType, ...] = (reading, shape, naming, referencing, structure, usage, layering, quality)


def _collect() -> tuple[type[Fault], ...]:
    found = [
        one
        for module in _MODULES
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Fault) and one.__module__ == module.__name__
    ]
    by_code: dict[str, type[Fault]] = {}
    for one in found:
        if one.code in by_code:
            raise ValueError(f"{one.code} belongs to {by_code[one.code].__name__} and {one.__name__}")
        by_code[one.code] = one
    return tuple(by_code[code] for code in sorted(by_code))


FAULTS: tuple[type[Fault], ...] = _collect()
"""Every fault that the catalog finds, by code."""
