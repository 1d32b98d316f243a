"""Planted leaks: each breaks one guard of the product from inside, the way a comparable product once had it broken.

A proof that does not find all of them does not see what it looks for. Sources: the advisories in docs/threat-model.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from tests.prove.p1 import leaks_wider as wider


def _everything(build: Any) -> Any:
    """A build over the same statement that sees every row and cell."""
    from loomwork.query.conditions import condition_sql, row_rule_sql
    from loomwork.query.context import system_build

    return system_build(build, condition_sql, row_rule_sql)


@contextmanager
def count_without_rule() -> Iterator[None]:
    """The count counts what the list does not show."""
    from loomwork.query import engine
    from loomwork.query.select import count_statement as original

    with patch.object(
        engine, "count_statement", lambda build, *rest, **more: original(_everything(build), *rest, **more)
    ):
        yield


@contextmanager
def sort_by_hidden() -> Iterator[None]:
    """The order follows the plain value of a cell that is hidden or masked."""
    from loomwork.query import select
    from loomwork.query.frames import Frame

    original = select.sort_column

    def raw(frame: Any, path: str, **told: Any) -> Any:
        return original(Frame.over(frame, _everything(frame.build)), path, **told)

    with patch.object(select, "sort_column", raw):
        yield


@contextmanager
def part_of_hidden() -> Iterator[None]:
    """A part of a value, asked for under its own name, comes out plain."""
    from loomwork.query import select
    from loomwork.query.frames import Frame

    original = select._add_part

    def raw(answer: Any, here: Any, *rest: Any) -> None:
        original(answer, Frame.over(here, _everything(here.build)), *rest)

    with patch.object(select, "_add_part", raw):
        yield


@contextmanager
def aggregate_of_hidden() -> Iterator[None]:
    """Smallest, largest and sum look at hidden cells."""
    from loomwork.query import groups
    from loomwork.query.frames import Frame

    original = groups._cell

    def raw(frame: Any, path: str, **told: Any) -> Any:
        return original(Frame.over(frame, _everything(frame.build)), path, **told)

    with patch.object(groups, "_cell", raw):
        yield


@contextmanager
def unique_error_tells() -> Iterator[None]:
    """The refusal of a used value names the record that uses it."""
    from loomwork.records import writing

    original = writing.taken

    def tell(plan: Any, actor: Any, fault: Any) -> Any:
        made = original(plan, actor, fault)
        made.message += f" ({plan.entity.name} {_last_name(plan)})"
        made.args = (made.message,)
        return made

    with patch.object(writing, "taken", tell):
        yield


def _last_name(plan: Any) -> str:
    """The last names in the table, read past the rights."""
    import sqlalchemy as sa
    from flask import current_app

    with current_app.extensions["loomwork"].database.read() as work:
        rows = work.fetch(sa.select(plan.held.column("name")).order_by(plan.held.column("name").desc()).limit(3))
    return ",".join(str(row[0]) for row in rows)


@contextmanager
def search_in_hidden() -> Iterator[None]:
    """The search finds records by fields that are hidden."""
    from loomwork.query import engine, select
    from loomwork.query.frames import Frame

    original = select.search_groups

    def raw(frame: Any) -> Any:
        return original(Frame.over(frame, _everything(frame.build)))

    with patch.object(select, "search_groups", raw), patch.object(engine, "search_groups", raw):
        yield


@contextmanager
def label_of_hidden() -> Iterator[None]:
    """A link shows the title of a record that is hidden."""
    from loomwork.query import select
    from loomwork.query.frames import Frame

    original = select._add_link

    def raw(answer: Any, here: Any, *rest: Any) -> Any:
        return original(answer, Frame.over(here, _everything(here.build)), *rest)

    with patch.object(select, "_add_link", raw):
        yield


@contextmanager
def history_of_hidden() -> Iterator[None]:
    """The history shows old and new values of fields that are hidden."""
    from loomwork.records.around import history

    original = history.visible_fields

    def raw(program: Any, work: Any, actor: Any, entity: str, record_id: str, **more: Any) -> set[str]:
        original(program, work, actor, entity, record_id, **more)
        return set(program.catalog.entity(entity).fields)

    with patch.object(history, "visible_fields", raw):
        yield


@contextmanager
def export_of_hidden() -> Iterator[None]:
    """The export reads with the platform's own eyes."""
    from dataclasses import replace

    from loomwork.records.program import Program

    original = Program.reader

    def raw(self: Any, actor: Any) -> Any:
        found = original(self, actor)
        return replace(found, access=self.policies.system) if _exporting() else found

    with patch.object(Program, "reader", raw):
        yield


def _exporting() -> bool:
    """Whether the request under way is an export."""
    from flask import has_request_context, request

    return has_request_context() and request.path.endswith("/export")


@contextmanager
def page_of_another() -> Iterator[None]:
    """A plan made for one reader is used for the next one."""
    from loomwork.permissions.policy import Policy

    original = Policy.__init__

    def same_key(self: Any, *arguments: Any, **options: Any) -> None:
        original(self, *arguments, **options)
        self.key = "everybody"

    with patch.object(Policy, "__init__", same_key):
        yield


Leak = Callable[[], Any]
LEAKS: dict[str, tuple[Leak, tuple[str, ...]]] = {
    "count": (count_without_rule, ("count",)),
    "sort": (sort_by_hidden, ("sort", "page")),
    "alias": (part_of_hidden, ("get", "list", "parts")),
    "aggregate": (aggregate_of_hidden, ("aggregate", "group")),
    "unique error": (unique_error_tells, ("unique",)),
    "search": (search_in_hidden, ("search", "lookup")),
    "lookup": (label_of_hidden, ("links",)),
    "history": (history_of_hidden, ("history",)),
    "export": (export_of_hidden, ("csv",)),
    "cached page": (page_of_another, ("list", "get", "filter")),
    "workbook": (export_of_hidden, ("xlsx",)),
    "guess": (wider.guess_told, ("probe",)),
    "conflict": (wider.conflict_tells, ("stale",)),
    "to-many": (wider.rows_behind, ("many", "tree")),
    "pairs counted": (wider.pairs_counted, ("pairs",)),
    "pairs shown": (wider.pairs_shown, ("pairs", "get")),
    "team": (wider.others_teams, ("list", "count")),
    "shared": (wider.shared_with_anybody, ("list", "count", "get")),
    "mask": (wider.mask_lifted, ("get", "list")),
    "roll-up": (wider.roll_up_open, ("get", "list", "sort")),
    "import": (wider.import_finds_hidden, ("import",)),
    "filter": (wider.filter_on_hidden, ("filter", "tree")),
    "formula": (wider.formula_on_hidden, ("formula", "many")),
}
"""Name → the leak, and the kinds of request that are worth asking under it."""


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Plant a leak in the running platform."""
    with LEAKS[name][0]():
        yield
