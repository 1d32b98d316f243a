"""Give every part of a formula its type, resolve its names, and write the typed form.

All faults of a formula are collected: a part with a fault becomes `unknown`, which causes no further ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.i18n import SILENCE, Sentence, say
from loomwork.expressions.faults import FormulaError, barred, no_such_name, type_words
from loomwork.expressions.functions import FUNCTIONS
from loomwork.expressions.ir import Aggregate, Call, Const, Field, Node, Param, walk
from loomwork.expressions.language import syntax
from loomwork.expressions.language.infer_calls import AGGREGATES, count_fault, infer_call
from loomwork.expressions.language.infer_operators import (
    as_condition,
    between,
    compare,
    fold_chain,
    is_faulty,
    make_list,
    membership,
    negate,
)
from loomwork.expressions.language.inference import FAULTY, MAX_IR_NODES, Inference, convert, hint_between, to_local
from loomwork.expressions.limits import MAX_NODES, MAX_SCALE
from loomwork.expressions.types import (
    BOOLEAN,
    INTEGER,
    FormulaType,
    Member,
    Scope,
    is_barred,
    number,
)

_ORDERED = ("text", "number", "date", "instant", "time", "duration")
MAX_AGGREGATE_DEPTH = 3


def infer(
    node: syntax.Syntax,
    scope: Scope,
    entity: str,
    params: Mapping[str, FormulaType | Param],
    expected: FormulaType | None = None,
    *,
    text: str = "",
) -> Node:
    """The typed form of a parsed formula.

    `text` is the formula's text, for positions in messages. With `expected`, a number is rounded to its scale.
    Raises: FormulaError with every fault found (X106-X125).
    """
    inference = Inference(text, scope, [entity], params)
    result = infer_node(inference, node)
    if not inference.faults and expected is not None:
        result = _expect(inference, result, expected, node.span)
    if not inference.faults and any(at >= MAX_IR_NODES for at, _ in enumerate(walk(result))):
        inference.fault("X106", say("formula.X106.written_out", limit=MAX_NODES), node.span)
    if inference.faults:
        raise FormulaError(dict.fromkeys(inference.faults))
    return result


def _expect(inference: Inference, node: Node, expected: FormulaType, span: syntax.Span) -> Node:
    if expected.kind == "boolean":
        return as_condition(inference, node, span)
    converted = convert(node, expected)
    if converted is None and expected.kind == "date" and node.type.kind == "instant":
        converted = to_local(node, expected)
    if converted is not None:
        return converted
    message = say("formula.X123", wanted=type_words(expected), given=type_words(node.type))
    return inference.fault("X123", message, span, hint_between(node.type, expected))


def infer_node(inference: Inference, node: syntax.Syntax) -> Node:
    """The typed form of one part."""
    return _RULES[type(node)](inference, node)


def _literal(inference: Inference, node: syntax.Literal) -> Node:
    if node.kind == "number":
        return Const(number(node.scale), node.value)
    return Const(FormulaType(node.kind), None if node.value == "" else node.value)


def _param(inference: Inference, node: syntax.ParamName) -> Node:
    type_ = inference.params.get(node.name)
    if type_ is None:
        hint = did_you_mean(node.name, inference.params)
        return inference.fault("X112", say("formula.X112", name=node.name), node.span, hint)
    return type_ if isinstance(type_, Param) else Param(type_, node.name)


@dataclass(frozen=True, slots=True)
class Found:
    """The end of a path: the last member and the type of the value there."""

    member: Member
    type: FormulaType


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a path leads nowhere."""

    code: str
    message: Sentence
    hint: Sentence

    def told(self, inference: Inference, span: syntax.Span) -> Node:
        """Record the fault at a place of the formula."""
        return inference.fault(self.code, self.message, span, self.hint)


