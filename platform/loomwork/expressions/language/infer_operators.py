"""Types of operators: sums, products, texts joined, comparisons, IN, BETWEEN, AND, OR, NOT."""

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.i18n import SILENCE, Sentence, say
from loomwork.expressions.faults import listed, type_words
from loomwork.expressions.ir import Call, Const, Field, Node
from loomwork.expressions.language.inference import (
    FAULTY,
    Inference,
    convert,
    hint_between,
    is_null,
    known_choices,
    rescale,
    unify,
)
from loomwork.expressions.language.syntax import Span
from loomwork.expressions.limits import MAX_SCALE, RATE_SCALE
from loomwork.expressions.types import BOOLEAN, DATE, DURATION, INSTANT, INTEGER, TEXT, FormulaType, list_of, number

_ORDERED = frozenset({"text", "number", "date", "instant", "time", "duration"})
_SYMBOLS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def is_faulty(*nodes: Node) -> bool:
    """Whether a part has a fault already."""
    return any(node.type.kind == "unknown" for node in nodes)


def product_scale(types: list[FormulaType]) -> int:
    """Digits of a product: the sum of the factors' digits, at most 6, or 10 where a rate takes part."""
    cap = RATE_SCALE if any(one.scale > MAX_SCALE for one in types) else MAX_SCALE
    return min(sum(one.scale for one in types), cap)


def fold_chain(inference: Inference, first: Node, rest: list[tuple[str, Node, Span]]) -> Node:
    """A chain read from the left. Neighbours of one kind become one node with many arguments."""
    if rest[0][0] == "&":
        parts = [as_text(inference, first, rest[0][2])]
        parts += [as_text(inference, node, span) for _, node, span in rest]
        return Call(TEXT, "concat", tuple(parts))
    result, own = first, False
    for symbol, node, span in rest:
        if is_faulty(result, node):
            return FAULTY
        if symbol in "+-":
            result, own = _add(inference, result, _negated(node, symbol), span, symbol, merge=own)
        elif symbol == "*":
            result, own = _multiply(inference, result, node, span, merge=own)
        else:
            result, own = _divide(inference, result, node, span), False
    return result


def _negated(node: Node, symbol: str) -> Node:
    if symbol == "-" and node.type.is_number and not is_null(node):
        if isinstance(node, Const):
            return Const(node.type, -node.value)
        return Call(node.type, "neg", (node,))
    return node


def _add(inference: Inference, left: Node, right: Node, span: Span, symbol: str, *, merge: bool) -> tuple[Node, bool]:
    left, right = _typed_nulls(left, right)
    kinds = (left.type.kind, right.type.kind)
    if kinds[0] == kinds[1] and kinds[0] in ("number", "duration"):
        scale = max(left.type.scale, right.type.scale)
        args = left.args if merge and isinstance(left, Call) and left.op == "add" else (left,)
        type_ = number(scale) if kinds[0] == "number" else DURATION
        return Call(type_, "add", tuple(rescale(arg, scale) for arg in (*args, right))), True
    special = _add_times(left, right, symbol)
    if special is not None:
        return special, False
    hint = say("formula.hint.concat") if "text" in kinds else hint_between(right.type, left.type)
    word = "add" if symbol == "+" else "subtract"
    return _misfit(inference, word, left, right, span, hint), False


def _misfit(
    inference: Inference, word: str, left: Node, right: Node, span: Span, hint: Sentence = SILENCE
) -> Const:  # fmt: skip
    """Two values that an operator cannot bring together, in the words of `formula.X122.<word>`."""
    message = say(f"formula.X122.{word}", left=type_words(left.type), right=type_words(right.type))
    return inference.fault("X122", message, span, hint)


def _typed_nulls(left: Node, right: Node) -> tuple[Node, Node]:
    if left.type.kind == "null":
        left = Const(right.type if right.type.is_number else INTEGER, None)
    if right.type.kind == "null":
        wanted = {"date": INTEGER, "instant": DURATION}.get(left.type.kind, left.type)
        right = Const(wanted, None)
    return left, right


