"""The reference page of the language itself: rules, operators, forms, aggregates, conditions of filters, limits.

Functions have a page of their own, made from the registry.
"""

from collections.abc import Iterable

from loomwork.expressions import limits
from loomwork.expressions.condition_operators import BUILTIN
from loomwork.expressions.forms import AGGREGATE_FORMS, SPECIAL_FORMS, Form
from loomwork.field_types.operators import OPERATORS as OFFERED

_RULES = f"""\
## Writing

- Names are technical names of fields: `amount`. Paths follow links: `account.owner.name`. Parts of a value come after a
  point: `amount.currency`. Inside an aggregate, names are those of the child row, and `parent.amount` is the outer row's.
- Texts stand in `'…'` or `"…"`; the quote itself is written twice. Numbers are written `1234.56`. Dates are
  `date'2026-01-31'` or `DATE(2026, 1, 31)`, instants `instant'2026-01-31T08:00:00Z'`, times `time'08:30'`. Beside a date,
  instant or time, a plain text in that form is read as one: `due < '2026-02-01'`.
- `TRUE`, `FALSE`, `NULL`; lists `['a', 'b']`; parameters `:name`; comments `/* … */` and `// …` to the end of the line.
- Names of functions and words such as AND may be written in any case. Full-width punctuation of a Chinese keyboard
  (`（`, `，`, `＝`, `“…”`) is understood.

## Operators, from loose to tight

| Operator | Meaning |
|---|---|
| `a OR b` | a condition holds |
| `a AND b` | both hold |
| `NOT a` | it does not hold |
| `= <> != < <= > >=`, `IN (…)`, `NOT IN (…)`, `BETWEEN a AND b`, `IS NULL`, `IS NOT NULL` | comparisons; they do not chain |
| `a & b` | joined as text |
| `a + b`, `a - b` | numbers, durations; date ± days; instant ± duration; date - date gives days, instant - instant a duration |
| `a * b`, `a / b` | numbers; duration by number; duration / duration |
| `-a` | sign |

## Rules that hold everywhere

- **Null.** Empty text is null. `=` and `<>` treat null as a value: `NULL = NULL` is true, `x <> 'a'` is true where x is null.
  `<`, `<=`, `>`, `>=` and BETWEEN with null are false. Arithmetic with null is null. `&` takes null as nothing. A condition
  is true or false, never null: a condition that is null counts as false, so NOT of it is true. The actor is no value: nothing
  is equal to `CURRENT_USER()` or `USER_UNIT()` where there is none.
- **Numbers** are exact. A sum has the digits of its longest part; a product the sum of its factors' digits, at most
  {limits.MAX_SCALE}, or {limits.RATE_SCALE} where a rate takes part; a quotient {limits.MAX_SCALE}. A chain `a * b * c` is rounded once.
  Rounding is half up, away from zero. A value of more than {limits.MAX_DIGITS} digits in all is null and a fault, so that a save can be
  refused. Division by zero is null.
- **Texts** compare by code point, letter by letter; `=` is exact. CONTAINS, STARTSWITH, ENDSWITH, SEARCH and SAMETEXT take
  capital and small letters alike (Unicode lower case; the final sigma as an ordinary one); PostgreSQL does it with ICU's
  root rules, whatever the database's locale. A computed text of more than {limits.MAX_TEXT:,} characters is null and a fault.
- **Dates** are of the years 1 to 9999; a result outside is null and a fault. A month later than 31 January is the last of
  February.
- **Instants** are UTC to the microsecond. The reader's zone decides where a date is made of one: TODAY, LOCALDATE, LOCALTIME,
  INSTANTAT, and every date function that is given an instant. A local time that the clock skips is read with the offset
  before the change; one that occurs twice means the first.
- **Choices** are compared by their values; a value that the choice does not have is a fault of the formula.

## Limits

| What | At most |
|---|---|
| characters of a formula | {limits.MAX_CHARACTERS:,} |
| parts (names, literals, operators, calls) | {limits.MAX_NODES} |
| levels of nesting; a chain `a + b + c`, `x AND y AND z` is one | {limits.MAX_DEPTH} |
| aggregates within aggregates | 3 |
| conditions of a filter | {limits.MAX_CONDITIONS} |
| levels of a filter | {limits.MAX_CONDITION_DEPTH} |
| values of a list | {limits.MAX_LIST:,} |
"""


def render() -> str:
    """The page as Markdown, without its title."""
    lines = [_RULES, "## Forms", "", *_forms(SPECIAL_FORMS), ""]
    lines += ["## Aggregates", "", "Over the rows of a child table or to-many relation. Null values are left out.", ""]
    lines += [*_forms(AGGREGATE_FORMS), ""]
    lines += ["## Conditions of filters", "", _CONDITIONS, "", *_operators(), ""]
    return "\n".join(lines)


_CONDITIONS = """\
Filter builders write trees of JSON: `{"and": […]}`, `{"or": […]}`, `{"not": …}`, `{"formula": "…"}` and
`{"field": "account.name", "op": "contains", "value": "Li"}`. A path through rows (`lines.price`) means that some row fits;
an operator that says no means that no row fits. What cannot be understood is refused, nothing is left out.
Money is compared in the company's currency: as a plain amount, or as records hold it, `{"amount": "12.50", "currency": "CNY"}`.

This is the whole list; every other page and schema takes its names from it. The API takes each operator wherever its kind fits. The
filter builder of lists, and views in metadata, take those marked *offered*, for the types that name them: see *Filter operators* of
each [field type](field-types.md). What is not offered there is said by another one, or by a formula."""


def _forms(forms: Iterable[Form]) -> list[str]:
    lines = []
    for form in forms:
        lines.append(f"- **`{form.usage}`** {form.doc.en} {form.doc.zh}")
        lines += [f"  - `{left}` gives `{right}`" for left, right in form.examples]
    return lines


def _operators() -> list[str]:
    lines = ["| Operator | English | 中文 | Values | Fits | Offered |", "|---|---|---|---|---|---|"]
    for one in BUILTIN:
        least, most = one.values
        count = str(least) if least == most else f"{least} to {most:,}"
        offered = "yes" if one.name in OFFERED else ""
        phrases = f"{one.phrase['en']} | {one.phrase['zh-CN']}"
        lines.append(f"| `{one.name}` | {phrases} | {count} | {', '.join(one.kinds)} | {offered} |")
    return lines
