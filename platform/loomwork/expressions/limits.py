"""The sizes that a formula may have. One place, so that every back end and the docs quote the same figures."""

MAX_CHARACTERS = 2_000
"""Characters of a formula's text."""
MAX_NODES = 500
"""Parts of a formula: names, literals, operators, calls."""
MAX_DEPTH = 20
"""Levels of nesting; a chain (`a + b + c`, `x AND y AND z`) is one level."""
MAX_TEXT = 10_000
"""Characters of a text that a formula computes; a longer one is null and a recorded fault."""
MAX_DIGITS = 18
"""Digits of a number in all; |value| must stay below 10^(18 - scale)."""
MAX_SCALE = 6
"""Digits after the point of a product or quotient."""
RATE_SCALE = 10
"""Digits after the point where a rate (more than 6 digits) takes part."""
MAX_CONDITIONS = 50
"""Conditions of one tree from a filter builder."""
MAX_CONDITION_DEPTH = 5
"""Nesting of such a tree."""
MAX_LIST = 1_000
"""Values of a list in a condition or a parameter."""
