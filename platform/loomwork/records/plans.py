"""What the record service needs of an entity, compiled once per catalog version."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from loomwork.catalog.model import Catalog, Entity, Field, Rule, Validation
from loomwork.expressions import Formula
from loomwork.expressions.ir import Aggregate, walk
from loomwork.expressions.python import compile_python
from loomwork.field_types.base import Origin, Storage
from loomwork.query.formulas import Formulas
from loomwork.records.dependent import Dependent, dependent_filter
from loomwork.records.values import FieldWriter, make_writer
from loomwork.storage import search
from loomwork.storage.statements import Prepared, prepare
from loomwork.storage.tables import SEARCH, SEQUENCE, EntityTable, Tables

Closure = Callable[[Any], Any]

SET_BY_SERVICE = ("id", "created_at", "created_by", "updated_at", "updated_by", "row_version", "deleted_at")


@dataclass(frozen=True, slots=True, eq=False)
class Computation:
    """A formula of the entity. `run` evaluates it on the record's own values; None when it looks at other records."""

    formula: Formula
    run: Closure | None


@dataclass(frozen=True, slots=True, eq=False)
class RulePlan:
    """A rule with its condition and the formulas of its `set`."""

    rule: Rule
    when: Computation
    sets: tuple[tuple[str, Computation], ...]


@dataclass(frozen=True, slots=True, eq=False)
class RollUp:
    """A roll-up of a parent that depends on this entity's records: `via` is the link (or pair table) to the parent."""

    parent: str
    field: Field
    formula: Formula
    via: str
    join: tuple[str, str, bool] | None = None


@dataclass(slots=True, eq=False)
class EntityPlan:
    """Everything compiled for writing an entity.

    Shapes: `computed` are stored formulas in the order of their dependencies; `outward` are formulas, rules and
    validations that look at other records and are therefore asked of the database after the write.
    """

    entity: Entity
    held: EntityTable
    writers: dict[str, FieldWriter]
    insert: Prepared
    insert_sql: Any
    defaults: list[tuple[str, Any, Computation | None]] = field(default_factory=list)
    computed: list[tuple[Field, Computation]] = field(default_factory=list)
    rules: list[RulePlan] = field(default_factory=list)
    validations: list[tuple[Validation, Computation]] = field(default_factory=list)
    numbering: list[Field] = field(default_factory=list)
    search_fields: tuple[Field, ...] = ()
    links: tuple[Field, ...] = ()
    trees: tuple[Field, ...] = ()
    dependent: dict[str, Dependent] = field(default_factory=dict)
    joins: tuple[Field, ...] = ()
    anywhere: tuple[Field, ...] = ()
    """Links to one of several entities."""
    children: tuple[Field, ...] = ()
    row_of: tuple[str, str] | None = None
    """Link to, and entity of, the records in whose child table these records are rows."""
    roll_ups: list[RollUp] = field(default_factory=list)
    own_roll_ups: list[tuple[Field, Formula]] = field(default_factory=list)
    required: tuple[str, ...] = ()
    variant: str = ""
    """Named where the rules are fewer than the entity's own."""
    updates: dict[tuple[str, ...], Prepared] = field(default_factory=dict)

    def are_found(self, names: Collection[str]) -> bool:
        """Whether one of these fields stands in the search index."""
        return any(field.name in names for field in self.search_fields)

    @property
    def has_outward(self) -> bool:
        """Whether something must be asked of the database after a write."""
        parts = [c for _, c in self.computed] + [r.when for r in self.rules] + [c for _, c in self.validations]
        sets = [made for rule in self.rules for _, made in rule.sets]
        return any(one.run is None for one in (*parts, *sets))