def find_member(inference: Inference, parts: tuple[str, ...], entity: str) -> Found | Missing:
    """Follow a path from an entity's row."""
    for at, part in enumerate(parts[:-1]):
        rest = parts[at + 1 :]
        member = inference.scope.find(entity, part)
        if member is None:
            return _unknown(inference, entity, part)
        if len(rest) == 1 and rest[0] in member.parts:
            return Found(Member(member.name, member.parts[rest[0]]), member.parts[rest[0]])
        if member.many:
            hint = say("formula.hint.aggregate", name=part, part=rest[0])
            return Missing("X113", say("formula.X113.aggregate", name=part), hint)
        if not member.target:
            known = did_you_mean(rest[0], member.parts)
            message = say("formula.X114", name=part, type=type_words(member.type), part=rest[0])
            return Missing("X114", message, known)
        entity = member.target
    last = inference.scope.find(entity, parts[-1])
    return Found(last, last.type) if last is not None else _unknown(inference, entity, parts[-1])


def _unknown(inference: Inference, entity: str, name: str) -> Missing:
    if is_barred(inference.scope, entity, name):
        return Missing("X110", barred(entity, name), SILENCE)
    hint = did_you_mean(name, inference.scope.names(entity))
    if len(inference.entities) > 1:
        hint = hint or say("formula.hint.parent")
    return Missing("X110", no_such_name(entity, name), hint)


