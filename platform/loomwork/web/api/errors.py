"""Faults to answers: one body everywhere, one table of statuses. Nothing else in the platform chooses a status.

`{"error": {"code", "message", "details": [{"path", "code", "message"}], "request_id"}}`

One rule of languages: codes are for programs and never change; messages are for people, in the language of the person who
asks (his profile, else Accept-Language), and in English where there are no words for the code. What raises a fault writes
English; it is translated here, by `errors.<code>`, `detail.<code>` and `field.<code>`.
"""

import re
import traceback
from typing import Any

from flask import Response, has_app_context, request
from werkzeug.exceptions import HTTPException

from loomwork.core.errors import (
    Broken,
    Conflict,
    Detail,
    InvalidInput,
    NamedDetail,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PlatformError,
    SaidDetail,
    TooLarge,
    TooMany,
    TryAgain,
    Unreadable,
    VersionMissing,
    listed,
)
from loomwork.core.i18n import DEFAULT_LANGUAGE, Sentence, say, text
from loomwork.core.journal import structlog
from loomwork.query.keyset import BadCursor
from loomwork.records.bulk import RowFault
from loomwork.records.values import RefusedDetail
from loomwork.web import context
from loomwork.web.naming import Names
from loomwork.web.wire import UnsupportedBody, answer

STATUSES: dict[type[PlatformError], int] = {
    Unreadable: 400,
    BadCursor: 400,
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    UnsupportedBody: 415,
    InvalidInput: 422,
    VersionMissing: 428,
    TooMany: 429,
    Broken: 500,
    TryAgain: 503,
}
DISK_FULL = 507
"""Insufficient storage (RFC 4918 §11.5): nothing was written, and trying again does not help by itself."""
_HTTP_CODES = {
    400: "unreadable", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media_type",
    431: "too_large",
}  # fmt: skip
RETRY_AFTER_S = 1
_DIAGNOSIS = re.compile(r"C[1-9]\d\d")
"""Codes of faults of metadata, which have titles in every language."""
_HINT = re.compile(r"(?:did you mean \"([^\"]{1,80})\"\?|known: ([^;\n]{1,400}))\s*$")
"""How `core.diagnostics.did_you_mean` ends a sentence."""
_HINT_LENGTH = 500
"""A hint stands at the end: what a caller named before it may be long, and is not looked through."""
_log = structlog.get_logger("loomwork.web")


def status_of(fault: PlatformError) -> int:
    """The HTTP status of a fault; subclasses share that of their nearest listed parent."""
    if isinstance(fault, HttpFault):
        return fault.status
    if fault.code == "disk_full":
        return DISK_FULL
    if isinstance(fault, RowFault):
        return status_of(fault.fault)
    for kind in type(fault).__mro__:
        if kind in STATUSES:
            return STATUSES[kind]
    return 500


def error_body(fault: PlatformError, language: str, request_id: str) -> dict[str, Any]:
    """The one body, in the reader's language where a translation exists."""
    message = message_of(fault, language)
    details = [_detail_json(one, fault, language) for one in fault.details]
    if isinstance(fault, RowFault) and not fault.fault.details:
        details = [{**one, "message": message} for one in details]  # a place alone: the fault itself says why
    return {
        "error": {
            **in_words(fault.extra, language),
            "code": fault.code,
            "message": message,
            "details": details,
            "request_id": request_id,
        }
    }


def _detail_json(detail: Detail, fault: PlatformError, language: str) -> dict[str, str]:
    """A detail in the reader's language, as far as there are words for its code.

    A refused value says so in the words of its field type, a rule in those of its author.
    """
    shown, names = detail.as_json(), _names(language)
    if isinstance(detail, SaidDetail):
        return shown
    if isinstance(detail.message, Sentence) or _DIAGNOSIS.fullmatch(detail.code):
        shown["message"] = told_diagnosis(detail.code, detail.message, language)
        return shown
    called = names.field(fault.params.get("entity", ""), detail.path) if names else ""
    if language == DEFAULT_LANGUAGE:
        leaf = detail.path.rpartition(".")[2]
        said = detail.message.replace(f'"{leaf}"', f'"{called}"', 1) if called else detail.message
        shown["message"] = names.sentence(said) if names else said
        return shown
    is_refused = isinstance(detail, RefusedDetail)
    named = detail.name if isinstance(detail, NamedDetail) else called or detail.path
    params = {"path": named, **((detail.params if isinstance(detail, RefusedDetail) else None) or {})}
    key = f"{'field' if is_refused else 'detail'}.{detail.code}"
    english = names.sentence(detail.message) if names else detail.message
    shown["message"] = _with_hint(text(key, language, params, default=english), english, language)
    return shown


def told_diagnosis(code: str, message: str, language: str) -> str:
    """What is wrong with metadata: in the reader's language where its sentence has words there, else under its title there."""
    if isinstance(message, Sentence):
        return _told(message, language)
    title = text(f"metadata.fault.{code}", language, default="") if language != DEFAULT_LANGUAGE else ""
    return f"{title}：{message}" if title else message


