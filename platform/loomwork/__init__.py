"""Loomwork: a low-code, metadata-driven platform. The layers are listed in `docs/architecture.md`."""

__version__ = "0.1.0"
