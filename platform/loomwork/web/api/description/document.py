"""OpenAPI 3.1 of the API as one reader sees it: entities, fields and verbs that his rights open, and no others."""

from loomwork import __version__
from loomwork.catalog.model import Catalog, Entity
from loomwork.core.i18n import label_text
from loomwork.web.api.description.parts import COMPONENTS, FAULTS, operation, reference
from loomwork.web.api.description.paths import BASE, fixed_paths
from loomwork.web.api.description.records import bulk_paths, record_paths
from loomwork.web.api.description.schemas import Rights, Schema, input_schema, record_schema


def make_openapi(catalog: Catalog, rights: Rights, language: str, server_url: str) -> Schema:
    """The whole document.

    Shapes: a JSON object by the OpenAPI 3.1 specification; `rights` narrow it to the reader.
    """
    schemas: Schema = {}
    paths: Schema = {}
    tags: list[Schema] = []
    for name in sorted(catalog.entities):
        entity = catalog.entities[name]
        if not rights.may(name, "read"):
            continue
        tags.append({"name": name, "description": label_text(entity.plural, language, name)})
        schemas[name] = record_schema(entity, rights, language)
        paths.update(_entity_paths(entity, rights, language, schemas))
    paths.update(fixed_paths())
    _add_keys(paths)
    components = {**COMPONENTS, "schemas": {**COMPONENTS["schemas"], **schemas}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Loomwork",
            "version": __version__,
            "description": "Records, queries and metadata over REST.",
        },
        "servers": [{"url": server_url}],
        "security": [{"session": []}, {"token": []}],
        "tags": tags,
        "paths": paths,
        "components": components,
    }


def _add_keys(paths: Schema) -> None:
    """Every POST takes an `Idempotency-Key`, whether it says so itself or not."""
    key = reference("parameters", "idempotency_key")
    for verbs in paths.values():
        given = verbs["post"].setdefault("parameters", []) if "post" in verbs else [key]
        if key not in given:
            given.append(key)


def _entity_paths(entity: Entity, rights: Rights, language: str, schemas: Schema) -> Schema:
    name, plural = entity.name, label_text(entity.plural, language, entity.name)
    paths: Schema = {}
    found: Schema = {"get": _list(entity, plural)}
    if rights.may(name, "create"):
        schemas[f"{name}.new"] = input_schema(entity, rights, language, "create")
        found["post"] = _create(entity)
    paths[f"{BASE}/records/{name}"] = found
    paths[f"{BASE}/records/{name}/{{id}}"] = {
        "parameters": [reference("parameters", "id")],
        **_one(entity, rights, language, schemas),
    }
    for tail, verbs in record_paths(entity, rights).items():
        paths[f"{BASE}/records/{name}/{{id}}/{tail}"] = {"parameters": [reference("parameters", "id")], **verbs}
    for tail, verbs in bulk_paths(entity, rights).items():
        paths[f"{BASE}/records/{name}/{tail}"] = verbs
    return paths


def _list(entity: Entity, plural: str) -> Schema:
    answer = {
        "type": "object",
        "required": ["records", "next_cursor"],
        "properties": {
            "records": {"type": "array", "items": reference("schemas", entity.name)},
            "next_cursor": {"type": "string", "description": "Empty on the last page."},
            "previous_cursor": {"type": "string"},
            "count": {"type": "integer", "minimum": 0},
            "count_is_capped": {"type": "boolean"},
        },
    }
    names = ("filter", "fields", "sort", "limit", "cursor", "count", "search", "trash")
    return operation(
        f"list.{entity.name}", plural, entity.name, answer, parameters=[reference("parameters", one) for one in names]
    )


def _create(entity: Entity) -> Schema:
    body = reference("schemas", f"{entity.name}.new")
    return operation(
        f"create.{entity.name}", "Create a record", entity.name, reference("schemas", entity.name),
        body=body, status="201", etag=True, parameters=[reference("parameters", "idempotency_key")],
        faults=(*FAULTS, "403", "409", "413", "415"),
    )  # fmt: skip


def _one(entity: Entity, rights: Rights, language: str, schemas: Schema) -> Schema:
    name, shown = entity.name, reference("schemas", entity.name)
    found: Schema = {
        "get": operation(
            f"get.{name}", "Read a record", name, shown, etag=True,
            parameters=[reference("parameters", "fields"), reference("parameters", "if_none_match")], faults=(*FAULTS, "404"),
        )
    }  # fmt: skip
    found["get"]["responses"]["304"] = {
        "description": "The caller has this version, and it tells all that was asked for"
    }
    if rights.may(name, "update"):
        schemas[f"{name}.change"] = input_schema(entity, rights, language, "update")
        versioned = [reference("parameters", "if_match"), reference("parameters", "merge")]
        found["patch"] = operation(
            f"update.{name}", "Change a record", name, shown, etag=True, parameters=versioned,
            body=reference("schemas", f"{name}.change"), faults=(*FAULTS, "403", "404", "409", "413", "415", "428"),
        )  # fmt: skip
    if rights.may(name, "delete"):
        found["delete"] = operation(
            f"delete.{name}", "Move a record to the trash", name, None, status="204",
            parameters=[reference("parameters", "if_match")], faults=(*FAULTS, "403", "404", "409", "428"),
        )  # fmt: skip
    return found
