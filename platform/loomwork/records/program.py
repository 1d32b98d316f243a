"""Everything compiled from one catalog version, handed to each unit of work as one value."""

from dataclasses import dataclass
from typing import Any

from loomwork.catalog.model import Catalog
from loomwork.permissions.actor import Actor, binds, require
from loomwork.permissions.policy import Policies
from loomwork.query.engine import QueryEngine, Reader
from loomwork.query.formulas import Formulas
from loomwork.records.plans import EntityPlans
from loomwork.storage.tables import Tables


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """One catalog version, compiled. Shapes: `number` is the published version's number."""

    number: int
    catalog: Catalog
    tables: Tables
    formulas: Formulas
    policies: Policies
    engine: QueryEngine
    plans: EntityPlans
    sealer: Any
    company_zone: str
    readers: dict[Actor, Reader]

    def reader(self, actor: Actor) -> Reader:
        """The actor as the query engine knows him. Raises: NotSignedIn without an actor."""
        found = self.readers.get(require(actor))
        if found is None:
            if len(self.readers) > 5_000:
                self.readers.clear()
            access = self.policies.of(actor)
            own = binds(actor, self.tables.dialect)
            found = self.readers[actor] = Reader(access, own, actor.context(), actor.zone, actor.language)
        return found


def make_program(catalog: Catalog, tables: Tables, dialect: Any, *, number: int, sealer: Any, zone: str) -> Program:
    """Compile a catalog for a database; formulas and plans are made at their first use."""
    formulas = Formulas(catalog)
    policies = Policies(catalog, formulas)
    unseal = sealer.open_value if sealer is not None else None
    engine = QueryEngine(catalog, tables, formulas, dialect, unseal=unseal)
    plans = EntityPlans(catalog, tables, formulas, dialect)
    return Program(number, catalog, tables, formulas, policies, engine, plans, sealer, zone, {})
