"""What only one of the two databases could compute is refused on both, so that a question has one answer everywhere.

SQLite calls the closures of Python where a function has no SQL; PostgreSQL cannot.
"""

from collections.abc import Iterator

from loomwork.core.errors import NamedDetail
from loomwork.core.i18n import Sentence, say
from loomwork.expressions.faults import FormulaError, FormulaFault, type_words
from loomwork.expressions.functions import FUNCTIONS
from loomwork.expressions.ir import Call, Const, Node, walk
from loomwork.expressions.sql.builder import MAX_ARGUMENTS

_IN_STRINGS = frozenset({"HAS", "HASANY", "HASALL"})
"""They look for values in lists, which lie in the database as texts."""


def check_portable(node: Node) -> None:
    """Raises: FormulaError `X131` naming each function that the database cannot compute, with what to do instead."""
    faults = {name: fault for one in walk(node) if isinstance(one, Call) for name, fault in _faults(one)}
    if not faults:
        return
    error = FormulaError([faults[name] for name in sorted(faults)])
    error.details = [
        NamedDetail(one.path, one.code, one.message, name)
        for name, one in zip(sorted(faults), error.details, strict=True)
    ]
    raise error


def _faults(call: Call) -> Iterator[tuple[str, FormulaFault]]:
    function = FUNCTIONS.get(call.op)
    if function is not None and not function.runs_on("postgresql"):
        yield call.op, _fault(say("formula.X131.function", name=call.op), "stored_or_given")
    elif call.op == "BAND" and not all(isinstance(one, Const) for one in call.args[1:3]):
        yield call.op, _fault(say("formula.X131.band"), "band_limits")
    elif (
        call.op in _IN_STRINGS and (of := call.args[0].type.of) is not None and of.kind not in ("text", "link", "null")
    ):
        yield call.op, _fault(say("formula.X131.list", name=call.op, of=type_words(of)), "or")
    elif call.op == "TEXTJOIN" and len(call.args) > MAX_ARGUMENTS:
        yield call.op, _fault(say("formula.X131.join", limit=MAX_ARGUMENTS), "join_first")


def _fault(message: Sentence, hint: str) -> FormulaFault:
    return FormulaFault("X131", message, hint=say(f"formula.hint.{hint}"))
