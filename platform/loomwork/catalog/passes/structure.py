"""Sixth pass, last part: what contradicts itself across entities: names of relations, circles of links."""

from collections.abc import Callable, Iterable

from loomwork.catalog.cycles import find_cycles
from loomwork.catalog.faults import structure
from loomwork.catalog.freezing.relations import relations_of
from loomwork.catalog.model import Entity, Field
from loomwork.catalog.passes.lookup import Lookup
from loomwork.core.diagnostics import Place
from loomwork.field_types.base import Storage


def check_structure(lookup: Lookup) -> None:
    """Check relations and circles over all entities."""
    _check_relations(lookup)
    _check_parents(lookup)
    entities = lookup.catalog.entities
    required = _graph(entities.values(), lambda field: field.is_link and field.required)
    _report_cycles(required, structure.RequiredCycle, lookup)
    children = _graph(entities.values(), lambda field: field.type.storage is Storage.CHILDREN)
    _report_cycles(children, structure.ChildCycle, lookup)
    cascade = _graph(entities.values(), lambda field: field.is_link and field.props.get("on_delete") == "cascade")
    # A tree that is deleted with its root is meant so; circles over several entities are not.
    alone = {name: {other: fields[other] for other in fields if other != name} for name, fields in cascade.items()}
    _report_cycles(alone, structure.CascadeCycle, lookup)


_Graph = dict[str, dict[str, Field]]


def _graph(entities: Iterable[Entity], wanted: Callable[[Field], bool]) -> _Graph:
    """Entity → entities that its fields point to, with the field."""
    graph: _Graph = {}
    for entity in entities:
        edges = graph.setdefault(entity.name, {})
        for field in entity.fields.values():
            if field.target and not field.is_system and wanted(field):
                edges.setdefault(field.target, field)
    return graph


def _report_cycles(
    graph: _Graph, fault: type[structure.RequiredCycle | structure.ChildCycle | structure.CascadeCycle], lookup: Lookup
) -> None:
    for cycle in find_cycles(graph):
        field = graph[cycle[0]][cycle[1]]
        lookup.report(fault.at(_place(field, lookup), chain=" → ".join(cycle)))


def _place(field: Field, lookup: Lookup) -> Place:
    document = lookup.draft.documents["entity"][field.entity]
    return document.place.inside("fields", field.name)


def _check_relations(lookup: Lookup) -> None:
    """Relations need names that neither another relation nor a field of the entity has."""
    entities = lookup.catalog.entities
    taken: dict[tuple[str, str], Field] = {}
    for entity in entities.values():
        for field in entity.fields.values():
            if field.is_system:
                continue
            for home, relation in relations_of(field, entity):
                target = entities.get(home)
                if target is None:
                    continue
                other = taken.setdefault((home, relation.name), field)
                place = _place(field, lookup)
                if other is not field:
                    by = f"{other.entity}.{other.name}"
                    where = place.inside("properties", "reverse")
                    lookup.report(structure.RelationTaken.at(where, target=home, name=relation.name, other=by))
                elif relation.name in target.fields and target.fields[relation.name] is not field:
                    where = place.inside("properties", "reverse")
                    lookup.report(structure.RelationIsField.at(where, target=home, name=relation.name))


def _check_parents(lookup: Lookup) -> None:
    parents: dict[str, Field] = {}
    for entity in lookup.catalog.entities.values():
        for field in entity.fields.values():
            if field.type.storage is Storage.CHILDREN and field.target in lookup.catalog.entities:
                other = parents.setdefault(field.target, field)
                if other is not field:
                    place = _place(field, lookup)
                    by = f"{other.entity}.{other.name}"
                    lookup.report(structure.TwoParents.at(place, child=field.target, other=by))
