"""Requests that do something: one unit of work, and once per `Idempotency-Key`."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Response, g, request

from loomwork.core.jsonio import dump_json
from loomwork.permissions.actor import Actor
from loomwork.records.idempotency import Answer, begin, find, finish, give_back, once, request_hash
from loomwork.storage.database import Work
from loomwork.web import context
from loomwork.web.api.requests import read_key
from loomwork.web.wire import JSON

REPLAYED = "Idempotency-Replayed"
KEPT_WITH_EFFECT = frozenset(
    {
        "api.create_record", "api.restore_record", "api.batch", "api.run_action", "api.add_note", "api.add_file", "api.upload_file",
        "api.restore_file", "api.share_record", "api.import_records", "packages_api.upload", "accounts_api.remove",
    }
)  # fmt: skip
"""Endpoints that keep the answer under a key in the transaction of their effect; the server does it for all others."""
SECRET = frozenset(
    {
        "api.reveal_field", "auth_api.create_token", "accounts_api.invite_new", "accounts_api.invite", "accounts_api.reset",
    }
)  # fmt: skip
"""Endpoints whose answers hold a secret: they are never kept, a second request with the key is told so."""
_KEPT_HEADERS = ("ETag", "Location")


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
    if key is None or "key_is_taken" in g:
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


def keyed(run: Callable[[], Response]) -> Response:
    """Run a whole endpoint once per `Idempotency-Key`: the answer of a success is kept, a fault gives the key back.

    Raises: InvalidInput `bad_key`, `key_reused`; Conflict `key_in_use`, `answer_not_kept`; whatever the endpoint raises.
    """
    key = read_key(request)
    if key is None:
        return run()
    who, rt = writer(), context.runtime()
    asked = request_hash(request.method, request.full_path, request.get_data())
    with rt.read() as work:
        kept = find(work, who, key, asked)
    if kept is None:
        with rt.write() as work:
            kept = begin(work, who, key, asked)
    if kept is not None:
        return _response(kept)
    g.key_is_taken = True
    response: Response | None = None
    try:
        response = run()
    finally:
        is_done = response is not None and response.status_code < 300
        with rt.database.write() as work:
            if response is not None and is_done:
                headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
                answer = Answer(response.status_code, headers, response.get_data())
                finish(work, who, key, None if request.endpoint in SECRET else answer)
            else:
                give_back(work, who, key)
    return response


def _shown(work: Work, who: Actor, done: Done, show: Callable[[Work, Actor, Done], Done] | None) -> Done:
    return done if show is None or done.is_whole else show(work, who, done)


def _pack(done: Done) -> Answer:
    return Answer(done.status, done.headers, b"" if done.value is None else dump_json(done.value))


def _response(kept: Answer) -> Response:
    response = Response(kept.body, kept.status, kept.headers, mimetype=JSON if kept.body else None)
    if kept.is_replay:
        response.headers[REPLAYED] = "true"
    return response
