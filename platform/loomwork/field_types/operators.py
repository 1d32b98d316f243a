"""Names of the filter operators, in the groups in which types use them; `expressions` gives them their meaning."""

EMPTY = ("is_empty", "is_not_empty")
EQUAL = ("eq", "ne", "in", "not_in", *EMPTY)
ORDER = ("eq", "ne", "lt", "le", "gt", "ge", "between", "in", "not_in", *EMPTY)
PARTS = ("contains", "not_contains", "starts_with", "ends_with")
TEXT = ("eq", "ne", *PARTS, "in", "not_in", *EMPTY)
PERIODS = ("today", "this_week", "this_month", "this_quarter", "this_year", "last_n_days", "next_n_days")
LIST = ("has_any", "has_all", "has_none", *EMPTY)
PERSON = (*EQUAL, "is_me")
UNIT = (*EQUAL, "is_my_unit")

OPERATORS = frozenset({*TEXT, *ORDER, *PERIODS, *LIST, *PERSON, *UNIT})
"""Every operator that a type may name."""