def _outward(inference: Inference, parts: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    """How many rows outwards a path starts, and the path from there."""
    up = 0
    while parts[0].lower() == "parent" and len(parts) > 1 and up < len(inference.entities) - 1:
        up, parts = up + 1, parts[1:]
    return up, parts


def _name(inference: Inference, node: syntax.Name) -> Node:
    up, parts = _outward(inference, node.parts)
    found = find_member(inference, parts, inference.entities[-1 - up])
    if isinstance(found, Missing):
        return found.told(inference, node.span)
    member = found.member
    if member.many:
        name = ".".join(parts)
        message, hint = say("formula.X113.many", name=name), say("formula.hint.count", name=name)
        return inference.fault("X113", message, node.span, hint)
    if member.choices:
        inference.choices[parts] = member.choices
    return Field(found.type, parts, up)


def _apply(inference: Inference, node: syntax.Apply) -> Node:
    if node.name in AGGREGATES:
        relation = _relation(inference, node)
        if relation is not None:
            return _aggregate(inference, node, *relation)
        if node.name not in FUNCTIONS:
            return _not_a_relation(inference, node)
    args = [(infer_node(inference, arg), arg.span) for arg in node.args]
    return infer_call(inference, node.name, args, node.span)


def _relation(inference: Inference, node: syntax.Apply) -> tuple[Member, int, tuple[str, ...]] | None:
    first = node.args[0] if node.args else None
    if not isinstance(first, syntax.Name):
        return None
    up, parts = _outward(inference, first.parts)
    found = find_member(inference, parts, inference.entities[-1 - up])
    if isinstance(found, Missing) or not found.member.many:
        return None
    return found.member, up, parts


def _not_a_relation(inference: Inference, node: syntax.Apply) -> Node:
    hint = say("formula.hint.relation", name=node.name)
    if not node.args:
        return count_fault(inference, node.name, 0, (1, 4), node.span)
    first = node.args[0]
    if isinstance(first, syntax.Name):
        up, parts = _outward(inference, first.parts)
        found = find_member(inference, parts, inference.entities[-1 - up])
        if isinstance(found, Missing):
            return found.told(inference, first.span)
    return inference.fault("X115", say("formula.X115", name=node.name), first.span, hint)


def _aggregate(inference: Inference, node: syntax.Apply, member: Member, up: int, parts: tuple[str, ...]) -> Node:
    least, most = AGGREGATES[node.name]
    if not least <= len(node.args) - 1 <= most:
        return count_fault(inference, node.name, len(node.args), (least + 1, most + 1), node.span)
    if len(inference.entities) > MAX_AGGREGATE_DEPTH:
        return inference.fault("X107", say("formula.X107.aggregates", limit=MAX_AGGREGATE_DEPTH), node.span)
    inference.entities.append(member.target)
    try:
        inner = [(infer_node(inference, arg), arg.span) for arg in node.args[1:]]
    finally:
        inference.entities.pop()
    if is_faulty(*(one for one, _ in inner)):
        return FAULTY
    return _typed_aggregate(inference, node, inner, (parts, up, member.target))


def _typed_aggregate(
    inference: Inference,
    node: syntax.Apply,
    inner: list[tuple[Node, syntax.Span]],
    relation: tuple[tuple[str, ...], int, str],
) -> Node:
    name, order, value = node.name, None, None
    rest = list(inner)
    if name not in ("COUNT", "ANY", "ALL"):
        value, span = rest.pop(0)
        if (fault := _check_value(inference, name, value, span)) is not None:
            return fault
    if name in ("FIRST", "LAST"):
        order, span = rest.pop(0)
        if order.type.kind not in _ORDERED:
            return inference.fault("X121", say("formula.X121.order", given=type_words(order.type)), span)
    where = as_condition(inference, *rest[0]) if rest else None
    if where is not None and is_faulty(where):
        return FAULTY
    type_ = _aggregate_type(name, value)
    return Aggregate(type_, name, relation[0], relation[1], relation[2], value, where, order)


def _check_value(inference: Inference, name: str, value: Node, span: syntax.Span) -> Node | None:
    kind, wrong = value.type.kind, ""
    if kind in ("list", "null"):
        wrong = "formula.X121.aggregate"
    elif name in ("SUM", "AVG") and not value.type.is_number:
        wrong = "formula.X121.aggregate_number"
    elif name in ("MIN", "MAX") and kind not in _ORDERED:
        wrong = "formula.X121.aggregate_order"
    return inference.fault("X121", say(wrong, name=name, given=type_words(value.type)), span) if wrong else None


def _aggregate_type(name: str, value: Node | None) -> FormulaType:
    if name in ("ANY", "ALL"):
        return BOOLEAN
    if value is None or name == "COUNTDISTINCT":
        return INTEGER
    if name == "AVG" and value.type.kind == "number":
        return number(max(MAX_SCALE, value.type.scale))
    return value.type


def _chain(inference: Inference, node: syntax.Chain) -> Node:
    first = infer_node(inference, node.first)
    rest = [(symbol, infer_node(inference, part), part.span) for symbol, part in node.rest]
    if is_faulty(first, *(part for _, part, _ in rest)):
        return FAULTY
    return fold_chain(inference, first, rest)


def _logic(inference: Inference, node: syntax.Logic) -> Node:
    args = tuple(as_condition(inference, infer_node(inference, arg), arg.span) for arg in node.args)
    return FAULTY if is_faulty(*args) else Call(BOOLEAN, node.op, args)


def _unary(inference: Inference, node: syntax.Unary) -> Node:
    arg = infer_node(inference, node.arg)
    if node.op == "neg":
        return negate(inference, arg, node.span)
    condition = as_condition(inference, arg, node.arg.span)
    return FAULTY if is_faulty(condition) else Call(BOOLEAN, "not", (condition,))


def _compare(inference: Inference, node: syntax.Compare) -> Node:
    left, right = infer_node(inference, node.left), infer_node(inference, node.right)
    return compare(inference, node.op, left, right, node.span)


def _membership(inference: Inference, node: syntax.Membership) -> Node:
    value = infer_node(inference, node.value)
    options = infer_node(inference, node.options)
    return membership(inference, value, options, node.span)


def _between(inference: Inference, node: syntax.Between) -> Node:
    value, low, high = (infer_node(inference, part) for part in (node.value, node.low, node.high))
    return between(inference, value, low, high, node.span)


def _list(inference: Inference, node: syntax.ListOf) -> Node:
    return make_list(inference, [infer_node(inference, item) for item in node.items], node.span)


_RULES: dict[type, Callable[[Inference, Any], Node]] = {
    syntax.Literal: _literal,
    syntax.Name: _name,
    syntax.ParamName: _param,
    syntax.Apply: _apply,
    syntax.Chain: _chain,
    syntax.Logic: _logic,
    syntax.Unary: _unary,
    syntax.Compare: _compare,
    syntax.Membership: _membership,
    syntax.Between: _between,
    syntax.ListOf: _list,
}
