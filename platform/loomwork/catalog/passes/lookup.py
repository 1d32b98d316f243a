"""Finding what references name, with the fault and the hint when it is not there."""

from collections.abc import Iterable, Mapping
from typing import Any

from loomwork.catalog.draft import Document, Draft
from loomwork.catalog.faults import referencing as faults
from loomwork.catalog.model import Catalog, Choice, Entity, Field, Relation
from loomwork.core.diagnostics import Diagnostic, Place, did_you_mean
from loomwork.core.kinds import ValueShape
from loomwork.field_types.base import Origin


class Lookup:
    """Resolves names on the frozen catalog and reports those that lead nowhere.

    What stands in a file that was refused before is silently nothing: its own fault is reported already.
    """

    def __init__(self, catalog: Catalog, draft: Draft) -> None:
        self.catalog = catalog
        self.draft = draft
        self._reach: dict[str, frozenset[str]] = {}

    def report(self, fault: Diagnostic) -> None:
        """Keep a fault."""
        self.draft.add(fault)

    def entity(self, name: str, document: Document, place: Place) -> Entity | None:
        """The entity of that name."""
        found = self.catalog.entities.get(name)
        if found is None:
            if self.draft.get("entity", name) is None:
                self.report(faults.UnknownEntity.at(place, did_you_mean(name, self.catalog.entities), name=name))
            return None
        self._check_reach(found.app, name, document, place)
        return found

    def component(self, kind: str, name: str, document: Document, place: Place) -> Document | None:
        """The document of a component of another kind."""
        found = self.draft.get(kind, name)
        if found is None:
            known = self.draft.documents[kind]
            if kind == "role":
                self.report(faults.UnknownRole.at(place, did_you_mean(name, known), name=name))
            elif kind == "choice_set":
                self.report(faults.UnknownChoiceSet.at(place, did_you_mean(name, known), name=name))
            else:
                words = kind.replace("_", " ")
                self.report(faults.UnknownComponent.at(place, did_you_mean(name, known), kind=words, name=name))
            return None
        self._check_reach(found.app, name, document, place)
        return found if found.is_sound else None

    def roles(self, names: Iterable[str], document: Document, place: Place) -> None:
        """Check a list of roles."""
        for name in names:
            self.component("role", name, document, place)

    def _check_reach(self, app: str, name: str, document: Document, place: Place) -> None:
        packages = self.draft.packages
        own = packages.get(document.app)
        if own is None or app == document.app or app not in packages:
            return
        if app not in self._reachable(document.app):
            self.report(faults.UndeclaredDependency.at(place, f'add "{app}" to depends_on', name=name, app=app))

    def _reachable(self, app: str) -> frozenset[str]:
        """The apps that an app may refer to: all below it, and the system app."""
        if app not in self._reach:
            packages = self.draft.packages
            found = {one.name for one in packages.values() if one.namespace == "system"}
            todo = list(packages[app].depends_on)
            while todo:
                name = todo.pop()
                if name not in found:
                    found.add(name)
                    todo.extend(packages[name].depends_on if name in packages else ())
            self._reach[app] = frozenset(found)
        return self._reach[app]

    def field(self, entity: Entity, name: str, place: Place) -> Field | None:
        """The field of that name, system fields included."""
        found = entity.fields.get(name)
        if found is None:
            hint = did_you_mean(name, entity.fields)
            self.report(faults.UnknownField.at(place, hint, entity=entity.name, name=name))
        return found

    def fields(self, entity: Entity, names: Iterable[str], place: Place) -> list[Field]:
        """Those fields of a list that exist."""
        found = (self.field(entity, name, place) for name in names)
        return [one for one in found if one is not None]

    def relation(self, entity: Entity, name: str, place: Place) -> Relation | None:
        """The relation of that name."""
        found = entity.relations.get(name)
        if found is None and not self._may_be_made(entity, name):
            hint = did_you_mean(name, entity.relations)
            self.report(faults.UnknownRelation.at(place, hint, entity=entity.name, name=name))
        return found

    def _may_be_made(self, entity: Entity, relation: str) -> bool:
        """Whether an entity that was refused before has a part in a relation of that name."""
        field = entity.fields.get(relation)
        if field is not None and not field.columns and self._is_refused(field.target):
            return True
        for document in self.draft.documents["entity"].values():
            fields = document.body.get("fields") if not document.is_sound else None
            for one in fields.values() if isinstance(fields, Mapping) else ():
                properties = one.get("properties") if isinstance(one, Mapping) else None
                if isinstance(properties, Mapping) and properties.get("reverse") == relation:
                    return True
        return False

    def _is_refused(self, entity: str) -> bool:
        document = self.draft.get("entity", entity)
        return document is not None and not document.is_sound

    def path(self, entity: Entity, path: str, place: Place, *, may_fan_out: bool = False) -> Field | None:
        """The field at the end of a dotted path over links; a part of a value (`price.currency`) ends a path too.

        `may_fan_out`: the path may go over to-many relations, as in conditions (`copies.shelf`).
        """
        here = entity
        names = path.split(".")
        for index, name in enumerate(names):
            relation = here.relations.get(name) if may_fan_out else None
            if relation is not None:
                here = self.catalog.entities[relation.entity]
                continue
            found = self.field(here, name, place)
            if found is None or index == len(names) - 1:
                return found
            rest = names[index + 1 :]
            if len(rest) == 1 and rest[0] in found.type.parts(found.props):
                return found
            target = self.catalog.entities.get(found.target) if found.is_link else None
            if target is None:
                if not found.is_link or self.draft.get("entity", found.target) is None:
                    self.report(faults.BrokenPath.at(place, path=path, at=name))
                return None
            here = target
        return None

    def condition(self, entity: Entity, condition: Mapping[str, Any], place: Place) -> None:
        """Check the fields and operators of a tree of conditions; formulas in it belong to the layer above."""
        for key in ("and", "or"):
            for below in condition.get(key, ()):
                self.condition(entity, below, place.inside(key))
        if "not" in condition:
            self.condition(entity, condition["not"], place.inside("not"))
        if "field" not in condition:
            return
        field = self.path(entity, condition["field"], place.inside("field"), may_fan_out=True)
        if field is None or condition["field"].rpartition(".")[2] != field.name:
            # A part of a value, such as a currency: its operators are those of the part.
            return
        known = field.type.operators_for(field.props)
        if condition["op"] not in known:
            hint = did_you_mean(condition["op"], known)
            kind = field.type.name
            self.report(faults.OperatorNotPossible.at(place.inside("op"), hint, op=condition["op"], type=kind))


def choices_of(field: Field) -> Mapping[str, Choice]:
    """The choices of a field by value; empty when it has none."""
    found: Mapping[str, Choice] = field.props.get("_choices", {})
    return found


def has_choices(field: Field) -> bool:
    """Whether the field is of a kind with choices, also while their set is missing."""
    return "_choices" in field.props


def shape_of(field: Field) -> ValueShape:
    """What the field is to formulas."""
    return field.type.shape(field.props)


def is_computed(field: Field) -> bool:
    """Whether the value is given by a formula, a roll-up or a numbering, never by a person."""
    return field.type.origin is not Origin.INPUT


def refusal(field: Field, value: Any) -> str:
    """What the field's type says against a wire value; empty when it takes it, or when its choices were refused before."""
    from loomwork.core.errors import Refused

    if value is None or field.props.get("_choices") == {}:
        return ""
    try:
        field.type.reader(field.props)(value)
    except Refused as fault:
        return fault.message
    return ""
