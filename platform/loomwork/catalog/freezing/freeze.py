"""Last pass: sound documents → the frozen, hashed catalog. Tolerant: what is faulty was reported and is left out."""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from loomwork.catalog.draft import KINDS, Document, Draft
from loomwork.catalog.freezing.arrange import Arrange, compile_arranger, is_hidden
from loomwork.catalog.freezing.choices import freeze_choices
from loomwork.catalog.freezing.entities import EntityFreezer
from loomwork.catalog.freezing.relations import build_relations
from loomwork.catalog.freezing.results import resolve_results
from loomwork.catalog.model import App, Catalog, ChoiceSet, Component, Grant, Role
from loomwork.catalog.passes.shape import shapes_for
from loomwork.catalog.ranks import ordered
from loomwork.core.jsonio import content_hash

COMPONENT_KINDS = ("form", "view", "page", "action", "mapping", "navigation", "seed")
_HASH_CACHE_SIZE = 20_000
_hashes: dict[str, str] = {}
_arrangers: dict[tuple[int, str], Arrange | None] = {}


def freeze(draft: Draft) -> Catalog:
    """The catalog of all sound documents."""
    choice_sets = {one.name: _choice_set(one) for one in draft.sound("choice_set")}
    freezer = EntityFreezer(draft, choice_sets)
    entities = {one.name: freezer.entity(one) for one in draft.sound("entity")}
    entities = resolve_results(build_relations(entities))
    raw = {"app": {one.name: one.manifest for one in draft.packages.values() if one.is_sound}}
    raw.update({kind: {one.name: one.body for one in draft.sound(kind)} for kind in KINDS if kind != "overlay"})
    return Catalog(
        version=_version(draft),
        apps=_apps(draft),
        entities=MappingProxyType(entities),
        choice_sets=MappingProxyType(choice_sets),
        roles=MappingProxyType({one.name: _role(one) for one in draft.sound("role")}),
        components=MappingProxyType({kind: _components(kind, draft) for kind in COMPONENT_KINDS}),
        raw=MappingProxyType(raw),
        sources=MappingProxyType(_sources(draft)),
        messages=_messages(draft),
    )


def _apps(draft: Draft) -> Mapping[str, App]:
    apps = {}
    for package in draft.packages.values():
        if package.is_sound:
            body = package.manifest
            apps[package.name] = App(
                package.name, package.namespace, body["version"], body["label"], package.depends_on
            )
    return MappingProxyType(apps)


def _choice_set(document: Document) -> ChoiceSet:
    return ChoiceSet(document.name, document.body["label"], freeze_choices(document.body["choices"]))


def _role(document: Document) -> Role:
    body = document.body
    grants = tuple(
        _grant(document.name, name, grant) for name, grant in ordered(body["grants"]).items() if not is_hidden(grant)
    )
    return Role(
        document.name, document.app, body["label"], body.get("help", {}), grants, frozenset(body.get("abilities", ()))
    )


def _grant(role: str, name: str, body: Mapping[str, Any]) -> Grant:
    rows = body.get("rows", "all")
    fields = body.get("fields", {})
    mask = frozenset(fields.get("mask", ()))
    return Grant(
        role=role,
        name=name,
        entity=body["entity"],
        actions=frozenset(body["actions"]),
        rows=rows if isinstance(rows, str) else "formula",
        rows_formula="" if isinstance(rows, str) else rows["formula"],
        read=frozenset(fields.get("read", ("*",))),
        write=frozenset(fields.get("write", ("*",))),
        mask=mask,
        except_=frozenset(fields.get("except", ())),
        states=frozenset(body.get("states", ())),
    )


def _components(kind: str, draft: Draft) -> Mapping[str, Component]:
    arrange = _arranger(kind, draft)
    result = {}
    for one in draft.sound(kind):
        if not is_hidden(one.body):
            result[one.name] = Component(kind, one.name, one.app, arrange(one.body) if arrange else one.body)
    return MappingProxyType(result)


def _arranger(kind: str, draft: Draft) -> Arrange | None:
    key = (id(draft.types), kind)
    if key not in _arrangers:
        _arrangers[key] = compile_arranger(shapes_for(draft.types).schemas[kind])
    return _arrangers[key]


def _sources(draft: Draft) -> dict[str, str]:
    sources = {f"{one.kind}/{one.name}#": one.layer for one in draft.each() if one.kind != "overlay"}
    sources.update(draft.sources)
    return sources


def _messages(draft: Draft) -> Mapping[str, Mapping[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    for one in draft.sound("messages"):
        language = one.name.partition(".")[2]
        texts.setdefault(language, {}).update({key: text for key, text in one.body.items() if key != "$schema"})
    return MappingProxyType({language: MappingProxyType(by_key) for language, by_key in texts.items()})


def _version(draft: Draft) -> str:
    """The content address: a hash over the effective JSON of everything, whatever the files looked like."""
    total = hashlib.sha256()
    for package in sorted(draft.packages.values(), key=lambda one: one.name):
        total.update(f"app {package.name} {_content(package.manifest, package.digest)}\n".encode())
    for kind in KINDS:
        if kind == "overlay":
            continue
        for name, one in sorted(draft.documents[kind].items()):
            if one.is_sound:
                total.update(f"{kind} {name} {_content(one.body, one.digest)}\n".encode())
    return total.hexdigest()


def _content(body: Mapping[str, Any], digest: str) -> str:
    if not digest:
        return content_hash(body)
    found = _hashes.get(digest)
    if found is None:
        if len(_hashes) >= _HASH_CACHE_SIZE:
            _hashes.clear()
        found = _hashes[digest] = content_hash(body)
    return found
