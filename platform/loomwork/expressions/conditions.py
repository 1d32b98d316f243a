"""Condition trees from filter builders, as JSON, into the typed form of formulas.

    {"and": [ {"field": "amount", "op": "ge", "value": "100.00"},
              {"or": [ {"field": "owner", "op": "is_me"}, {"not": {"field": "tags", "op": "has", "value": "vip"}} ]},
              {"field": "lines.price", "op": "gt", "value": "5"},          some line's price is more than 5
              {"field": "members", "op": "has_any", "value": ["id", …]},   one of these is among the members
              {"formula": "due < TODAY()"} ]}

A tree that cannot be understood raises; nothing is ever left out, because a dropped condition shows more rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from loomwork.core.diagnostics import did_you_mean
from loomwork.core.i18n import SILENCE, Named, Sentence, say
from loomwork.expressions.condition_operators import OPERATORS, Operator
from loomwork.expressions.faults import FormulaError, FormulaFault, barred, no_such_name, type_words
from loomwork.expressions.formula import Formula, compile_formula, from_ir
from loomwork.expressions.ir import Aggregate, Call, Const, Field, Node
from loomwork.expressions.language.inference import exact, read_literal
from loomwork.expressions.limits import MAX_CONDITION_DEPTH, MAX_CONDITIONS, MAX_LIST, MAX_TEXT
from loomwork.expressions.numbers import fits
from loomwork.expressions.types import (
    BOOLEAN,
    INTEGER,
    TEXT,
    FormulaType,
    Member,
    Scope,
    is_barred,
    link,
    list_of,
    number,
)

_LEAF_KEYS = frozenset({"field", "op", "value"})
_LINK_KEYS = frozenset({"id", "label", "entity"})
_GROUPS = ("and", "or", "not", "formula")
_ALWAYS = Const(BOOLEAN, True)
_EMPTINESS = ("is_empty", "is_not_empty")
_RELATION = ("has_any", "has_all", "has_none", *_EMPTINESS)
_Outer = list[tuple[tuple[str, ...], str]]
"""The to-many steps of a path, outermost first: path of the relation, entity of its rows."""


@dataclass(slots=True)
class _Reading:
    """What the parts of one reading share; `asked` is the field of the condition at hand."""

    scope: Scope
    entity: str
    params: Mapping[str, FormulaType]
    conditions: int = 0
    faults: list[FormulaFault] = field(default_factory=list)
    asked: Named = field(default_factory=lambda: Named(""))

    def refuse(self, code: str, message: Sentence, path: str, hint: Sentence = SILENCE) -> Node:
        self.faults.append(FormulaFault(code, message, hint=hint, path=path))
        return _ALWAYS


def compile_conditions(
    raw: Any, *, scope: Scope, entity: str, params: Mapping[str, FormulaType] | None = None, path: str = "filter"
) -> Formula:
    """The formula of a condition tree.

    Shapes: see the module; `path` names the tree in messages. An empty `and` always holds, an empty `or` never.
    Raises: FormulaError with every fault found (X140-X145, and those of embedded formulas), each with its place.
    """
    reading = _Reading(scope, entity, params or {})
    ir = _read(reading, raw, path, 1)
    if reading.faults:
        raise FormulaError(reading.faults, path=path)
    return from_ir(ir)


def _read(reading: _Reading, raw: Any, path: str, depth: int) -> Node:
    if not isinstance(raw, Mapping):
        return reading.refuse("X140", say("formula.X140.object"), path, say("formula.hint.leaf"))
    if depth > MAX_CONDITION_DEPTH + 1:
        return reading.refuse("X145", say("formula.X145.deep", limit=MAX_CONDITION_DEPTH), path)
    groups = [key for key in _GROUPS if key in raw]
    if groups:
        if len(raw) != 1:
            others = ", ".join(sorted(str(key) for key in raw if key != groups[0]))
            return reading.refuse("X140", say("formula.X140.alone", group=groups[0], others=others), path)
        return _group(reading, groups[0], raw[groups[0]], path, depth)
    reading.conditions += 1
    if reading.conditions == MAX_CONDITIONS + 1:
        return reading.refuse("X145", say("formula.X145.many", limit=MAX_CONDITIONS), path)
    return _leaf(reading, raw, path)


def _group(reading: _Reading, kind: str, raw: Any, path: str, depth: int) -> Node:
    place = f"{path}.{kind}"
    if kind == "formula":
        return _formula(reading, raw, place)
    if kind == "not":
        return Call(BOOLEAN, "not", (_read(reading, raw, place, depth + 1),))
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        return reading.refuse("X140", say("formula.X140.list", group=kind), place)
    if len(raw) > MAX_CONDITIONS:
        return reading.refuse("X145", say("formula.X145.many", limit=MAX_CONDITIONS), place)
    parts = tuple(_read(reading, part, f"{place}.{at}", depth + 1) for at, part in enumerate(raw))
    if not parts:
        return Const(BOOLEAN, kind == "and")
    return parts[0] if len(parts) == 1 else Call(BOOLEAN, kind, parts)


def _formula(reading: _Reading, raw: Any, path: str) -> Node:
    reading.conditions += 1
    if not isinstance(raw, str):
        return reading.refuse("X140", say("formula.X140.formula"), path)
    try:
        return compile_formula(
            raw, scope=reading.scope, entity=reading.entity, params=reading.params, expected=BOOLEAN
        ).ir
    except FormulaError as error:
        for fault in error.faults:
            reading.refuse(fault.code, fault.at_line(), path, fault.hint)
        return _ALWAYS


def _leaf(reading: _Reading, raw: Mapping[str, Any], path: str) -> Node:
    unknown = sorted(str(key) for key in raw if key not in _LEAF_KEYS)
    if unknown:
        hint = did_you_mean(unknown[0], [*_LEAF_KEYS, *_GROUPS])
        return reading.refuse("X140", say("formula.X140.key", key=unknown[0]), path, hint)
    name, op = raw.get("field"), raw.get("op")
    if not isinstance(name, str) or not name:
        return reading.refuse("X140", say("formula.X140.field"), path)
    reading.asked = Named(reading.entity, name)
    if not isinstance(op, str) or op not in OPERATORS:
        return reading.refuse("X141", say("formula.X141", name=op), path, did_you_mean(str(op), OPERATORS))
    return _steps(reading, OPERATORS[op], raw, path, name.split("."))


def _steps(reading: _Reading, operator: Operator, raw: Mapping[str, Any], path: str, parts: list[str]) -> Node:
    """Follow the path; every to-many step becomes an ANY around the rest."""
    positive = OPERATORS[operator.negates] if operator.negates else operator
    entity, start = reading.entity, 0
    outer: _Outer = []
    for at, part in enumerate(parts):
        member, rest = reading.scope.find(entity, part), parts[at + 1 :]
        if member is None and is_barred(reading.scope, entity, part):
            if rest or operator.name not in _EMPTINESS:
                hint = say("formula.hint.possible", names=", ".join(_EMPTINESS))
                return reading.refuse("X110", barred(entity, part), path, hint)
            _operands(reading, operator, raw, path)
            # Whether a value is there, nothing else: formulas cannot hold it.
            inner: Node = Call(BOOLEAN, "eq", (Field(TEXT, tuple(parts[start:])), Const(TEXT, None)))
            return _wrap(inner, outer, negated=bool(operator.negates))
        if member is None:
            hint = did_you_mean(part, reading.scope.names(entity))
            return reading.refuse("X110", no_such_name(entity, part), path, hint)
        if member.many:
            outer.append((tuple(parts[start : at + 1]), member.target))
            entity, start = member.target, at + 1
            if not rest:
                return _relation(reading, operator, raw, path, outer)
            continue
        if not rest:
            inner = _apply(reading, positive, raw, path, Field(member.type, tuple(parts[start:])), member)
            return _wrap(inner, outer, negated=bool(operator.negates))
        if len(rest) == 1 and rest[0] in member.parts:
            leaf = Member(rest[0], member.parts[rest[0]])
            inner = _apply(reading, positive, raw, path, Field(leaf.type, tuple(parts[start:])), leaf)
            return _wrap(inner, outer, negated=bool(operator.negates))
        if not member.target:
            message = say("formula.X114", name=Named(entity, part), type=type_words(member.type), part=rest[0])
            return reading.refuse("X114", message, path, did_you_mean(rest[0], member.parts))
        entity = member.target
    return reading.refuse("X140", say("formula.X140.field"), path)


def _wrap(inner: Node, outer: _Outer, *, negated: bool) -> Node:
    for relation, target in reversed(outer):
        inner = Aggregate(BOOLEAN, "ANY", relation, 0, target, where=inner)
    return Call(BOOLEAN, "not", (inner,)) if negated else inner


def _relation(reading: _Reading, operator: Operator, raw: Mapping[str, Any], path: str, outer: _Outer) -> Node:
    """Whether a relation has records, or which."""
    if operator.name not in _RELATION:
        message = say("formula.X143.many", operator=operator.name, field=reading.asked)
        hint = say("formula.hint.many", names=", ".join(_RELATION))
        return reading.refuse("X143", message, path, hint)
    given = _operands(reading, operator, raw, path)
    if operator.name in _EMPTINESS:
        return _wrap(_ALWAYS, outer, negated=operator.name == "is_empty")
    kind = link(outer[-1][1])
    wanted = Member(str(raw["field"]), kind)
    values = [_value(reading, one, kind, path, wanted) for one in given or ()]
    if not values or None in values:
        return _ALWAYS
    ids = [one.value for one in values if one is not None]
    some = [ids] if operator.name != "has_all" else [[one] for one in ids]
    rows = [Call(BOOLEAN, "in", (Field(kind, ("id",)), Const(list_of(kind), one))) for one in some]
    each = [_wrap(row, outer[-1:], negated=False) for row in rows]
    inner = each[0] if len(each) == 1 else Call(BOOLEAN, "and", tuple(each))
    return _wrap(inner, outer[:-1], negated=bool(operator.negates))


def _apply(
    reading: _Reading, operator: Operator, raw: Mapping[str, Any], path: str, node: Field, member: Member
) -> Node:
    if node.type.kind not in operator.kinds:
        fitting = [name for name, one in OPERATORS.items() if node.type.kind in one.kinds]
        shown = ", ".join(fitting[:12])
        about = {"operator": raw["op"], "field": reading.asked, "type": type_words(node.type)}
        return reading.refuse("X143", say("formula.X143.type", **about), path, say("formula.hint.fitting", names=shown))
    if member.currency:
        raw, foreign = _in_amounts(raw, member.currency)
        if foreign is not None:
            about = {"currency": member.currency, "field": reading.asked}
            message = say("formula.X144.amount", value=_shown(foreign), **about)
            return reading.refuse("X144", message, path, say("formula.hint.amount", currency=member.currency))
    given = _operands(reading, operator, raw, path)
    if given is None or operator.build is None:
        return _ALWAYS
    wanted = _operand_type(operator, node.type)
    values = [_value(reading, one, wanted, path, member) for one in given]
    if operator.operand == "integer" and any(one is not None and one.value < 0 for one in values):
        return reading.refuse("X144", say("formula.X144.count", operator=raw["op"]), path)
    return _ALWAYS if None in values else operator.build(node, [value for value in values if value is not None])


def _operand_type(operator: Operator, type_: FormulaType) -> FormulaType:
    if operator.operand == "integer":
        return INTEGER
    return type_.of or INTEGER if operator.operand == "item" else type_


def _operands(reading: _Reading, operator: Operator, raw: Mapping[str, Any], path: str) -> list[Any] | None:
    least, most = operator.values
    given = raw.get("value")
    if most == 0:
        if given is None:
            return []
        reading.refuse("X142", say("formula.X142.none", operator=raw["op"]), path)
        return None
    if most == 1:
        given = _bare(given)
        if given is None or given == "" or isinstance(given, list | Mapping):
            reading.refuse("X142", say("formula.X142.one", operator=raw["op"]), path, _one_value(given))
            return None
        return [given]
    if not isinstance(given, list) or not least <= len(given) <= most:
        how = "two" if most == 2 else "list"
        reading.refuse("X142", say(f"formula.X142.{how}", operator=raw["op"], limit=MAX_LIST), path)
        return None
    return [_bare(one) for one in given]


def _bare(given: Any) -> Any:
    """A value as it is compared: a link may stand as it comes out of the API, `{"id", "label"}` or `{"entity", "id"}`."""
    return given["id"] if isinstance(given, Mapping) and "id" in given and given.keys() <= _LINK_KEYS else given


def _in_amounts(raw: Mapping[str, Any], currency: str) -> tuple[Mapping[str, Any], Any]:
    """The condition with bare amounts for money as records hold it in that currency, and the first object that is none."""
    given = raw.get("value")
    values = given if isinstance(given, list) else [given]
    amounts = [
        one["amount"]
        if isinstance(one, Mapping) and one == {"amount": one.get("amount"), "currency": currency}
        else one
        for one in values
    ]
    foreign = next((one for one in amounts if isinstance(one, Mapping)), None)
    return {**raw, "value": amounts if isinstance(given, list) else amounts[0]}, foreign


def _one_value(given: Any) -> Sentence:
    if given is None or given == "":
        return say("formula.hint.empty")
    return say(f"formula.hint.{'one_not_list' if isinstance(given, list) else 'plain'}")


def _value(reading: _Reading, raw: Any, type_: FormulaType, path: str, member: Member) -> Const | None:
    value = read_value(raw, type_)
    if value is None:
        kind = "integer" if type_ == INTEGER else type_.kind
        hint = say(f"formula.hint.value.{kind}") if kind in _EXAMPLES else SILENCE
        reading.refuse("X144", say("formula.X144.type", value=_shown(raw), type=type_words(type_)), path, hint)
        return None
    if member.choices and isinstance(value, str) and value not in member.choices:
        message = say("formula.X124", name=reading.asked, value=value)
        reading.refuse("X124", message, path, did_you_mean(value, member.choices))
        return None
    return Const(_exact_type(value, type_), value)


def _exact_type(value: Any, type_: FormulaType) -> FormulaType:
    """The type of a number with all its digits, which may be more than the field has."""
    if not isinstance(value, Decimal):
        return type_
    return number(max(0, min(10, -int(value.normalize().as_tuple().exponent))))


_EXAMPLES = frozenset({"number", "integer", "date", "instant", "time", "link", "boolean"})
"""Kinds whose way of writing is told."""


def _shown(raw: Any) -> str:
    text = str(raw)
    return f'"{text[:40]}…"' if len(text) > 40 else f'"{text}"'


def read_value(raw: Any, type_: FormulaType) -> Any:
    """A wire value as a plain value of a type, or None if it is none."""
    if type_.kind == "boolean":
        return raw if isinstance(raw, bool) else None
    if isinstance(raw, bool):
        return None
    if type_.kind in ("number", "duration"):
        return _read_number(raw, type_)
    if not isinstance(raw, str) or len(raw) > MAX_TEXT or "\x00" in raw:
        return None
    if type_.kind == "text":
        return raw or None
    found = read_literal(raw, type_)
    return found.value if isinstance(found, Const) else None


def _read_number(raw: Any, type_: FormulaType) -> int | Decimal | None:
    if not isinstance(raw, int | Decimal | str | float) or (isinstance(raw, str) and len(raw) > 40):
        return None
    try:
        value = Decimal(str(raw))
    except InvalidOperation:
        return None
    if not value.is_finite() or not fits(value, 0):
        return None
    if type_.kind == "duration" or type_.scale == 0:
        return int(value) if value == value.to_integral_value() else None
    if value == value.to_integral_value():
        return Decimal(int(value))
    return value if exact(value, 10) else None
