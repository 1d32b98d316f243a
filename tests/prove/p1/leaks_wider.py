"""Further planted leaks, one for each way that the first ten do not take: lists, relations, teams, shares, masks, files, guesses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch


@contextmanager
def guess_told() -> Iterator[None]:
    """A change that changes nothing is told as one, also of a field that its writer does not read."""
    from loomwork.records import writing

    with patch.object(writing, "unread_fields", lambda *_: frozenset()):
        yield


@contextmanager
def conflict_tells() -> Iterator[None]:
    """A conflict names what was touched, and a merge depends on it, also for fields that are hidden."""
    from loomwork.records import writing
    from loomwork.records.around.conflicts import check_stale as original

    def tell(program: Any, draft: Any, *rest: Any, **more: Any) -> None:
        draft.unread = frozenset()
        original(program, draft, *rest, **more)

    with patch.object(writing, "check_stale", tell):
        yield


@contextmanager
def rows_behind() -> Iterator[None]:
    """A condition over many rows counts those that are hidden."""
    from loomwork.query.context import FrameRelation

    original = FrameRelation.__init__

    def blind(self: Any, *arguments: Any) -> None:
        original(self, *arguments)
        self._child.visible = lambda: None

    with patch.object(FrameRelation, "__init__", blind):
        yield


@contextmanager
def pairs_counted() -> Iterator[None]:
    """Pairs of a hidden list are counted from the other side."""
    from loomwork.query.context import FrameRelation

    original = FrameRelation.condition

    def raw(self: Any) -> Any:
        if self._join is None:
            return original(self)
        holder = self._outer if self._relation.is_owner else self._child
        with patch.object(holder, "guard", lambda _: None):
            return original(self)

    with patch.object(FrameRelation, "condition", raw):
        yield


@contextmanager
def pairs_shown() -> Iterator[None]:
    """A list that is seen on some rows is shown on all."""
    from loomwork.query import to_many
    from loomwork.query.frames import Frame

    class Open(Frame):
        def guard(self, field: str) -> Any:
            return None

    with patch.object(to_many, "Frame", Open):
        yield


@contextmanager
def others_teams() -> Iterator[None]:
    """Everybody is in every team."""
    from loomwork.query.tree import Query
    from loomwork.web.auth import people

    def every(rt: Any, work: Any, user_id: str) -> tuple[str, ...]:
        found = rt.query.run(work, people._SIGN_IN, Query("system.team", fields=("id",), limit=200)).rows
        return tuple(sorted(row["id"] for row in found))

    with patch.object(people, "_teams", every):
        yield


@contextmanager
def shared_with_anybody() -> Iterator[None]:
    """What is shared with one is shared with all."""
    import sqlalchemy as sa

    from loomwork.query import conditions
    from loomwork.records.around import shares
    from loomwork.storage.system_tables import SHARE

    def anybody(frame: Any) -> Any:
        identity = frame.raw("id")
        is_text = frame.build.tables.dialect == "sqlite"
        shared = SHARE.c.record_id if is_text else sa.cast(SHARE.c.record_id, identity.type)
        return identity.in_(sa.select(shared).where(SHARE.c.entity == frame.entity.name))

    with patch.object(conditions, "shared_sql", anybody), patch.object(shares, "any_for", lambda *_: True):
        yield


@contextmanager
def mask_lifted() -> Iterator[None]:
    """A masked value comes out plain."""
    from loomwork.query import decode

    with patch.object(decode, "masked", lambda read, *_: read):
        yield


@contextmanager
def roll_up_open() -> Iterator[None]:
    """Who sees a record sees its roll-ups, without the right of their own."""
    from loomwork.permissions.policy import Policy
    from loomwork.query.access import CellAccess, EntityAccess

    original = Policy._make

    def wider(self: Any, entity: Any, action: str) -> Any:
        made = original(self, entity, action)
        every = CellAccess(plain=frozenset(range(len(made.rules))))
        rolled = {name: every for name, one in entity.fields.items() if one.type.name == "roll_up"}
        return EntityAccess(made.rules, {**made.cells, **rolled}) if made.rules else made

    with patch.object(Policy, "_make", wider):
        yield


@contextmanager
def import_finds_hidden() -> Iterator[None]:
    """An import matches and links to records that its person does not see."""
    from loomwork.query.finding import find_by
    from loomwork.records.importing import rows

    def find(engine: Any, work: Any, reader: Any, *rest: Any) -> Any:
        return find_by(engine, work, replace(reader, access=work.program.policies.system), *rest)

    with patch.object(rows, "find_by", find):
        yield


@contextmanager
def filter_on_hidden() -> Iterator[None]:
    """A condition looks at cells that are hidden."""
    from loomwork.query import conditions
    from loomwork.query.context import FrameContext
    from loomwork.query.frames import Frame

    def raw(self: Any, path: tuple[str, ...]) -> Any:
        every = Frame.over(self._frame, _everything(self._frame.build))
        return original(FrameContext(every, self._condition), path)

    original = FrameContext.column
    with ExitStack() as stack:
        stack.enter_context(patch.object(FrameContext, "column", raw))
        stack.enter_context(patch.object(conditions, "guards_of", lambda *_: []))
        yield


@contextmanager
def formula_on_hidden() -> Iterator[None]:
    """A formula that is tried out sees with the platform's eyes."""
    from loomwork.query.evaluate import ask as original
    from loomwork.web.api import formula

    def ask(engine: Any, work: Any, reader: Any, question: Any) -> Any:
        return original(engine, work, replace(reader, access=work.program.policies.system), question)

    with patch.object(formula, "ask", ask):
        yield


def _everything(build: Any) -> Any:
    from loomwork.query.conditions import condition_sql, row_rule_sql
    from loomwork.query.context import system_build

    return system_build(build, condition_sql, row_rule_sql)
