"""S1: whatever a caller writes, the SQL that reaches the database is the SQL of a harmless caller.

Each request has a place for a value. It is sent once with harmless values, which gives the statements that this kind of
request may cause (their skeletons: literals and numbers taken out). Then naughty values follow: a statement whose
skeleton was not there before is a fault, and so is a 5xx. Labels, texts and names of metadata are tried in the same way,
by publishing them. Counter-test: with values written into the statements, as a careless program would, it must fail.
"""

from __future__ import annotations

import copy
import itertools
import json
import random
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlencode

from tests.prove.naughty import SEARCHES, SQL, mutate
from tests.prove.r11_publish import second_version
from tests.prove.results import Context, Proof, Result
from tests.prove.shop import ROLE, make_shop
from tests.prove.stage import Stage, stage, write_package

API = "/api/v1"
ORDERS = f"{API}/records/shop.order"
_REMEMBERED = "system__unit|system__company|system__calendar|lw_state|lw_token|lw_share"
_HOUSEKEEPING = re.compile(
    rf"SELECT (?:(?! FROM ).)* FROM (?:\( SELECT (?:(?! FROM ).)* FROM )?(?:{_REMEMBERED})\b|UPDATE lw_token SET used_at"
)
"""Fixed statements that come along whenever something remembered has grown old: who asks, units, calendar, version."""
_NEVER = frozenset({"cursor", "delete", "new link", "new number", "idempotency key", "param name", "version"})
"""Places for which every text is refused, as it should be."""
_SIGNS = "= != <> < > <= >= + - * / % || ( ) , . ? # ’".split()  # noqa: SIM905 - a row of words reads better
_WORDS = "AND OR NOT IS NULL CASE WHEN THEN ELSE END true false IN LIKE DISTINCT FROM CAST AS TEXT BETWEEN ALL OFFSET".split()  # noqa: SIM905
_FUNCTIONS = "chr lw_1 lw_call lw_eval lw_fit lw_compare lw_concat".split()  # noqa: SIM905
OPERATORS = frozenset({*_SIGNS, *_WORDS, *_FUNCTIONS})
"""Words that a formula may put into a statement besides those that harmless ones show."""
_TOKEN = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\d+(?:\.\d+)?|%\([a-z0-9_]+\)s|:[a-z0-9_]+|\?\d*|[A-Za-z_][A-Za-z0-9_]*|\s+|.""",
    re.DOTALL,
)


def skeleton(statement: str) -> str:
    """A statement without its literals: `SELECT a FROM t WHERE b = 'x' LIMIT 5` → `SELECT a FROM t WHERE b = ’ LIMIT #`."""
    parts = []
    for token in _TOKEN.findall(statement):
        if token.isspace():
            continue
        if token[0] == "'":
            parts.append("’")
        elif token[0].isdigit():
            parts.append("#")
        elif token[0] in "?:" or token.startswith("%("):
            parts.append("?")
        else:
            parts.append(token)
    return " ".join(parts)


@dataclass(frozen=True)
class Slot:
    """A request with a place for a text; `harmless` are values that show all its statements."""

    name: str
    send: Callable[[Stage, str], Any]
    harmless: tuple[str, ...]
    values: tuple[str, ...] = SQL
    is_formula: bool = False
    """Whether the text is a formula: then another text is another statement by right, but of the same words."""


@contextmanager
def recorded(stage_: Stage) -> Iterator[list[str]]:
    """The statements that reach the driver meanwhile."""
    from tests.prove.tripwire import Wire, stretched

    class Recorder(Wire):
        def touch(self, statement: object) -> None:
            seen.append(str(statement))

    seen: list[str] = []
    with stretched(stage_.rt.database.engine, Recorder(), reads=True):
        yield seen


def _list(**query: str) -> Callable[[Stage, str], Any]:
    def send(on: Stage, value: str) -> Any:
        return on.ask("clerk", "GET", f"{ORDERS}?{urlencode({k: v.replace('§', value) for k, v in query.items()})}")

    return send


def _body(method: str, path: str, body: Any, headers: dict[str, str] | None = None) -> Callable[[Stage, str], Any]:
    text = json.dumps(body, ensure_ascii=False)

    def send(on: Stage, value: str) -> Any:
        filled = text.replace("§", json.dumps(value)[1:-1])
        return on.ask("clerk", method, path.replace("§", quote(value, safe="")), filled, headers)

    return send


def _path(method: str, path: str) -> Callable[[Stage, str], Any]:
    return lambda on, value: on.ask(
        "clerk", method, path.replace("§", quote(value, safe="")), headers={"If-Match": '"1"'}
    )


def _quoted(value: str) -> str:
    return value.replace("'", "''")


def slots(record: str) -> list[Slot]:
    """Every place where a caller's text goes near a statement."""
    names, texts = ("name", "size"), ("harmless", "1", "2026-01-01")
    sums = ("size > 1", "name = 'x'")

    def ask(body: dict[str, Any]) -> Callable[[Stage, str], Any]:
        return _body("POST", f"{API}/query", {"entity": "shop.order", **body})

    def evaluate(body: dict[str, Any]) -> Callable[[Stage, str], Any]:
        return _body("POST", f"{API}/formula/evaluate", {"entity": "shop.order", **body})

    def tag(on: Stage) -> dict[str, str]:
        return {"If-Match": on.ask("clerk", "GET", f"{ORDERS}/{record}").headers["ETag"]}

    def change(on: Stage, body: Any, headers: dict[str, str]) -> Any:
        return on.ask("clerk", "PATCH", f"{ORDERS}/{record}", body, headers)

    def make(on: Stage, body: Any, headers: dict[str, str]) -> Any:
        return on.ask("clerk", "POST", ORDERS, body, headers)

    def export(on: Stage, **query: str) -> Any:
        return on.ask("clerk", "GET", f"{ORDERS}/export?{urlencode({'format': 'csv', **query})}")

    return [
        Slot("filter text", lambda on, v: _list(filter="name = '§' or note = '§'")(on, _quoted(v)), texts),
        Slot("filter raw", _list(filter="§"), ("name = 'x'", "size > 1", "true"), is_formula=True),
        Slot("filter right side", _list(filter="size > §"), ("1", "1.5"), is_formula=True),
        Slot("filter field", _list(filter="§ = 'a'"), names, is_formula=True),
        Slot("fields", _list(fields="§"), (*names, "customer.name", "id")),
        Slot("sort", _list(sort="§"), (*names, "-name", "-size", "customer.name", "id", "-id")),
        Slot("limit", _list(limit="§"), ("1", "200")),
        Slot("cursor", _list(cursor="§"), ("AAAA",)),
        Slot("count", _list(count="§"), ("true", "exact", "false")),
        Slot("search", _list(search="§", count="exact"), ("harmless", "华为", "two words"), SEARCHES + SQL),
        Slot("entity", _path("GET", f"{API}/records/§"), ("shop.order", "shop.none")),
        Slot("id", _path("GET", f"{ORDERS}/§"), (record, "0193aaaa-0000-7000-8000-000000000000", "x")),
        Slot("history of", _path("GET", f"{ORDERS}/§/history"), (record, "0193aaaa-0000-7000-8000-000000000000", "x")),
        Slot("explain", _path("GET", f"{ORDERS}/§/explain"), (record, "0193aaaa-0000-7000-8000-000000000000", "x")),
        Slot("delete", _path("DELETE", f"{ORDERS}/§"), ("0193aaaa-0000-7000-8000-000000000000", "x")),
        Slot("param", ask({"filter": "name = :wanted", "params": {"wanted": "§"}}), texts),
        Slot("param name", ask({"filter": "name = 'a'", "params": {"§": "x"}}), ("wanted",)),
        Slot("condition", ask({"filter": {"field": "name", "op": "eq", "value": "§"}}), texts),
        Slot("operator", ask({"filter": {"field": "name", "op": "§", "value": "a"}}), ("eq", "ne", "contains", "starts_with")),
        Slot("condition field", ask({"filter": {"field": "§", "op": "eq", "value": "1"}}), names),
        Slot("group", ask({"group": ["§"], "measures": {"n": "COUNT()"}}), ("state", "name", "customer")),
        Slot("group name", ask({"group": {"§": "state"}, "measures": {"n": "COUNT()"}}), ("part", "n2")),
        Slot("measure name", ask({"measures": {"§": "SUM(size)"}}), ("total", "t2")),
        Slot("measure path", ask({"measures": {"n": {"function": "sum", "path": "§"}}}), ("size",)),
        Slot("measure function", ask({"measures": {"n": {"function": "§", "path": "size"}}}), ("sum", "min", "max", "avg", "count")),
        Slot("measure text", ask({"measures": {"n": "§(size)"}}), ("SUM", "MIN")),
        Slot("measure filter", ask({"measures": {"n": {"function": "sum", "path": "size", "filter": "§"}}}), sums, is_formula=True),
        Slot("query entity", _body("POST", f"{API}/query", {"entity": "§"}), ("shop.order", "shop.none")),
        Slot("new value", _body("POST", ORDERS, {"name": "§", "note": "§", "size": 1}), ("harmless", "华为")),
        Slot("new field", _body("POST", ORDERS, {"name": "a", "§": "b"}), ("note", "none")),
        Slot("new link", _body("POST", ORDERS, {"name": "a", "customer": "§"}), ("0193aaaa-0000-7000-8000-000000000000", "x")),
        Slot("new number", _body("POST", ORDERS, {"name": "a", "size": "§"}), ("x", "7")),
        Slot("changed value", lambda on, v: change(on, {"note": v}, tag(on)), ("harmless", "other")),
        Slot("changed field", lambda on, v: change(on, {v: "x"}, tag(on)), ("note", "none")),
        Slot("version", lambda on, v: change(on, {"note": "x"}, {"If-Match": _header(v)}), ("1", '"1"')),
        Slot("idempotency key", lambda on, v: make(on, {"name": ""}, {"Idempotency-Key": _header(v)}), ("k1", "k2")),
        Slot("formula", evaluate({"formula": "§", "record": record, "backend": "sql"}), ("name", "size + 1", "customer.name"), is_formula=True),
        Slot("formula record", evaluate({"formula": "name", "record": "§"}), (record, "x")),
        Slot("export", lambda on, v: export(on, filter=f"name = '{_quoted(v)}'"), (*texts, "first")),
        Slot("export sort", lambda on, v: export(on, sort=v), names),
    ]  # fmt: skip


