"""The command line: `loomwork --help`."""

from loomwork.cli.main import main

__all__ = ["main"]