def _add_times(left: Node, right: Node, symbol: str) -> Node | None:
    kinds = (left.type.kind, right.type.kind)
    if kinds == ("date", "number") and right.type.scale == 0:
        return Call(DATE, "date_add", (left, right))
    if kinds == ("instant", "duration"):
        return Call(INSTANT, "instant_add", (left, right))
    if symbol == "+" and kinds == ("number", "date") and left.type.scale == 0:
        return Call(DATE, "date_add", (right, left))
    if symbol == "+" and kinds == ("duration", "instant"):
        return Call(INSTANT, "instant_add", (right, left))
    if symbol == "-" and kinds == ("date", "date"):
        return Call(INTEGER, "date_diff", (left, right))
    if symbol == "-" and kinds == ("instant", "instant"):
        return Call(DURATION, "instant_diff", (left, right))
    return None


def _multiply(inference: Inference, left: Node, right: Node, span: Span, *, merge: bool) -> tuple[Node, bool]:
    left, right = _typed_nulls(left, right)
    kinds = {left.type.kind, right.type.kind}
    args = (*(left.args if merge and isinstance(left, Call) and left.op == "mul" else (left,)), right)
    if kinds == {"number"}:
        return Call(number(product_scale([arg.type for arg in args])), "mul", args), True
    if kinds == {"number", "duration"}:
        return Call(DURATION, "mul", (left, right)), False
    return _misfit(inference, "multiply", left, right, span), False


def _divide(inference: Inference, left: Node, right: Node, span: Span) -> Node:
    left, right = _typed_nulls(left, right)
    kinds = (left.type.kind, right.type.kind)
    if kinds in (("number", "number"), ("duration", "duration")):
        return Call(number(MAX_SCALE), "div", (left, right))
    if kinds == ("duration", "number"):
        return Call(DURATION, "div", (left, right))
    return _misfit(inference, "divide", left, right, span)


def negate(inference: Inference, node: Node, span: Span) -> Node:
    """`-x`."""
    if is_faulty(node) or is_null(node):
        return node
    if not node.type.is_number:
        return inference.fault("X122", say("formula.X122.minus", given=type_words(node.type)), span)
    return _negated(node, "-")


def as_text(inference: Inference, node: Node, span: Span) -> Node:
    """A value as `&` joins it: texts as they are, everything else as TEXT(…) writes it."""
    if is_faulty(node) or node.type.kind == "text":
        return node
    if is_null(node):
        return Const(TEXT, None)
    if node.type.kind == "list":
        return inference.fault("X122", say("formula.X122.join"), span, say("formula.hint.join"))
    return Call(TEXT, "TEXT", (node,))


def as_condition(inference: Inference, node: Node, span: Span) -> Node:
    """A part that must be true or false."""
    if is_faulty(node):
        return node
    if is_null(node):
        return Const(BOOLEAN, None)
    if node.type.kind != "boolean":
        message = say("formula.X121.condition", given=type_words(node.type))
        return inference.fault("X121", message, span, hint_between(node.type, BOOLEAN))
    return node


def compare(inference: Inference, op: str, left: Node, right: Node, span: Span) -> Node:
    """One comparison."""
    if is_faulty(left, right):
        return FAULTY
    pair = match_pair(inference, left, right, span)
    if pair is None:
        return _misfit(inference, "compare", left, right, span, hint_between(right.type, left.type))
    left, right = pair
    kind = left.type.kind
    if op not in ("eq", "ne") and kind not in _ORDERED and not is_null(left):
        message = say("formula.X122.order", given=type_words(left.type), symbol=_SYMBOLS[op])
        return inference.fault("X122", message, span, say("formula.hint.equal"))
    if kind == "list" and not is_null(right) and not is_null(left):
        return inference.fault("X122", say("formula.X122.lists"), span, say("formula.hint.lists"))
    if op == "eq" and is_actor(right):
        return Call(BOOLEAN, "same", (left, right))
    if op == "eq" and is_actor(left):
        return Call(BOOLEAN, "same", (right, left))
    return Call(BOOLEAN, op, (left, right))


