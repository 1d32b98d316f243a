"""The effective metadata, read only: what is published, each value with the layer that gave it."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from loomwork.core.clock import from_micros, to_rfc3339
from loomwork.core.diagnostics import did_you_mean
from loomwork.core.errors import NotFound
from loomwork.publishing.versions import all_versions
from loomwork.web import context
from loomwork.web.api.router import api
from loomwork.web.params import read_params
from loomwork.web.security_access import access
from loomwork.web.wire import answer


def _of_kind(kind: str) -> Mapping[str, Mapping[str, Any]]:
    raw = context.runtime().catalog.raw
    if kind not in raw:
        raise NotFound(f'there is no kind "{kind[:40]}"; {did_you_mean(kind, raw)}'.rstrip("; "), code="unknown_kind")
    return raw[kind]


@api.get("/metadata/versions")
@access("token:metadata ability:read_metadata")
def list_versions() -> Response:
    """The published versions, newest first: who published what and when."""
    read_params(request, {})
    with context.runtime().read() as work:
        found = all_versions(work)
    items = [
        {
            "number": one.number,
            "hash": one.hash,
            "published_at": to_rfc3339(from_micros(one.published_at)),
            "author": one.author,
            "message": one.message,
        }
        for one in found
    ]
    return answer({"items": items, "version": context.runtime().catalog.version})


@api.get("/metadata/<kind>")
@access("token:metadata ability:read_metadata")
def list_components(kind: str) -> Response:
    """The components of a kind, by name."""
    read_params(request, {})
    found = _of_kind(kind)
    items = [{"name": name, "label": found[name].get("label")} for name in sorted(found)]
    return answer({"items": items, "version": context.runtime().catalog.version})


@api.get("/metadata/<kind>/<name>")
@access("token:metadata ability:read_metadata")
def get_component(kind: str, name: str) -> Response:
    """One component: its effective JSON, and for every value set above the base the layer that set it."""
    read_params(request, {})
    catalog = context.runtime().catalog
    found = _of_kind(kind)
    if name not in found:
        raise NotFound(f'there is no "{name[:80]}"; {did_you_mean(name, found)}'.rstrip("; "), code="unknown_component")
    head = f"{kind}/{name}#"
    layers = {place.removeprefix(head): layer for place, layer in catalog.sources.items() if place.startswith(head)}
    return answer({"kind": kind, "name": name, "body": found[name], "layers": layers, "version": catalog.version})
