"""Types of function calls: which form of a function fits, and what the arguments become."""

from collections.abc import Sequence

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.i18n import Sentence, say
from loomwork.expressions.faults import listed, type_words
from loomwork.expressions.functions import FUNCTIONS
from loomwork.expressions.functions.base import Function, Signature
from loomwork.expressions.ir import Call, Const, Node
from loomwork.expressions.language.infer_operators import as_condition, as_text, choose, compare, is_faulty
from loomwork.expressions.language.inference import FAULTY, Inference, convert, hint_between, is_null, to_local, unify
from loomwork.expressions.language.syntax import Span
from loomwork.expressions.types import (
    BOOLEAN,
    INTEGER,
    NULL,
    TEXT,
    FormulaType,
    list_of,
    number,
    parse_type,
)

Arg = tuple[Node, Span]
AGGREGATES = {"COUNT": (0, 1), "SUM": (1, 2), "AVG": (1, 2), "MIN": (1, 2), "MAX": (1, 2)} | {
    "FIRST": (2, 3),
    "LAST": (2, 3),
    "ANY": (1, 1),
    "ALL": (1, 1),
    "COUNTDISTINCT": (1, 2),
}
"""Aggregates with the fewest and most arguments after the relation."""


def known_functions() -> list[str]:
    """All names that can be called."""
    return sorted({*FUNCTIONS, *AGGREGATES, *_SPECIAL})


def count_fault(inference: Inference, name: str, given: int, arity: tuple[int, int], span: Span) -> Const:
    """The fault for a wrong number of arguments."""
    least, most = arity
    how = ("one" if least == 1 else "exact") if least == most else "range" if most < 100 else "least"
    wanted = say(f"formula.count.{how}", least=least, most=most)
    return inference.fault("X120", say("formula.X120", name=name, wanted=wanted, given=given), span)


def infer_call(inference: Inference, name: str, args: list[Arg], span: Span) -> Node:
    """A call of a function that is no aggregate."""
    special = _SPECIAL.get(name)
    if special is not None:
        return special(inference, name, args, span)
    if name not in FUNCTIONS:
        hint = did_you_mean(name, known_functions())
        return inference.fault("X111", say("formula.X111", name=name), span, hint)
    function = FUNCTIONS[name]
    nodes = [node for node, _ in args]
    if is_faulty(*nodes):
        return FAULTY
    for form in function.forms:
        least, most = form.arity
        if least <= len(args) <= most and (found := match_form(inference, function, form, args)) is not None:
            return found
    return _explain(inference, function, args, span)


def _explain(inference: Inference, function: Function, args: list[Arg], span: Span) -> Node:
    fitting = [form for form in function.forms if form.arity[0] <= len(args) <= form.arity[1]]
    if not fitting:
        least = min(form.arity[0] for form in function.forms)
        most = max(form.arity[1] for form in function.forms)
        return count_fault(inference, function.name, len(args), (least, most), span)
    if len(fitting) == 1:
        for position, (node, where) in enumerate(args):
            kind = fitting[0].kind_at(position)
            if kind not in ("T", "any") and convert_argument(node, kind) is None:
                about = {"wanted": kind_words(kind), "given": type_words(node.type)}
                message = say("formula.X121.argument", position=position + 1, name=function.name, **about)
                return inference.fault("X121", message, where, hint_between(node.type, sample_type(kind)))
    message = say(
        "formula.X121.arguments", name=function.name, given=listed([type_words(node.type) for node, _ in args])
    )
    forms = " or ".join(f"{function.name}({form.text.split(' -> ')[0]})" for form in fitting)
    return inference.fault("X121", message, span, say("formula.hint.forms", forms=forms))


def kind_words(kind: str) -> Sentence:
    """What the kind of an argument is called."""
    if kind == "number":
        return say("formula.type.any_number")
    if kind == "list(number)":
        return say("formula.type.list_of", of=kind_words("number"))
    return type_words(parse_type("list" if kind == "list(T)" else kind))


def sample_type(kind: str) -> FormulaType:
    """A type of a signature's kind, for hints and for typing nulls."""
    if kind.startswith("list"):
        return list_of(TEXT)
    return NULL if kind in ("any", "T") else parse_type("integer" if kind == "number" else kind)


def convert_argument(node: Node, kind: str) -> Node | None:
    """An argument as a signature wants it, or None."""
    if kind in ("any", "T"):
        return node
    if is_null(node):
        return Const(sample_type(kind), None)
    have = node.type
    if kind == "integer":
        return node if have == INTEGER else None
    if kind in ("number", "list", "link"):
        return node if have.kind == kind else None
    if kind in ("list(T)", "list(number)"):
        fits = have.kind == "list" and (kind == "list(T)" or have.of is None or have.of.kind == "number")
        return node if fits else None
    if have.kind == "instant" and kind in ("date", "time"):
        return to_local(node, parse_type(kind))
    return convert(node, parse_type(kind))


