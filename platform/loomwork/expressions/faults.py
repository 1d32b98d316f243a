"""What can be wrong with a formula, and the error that carries it. Codes are never used twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loomwork.core.errors import Detail, InvalidInput
from loomwork.core.i18n import SILENCE, Named, Sentence, say
from loomwork.expressions.types import FormulaType

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
    message: Sentence
    line: int = 1
    column: int = 1
    length: int = 0
    hint: Sentence = SILENCE
    path: str = ""

    def as_text(self) -> Sentence:
        """Message, place and hint in one sentence for people."""
        said = say("formula.at_path", said=self.message, path=self.path) if self.path else self.at_line()
        return say("formula.with_hint", said=said, hint=self.hint) if self.hint else said

    def at_line(self) -> Sentence:
        """Message and place in the text."""
        return say("formula.at_line", said=self.message, line=self.line, column=self.column)

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
        more = len(self.faults) - 1
        super().__init__(
            say("formula.and_more", said=first.as_text(), count=more) if more else first.as_text(),
            details=[Detail(fault.path or path, fault.code, fault.as_text()) for fault in self.faults],
            extra={"faults": [fault.as_json() for fault in self.faults]},
        )


def fault_at(
    code: str, message: Sentence, text: str, start: int, length: int = 1, *, hint: Sentence = SILENCE
) -> FormulaFault:
    """A fault at a character offset of a formula's text."""
    before = text[:start]
    line = before.count("\n") + 1
    column = start - (before.rfind("\n") + 1) + 1
    return FormulaFault(code, message, line, column, length, hint)


def type_words(type_: FormulaType) -> Sentence:
    """What a type is called."""
    if type_.kind == "number":
        return say("formula.type.number", scale=type_.scale) if type_.scale else say("formula.type.integer")
    if type_.kind == "link" and type_.entity:
        return say("formula.type.link_to", entity=Named(type_.entity))
    if type_.kind == "list" and type_.of is not None:
        return say("formula.type.list_of", of=type_words(type_.of))
    return say(f"formula.type.{type_.kind}")


def listed(words: Sequence[Sentence]) -> Sentence:
    """Some words with commas between them."""
    found = words[0] if words else SILENCE
    for one in words[1:]:
        found = say("formula.and", first=found, next=one)
    return found


def barred(entity: str, name: str) -> Sentence:
    """What is said of a name that is there and that formulas cannot use."""
    return say("formula.X110.barred", entity=Named(entity), name=name)


def no_such_name(entity: str, name: str) -> Sentence:
    """What is said of a name that an entity does not have."""
    if not entity:
        return say("formula.X110.no_name_here", name=name)
    return say("formula.X110.no_name", entity=Named(entity), name=name)
