"""The formula language: one language for filters, rules, computed values and conditions.

    formula = compile_formula("SUM(lines, quantity * price) > 1000", scope=scope, entity="shop.order")
    compile_python(formula)(Env(items={"lines": [...]}))            # a plain value
    sql_condition(formula.ir, context)                              # a WHERE clause, see sql.SqlContext
    formula.as_json()                                               # the tree that the browser evaluates

Text → tokens → syntax tree → typed form (`ir`) → back ends. The rules that hold in all of them:

* Empty text is null. `=` and `<>` treat null as a value; `<` and the like with null are false; arithmetic with null
  is null; `&` takes null as empty. A condition is true or false, never null.
* Numbers are exact. A sum has the digits of its longest part, a product the sum of its parts' digits (at most 6, or
  10 with a rate), a quotient 6; rounding is half up. More than 18 digits, dates outside the years 1-9999 and texts
  over 10,000 characters become null and a fault in `Env.faults`. Division by zero is null.
* Texts compare by code point; searching in texts ignores capital and small letters.
"""

from loomwork.expressions.condition_operators import OPERATORS as CONDITION_OPERATORS
from loomwork.expressions.conditions import compile_conditions
from loomwork.expressions.env import Env, RunFault, UserContext, WorkCalendar
from loomwork.expressions.faults import FormulaError, FormulaFault
from loomwork.expressions.formula import Formula, compile_formula, from_ir
from loomwork.expressions.functions import FUNCTIONS
from loomwork.expressions.ir import from_json, to_json
from loomwork.expressions.language.infer import infer
from loomwork.expressions.language.parse import parse
from loomwork.expressions.python import compile_python
from loomwork.expressions.sql import SqlContext, SqlRelation, Stored, bind_values, compile_sql, sql_condition
from loomwork.expressions.types import (
    BOOLEAN,
    DATE,
    DURATION,
    INSTANT,
    INTEGER,
    TEXT,
    TIME,
    FormulaType,
    Member,
    Scope,
    link,
    list_of,
    number,
)

__all__ = [
    "BOOLEAN",
    "CONDITION_OPERATORS",
    "DATE",
    "DURATION",
    "FUNCTIONS",
    "INSTANT",
    "INTEGER",
    "TEXT",
    "TIME",
    "Env",
    "Formula",
    "FormulaError",
    "FormulaFault",
    "FormulaType",
    "Member",
    "RunFault",
    "Scope",
    "SqlContext",
    "SqlRelation",
    "Stored",
    "UserContext",
    "WorkCalendar",
    "bind_values",
    "compile_conditions",
    "compile_formula",
    "compile_python",
    "compile_sql",
    "from_ir",
    "from_json",
    "infer",
    "link",
    "list_of",
    "number",
    "parse",
    "sql_condition",
    "to_json",
]
