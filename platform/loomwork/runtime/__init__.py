"""The composition root: settings → catalog → database → engines. Holds, and begins units of work."""

from loomwork.runtime.runtime import Runtime

__all__ = ["Runtime"]
