"""The page about the command line, from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from loomwork.cli.main import main
from tools.reference.markdown import MADE, code, table

INTRODUCTION = "`loomwork COMMAND --help` says the same. Exit code 0 means done, anything else says on standard error what is wrong."


def walk(command: click.Command = main, path: str = "loomwork") -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that start it, groups before their members."""
    yield path, command
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from walk(command.commands[name], f"{path} {name}")


def page() -> str:
    """One heading for each command."""
    lines = ["# Commands", "", MADE, "", INTRODUCTION]
    for path, command in walk():
        if isinstance(command, click.Group):
            continue
        words = [code(f"{path} {_arguments(command)}".strip())]
        lines += ["", f"## {path}", "", *words, "", inspect.cleandoc(command.help or ""), ""]
        lines += table(("Option", "Meaning"), (_option(one) for one in command.params if isinstance(one, click.Option)))
    return "\n".join([*lines, ""])


def _arguments(command: click.Command) -> str:
    made = (one.make_metavar(click.Context(command)) for one in command.params if isinstance(one, click.Argument))
    return " ".join(made)


def _option(option: click.Option) -> tuple[str, str]:
    names = ", ".join(code(name) for name in (*option.opts, *option.secondary_opts))
    default = option.default
    is_plain = isinstance(default, str | int) and not isinstance(default, bool) and default != ""
    text = f"{option.help or ''}{f' Default {code(str(default))}.' if is_plain else ''}"
    return names, text + (" Required." if option.required else "")
