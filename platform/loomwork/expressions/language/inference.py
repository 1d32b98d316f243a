"""The state of one inference, and the conversions that happen without being written.

Implied conversions: a text literal beside a date, instant, time or link is read as one; a null literal takes the
other side's type; numbers are brought to one scale; an instant where a function wants a date becomes the reader's
local date. Nothing else: mixing types is a fault with a hint.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from loomwork.core.i18n import SILENCE, Sentence, say
from loomwork.expressions.faults import FormulaFault, fault_at
from loomwork.expressions.ir import Call, Const, Field, Node, Param
from loomwork.expressions.language.parse import read_date, read_instant, read_time
from loomwork.expressions.language.syntax import Span
from loomwork.expressions.numbers import fits, round_to
from loomwork.expressions.types import NULL, UNKNOWN, FormulaType, Scope, list_of, number

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
FAULTY = Const(UNKNOWN, None)
NULL_CONST = Const(NULL, None)
_READERS = {"date": read_date, "instant": read_instant, "time": read_time}
_SHOWN = {"date": "2026-01-31", "instant": "2026-01-31T08:00:00Z", "time": "08:30", "link": "a record's id"}
MAX_IR_NODES = 4_000


@dataclass(slots=True)
class Inference:
    """What the parts of an inference share.

    Shapes: `entities` is the stack of entities whose rows are at hand, the innermost last; `choices` keeps the known
    values of the choice fields met; a parameter whose type is open stands in `params` as the part that it becomes.
    """

    text: str
    scope: Scope
    entities: list[str]
    params: Mapping[str, FormulaType | Param]
    faults: list[FormulaFault] = field(default_factory=list)
    choices: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    built: int = 0

    def fault(self, code: str, message: Sentence, span: Span, hint: Sentence = SILENCE) -> Const:
        """Record a fault; returns a part of unknown type, which causes no further faults."""
        self.faults.append(fault_at(code, message, self.text, span.start, span.length, hint=hint))
        return FAULTY


def is_null(node: Node) -> bool:
    """Whether a node is null whatever the row holds."""
    return node.type.kind == "null" or (isinstance(node, Const) and node.value is None)


def rescale(node: Node, scale: int) -> Node:
    """The node as a number of that scale, rounded half up where it has more digits."""
    if node.type.kind != "number" or node.type.scale == scale:
        return node
    if isinstance(node, Const) and node.value is not None:
        value = round_to(node.value, scale)
        if fits(value, scale):
            return Const(number(scale), value)
    if is_null(node):
        return Const(number(scale), None)
    return Call(number(scale), "rescale", (node,))


def convert(node: Node, wanted: FormulaType) -> Node | None:
    """The node as a value of the wanted type, where that is implied; else None."""
    if node.type.kind == "unknown" or wanted.kind == "unknown":
        return node
    if is_null(node):
        return Const(wanted, None)
    if isinstance(node, Param) and node.wire_scale is not None and (read := _as_read(node, wanted)) is not None:
        return Param(read, node.name)
    if wanted.kind == "number" and node.type.kind == "number":
        return rescale(node, wanted.scale)
    if wanted.kind == "link" and node.type.kind == "link":
        return node if not wanted.entity or not node.type.entity or wanted.entity == node.type.entity else None
    if wanted.kind == "list" and node.type.kind == "list":
        return _convert_list(node, wanted)
    if wanted.kind == node.type.kind:
        return node
    if isinstance(node, Const) and node.type.kind == "text":
        return read_literal(node.value, wanted)
    return None


def _as_read(node: Param, wanted: FormulaType) -> FormulaType | None:
    """The type as which a parameter in wire form is read beside a value of the wanted type; None where it stays itself."""
    if node.type.kind == wanted.kind == "list":
        of, want = node.type.of, wanted.of
        item = None if of is None or want is None else _as_read(Param(of, node.name, node.wire_scale), want)
        return None if item is None else list_of(item)
    if node.type.kind == "number":
        return wanted if wanted.kind == "duration" else None
    if node.type.kind != "text":
        return None
    if wanted.kind == "number":
        return number(node.wire_scale) if node.wire_scale is not None and node.wire_scale >= 0 else None
    return wanted if wanted.kind in _SHOWN else None


def _convert_list(node: Node, wanted: FormulaType) -> Node | None:
    have, want = node.type.of, wanted.of
    if have is None or want is None or have == want:
        return replace(node, type=wanted) if have is None and isinstance(node, Const) else node
    if isinstance(node, Const):
        items = [convert(Const(have, one), want) for one in node.value]
        if all(isinstance(item, Const) for item in items):
            return Const(list_of(want), [item.value for item in items if isinstance(item, Const)])
    return node if have.kind == want.kind == "link" and not (have.entity and want.entity) else None


def read_literal(text: str, wanted: FormulaType) -> Node | None:
    """A text literal as a date, instant, time or link, or None if it is none."""
    if wanted.kind == "link":
        return Const(wanted, text.lower()) if _UUID.fullmatch(text) else None
    reader = _READERS.get(wanted.kind)
    if reader is None:
        return None
    try:
        return Const(wanted, reader(text))
    except (ValueError, OverflowError):
        return None


def hint_between(have: FormulaType, want: FormulaType) -> Sentence:
    """How to get from one type to another, for messages."""
    pair = (have.kind, want.kind)
    if have.kind == "text" and want.kind in _SHOWN:
        if want.kind == "link":
            return say("formula.hint.compare_link")
        return say("formula.hint.as", example=_SHOWN[want.kind])
    known = {
        ("instant", "date"): "local_date",
        ("date", "instant"): "local_date",
        ("text", "number"): "value",
        ("number", "duration"): "duration",
        ("duration", "number"): "seconds",
        ("number", "date"): "date",
    }
    by_kind = {"text": "text", "boolean": "condition"}
    found = known.get(pair) or by_kind.get(want.kind)
    return say(f"formula.hint.{found}") if found else SILENCE


def unify(types: Iterable[FormulaType]) -> FormulaType | None:
    """The one type that holds values of all, or None; nulls fit everywhere."""
    result = NULL
    for one in types:
        if one.kind == "null" or one == result:
            continue
        if one.kind == "unknown" or result.kind == "unknown":
            result = UNKNOWN
        elif result.kind == "null":
            result = one
        elif one.kind == result.kind == "number":
            result = number(max(one.scale, result.scale))
        elif one.kind == result.kind == "link":
            result = one if not one.entity else FormulaType("link") if result.entity != one.entity else result
        else:
            return None
    return result


def to_local(node: Node, wanted: FormulaType) -> Node:
    """The reader's local date or time of an instant."""
    return Call(wanted, "LOCALDATE" if wanted.kind == "date" else "LOCALTIME", (node,))


def known_choices(inference: Inference, node: Node) -> tuple[str, ...]:
    """The known values of a choice field; empty for everything else."""
    return inference.choices.get(node.path, ()) if isinstance(node, Field) else ()


def exact(value: int | Decimal, scale: int) -> bool:
    """Whether a number has no more digits after the point than `scale`."""
    return round_to(value, scale) == value
