"""Formulas that the database has to compute: a function without SQL there is a fault before anything is published.

SQLite could call the Python function; PostgreSQL cannot, and an app runs on both.
"""

from collections.abc import Iterator

from loomwork.catalog.model import Entity
from loomwork.core.diagnostics import Diagnostic, Place
from loomwork.core.i18n import say
from loomwork.expressions import Formula
from loomwork.expressions.functions import FUNCTIONS
from loomwork.records.plans import has_aggregate, stays_on_record

CODE = "X130"


def missing_sql(formula: Formula, place: Place) -> Iterator[Diagnostic]:
    """A fault for each function of a formula that has no SQL."""
    for name in sorted(formula.functions):
        if name in FUNCTIONS and FUNCTIONS[name].postgresql is None:
            message = say("formula.X130.no_sql", name=name)
            yield Diagnostic(CODE, message, place, say("formula.hint.stored_here"))


def looks_outward(entity: Entity, formula: Formula) -> bool:
    """Whether a formula reads other records, which the record service asks the database for."""
    return has_aggregate(formula) or not all(stays_on_record(entity, path) for path in formula.dependencies)
