"""P1, the two-world test: whatever a user asks, the answer is the same, byte for byte, in two databases that differ only
in what he may not see.
"""

from __future__ import annotations

import io
import random
import re
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from loomwork.permissions.actor import system_actor
from tests.prove.p1.ask import Ask
from tests.prove.p1.asking import Asker
from tests.prove.p1.book import Book
from tests.prove.p1.leaks import LEAKS, planted
from tests.prove.p1.material import record_id
from tests.prove.p1.model import NAMESPACE, Model, make_model, metadata
from tests.prove.p1.oracle import Oracle
from tests.prove.p1.people import People, make_people
from tests.prove.p1.twins import Twin, make_twin
from tests.prove.p1.world import Op, World, make_world
from tests.prove.results import Context, Proof, Result
from tests.prove.stage import Stage, ids_from, made_id, stage, write_package

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ASKED_AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
BOSS = "boss"
_REQUEST_ID = re.compile(rb'"request_id":\s*"[^"]*"')
_HEADERS = ("Content-Type", "ETag", "Location", "Content-Disposition", "Retry-After", "Link", "Idempotent-Replay")


@dataclass
class Tally:
    """What was asked and what came of it."""

    pairs: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    canaries: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def clone(context: Context, url: str) -> str:
    """A copy of a database nobody is connected to."""
    new = context.make_url()
    if url.startswith("sqlite"):
        shutil.copy(url.removeprefix("sqlite:///"), new.removeprefix("sqlite:///"))
        return new
    import psycopg
    from psycopg import sql

    server, _, name = new.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
        template = sql.Identifier(url.rpartition("/")[2])
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), template))
    return new


def rebind(on: Stage, url: str) -> None:
    """Let a running platform go on with another database of the same metadata."""
    from loomwork.storage.database import Database

    on.rt.database.dispose()
    on.rt.database = Database(url, pool_size=2)
    for known in (on.server.guard.identities,):
        known.forget()


def add_people(on: Stage, people: People) -> None:
    """Units, users with their roles and tokens, and one who sees everything."""
    from loomwork.core.clock import frozen

    count = iter(range(10**6))
    with frozen(START - timedelta(days=1)), ids_from(lambda: made_id("people", next(count))):
        units: dict[str, str] = {}
        for unit, parent in people.parents.items():
            units[unit] = on.add_unit(unit, units[parent] if parent else None)
        for person in people.persons.values():
            on.add_person(
                person.key,
                person.name,
                roles=tuple(f"{NAMESPACE}.{role}" for role in person.roles),
                unit=units[person.unit],
            )
        for team, members in people.teams.items():
            units[team] = str(on.create("system.team", {"name": team})["id"])
            for member in sorted(members):
                on.create("system.team_member", {"team": units[team], "user": on.users[member]})
        on.users |= units  # records are shared with them as with persons
        on.add_person(BOSS, "Boss", roles=(f"{NAMESPACE}.everything",), unit=units["unit0"])


def play(on: Stage, model: Model, world: World) -> None:
    """Let the operations of a world happen, at their minutes and with fixed ids."""
    with on.rt.write() as work:
        for op in world.ops:
            count = iter(range(10**6))
            work.now = START + timedelta(minutes=op.at)
            first = record_id(op.key) if op.kind == "create" else made_id(op.kind, op.key, op.at)
            with ids_from(lambda: made_id(op.kind, op.key, op.at, n) if (n := next(count)) else first):  # noqa: B023 - used at once
                _happen(on, work, model, op)


def _happen(on: Stage, work: Any, model: Model, op: Op) -> None:
    actor, entity, records = on.actor(op.actor), f"{NAMESPACE}.{op.entity}", on.rt.records
    if op.kind == "create":
        made = records.create(work, actor, entity, _wire(on, model, op))
        if made["id"] != record_id(op.key):
            raise AssertionError(f"{op.key} has the id {made['id']}")
    elif op.kind == "update":
        version = on.rt.query.get(work, actor, entity, record_id(op.key), ("id",))["row_version"]
        records.update(work, actor, entity, record_id(op.key), _wire(on, model, op), version)
    elif op.kind == "share":
        records.share(work, actor, entity, record_id(op.key), principal=on.users[op.values["to"]], level="read")
    else:
        # People write only on what they see; here notes lie on everything, so that somebody's might be told of.
        note = {"body": op.values["text"], "entity": entity, "record_id": record_id(op.key), "owner_id": actor.user_id}
        records.create(work, system_actor("world"), "system.note", note)


def _wire(on: Stage, model: Model, op: Op) -> dict[str, Any]:
    fields = model.entities[op.entity].fields
    values: dict[str, Any] = {}
    for name, value in op.values.items():
        kind = "user" if name == "owner_id" else fields[name].type
        if kind == "many_to_many":
            values[name] = [record_id(key) for key in value]
        elif value is None or kind not in ("user", "link"):
            values[name] = value
        else:
            values[name] = on.users[value] if kind == "user" else record_id(value)
    return values


