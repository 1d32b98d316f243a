"""A random app: entities, fields and roles, as metadata and as plain data that the oracle reads.

Only `MAKERS` and `metadata` know how a field or a grant is written; the oracle knows what it means.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

NAMESPACE = "tw"
STATES = ("open", "held", "closed")
COLOURS = ("red", "green", "blue", "black")
_ENTITIES = ("site", "job", "part", "visit", "claim")
_PLAIN = (
    "text",
    "text",
    "long_text",
    "integer",
    "decimal",
    "money",
    "date",
    "instant",
    "boolean",
    "choice",
    "email",
    "phone",
    "user",
)
_MASKABLE = frozenset({"text", "email", "phone", "money", "decimal", "integer", "date"})


@dataclass(frozen=True)
class FieldModel:
    """A field.

    Shapes: `target` is the entity of a link, `others` that of a many-to-many field; `inputs` are the fields that a formula
    reads; `far` is the link over which a formula reads a size; `child`, `via` and `gather` make a roll-up: of the records
    of `child` whose link `via` points here, `count` or the sum of `cost`.
    """

    name: str
    type: str
    target: str = ""
    others: str = ""
    far: str = ""
    child: str = ""
    via: str = ""
    gather: str = ""
    searchable: bool = False
    unique: bool = False
    formula: str = ""
    inputs: tuple[str, ...] = ()

    @property
    def is_written(self) -> bool:
        """Whether people give the value."""
        return not (self.formula or self.gather)

    @property
    def aim(self) -> str:
        """The entity that the field points to, once or many times."""
        return self.target or self.others


@dataclass(frozen=True)
class GrantModel:
    """A grant. `read` holds every readable field by name.

    Shapes: `rows` is a kind, or `("formula", field, operator, value)`, `("link", link, "<", size)` over the record that a
    link points to, `("many", child, via, size)` over the records that point here.
    """

    entity: str
    actions: frozenset[str]
    rows: Any
    read: frozenset[str]
    mask: frozenset[str]
    write: frozenset[str]
    states: frozenset[str]


@dataclass(frozen=True)
class EntityModel:
    """An entity: `fields` in order, links included."""

    name: str
    fields: dict[str, FieldModel]
    grants: list[tuple[str, GrantModel]] = field(default_factory=list)

    @property
    def qualified(self) -> str:
        """`tw.site`."""
        return f"{NAMESPACE}.{self.name}"


@dataclass(frozen=True)
class Model:
    """The app: entities by name and the grants of every role."""

    entities: dict[str, EntityModel]
    roles: dict[str, list[GrantModel]]


def make_model(rng: random.Random) -> Model:
    """Five entities of 9 to 22 fields, eight roles."""
    entities: dict[str, EntityModel] = {}
    for name in _ENTITIES:
        entities[name] = EntityModel(name, _make_fields(rng, list(entities)))
    for entity in entities.values():
        for link in [one for one in entity.fields.values() if one.target]:
            _add_roll_ups(rng, entities[link.target], entity.name, link.name)
    roles = {f"role{n}": _make_grants(rng, entities) for n in range(8)}
    return Model(entities, roles)


def _make_fields(rng: random.Random, earlier: list[str]) -> dict[str, FieldModel]:
    made = [
        FieldModel("name", "text", searchable=True),
        FieldModel("code", "text", unique=True, searchable=rng.random() < 0.5),
        FieldModel("state", "choice"),
        FieldModel("size", "integer"),
        FieldModel("cost", "decimal"),
    ]
    for number in range(rng.randrange(4, 8)):
        kind = rng.choice(_PLAIN)
        made.append(FieldModel(f"f{number}", kind, searchable=kind in ("text", "long_text") and rng.random() < 0.7))
    for target in rng.sample(earlier, min(len(earlier), rng.choice((1, 2)))):
        made.append(FieldModel(f"of_{target}", "link", target=target))
    made.append(FieldModel("calc", "formula", formula="size * 2 + cost", inputs=("size", "cost")))
    links = [one for one in made if one.target]
    if links and rng.random() < 0.5:
        made.append(FieldModel("far", "formula", formula=f"{links[0].name}.size", far=links[0].name))
    if earlier and rng.random() < 0.7:
        made.append(FieldModel("pals", "many_to_many", others=rng.choice(earlier)))
    return {one.name: one for one in made}


def _add_roll_ups(rng: random.Random, entity: EntityModel, child: str, via: str) -> None:
    """Now and then a count of the records that point here, or a sum over them."""
    for gather, share in (("count", 0.6), ("sum", 0.3)):
        if rng.random() < share:
            name = f"{gather}_{child}"
            entity.fields[name] = FieldModel(name, "roll_up", child=child, via=via, gather=gather)


def _make_grants(rng: random.Random, entities: dict[str, EntityModel]) -> list[GrantModel]:
    grants = []
    for entity in entities.values():
        for _ in range(rng.choices((0, 1, 2), (1, 5, 3))[0]):
            grants.append(_make_grant(rng, entity))
    return grants or [_make_grant(rng, rng.choice(list(entities.values())))]


def _make_grant(rng: random.Random, entity: EntityModel) -> GrantModel:
    names = list(entity.fields)
    wide = ("create", "update", "delete", "restore", "import", "share")
    read = set(names) if rng.random() < 0.25 else {name for name in names if rng.random() < 0.65}
    if not set(entity.fields["calc"].inputs) <= read:
        read.discard("calc")  # a formula has its own right and shows its inputs, so it goes with them
    mask = {name for name in sorted(read) if entity.fields[name].type in _MASKABLE and rng.random() < 0.2}
    if mask & {"size", "cost"}:
        read.discard("calc")
    mask &= read
    mask.discard("code")
    # Now and then somebody may write what he may not read.
    blind = {name for name in names if entity.fields[name].is_written and name not in read and rng.random() < 0.15}
    writable = blind | {name for name in sorted(read - mask) if entity.fields[name].is_written and rng.random() < 0.8}
    actions = {"read", "export"} | {verb for verb in wide if rng.random() < 0.6}
    states = frozenset(rng.sample(STATES, rng.choice((1, 2)))) if rng.random() < 0.2 else frozenset()
    return GrantModel(
        entity.name,
        frozenset(actions),
        _make_rows(rng, entity),
        frozenset(read),
        frozenset(mask),
        frozenset(writable),
        states,
    )


def _make_rows(rng: random.Random, entity: EntityModel) -> Any:
    kinds = ("all", "own", "unit", "unit_and_below", "team", "formula")
    kind = rng.choices(kinds, (2, 3, 3, 4, 3, 6))[0]
    if kind != "formula":
        return kind
    choices: list[Any] = [
        ("formula", "size", "<", rng.randrange(200, 900)),
        ("formula", "state", "=", rng.choice(STATES)),
        ("formula", "mine", "", ""),
    ]
    choices += [("link", one.name, "<", rng.randrange(200, 900)) for one in entity.fields.values() if one.target]
    choices += [
        ("many", one.child, one.via, rng.randrange(300, 900)) for one in entity.fields.values() if one.gather == "count"
    ]
    return rng.choice(choices)


def row_formula(rows: Any) -> str:
    """A row rule as formula text."""
    kind, name, operator, value = rows
    if kind == "link":
        return f"{name}.size < {value}"
    if kind == "many":
        return f"COUNT({name}s, size > {value}) > 0"
    if name == "mine":
        return "created_by = CURRENT_USER() or owner_id = CURRENT_USER()"
    return f"{name} {operator} {value!r}"


# ------------------------------------------------------------------------------------------- as metadata
_PROPERTIES: dict[str, dict[str, Any]] = {
    "text": {"max_length": 200},
    "decimal": {"scale": 2},
    "money": {"scale": 2, "currency": "CNY"},
    "formula": {"result": "decimal", "scale": 2},
}


def metadata(model: Model) -> dict[str, Any]:
    """The app package as files: path → JSON."""
    files: dict[str, Any] = {
        "app.json": {
            "format": 1,
            "name": "two_worlds",
            "namespace": NAMESPACE,
            "version": "1.0.0",
            "label": _label("Two worlds"),
            "depends_on": [],
            "languages": ["en"],
            "platform": ">=0.1,<1",
        },
        "choice_sets/state.json": _choices(STATES),
        "choice_sets/colour.json": _choices(COLOURS),
    }
    for entity in model.entities.values():
        files[f"entities/{entity.name}.json"] = {
            "label": _label(entity.name),
            "plural": _label(f"{entity.name}s"),
            "title_field": "name",
            "state_field": "state",
            "fields": {one.name: _field(entity, one, rank) for rank, one in enumerate(entity.fields.values())},
        }
    for name, grants in model.roles.items():
        files[f"roles/{name}.json"] = {
            "label": _label(name),
            "abilities": ["use_api", "read_metadata"],
            "grants": {f"g{n}": _grant(grant) for n, grant in enumerate(grants)}
            | {
                "people": {
                    "entity": "system.user",
                    "actions": ["read"],
                    "rows": "all",
                    "fields": {"read": ["name"], "write": []},
                }
            },
        }
    return files


def _field(entity: EntityModel, one: FieldModel, rank: int) -> dict[str, Any]:
    body: dict[str, Any] = {"type": one.type, "label": _label(one.name), "order": f"a{chr(ord('a') + rank)}"}
    properties = _properties(entity, one)
    if properties:
        body["properties"] = properties
    if one.name == "name":
        body["required"] = True
    for key in ("searchable", "unique"):
        if getattr(one, key):
            body[key] = True
    return body


def _properties(entity: EntityModel, one: FieldModel) -> dict[str, Any]:
    if one.name == "state":
        return {"choice_set": f"{NAMESPACE}.state"}
    if one.type == "choice":
        return {"choice_set": f"{NAMESPACE}.colour"}
    if one.type == "link":
        reverse = f"{entity.name}s"
        target = f"{NAMESPACE}.{one.target}"
        return {"entity": target, "reverse": reverse, "reverse_label": _label(reverse), "on_delete": "restrict"}
    if one.type == "many_to_many":
        fans = f"{entity.name}_fans"
        return {"entity": f"{NAMESPACE}.{one.others}", "reverse": fans, "reverse_label": _label(fans)}
    if one.gather:
        value = {"value": "cost"} if one.gather == "sum" else {}
        return {"relation": f"{one.child}s", "function": one.gather, **value}
    if one.far:
        return {"result": "integer", "formula": one.formula, "stored": len(entity.name) % 2 == 0}
    return {**_PROPERTIES.get(one.type, {}), **({"formula": one.formula} if one.formula else {})}


def _grant(grant: GrantModel) -> dict[str, Any]:
    body: dict[str, Any] = {
        "entity": f"{NAMESPACE}.{grant.entity}",
        "actions": sorted(grant.actions),
        "rows": grant.rows if isinstance(grant.rows, str) else {"formula": row_formula(grant.rows)},
        "fields": {
            "read": sorted(grant.read | {"owner_id", "created_at", "updated_at"}),
            "write": sorted(grant.write),
            "mask": sorted(grant.mask),
        },
    }
    if grant.states:
        body["states"] = sorted(grant.states)
    return body


def _choices(values: tuple[str, ...]) -> dict[str, Any]:
    return {
        "label": _label("Set"),
        "choices": {v: {"label": _label(v), "order": f"a{n}"} for n, v in enumerate(values)},
    }


def _label(text: str) -> dict[str, str]:
    return {"en": text, "zh-CN": text}
