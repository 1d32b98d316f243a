"""Turns templates into files, and adds lines to the lists in which things are registered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

TEMPLATES = Path(__file__).parent / "templates"
Edit = Callable[[str], str]


class Refused(Exception):
    """It cannot be written; the message says why and what would be right."""


@dataclass
class Plan:
    """Files to make and texts to change, worked out completely before anything is written."""

    root: Path
    made: dict[Path, str] = field(default_factory=dict)
    changed: dict[Path, str] = field(default_factory=dict)

    def make(self, place: str, template: str, words: Mapping[str, str]) -> None:
        """Add a file from a template. Raises: Refused if it is there already."""
        path = self.root / place
        if path.exists():
            raise Refused(f"{place} exists already; choose another name")
        text = (TEMPLATES / template).read_text(encoding="utf-8")
        self.made[path] = Template(text).substitute(words)

    def change(self, place: str, *edits: Edit) -> None:
        """Change an existing file."""
        path = self.root / place
        text = self.changed.get(path) or path.read_text(encoding="utf-8")
        for edit in edits:
            text = edit(text)
        self.changed[path] = text

    def write(self) -> list[Path]:
        """Write everything; gives the paths, new ones first."""
        for path, text in {**self.made, **self.changed}.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return [*self.made, *self.changed]


def with_import(line: str) -> Edit:
    """Adds an import where the alphabet wants it, among those of the same package."""

    def edit(text: str) -> str:
        lines = text.splitlines(keepends=True)
        package = line.split()[1].rpartition(".")[0]
        alike = [n for n, one in enumerate(lines) if one.startswith(f"from {package}")]
        if not alike:
            raise Refused(f"there are no imports from {package} to put `{line}` among")
        place = next((n for n in alike if lines[n].rstrip() > line), alike[-1] + 1)
        lines.insert(place, f"{line}\n")
        return "".join(lines)

    return edit


def with_entry(opening: str, entry: str) -> Edit:
    """Adds an entry at the end of a list that begins with the line `opening` and ends with `)` or `]` alone."""

    def edit(text: str) -> str:
        lines = text.splitlines(keepends=True)
        start = next((n for n, one in enumerate(lines) if one.startswith(opening)), None)
        if start is None:
            raise Refused(f"the list `{opening}` is not where it was; tools/new has to follow")
        end = next(n for n in range(start + 1, len(lines)) if lines[n].rstrip() in {")", "]", "}"})
        lines.insert(end, f"    {entry}\n")
        return "".join(lines)

    return edit


def with_line_after(marker: str, line: str) -> Edit:
    """Adds a line behind the line that says `marker`, with the same indent."""

    def edit(text: str) -> str:
        lines = text.splitlines(keepends=True)
        place = next((n for n, one in enumerate(lines) if one.strip() == marker), None)
        if place is None:
            raise Refused(f"the line `{marker}` is not where it was; tools/new has to follow")
        indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
        lines.insert(place + 1, f"{indent}{line}\n")
        return "".join(lines)

    return edit