def is_actor(node: Node) -> bool:
    """Whether a part stands for the actor: nothing is equal to an actor or unit that is not there."""
    return isinstance(node, Call) and node.op in ("CURRENT_USER", "USER_UNIT")


def match_pair(inference: Inference, left: Node, right: Node, span: Span) -> tuple[Node, Node] | None:
    """Both sides as values that can be compared; None if they cannot."""
    if left.type.kind == right.type.kind == "number":
        return left, right
    if (converted := convert(right, left.type)) is not None:
        check_choice(inference, left, converted, span)
        return left, converted
    if (converted := convert(left, right.type)) is not None:
        check_choice(inference, right, converted, span)
        return converted, right
    return None


def check_choice(inference: Inference, choice: Node, value: Node, span: Span) -> None:
    """Refuse a comparison of a choice with a value that it never has."""
    known = known_choices(inference, choice)
    if not known or not isinstance(value, Const) or not isinstance(choice, Field):
        return
    values = value.value if isinstance(value.value, list) else [value.value]
    for one in values:
        if one is not None and one not in known:
            name = ".".join(choice.path)
            message = say("formula.X124", name=name, value=one)
            inference.fault("X124", message, span, did_you_mean(str(one), known))


def membership(inference: Inference, value: Node, options: Node, span: Span) -> Node:
    """`value IN options`."""
    if is_faulty(value, options):
        return FAULTY
    if options.type.kind != "list":
        message = say("formula.X121.in", given=type_words(options.type))
        return inference.fault("X121", message, span, say("formula.hint.in"))
    of = options.type.of
    if of is None:
        return Call(BOOLEAN, "in", (value, options))
    if is_null(value):
        value = Const(of, None)
    if of.kind == value.type.kind == "number":
        return Call(BOOLEAN, "in", (value, options))
    converted = convert(options, list_of(value.type))
    if converted is None and (other := convert(value, of)) is not None:
        value, converted = other, options
    if converted is None:
        message = say("formula.X122.in", value=type_words(value.type), options=type_words(options.type))
        return inference.fault("X122", message, span)
    check_choice(inference, value, converted, span)
    return Call(BOOLEAN, "in", (value, converted))


def make_list(inference: Inference, items: list[Node], span: Span) -> Node:
    """`[a, b]`; a list of literals is itself a literal."""
    if is_faulty(*items):
        return FAULTY
    of = unify(item.type for item in items)
    if of is None or of.kind == "list":
        return inference.fault("X122", say("formula.X122.list"), span)
    converted = [convert(item, of) or item for item in items]
    if of.kind == "null":
        return Const(FormulaType("list"), [None] * len(items))
    if all(isinstance(item, Const) for item in converted):
        return Const(list_of(of), [item.value for item in converted if isinstance(item, Const)])
    return Call(list_of(of), "list", tuple(converted))


def between(inference: Inference, value: Node, low: Node, high: Node, span: Span) -> Node:
    """`value BETWEEN low AND high`, both ends included."""
    first = compare(inference, "ge", value, low, span)
    second = compare(inference, "le", value, high, span)
    if not isinstance(first, Call) or not isinstance(second, Call):
        return FAULTY
    return Call(BOOLEAN, "between", (first.args[0], first.args[1], second.args[1]))


def choose(inference: Inference, args: list[tuple[Node, Span]], span: Span) -> Node:
    """`IF`, `IFS`: condition, value, condition, value …, and a last value for everything else."""
    pairs = args if len(args) % 2 else [*args, (Const(FormulaType("null"), None), span)]
    values = [node for at, (node, _) in enumerate(pairs) if at % 2 or at == len(pairs) - 1]
    conditions = [as_condition(inference, node, where) for node, where in pairs[:-1:2]]
    if is_faulty(*values, *conditions):
        return FAULTY
    type_ = unify(value.type for value in values)
    if type_ is None:
        given = listed(list(dict.fromkeys(type_words(value.type) for value in values)))
        return inference.fault("X122", say("formula.X122.results", given=given), span)
    converted = [convert(value, type_) or value for value in values]
    merged = [part for pair in zip(conditions, converted, strict=False) for part in pair]
    return Call(type_, "if", (*merged, converted[-1]))