def match_form(inference: Inference, function: Function, form: Signature, args: list[Arg]) -> Node | None:
    """The call in one form, or None where an argument does not fit."""
    nodes: list[Node] = []
    for position, (node, _) in enumerate(args):
        converted = convert_argument(node, form.kind_at(position))
        if converted is None:
            return None
        nodes.append(converted)
    shared = [at for at in range(len(nodes)) if form.kind_at(at) == "T"]
    lists = [at for at in range(len(nodes)) if form.kind_at(at) == "list(T)"]
    common = unify([nodes[at].type for at in shared] + [nodes[at].type.of or NULL for at in lists])
    if common is None:
        common, nodes = _read_literals(nodes, shared, [nodes[at].type.of or NULL for at in lists])
        if common is None:
            return None
    for at in shared:
        nodes[at] = convert(nodes[at], common) or nodes[at]
    for at in lists:
        nodes[at] = convert(nodes[at], list_of(common)) or nodes[at]
    return Call(result_type(function, form, nodes, common), function.name, tuple(nodes))


def _read_literals(
    nodes: list[Node], shared: list[int], more: list[FormulaType]
) -> tuple[FormulaType | None, list[Node]]:
    """Text literals beside values of one other type are read as that type: COALESCE(due, '2026-01-31')."""
    others = [nodes[at].type for at in shared if not (isinstance(nodes[at], Const) and nodes[at].type == TEXT)]
    common = unify(others + more)
    if common is None:
        return None, nodes
    changed = list(nodes)
    for at in shared:
        converted = convert(nodes[at], common)
        if converted is None:
            return None, nodes
        changed[at] = converted
    return common, changed


def result_type(function: Function, form: Signature, nodes: Sequence[Node], common: FormulaType) -> FormulaType:
    """The type that a call gives."""
    if function.result is not None:
        return function.result(nodes)
    if form.result == "T":
        return common
    if form.result == "list(T)":
        return list_of(common)
    if form.result == "number":
        return number(max((node.type.scale for node in nodes if node.type.kind == "number"), default=0))
    return parse_type(form.result)


def _infer_if(inference: Inference, name: str, args: list[Arg], span: Span) -> Node:
    arity = (2, 3) if name == "IF" else (2, 100)
    if not arity[0] <= len(args) <= arity[1]:
        return count_fault(inference, name, len(args), arity, span)
    return choose(inference, args, span)


def _infer_switch(inference: Inference, name: str, args: list[Arg], span: Span) -> Node:
    if len(args) < 3:
        return count_fault(inference, name, len(args), (3, 100), span)
    value = args[0][0]
    cases: list[Arg] = []
    rest = args[1:]
    for at in range(0, len(rest) - 1, 2):
        key, where = rest[at]
        cases += [(compare(inference, "eq", value, key, where), where), rest[at + 1]]
    if len(rest) % 2:
        cases.append(rest[-1])
    return choose(inference, cases, span)


def _infer_logic(inference: Inference, name: str, args: list[Arg], span: Span) -> Node:
    arity = (1, 1) if name == "NOT" else (1, 500)
    if not arity[0] <= len(args) <= arity[1]:
        return count_fault(inference, name, len(args), arity, span)
    nodes = tuple(as_condition(inference, node, where) for node, where in args)
    if is_faulty(*nodes):
        return FAULTY
    return Call(BOOLEAN, name.lower(), nodes)


def _infer_blank(inference: Inference, name: str, args: list[Arg], span: Span) -> Node:
    if len(args) != 1:
        return count_fault(inference, name, len(args), (1, 1), span)
    return compare(inference, "eq", args[0][0], Const(NULL, None), span)


def _infer_concat(inference: Inference, name: str, args: list[Arg], span: Span) -> Node:
    if not args:
        return count_fault(inference, name, 0, (1, 500), span)
    nodes = tuple(as_text(inference, node, where) for node, where in args)
    return FAULTY if is_faulty(*nodes) else Call(TEXT, "concat", nodes)


_SPECIAL = {
    "IF": _infer_if,
    "IFS": _infer_if,
    "SWITCH": _infer_switch,
    "AND": _infer_logic,
    "OR": _infer_logic,
    "NOT": _infer_logic,
    "ISBLANK": _infer_blank,
    "CONCAT": _infer_concat,
}
