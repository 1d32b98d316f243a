"""The catalog as the formula language sees it: which names an entity has and what they are."""

from collections.abc import Iterable, Mapping

from loomwork.catalog.model import Catalog, Entity, Field
from loomwork.core.kinds import ValueShape
from loomwork.expressions.types import (
    BOOLEAN,
    DATE,
    DURATION,
    INSTANT,
    TEXT,
    TIME,
    FormulaType,
    Member,
    link,
    list_of,
    number,
)
from loomwork.field_types.base import Storage

_PLAIN: Mapping[str, FormulaType] = {
    "text": TEXT,
    "boolean": BOOLEAN,
    "date": DATE,
    "instant": INSTANT,
    "time": TIME,
    "duration": DURATION,
}


def formula_type(shape: ValueShape) -> FormulaType | None:
    """The formula type of a shape; None for values that formulas cannot hold (json, bytes)."""
    if shape.kind == "number":
        return number(shape.scale)
    if shape.kind == "link":
        return link(shape.entity)
    if shape.kind == "list":
        return list_of(formula_type(ValueShape(shape.item or "text")) or TEXT)
    return _PLAIN.get(shape.kind)


def member_of(field: Field) -> Member | None:
    """A field as a member; None when formulas cannot name it (json, child tables are relations)."""
    if field.type.storage in (Storage.JOIN_TABLE, Storage.CHILDREN):
        return None
    kind = formula_type(field.type.shape(field.props))
    if kind is None:
        return None
    parts = {name: found for name, shape in field.type.parts(field.props).items() if (found := formula_type(shape))}
    choices = tuple(field.props.get("_choices", ()))
    target = field.target if field.is_link else ""
    currency = str(field.props.get("_company_currency", "")) if field.type.holds_company_currency else ""
    return Member(field.name, kind, target=target, parts=parts, choices=choices, currency=currency)


class CatalogScope:
    """`Scope` over a catalog; members are made once per entity."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._members: dict[str, dict[str, Member]] = {}

    def find(self, entity: str, name: str) -> Member | None:
        """The member of an entity."""
        return self._of(entity).get(name)

    def is_barred(self, entity: str, name: str) -> bool:
        """Whether the entity has a field of that name whose values formulas cannot hold (json, child rows)."""
        known = self._catalog.entities.get(entity)
        return known is not None and name in known.fields and self.find(entity, name) is None

    def names(self, entity: str) -> Iterable[str]:
        """All names of an entity."""
        return self._of(entity)

    def _of(self, entity: str) -> dict[str, Member]:
        found = self._members.get(entity)
        if found is None:
            known = self._catalog.entities.get(entity)
            found = self._members[entity] = self._make(known) if known else {}
        return found

    def _make(self, entity: Entity) -> dict[str, Member]:
        members = {f.name: m for f in entity.fields.values() if (m := member_of(f)) is not None}
        if "id" in members:
            # An id is compared with links and parameters of links, so it is one: a link to the record itself.
            members["id"] = Member("id", link(entity.name))
        for relation in entity.relations.values():
            members[relation.name] = Member(
                relation.name, list_of(link(relation.entity)), target=relation.entity, many=True
            )
        return members
