"""The command line, called as people type it."""

from __future__ import annotations

from collections.abc import Callable

from click.testing import CliRunner, Result

Run = Callable[..., Result]


def type_command(*words: object) -> Result:
    """Run `loomwork WORDS…`; whatever goes wrong must be told in words."""
    from loomwork.cli import main

    result = CliRunner().invoke(main, [str(word) for word in words])
    assert "Traceback" not in result.output
    return result