class Pair:
    """Two platforms that are asked the same."""

    def __init__(self, one: Stage, two: Stage, tally: Tally) -> None:
        self.sides = (one, two)
        self.tally = tally
        self.written: set[str] = set()

    def ask(self, person: str, ask: Ask, canaries: frozenset[str], *, warm: bool = False) -> bool:
        """Send a request to both worlds, with all its pages; whether the answers are the same."""
        for _ in range(4):
            if warm:
                for side in self.sides:
                    self._send(side, BOSS, ask)
            answers = [self._send(side, person, ask) for side in self.sides]
            is_same = self._compare(person, ask, answers, canaries)
            cursor = (
                (answers[0].get_json(silent=True) or {}).get("next_cursor")
                if ask.is_paged and answers[0].status_code == 200
                else None
            )
            if not (is_same and cursor):
                return is_same
            ask = Ask(
                ask.kind, ask.method, ask.path, {**ask.query, "cursor": cursor}, ask.body, ask.headers, is_paged=True
            )
        return True

    def _send(self, side: Stage, person: str, ask: Ask) -> Any:
        from loomwork.core.clock import frozen

        count, number = iter(range(10**6)), self.tally.pairs
        ids = ids_from(lambda: made_id("ask", person, number, next(count)))
        with frozen(ASKED_AT + timedelta(seconds=self.tally.pairs)), ids:
            return side.ask(person, ask.method, ask.url, ask.body, ask.headers)

    def _compare(self, person: str, ask: Ask, answers: list[Any], canaries: frozenset[str]) -> bool:
        tally, (one, two) = self.tally, answers
        tally.pairs += 1
        tally.kinds[ask.kind] += 1
        tally.statuses[one.status_code] += 1
        if one.status_code >= 500:
            tally.broken.append(f"{one.status_code} for {person}: {ask.text()}: {one.text[:200]}")
        bodies = [_readable(answer) for answer in answers]
        found = {word for body in bodies for word in _words(body) & canaries}
        sent = f"{ask.url} {ask.sent()}"
        # What he wrote himself he may read.
        self.written |= _words(ask.sent().encode()) if ask.method in ("POST", "PATCH") else set()
        shown = sorted(word for word in found - self.written if word not in sent)
        if shown:
            tally.canaries.append(f"{person} was shown {shown[:3]}: {ask.text()}")
        facts = [
            (a.status_code, [(h, a.headers.get(h)) for h in _HEADERS], _REQUEST_ID.sub(b'"request_id":""', body))
            for a, body in zip(answers, bodies, strict=True)
        ]
        if facts[0] == facts[1]:
            return True
        tally.differences.append(
            f"{person} {ask.kind}: {ask.text()}\n  A {one.status_code} {_near(facts[0][2], facts[1][2])}"
            f"\n  B {two.status_code} {_near(facts[1][2], facts[0][2])}"
        )
        return False


def _readable(answer: Any) -> bytes:
    """The body; of a workbook its parts, without when it was made."""
    if answer.status_code != 200 or answer.mimetype != _XLSX:
        return bytes(answer.data)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        parts = [(name, book.read(name)) for name in sorted(book.namelist())]
    return b"\n".join(name.encode() + b":" + _MADE.sub(b"", body) for name, body in parts)


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MADE = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*")
_WORD = re.compile(rb"zq[0-9]{6}x[0-9]+")


def _words(data: bytes) -> set[str]:
    return {word.decode() for word in _WORD.findall(data)}


def _near(one: bytes, other: bytes) -> str:
    """The surroundings of the first difference."""
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[max(0, at - 120) : at + 160].decode(errors="replace")


@contextmanager
def _stages(context: Context, folder: Path, model: Model, people: People) -> Iterator[tuple[str, Stage, Stage]]:
    """Two platforms with people and no records, and the database that both begin from."""
    files = metadata(model)
    grants = {
        name: {
            "entity": f"{NAMESPACE}.{name}",
            "actions": ["read", "create", "update", "delete", "restore", "export", "import", "share"],
            "rows": "all",
        }
        for name in model.entities
    }
    label = {"en": "All", "zh-CN": "All"}
    files["roles/everything.json"] = {"label": label, "abilities": ["use_api", "read_metadata"], "grants": grants}
    package = write_package(folder, files)
    url = context.make_url()
    with stage(url, folder / "home", package) as on:
        add_people(on, people)
        known = dict(on.tokens), dict(on.users)
    with ExitStack() as stack:
        sides = []
        for _ in range(2):
            side = stack.enter_context(stage(clone(context, url), folder / "home", package))
            side.tokens, side.users = known
            sides.append(side)
        yield url, sides[0], sides[1]


def _settle(on: Stage) -> None:
    """Nothing of a database may be left in a write-ahead log when it is copied."""
    on.rt.database.dispose()


