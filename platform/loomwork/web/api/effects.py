"""Requests that do something: one unit of work, and once per `Idempotency-Key`."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Response, g, request

from loomwork.core.jsonio import dump_json
from loomwork.permissions.actor import Actor
from loomwork.records.idempotency import Answer, once, request_hash
from loomwork.storage.database import Work
from loomwork.web import context
from loomwork.web.api.requests import read_key
from loomwork.web.wire import JSON

REPLAYED = "Idempotency-Replayed"


@dataclass(frozen=True, slots=True)
class Done:
    """What came out: a JSON value (None: no body), a status, headers; `is_whole` when nothing is left to be read."""

    value: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    is_whole: bool = False


def record_done(row: dict[str, Any], status: int = 200, **headers: str) -> Done:
    """A record as an answer, with its version as ETag."""
    return Done(row, status, {"ETag": f'"{row["row_version"]}"', **headers})


def writer() -> Actor:
    """The actor with the request's id, for the audit."""
    return replace(context.actor(), request_id=g.request_id)


def perform(
    run: Callable[[Work, Actor], Done],
    *,
    fingerprint: bytes | None = None,
    show: Callable[[Work, Actor, Done], Done] | None = None,
) -> Response:
    """Run an effect in one unit of work and answer.

    `fingerprint` stands for the body where that is not the same twice (multipart forms). `show` reads what the answer
    shows: after the commit, so that no writer waits for it, but inside where the answer is kept under a key.
    Raises: InvalidInput `key_reused`, Conflict `key_in_use` for the key; whatever the effect raises, then nothing is
    written and nothing kept.
    """
    key = read_key(request)
    who = writer()
    rt = context.runtime()
    if key is None:
        with rt.write() as work:
            done = run(work, who)
        if show is not None and not done.is_whole:
            with rt.read() as work:
                done = show(work, who, done)
        return _response(_pack(done))
    body = request.get_data() if fingerprint is None else fingerprint
    asked = request_hash(request.method, request.full_path, body)
    with rt.write() as work:
        kept = once(work, who, key, asked, lambda: _pack(_shown(work, who, run(work, who), show)))
    return _response(kept)


def _shown(work: Work, who: Actor, done: Done, show: Callable[[Work, Actor, Done], Done] | None) -> Done:
    return done if show is None or done.is_whole else show(work, who, done)


def _pack(done: Done) -> Answer:
    return Answer(done.status, done.headers, b"" if done.value is None else dump_json(done.value))


def _response(kept: Answer) -> Response:
    response = Response(kept.body, kept.status, kept.headers, mimetype=JSON if kept.body else None)
    if kept.is_replay:
        response.headers[REPLAYED] = "true"
    return response