def _told(said: Sentence, language: str) -> str:
    names = _names(language)
    return said.told(language, names.label if names else None)


def in_words(value: Any, language: str) -> Any:
    """What a fault says beside its message, every sentence of it in the reader's language."""
    if isinstance(value, Sentence):
        return _told(value, language)
    if isinstance(value, dict):
        return {key: in_words(one, language) for key, one in value.items()}
    return [in_words(one, language) for one in value] if isinstance(value, list) else value


def _names(language: str) -> Names | None:
    """What entities and fields are called; nothing where the fault came before there was anybody to tell it to."""
    if not has_app_context():
        return None
    found = context.find_identity()
    return Names(context.runtime().program, language, found.actor if found is not None else None)


def _with_hint(said: str, english: str, language: str) -> str:
    """A translated sentence with the nearest known name of the English one, which is what helps most."""
    found = _HINT.search(english[-_HINT_LENGTH:])
    if found is None or said == english:
        return said
    near, known = found.groups()
    return said + (
        text("detail.hint_near", language, {"name": near})
        if near
        else text("detail.hint_known", language, {"names": known})
    )


def message_of(fault: PlatformError, language: str) -> str:
    """What a fault says to a reader. The English sentence stands where it is raised and may say more than the table."""
    if isinstance(fault.message, Sentence):
        return _told(fault.message, language)
    names, params = _names(language), fault.params
    if names and "entity" in params:
        entity = params["entity"]
        params = {**params, "entity": names.entity(entity)}
        if "fields" in params:
            params["fields"] = ", ".join(names.field(entity, one) or one for one in params["fields"])
    kind = "fields" if "fields" in params else params.get("action", "")
    closer = f"errors.{fault.code}.{kind}" if kind else ""
    if language == DEFAULT_LANGUAGE and not isinstance(fault, HttpFault):
        return text(closer, language, params, default=_english(fault, names)) if closer else _english(fault, names)
    said = text(f"errors.{fault.code}", language, params, default=fault.message)
    said = text(closer, language, params, default=said) if closer else said
    return said if fault.details else _with_hint(said, fault.message, language)


def _english(fault: PlatformError, names: Names | None) -> str:
    """The sentence as it was raised; a list of faults names the fields as people know them."""
    if names is None:
        return fault.message
    if fault.message != listed(fault.details):
        return names.sentence(fault.message)
    entity = fault.params.get("entity", "")
    told = [(names.field(entity, one.path), _detail_json(one, fault, names.language)) for one in fault.details]
    return listed([Detail(called or one["path"], one["code"], one["message"]) for called, one in told])


def as_platform_error(fault: BaseException) -> PlatformError:
    """Any fault as one of ours. An unexpected one is logged by class and place, and told without its words."""
    if isinstance(fault, PlatformError):
        if status_of(fault) == 500:
            _log_unexpected(fault.__cause__ or fault)
            return Broken("something went wrong on our side; the request id helps to find it")
        return fault
    if isinstance(fault, HTTPException):
        limit = request.max_content_length if fault.code == 413 else None
        return TooLarge(say("too_large.body", limit=f"{limit:,}")) if limit else HttpFault(fault)
    _log_unexpected(fault)
    return Broken("something went wrong on our side; the request id helps to find it")


class HttpFault(PlatformError):
    """A fault that the web framework found; it keeps its own status (405, 408 …)."""

    def __init__(self, fault: HTTPException) -> None:
        self.status = fault.code or 500
        code = _HTTP_CODES.get(self.status, "unreadable" if self.status < 500 else "broken")
        super().__init__(fault.name, code=code)
        self.allow = dict(fault.get_headers()).get("Allow", "") if self.status == 405 else ""


def _log_unexpected(fault: BaseException) -> None:
    """Class and places only: the words of a foreign fault may hold values that do not belong in a log."""
    frames = [
        f"{f.filename.rpartition('loomwork/')[2]}:{f.lineno} {f.name}"
        for f in traceback.extract_tb(fault.__traceback__)
    ]
    _log.error("unexpected", fault=type(fault).__qualname__, frames=frames[-12:], request_id=context.request_id())


def error_response(fault: BaseException) -> Response:
    """The JSON answer of a fault."""
    known = as_platform_error(fault)
    status = status_of(known)
    response = answer(error_body(known, _language(), context.request_id()), status)
    headers = response.headers
    headers["Cache-Control"] = "no-store"
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="loomwork"'
    if isinstance(known, HttpFault) and known.allow:
        headers["Allow"] = known.allow
    if status in (429, 503):
        headers["Retry-After"] = str(known.extra.get("retry_after_s", RETRY_AFTER_S))
    return response


def _language() -> str:
    """The reader's language, also when finding out who reads is itself what fails."""
    try:
        return context.language()
    except Exception:  # noqa: BLE001 - whatever it is, the first fault has to be told, not this one
        return DEFAULT_LANGUAGE


def is_api() -> bool:
    """Whether the caller expects JSON."""
    return request.path.startswith(("/api/", "/metrics")) or request.accept_mimetypes.best == "application/json"