def run(context: Context) -> Result:
    """Several random apps; in each, several users with a world B of their own."""
    tally = Tally()
    models, users = (2, 8) if not context.is_full else (20, 50)
    pairs = context.size(5_000, 1_000_000) // (models * users) + 1
    changed = removed = added = 0
    found: dict[str, str] = {}
    for number in range(models):
        rng = random.Random(f"{context.seed}/{number}")
        model = make_model(rng)
        people = make_people(rng, list(model.roles))
        world = make_world(rng, model, people, rows=30 if not context.is_full else 60)
        with tempfile.TemporaryDirectory() as place, _stages(context, Path(place), model, people) as (base, one, two):
            play(one, model, world)
            filled = str(one.rt.database.url.render_as_string(hide_password=False))
            _settle(one)
            for person in rng.sample(sorted(people.persons), users):
                twin = make_twin(random.Random(f"{context.seed}/{person}"), model, people, world, person)
                changed, removed, added = changed + twin.changed_cells, removed + twin.removed, added + twin.added
                _meet(context, (one, two), (filled, base), model, twin)
                pair = Pair(one, two, tally)
                oracle = Oracle(model, people, person, world.shared, Book(model, world.records))
                drawn = random.Random(f"{context.seed}/{number}/{person}")
                asker = Asker(drawn, model, (world, twin.world), oracle)
                if twin.is_strict and len(found) < len(LEAKS):
                    _look_for_leaks(context, pair, asker, person, found)
                    _meet(context, (one, two), (filled, base), model, twin)
                end = tally.pairs + pairs
                while tally.pairs < end:
                    pair.ask(person, asker.draw(tries=twin.is_strict), twin.canaries)
                if len(tally.differences) > 20:
                    break
    return _result(tally, found, changed, removed, added, models * users)


def _meet(context: Context, sides: tuple[Stage, Stage], urls: tuple[str, str], model: Model, twin: Twin) -> None:
    """World A as it was, and world B for this user."""
    rebind(sides[0], clone(context, urls[0]))
    rebind(sides[1], clone(context, urls[1]))
    play(sides[1], model, twin.world)


def _look_for_leaks(context: Context, pair: Pair, asker: Asker, person: str, found: dict[str, str]) -> None:
    """Plant each leak that is not found yet and ask until it shows, or a while."""
    tally, kept = Tally(), pair.tally
    pair.tally = tally
    try:
        for name, (_, kinds) in LEAKS.items():
            if name in found:
                continue
            with _fresh_plans(pair), planted(name):
                for ask in _worth(asker, kinds, 100):
                    if not pair.ask(person, ask, frozenset(), warm=name == "cached page"):
                        found[name] = tally.differences[-1]
                        break
    finally:
        pair.tally = kept


def _worth(asker: Asker, kinds: tuple[str, ...], count: int) -> Iterator[Ask]:
    drawn = 0
    while drawn < count:
        ask = asker.draw()
        if ask.kind in kinds:
            drawn += 1
            yield ask


@contextmanager
def _fresh_plans(pair: Pair) -> Iterator[None]:
    """Plans that were made before a leak was planted would hide it; those made under it must not stay."""
    kept = [side.rt._program for side in pair.sides]
    for side in pair.sides:
        old = side.rt.program
        side.rt._program = side.rt._make(old.catalog, old.tables, old.number)
        side.server.guard.identities.forget()
    try:
        yield
    finally:
        for side, program in zip(pair.sides, kept, strict=True):
            side.rt._program = program
            side.server.guard.identities.forget()


_RARE = ("delete", "restore")
"""Not asked for where a sum or a rule would tell of it on purpose."""


def _result(tally: Tally, found: dict[str, str], changed: int, removed: int, added: int, users: int) -> Result:
    good = sum(count for status, count in tally.statuses.items() if status < 300)
    missing = sorted(set(LEAKS) - set(found))
    figures: dict[str, Any] = {
        "pairs": tally.pairs, "users": users, "answered": good, "kinds": len(tally.kinds), "differences": len(tally.differences),
        "canaries_shown": len(tally.canaries), "broken": len(tally.broken), "leaks_found": f"{len(found)}/{len(LEAKS)}",
        "cells_changed": changed, "rows_removed": removed, "rows_added": added,
    }  # fmt: skip
    faults = [
        *tally.differences[:4],
        *tally.canaries[:3],
        *tally.broken[:3],
        *(f"the planted leak was not found: {name}" for name in missing),
    ]
    # A proof in which nearly every answer is a refusal proves little.
    asked = [count for kind, count in tally.kinds.items() if kind not in _RARE]
    is_telling = good * 5 > tally.pairs * 2 and min(asked, default=0) >= 10
    if not is_telling:
        faults.append(f"too little was answered: {dict(tally.statuses)} {dict(tally.kinds)}")
    is_held = not (faults or tally.differences or tally.canaries or tally.broken)
    return Result(is_held, figures, faults)


PROOF = Proof("P1", "two worlds", run)
