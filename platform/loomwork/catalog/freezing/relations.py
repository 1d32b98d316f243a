"""To-many relations, seen from the entity that has them: built from links, many-to-many fields and child tables."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from loomwork.catalog.model import Entity, Field, Relation
from loomwork.field_types.base import Storage


def build_relations(entities: Mapping[str, Entity]) -> dict[str, Entity]:
    """The entities with their relations, and child entities with the link to their parent.

    A name that is taken already (reported by the structure checks) stays with the first relation.
    """
    found: dict[str, dict[str, Relation]] = {}
    parents: dict[str, str] = {}
    for entity in entities.values():
        for field in entity.fields.values():
            if field.is_system:
                continue
            for home, relation in relations_of(field, entity):
                target = entities.get(home)
                if target is not None and relation.entity in entities and not _is_taken(relation, target):
                    found.setdefault(home, {}).setdefault(relation.name, relation)
                    if relation.is_child:
                        parents.setdefault(relation.entity, relation.via)
    return {
        name: replace(entity, relations=MappingProxyType(found.get(name, {})), parent_field=parents.get(name, ""))
        for name, entity in entities.items()
    }


def _is_taken(relation: Relation, target: Entity) -> bool:
    """Whether a field of the target has the relation's name, other than the field that makes the relation."""
    field = target.fields.get(relation.name)
    return field is not None and field.type.storage not in (Storage.JOIN_TABLE, Storage.CHILDREN)


def relations_of(field: Field, entity: Entity) -> Iterator[tuple[str, Relation]]:
    """The relations that a field makes, each with the entity that has it."""
    props = field.props
    if field.type.storage is Storage.CHILDREN:
        yield (
            entity.name,
            Relation(field.name, "reverse", field.target, props["link"], label=field.label, is_child=True),
        )
        return
    reverse = str(props.get("reverse", ""))
    label = props.get("reverse_label") or entity.plural
    if field.type.storage is Storage.JOIN_TABLE and field.target:
        yield entity.name, Relation(field.name, "join", field.target, field.name, entity.name, True, field.label)
        if reverse:
            yield field.target, Relation(reverse, "join", entity.name, field.name, entity.name, False, label)
    elif field.is_link and reverse:
        yield field.target, Relation(reverse, "reverse", entity.name, field.name, label=label)