class EntityPlans:
    """Plans by entity, made at first use."""

    def __init__(self, catalog: Catalog, tables: Tables, formulas: Formulas, dialect: Any) -> None:
        self.catalog = catalog
        self.tables = tables
        self.formulas = formulas
        self.dialect = dialect
        self._made: dict[str, EntityPlan] = {}
        self._roll_ups: dict[str, list[RollUp]] | None = None
        self._rows_of: dict[str, tuple[str, str]] | None = None

    def of(self, name: str) -> EntityPlan:
        """The plan of an entity."""
        found = self._made.get(name)
        if found is None:
            found = self._made[name] = self._make(self.catalog.entity(name))
        return found

    def _make(self, entity: Entity) -> EntityPlan:
        held = self.tables.entities[entity.name]
        writers: dict[str, FieldWriter] = {}
        count = 0
        for one in entity.fields.values():
            if one.columns:
                writers[one.name] = make_writer(one, held.fields[one.name], count)
                count += len(one.columns)
        statement = insert_statement(held, writers)
        plan = EntityPlan(entity, held, writers, prepare(statement, self.dialect), statement)
        self._fill(plan)
        return plan

    def _fill(self, plan: EntityPlan) -> None:
        entity = plan.entity
        for one in entity.fields.values():
            self._fill_field(plan, one)
        plan.computed = self._in_order(plan.computed)
        plan.rules = [self._rule(entity, rule) for rule in entity.rules]
        plan.validations = [
            (v, self.computation(entity, self.formulas.condition(entity.name, v.check))) for v in entity.validations
        ]
        plan.search_fields = tuple(
            f for f in entity.fields.values() if f.searchable and f.type.search_suffixes and f.columns
        )
        plan.trees = tuple(f for f in entity.fields.values() if f.type.is_tree)
        plan.required = tuple(
            f.name for f in entity.fields.values() if f.required and not f.is_system and f.type.origin is Origin.INPUT
        )
        plan.roll_ups = self.roll_ups().get(entity.name, [])
        plan.row_of = self.rows_of().get(entity.name)
        plan.anywhere = tuple(one for one in entity.fields.values() if one.props.get("entities"))

    def _fill_field(self, plan: EntityPlan, one: Field) -> None:
        entity = plan.entity
        if one.default is not None:
            is_formula = isinstance(one.default, Mapping) and set(one.default) == {"formula"}
            made = (
                self.computation(entity, self.formulas.value(entity.name, one.default["formula"]))
                if is_formula
                else None
            )
            plan.defaults.append((one.name, one.default, made))
        if one.type.storage is Storage.JOIN_TABLE:
            plan.joins = (*plan.joins, one)
        if one.type.storage is Storage.CHILDREN:
            plan.children = (*plan.children, one)
        if one.is_link and not (one.is_system and one.name != "owner_id"):
            plan.links = (*plan.links, one)
            found = dependent_filter(self.formulas, entity, one)
            if found is not None:
                plan.dependent[one.name] = found
        if one.type.origin is Origin.NUMBERING:
            plan.numbering.append(one)
        if one.type.origin is Origin.FORMULA and one.columns:
            formula = self.formulas.of_field(entity, one)
            if formula is not None:
                plan.computed.append((one, self.computation(entity, formula)))
        if one.type.origin is Origin.ROLL_UP:
            plan.own_roll_ups.append((one, self.formulas.of_roll_up(entity, one)))

    def computation(self, entity: Entity, formula: Formula) -> Computation:
        """A formula with its closure when it stays on the record."""
        is_local = not has_aggregate(formula) and all(stays_on_record(entity, path) for path in formula.dependencies)
        return Computation(formula, compile_python(formula) if is_local else None)

    def _rule(self, entity: Entity, rule: Rule) -> RulePlan:
        sets: list[tuple[str, Computation]] = []
        for name, text in (rule.set or {}).items():
            sets.append((name, self.computation(entity, self.formulas.value(entity.name, text))))
        return RulePlan(rule, self.computation(entity, self.formulas.condition(entity.name, rule.when)), tuple(sets))

    def _in_order(self, computed: list[tuple[Field, Computation]]) -> list[tuple[Field, Computation]]:
        """Formulas after those that they read; the catalog has refused cycles."""
        waiting = {one.name: (one, made) for one, made in computed}
        done: dict[str, tuple[Field, Computation]] = {}
        while waiting:
            free = [n for n, (_, made) in waiting.items() if not (made.formula.dependencies & (waiting.keys() - {n}))]
            for name in free or list(waiting):
                done[name] = waiting.pop(name)
        return list(done.values())

    def rows_of(self) -> dict[str, tuple[str, str]]:
        """Link and parent by the entity of child rows; the catalog has refused second parents."""
        if self._rows_of is None:
            tables = (one for entity in self.catalog.entities.values() for one in entity.fields.values())
            self._rows_of = {
                one.target: (str(one.props["link"]), one.entity)
                for one in tables
                if one.type.storage is Storage.CHILDREN
            }
        return self._rows_of

    def roll_ups(self) -> dict[str, list[RollUp]]:
        """Roll-ups by the entity whose records they count."""
        if self._roll_ups is None:
            found: dict[str, list[RollUp]] = {}
            for parent in self.catalog.entities.values():
                for one in parent.fields.values():
                    if one.type.origin is Origin.ROLL_UP:
                        relation = parent.relations[str(one.props["relation"])]
                        formula = self.formulas.of_roll_up(parent, one)
                        join = (relation.owner, relation.via, relation.is_owner) if relation.kind == "join" else None
                        found.setdefault(relation.entity, []).append(
                            RollUp(parent.name, one, formula, relation.via, join)
                        )
            self._roll_ups = found
        return self._roll_ups


def has_aggregate(formula: Formula) -> bool:
    """Whether a formula looks at the rows of a relation."""
    return any(isinstance(node, Aggregate) for node in walk(formula.ir))


def stays_on_record(entity: Entity, path: str) -> bool:
    """Whether a path names a stored value of the record itself, or a part of one (`amount.currency`)."""
    head, _, tail = path.partition(".")
    one = entity.fields.get(head)
    if one is None or not one.columns:
        return False
    return not tail or (not one.is_link and tail in {spec.suffix for spec in one.columns})


def insert_statement(held: EntityTable, writers: Mapping[str, FieldWriter], *, is_told: bool = True) -> Any:
    """INSERT of a whole record, which tells its sequence; PostgreSQL takes the search document with it."""
    values: dict[Any, Any] = {}
    for name, writer in writers.items():
        for column, bind in zip(held.fields[name].columns, writer.binds, strict=True):
            values[column.name] = sa.bindparam(bind, type_=column.type, required=True)
    if SEARCH in held.table.c:
        values[SEARCH] = sa.cast(sa.bindparam("search", type_=sa.Text(), required=True), held.table.c[SEARCH].type)
    statement = sa.insert(held.table).values(values)
    has_sequence = SEQUENCE in held.table.c and bool(held.search)
    return statement.returning(held.table.c[SEQUENCE]) if has_sequence and is_told else statement


def search_texts(plan: EntityPlan, cells: Mapping[str, tuple[Any, ...]]) -> dict[str, list[str]]:
    """The searchable texts of a record by field."""
    found: dict[str, list[str]] = {}
    for one in plan.search_fields:
        values = cells.get(one.name)
        if values is None:
            continue
        texts = [
            str(cell) if not isinstance(cell, list) else " ".join(map(str, cell))
            for spec, cell in zip(one.columns, values, strict=True)
            if cell is not None and spec.suffix in one.type.search_suffixes
        ]
        if texts:
            found[one.name] = texts
    return found


def search_document(plan: EntityPlan, cells: Mapping[str, tuple[Any, ...]], dialect: str) -> str:
    """The search document of a record."""
    return search.document(plan.entity, search_texts(plan, cells), dialect)
