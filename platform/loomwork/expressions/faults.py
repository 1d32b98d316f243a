"""What can be wrong with a formula, and the error that carries it. Codes are never used twice."""

from collections.abc import Iterable
from dataclasses import dataclass

from loomwork.core.errors import Detail, InvalidInput

TITLES = {
    "X101": "A character that the formula language does not know",
    "X102": "A text, name or comment that is not closed",
    "X103": "A number that cannot be read",
    "X104": "Something else was expected here",
    "X105": "The formula is too long",
    "X106": "The formula has too many parts",
    "X107": "The formula is nested too deeply",
    "X110": "Unknown name",
    "X111": "Unknown function",
    "X112": "Unknown parameter",
    "X113": "A name with many records stands outside an aggregate",
    "X114": "A path goes on behind something that is not a link",
    "X115": "An aggregate needs a name with many records",
    "X120": "Wrong number of arguments",
    "X121": "Wrong type of an argument",
    "X122": "Values that cannot be compared or combined",
    "X123": "The result has another type than the place needs",
    "X124": "Unknown choice",
    "X125": "A literal that is no value of its type",
    "X130": "A function that cannot be used in a query",
    "X131": "A function in a filter that one of the databases cannot compute",
    "X140": "Malformed condition",
    "X141": "Unknown operator",
    "X142": "Wrong number of values for the operator",
    "X143": "The operator does not fit the field",
    "X144": "A value that does not fit the field",
    "X145": "Too many conditions, or nested too deeply",
    "X150": "Computed fields that need each other in a circle",
    "X151": "A stored field that depends on the time or the reader",
}


@dataclass(frozen=True, slots=True)
class FormulaFault:
    """One fault of a formula.

    Units: `line` and `column` count from 1, in characters; `length` are the characters concerned. `path` is the place
    in a condition tree (`filter.and.2`), empty for a formula's text.
    """

    code: str
    message: str
    line: int = 1
    column: int = 1
    length: int = 0
    hint: str = ""
    path: str = ""

    def as_text(self) -> str:
        """Message, place and hint in one sentence for people."""
        place = f" (at {self.path})" if self.path else f" (line {self.line}, column {self.column})"
        return f"{self.message}{place}" + (f"; {self.hint}" if self.hint else "")

    def as_json(self) -> dict[str, str | int]:
        """Wire form, for editors that mark the place."""
        return {
            "code": self.code,
            "message": self.message,
            "line": self.line,
            "column": self.column,
            "length": self.length,
            "hint": self.hint,
            "path": self.path,
        }


class FormulaError(InvalidInput):
    """A formula or condition that cannot be used.

    Shapes: `faults` holds every fault found; `details` has one entry each (path `formula`, code `X1..`), and
    `extra["faults"]` their wire form.
    """

    default_code = "formula"

    def __init__(self, faults: Iterable[FormulaFault], *, path: str = "formula") -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        more = f" (and {len(self.faults) - 1} more)" if len(self.faults) > 1 else ""
        super().__init__(
            first.as_text() + more,
            details=[Detail(fault.path or path, fault.code, fault.as_text()) for fault in self.faults],
            extra={"faults": [fault.as_json() for fault in self.faults]},
        )


def fault_at(code: str, message: str, text: str, start: int, length: int = 1, *, hint: str = "") -> FormulaFault:
    """A fault at a character offset of a formula's text."""
    before = text[:start]
    line = before.count("\n") + 1
    column = start - (before.rfind("\n") + 1) + 1
    return FormulaFault(code, message, line, column, length, hint)
