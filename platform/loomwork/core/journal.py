"""Log lines by structlog, without its console for people.

As soon as `rich` is installed structlog loads it for tracebacks in colour: 8 MB in every process, and a server writes JSON.
Everything that logs takes structlog from here, so that it is loaded without.
"""

import sys

_HIDDEN = "rich"
_hide = _HIDDEN not in sys.modules and "structlog" not in sys.modules
if _hide:
    sys.modules[_HIDDEN] = None  # type: ignore[assignment]
try:
    import structlog
finally:
    if _hide:
        del sys.modules[_HIDDEN]

__all__ = ["structlog"]
