"""The functions of the formula language. Adding one is one entry in the file of its domain."""

from loomwork.core.registry import Registry
from loomwork.expressions.functions.base import Doc, Function, Signature
from loomwork.expressions.functions.context import CONTEXT_FUNCTIONS
from loomwork.expressions.functions.converting import CONVERTING
from loomwork.expressions.functions.dating import DATE_FUNCTIONS
from loomwork.expressions.functions.lists import LIST_FUNCTIONS
from loomwork.expressions.functions.logic import LOGIC
from loomwork.expressions.functions.lookup import LOOKUP_FUNCTIONS
from loomwork.expressions.functions.money import MONEY_FUNCTIONS
from loomwork.expressions.functions.number import NUMBER_FUNCTIONS
from loomwork.expressions.functions.searching import SEARCH_FUNCTIONS
from loomwork.expressions.functions.text import TEXT_FUNCTIONS
from loomwork.expressions.functions.timing import TIME_FUNCTIONS
from loomwork.expressions.functions.workdays import WORKDAY_FUNCTIONS

BUILTIN: tuple[Function, ...] = (
    *LOGIC,
    *TEXT_FUNCTIONS,
    *SEARCH_FUNCTIONS,
    *CONVERTING,
    *NUMBER_FUNCTIONS,
    *MONEY_FUNCTIONS,
    *DATE_FUNCTIONS,
    *TIME_FUNCTIONS,
    *WORKDAY_FUNCTIONS,
    *LIST_FUNCTIONS,
    *LOOKUP_FUNCTIONS,
    *CONTEXT_FUNCTIONS,
)

FUNCTIONS: Registry[Function] = Registry("function", BUILTIN)

__all__ = ["BUILTIN", "FUNCTIONS", "Doc", "Function", "Signature"]