def _header(value: str) -> str:
    return "".join(c for c in value if 32 <= ord(c) < 127)


def run(context: Context) -> Result:
    """Harmless values first, then naughty ones through every slot; then metadata, then the counter-test."""
    rng = random.Random(context.seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        stage(context.make_url(), Path(folder), make_shop(Path(folder))) as on,
    ):
        on.add_person("clerk", "Clerk", roles=(ROLE,), unit=on.add_unit("North"))
        record = on.create("shop.order", {"name": "first", "size": 3}, person="clerk")["id"]
        faults: list[str] = []
        known, sent = _learn(on, record, faults), 0
        words = {word for found in known.values() for one in found for word in one.split()} | OPERATORS
        total = context.size(3_000, 50_000)
        places = slots(record)
        refused = 0
        for number in range(total):
            slot = places[number % len(places)]
            value = (
                slot.values[number // len(places)]
                if number // len(places) < len(slot.values)
                else mutate(rng, slot.values)
            )
            status, found = _try(on, slot, value, known[slot.name], words)
            sent += 1
            refused += status >= 400
            faults += found
        labels = _metadata(on, Path(folder), faults)
        counter = _counter_test(on, next(one for one in places if one.name == "filter text"))
        if not counter:
            faults.append("values written into statements were not seen: the proof sees nothing")
    figures = {
        "slots": len(places), "sent": sent, "refused": refused, "skeletons": len(set().union(*known.values())), **labels,
        "differences": len(faults), "counter_test": f"{counter}_found",
    }  # fmt: skip
    return Result(not faults and refused > total // 10, figures, faults)


def _try(on: Stage, slot: Slot, value: str, known: set[str], words: set[str]) -> tuple[int, list[str]]:
    """One value through one slot: the status, and what was wrong."""
    with recorded(on) as seen:
        answer = slot.send(on, value)
    faults = []
    if answer.status_code >= 500:
        faults.append(f"{slot.name} {value[:80]!r}: {answer.status_code} {answer.text[:300]}")
    strange = {one for one in map(skeleton, seen) if not _HOUSEKEEPING.match(one)} - known
    if slot.is_formula:
        strange = {" ".join(sorted(set(one.split()) - words)) for one in strange} - {""}
    faults += [f"{slot.name} {value[:80]!r}: {one[:400]}" for one in sorted(strange)]
    return answer.status_code, faults


class _Enough(Exception):
    """A publish that has shown its statements is taken back."""


def _metadata(on: Stage, folder: Path, faults: list[str]) -> dict[str, int]:
    """Publish naughty labels, texts and defaults: the statements are those of harmless ones; naughty names are refused."""
    from loomwork.publishing.publish import publish

    def statements(text: str) -> set[str] | None:
        on.rt.app_folders = (write_package(folder / str(next(count)), _worded(text)),)
        catalog, found = on.rt.load()
        if found.errors:
            return None
        with suppress(_Enough), recorded(on) as seen, on.rt.database.write() as work:
            publish(work, catalog, author="proof", message=text, consent=True)
            raise _Enough
        return set(map(skeleton, seen))

    count, kept = itertools.count(), on.rt.app_folders
    wanted, published, names = statements("harmless"), 0, 0
    for text in SQL[::3]:
        made = statements(text)
        published += made is not None
        if made is not None and made != wanted:
            faults.append(f"the label {text!r} changes statements: {sorted(made ^ (wanted or set()))[:1]}")
        files = _worded("harmless")
        files["entities/order.json"]["fields"][text] = dict(files["entities/order.json"]["fields"]["note"])
        on.rt.app_folders = (write_package(folder / str(next(count)), files),)
        if on.rt.load()[1].errors:
            names += 1
        else:
            faults.append(f"a field may be called {text!r}")
    on.rt.app_folders = kept
    if wanted is None or len(wanted) < 5 or not published:
        faults.append("no label was published, so that nothing was tried")
    return {"labels": published, "names_refused": names}


def _worded(text: str) -> dict[str, Any]:
    """The second version of the shop with a text in every place that takes one."""
    files = copy.deepcopy(second_version())
    label = {"en": text, "zh-CN": text}
    for name, body in files.items():
        if name.startswith(("entities/", "roles/", "choice_sets/")):
            body["label"] = label
            for one in (*body.get("fields", {}).values(), *body.get("choices", {}).values()):
                one["label"] = label
    order = files["entities/order.json"]["fields"]
    order["hint"] = {"type": "text", "label": label, "order": "c0", "help": label, "default": text, "indexed": True}
    return files


def _counter_test(on: Stage, slot: Slot) -> int:
    """How many naughty values are seen when texts are written into the statements."""
    from loomwork.storage.database import Work
    from loomwork.storage.statements import Prepared

    def careless(self: Any, prepared: Prepared, params: Any = None) -> Any:
        given = prepared.bind(params or {})
        in_turn = iter(given)

        def written(match: re.Match[str]) -> str:
            value = given[int(match[1]) - 1] if match[1] else next(in_turn)
            if value is None or isinstance(value, int | float | Decimal):
                return "NULL" if value is None else str(value)
            return "'{{{}}}'".format(",".join(map(str, value))) if isinstance(value, list) else f"'{value}'"

        plain = Prepared(re.sub(r"\?|\$(\d+)", written, prepared.sql), (), {}, {})
        return original(self, plain, {})

    def send(text: str) -> tuple[int, set[str]]:
        with recorded(on) as seen:
            status = slot.send(on, text).status_code
        return status, set(map(skeleton, seen))

    original = Work.rows
    with patch.object(Work, "rows", careless):
        answers = [send(text) for text in slot.harmless]
        if max(status for status, _ in answers) >= 400:
            return 0  # what is careless must work until somebody means harm, else it shows nothing
        harmless = set().union(*(seen for _, seen in answers))
        tried = [send(text) for text in SQL[:20]]
    return sum(status >= 500 or bool(seen - harmless) for status, seen in tried)


def _learn(on: Stage, record: str, faults: list[str]) -> dict[str, set[str]]:
    """The skeletons of harmless requests, per slot; those of sign-in belong to all."""
    known: dict[str, set[str]] = {}
    for slot in slots(record):
        known[slot.name] = set()
        statuses = set()
        for value in slot.harmless:
            for _ in range(2):
                with recorded(on) as seen:
                    statuses.add(slot.send(on, value).status_code)
                known[slot.name].update(map(skeleton, seen))
        if min(statuses) >= 400 and slot.name not in _NEVER:
            faults.append(f"the harmless values of {slot.name} are refused, so that it tries nothing: {statuses}")
    # Who asks is read anew now and then, and the version of the metadata: both belong to every request.
    on.server.guard.identities.forget()
    on.rt._looked_at = 0.0
    with recorded(on) as seen:
        on.ask("clerk", "GET", f"{API}/me")
        on.ask("clerk", "GET", f"{ORDERS}?limit=1&fields=id")
    on.server.guard.identities.forget()
    with recorded(on) as more:
        on.ask("clerk", "GET", f"{API}/me")
    for found in known.values():
        found.update(map(skeleton, (*seen, *more, "COMMIT")))
    return known


PROOF = Proof("S1", "token skeleton of every statement", run)
