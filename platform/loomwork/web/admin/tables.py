"""Tables of the console: narrowed by a word, sorted by a column, people by their names. No script has a part in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from loomwork.core.ids import is_id
from loomwork.permissions.actor import system_actor
from loomwork.web import context

Cell = Any
Row = Sequence[Cell]
_MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: what it is called, the address that sorts by it, how it is sorted now."""

    label: str
    url: str
    sorted: str = ""


def plain(cell: Cell) -> str:
    """A cell as text."""
    return str(cell["label"]) if isinstance(cell, Mapping) else "" if cell is None else str(cell)


def narrowed(rows: Iterable[Row], word: str) -> list[Row]:
    """The rows in which a word stands, in whatever case."""
    wanted = word.strip().casefold()
    return [row for row in rows if not wanted or any(wanted in plain(cell).casefold() for cell in row)]


def in_order(rows: list[Row], sort: str, width: int) -> list[Row]:
    """The rows by a column: its number, with a minus for descending; as they come for anything else."""
    place = sort.removeprefix("-")
    if not (place.isascii() and place.isdigit() and len(place) < 4 and int(place) < width):
        return rows
    at = int(place)

    def key(row: Row) -> tuple[bool, float, str]:
        cell = row[at]
        is_number = isinstance(cell, (int, float)) and not isinstance(cell, bool)
        return not is_number, float(cell) if is_number else 0.0, plain(cell).casefold()

    return sorted(rows, key=key, reverse=sort.startswith("-"))


def heads_of(labels: Sequence[str], sort: str, kept: Mapping[str, str]) -> list[Head]:
    """The heads with their addresses; a second click turns the order round."""
    found = []
    for at, label in enumerate(labels):
        is_up, is_down = sort == str(at), sort == f"-{at}"
        address = urlencode({**kept, "sort": f"-{at}" if is_up else str(at)})
        found.append(Head(label, f"?{address}", "ascending" if is_up else "descending" if is_down else ""))
    return found


def people(ids: Iterable[str]) -> dict[str, Cell]:
    """A link with the name for every id of a user; ids of the platform's own services stay as they are."""
    wanted = sorted({one for one in ids if one and is_id(one)})[:_MOST_PEOPLE]
    if not wanted:
        return {}
    rt = context.runtime()
    with rt.read() as work:
        reader = rt.program.reader(system_actor("console"))
        rows = rt.program.engine.get_many(work, reader, "system.user", wanted, ("name",))
    return {row["id"]: {"label": row["name"], "url": f"/e/system.user/{row['id']}"} for row in rows}
