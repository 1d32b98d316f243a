"""How commands speak: results to the output, faults to the error stream in plain words, exit codes that scripts can use.

Codes: 0 done · 1 refused (what was asked for cannot be done, the reason is told) · 2 wrong usage · 3 the environment
is not fit (configuration, database, port) · 4 a fault of the program.
"""

import functools
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from loomwork.core.diagnostics import Diagnostic
from loomwork.core.errors import Broken, PlatformError, TryAgain
from loomwork.core.settings import BadSettings

if TYPE_CHECKING:
    from loomwork.storage.plan import Step

REFUSED, USAGE, ENVIRONMENT, FAULT = 1, 2, 3, 4
Command = TypeVar("Command", bound=Callable[..., Any])


class Refusal(Exception):
    """A command cannot do what was asked; `code` is the exit code."""

    def __init__(self, message: str, code: int = REFUSED) -> None:
        super().__init__(message)
        self.code = code


def guarded(command: Command) -> Command:
    """Turn every fault of a command into a sentence and an exit code. Nobody who types a command reads a traceback."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Refusal as fault:
            _stop(str(fault), fault.code)
        except PlatformError as fault:
            _stop("\n".join(_lines(fault)), _code(fault))
        except OSError as fault:
            place = f"{fault.filename}: " if fault.filename else ""
            _stop(f"{place}{fault.strerror or type(fault).__name__}", ENVIRONMENT)
        except KeyboardInterrupt:
            _stop("stopped", 130)
        except Exception as fault:
            if "--debug" in sys.argv:
                raise
            _stop(f"a fault of the program ({type(fault).__name__}); run again with --debug for its traceback", FAULT)

    return run  # type: ignore[return-value]


def _code(fault: PlatformError) -> int:
    if isinstance(fault, BadSettings | TryAgain):
        return ENVIRONMENT
    return FAULT if isinstance(fault, Broken) else REFUSED


def _lines(fault: PlatformError) -> Iterable[str]:
    yield f"error[{fault.code}]: {fault.message}"
    for one in fault.details:
        if one.message != fault.message:
            yield f"  {one.path or '(all)'}: {one.message}"


def _stop(message: str, code: int) -> None:
    click.echo(message, err=True)
    raise click.exceptions.Exit(code)


def show_diagnostics(found: Iterable[Diagnostic]) -> int:
    """Print faults of metadata; the number of those that block."""
    errors = 0
    for one in found:
        click.echo(one.as_text() + "\n", err=True)
        errors += one.severity.value == "error"
    return errors


def table(rows: Iterable[Iterable[object]], heads: tuple[str, ...]) -> None:
    """Print rows in columns."""
    lines = [heads, *[tuple("" if cell is None else str(cell) for cell in row) for row in rows]]
    widths = [max(len(line[n]) for line in lines) for n in range(len(heads))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def show_steps(steps: "Iterable[Step]") -> None:
    """Print what a publish would do to the database, and what it wants. Raises: Refusal where it would be refused."""
    rows = [(one.safety.value, one.kind, one.target, one.detail) for one in steps]
    if rows:
        table(rows, ("safety", "kind", "target", "detail"))
    else:
        click.echo("no change of the tables")
    kinds = [row[0] for row in rows]
    if "refused" in kinds:
        raise Refusal(f"{kinds.count('refused')} step(s) would be refused; put that right first")
    if "consent" in kinds:
        click.echo(f"{kinds.count('consent')} step(s) need --consent")
