"""How a server of several processes runs (`gunicorn --config python:loomwork.web.processes`): load once, then fork.

What is loaded before the fork is kept in memory once for all processes. The dictionaries, the catalog and the code are
most of what a process holds. The benchmark runs both of its sides with this file.
"""

import gc
from typing import Any

preload_app = True


def when_ready(_server: Any) -> None:
    """Before the first fork: what stands is no garbage, and looking for garbage must not write to shared pages."""
    gc.collect()
    gc.freeze()
