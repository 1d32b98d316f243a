"""Read a formula's text into a tree, with its own recursive descent.

From loose to tight: OR · AND · NOT · comparisons, IN, BETWEEN, IS NULL · & · + - · * / · sign · literals, names, calls.
Comparisons do not chain: `1 < x < 3` is a fault with BETWEEN as its hint.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from loomwork.core.clock import EPOCH
from loomwork.expressions.faults import FormulaError, fault_at
from loomwork.expressions.limits import MAX_DEPTH, MAX_DIGITS, MAX_NODES, RATE_SCALE
from loomwork.expressions.syntax import (
    Apply,
    Between,
    Chain,
    Compare,
    ListOf,
    Literal,
    Logic,
    Membership,
    Name,
    ParamName,
    Span,
    Syntax,
    Unary,
)
from loomwork.expressions.tokens import Token, tokenize

_COMPARISONS = {"=": "eq", "<>": "ne", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_CONSTANTS: dict[str, tuple[str, Any]] = {
    "true": ("boolean", True),
    "false": ("boolean", False),
    "null": ("null", None),
}
_RESERVED = frozenset({"and", "or", "not", "in", "between", "is", *_CONSTANTS})


def parse(text: str) -> Syntax:
    """The tree of a formula.

    Raises: FormulaError X101-X107 with the place of the first fault.
    """
    parser = _Parser(text)
    tree = parser.parse_or()
    parser.expect_end()
    return tree


class _Parser:
    """Tokens with a cursor; each method reads one level of binding."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.at = 0
        self.nodes = 0
        self.depth = 0

    # Cursor.

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def is_symbol(self, *symbols: str) -> bool:
        return self.token.kind == "symbol" and self.token.text in symbols

    def is_word(self, word: str, ahead: int = 0) -> bool:
        token = self.tokens[min(self.at + ahead, len(self.tokens) - 1)]
        return token.kind == "name" and token.text.lower() == word

    def next(self) -> Token:
        token = self.token
        self.at += 1
        return token

    def refuse(self, code: str, message: str, token: Token | None = None, hint: str = "") -> FormulaError:
        at = token or self.token
        return FormulaError([fault_at(code, message, self.text, at.start, at.length, hint=hint)])

    def expect(self, symbol: str) -> Token:
        if not self.is_symbol(symbol):
            raise self.refuse("X104", f'expected "{symbol}", found {_shown(self.token)}')
        return self.next()

    def expect_end(self) -> None:
        if self.token.kind == "end":
            return
        if self.is_symbol(*_COMPARISONS):
            raise self.refuse("X104", "comparisons do not chain", hint="write x BETWEEN low AND high, or use AND")
        raise self.refuse("X104", f"expected an operator or the end, found {_shown(self.token)}")

    def span(self, start: int) -> Span:
        self.nodes += 1
        last = self.tokens[self.at - 1]
        if self.nodes > MAX_NODES:
            raise self.refuse("X106", f"the formula has more than {MAX_NODES} parts", last, "move parts into fields")
        return Span(start, last.start + last.length - start)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            hint = "move parts into computed fields"
            raise self.refuse("X107", f"the formula is nested deeper than {MAX_DEPTH} levels", hint=hint)

    # Levels, loosest first.

    def parse_or(self) -> Syntax:
        return self.parse_logic("or", self.parse_and)

    def parse_and(self) -> Syntax:
        return self.parse_logic("and", self.parse_not)

    def parse_logic(self, op: str, operand: Any) -> Syntax:
        start = self.token.start
        args = [operand()]
        while self.is_word(op):
            self.next()
            args.append(operand())
        return Logic(self.span(start), op, tuple(args)) if len(args) > 1 else args[0]

    def parse_not(self) -> Syntax:
        start = self.token.start
        if self.is_word("not") and not self._is_call():
            self.next()
            self.deeper()
            arg = self.parse_not()
            self.depth -= 1
            return Unary(self.span(start), "not", arg)
        return self.parse_comparison()

    def parse_comparison(self) -> Syntax:
        start = self.token.start
        left = self.parse_concat()
        if self.is_symbol(*_COMPARISONS):
            op = _COMPARISONS[self.next().text]
            return Compare(self.span(start), op, left, self.parse_concat())
        if self.is_word("is"):
            return self.parse_is(start, left)
        negated = self.is_word("not") and (self.is_word("in", 1) or self.is_word("between", 1))
        if negated:
            self.next()
        found = self.parse_in(start, left) or self.parse_between(start, left)
        if found is None:
            return left
        return Unary(self.span(start), "not", found) if negated else found

    def parse_is(self, start: int, left: Syntax) -> Syntax:
        self.next()
        negated = self.is_word("not")
        if negated:
            self.next()
        if not (self.is_word("null") or self.is_word("empty")):
            raise self.refuse("X104", f"expected NULL or EMPTY after IS, found {_shown(self.token)}")
        token = self.next()
        null = Literal(Span(token.start, token.length), "null", None)
        return Compare(self.span(start), "ne" if negated else "eq", left, null)

    def parse_in(self, start: int, left: Syntax) -> Syntax | None:
        if not self.is_word("in"):
            return None
        self.next()
        if not self.is_symbol("("):
            return Membership(self.span(start), left, self.parse_concat())
        opening = self.next()
        self.deeper()
        items = self.parse_items(")")
        self.depth -= 1
        options = ListOf(self.span(opening.start), items)
        return Membership(self.span(start), left, options)

    def parse_between(self, start: int, left: Syntax) -> Syntax | None:
        if not self.is_word("between"):
            return None
        self.next()
        low = self.parse_concat()
        if not self.is_word("and"):
            raise self.refuse("X104", f"expected AND between the two ends, found {_shown(self.token)}")
        self.next()
        high = self.parse_concat()
        return Between(self.span(start), left, low, high)

    def parse_concat(self) -> Syntax:
        return self.parse_chain(("&",), self.parse_sum)

    def parse_sum(self) -> Syntax:
        return self.parse_chain(("+", "-"), self.parse_product)

    def parse_product(self) -> Syntax:
        return self.parse_chain(("*", "/"), self.parse_sign)

    def parse_chain(self, symbols: tuple[str, ...], operand: Any) -> Syntax:
        start = self.token.start
        first = operand()
        rest: list[tuple[str, Syntax]] = []
        while self.is_symbol(*symbols):
            symbol = self.next().text
            rest.append((symbol, operand()))
        return Chain(self.span(start), first, tuple(rest)) if rest else first

    def parse_sign(self) -> Syntax:
        start = self.token.start
        if not self.is_symbol("-", "+"):
            return self.parse_primary()
        sign = self.next().text
        self.deeper()
        arg = self.parse_sign()
        self.depth -= 1
        if sign == "+":
            return arg
        if isinstance(arg, Literal) and arg.kind == "number":
            return Literal(self.span(start), "number", -arg.value, arg.scale)
        return Unary(self.span(start), "neg", arg)

    def parse_primary(self) -> Syntax:
        token = self.token
        if token.kind == "number":
            return self.parse_number()
        if token.kind == "text":
            self.next()
            return Literal(self.span(token.start), "text", token.text)
        if token.kind == "name":
            return self.parse_word()
        if self.is_symbol("(", "["):
            return self.parse_bracket()
        if self.is_symbol(":"):
            self.next()
            if self.token.kind != "name":
                raise self.refuse("X104", f"expected a parameter's name after :, found {_shown(self.token)}")
            name = self.next().text
            return ParamName(self.span(token.start), name)
        raise self.refuse("X104", f"expected a value, found {_shown(token)}")

    def parse_bracket(self) -> Syntax:
        opening = self.next()
        self.deeper()
        if opening.text == "[":
            items = self.parse_items("]")
            self.depth -= 1
            return ListOf(self.span(opening.start), items)
        inner = self.parse_or()
        self.expect(")")
        self.depth -= 1
        return inner

    def parse_items(self, closing: str) -> tuple[Syntax, ...]:
        items: list[Syntax] = []
        if not self.is_symbol(closing):
            items.append(self.parse_or())
            while self.is_symbol(","):
                self.next()
                items.append(self.parse_or())
        self.expect(closing)
        return tuple(items)

    def parse_number(self) -> Syntax:
        token = self.next()
        whole, _, digits = token.text.partition(".")
        if len(digits) > RATE_SCALE or len(whole.lstrip("0")) + len(digits) > MAX_DIGITS:
            hint = f"at most {MAX_DIGITS} digits, {RATE_SCALE} of them after the point"
            raise self.refuse("X103", "the number has too many digits", token, hint)
        value = Decimal(token.text) if digits else int(token.text)
        return Literal(self.span(token.start), "number", value, len(digits))

    def _is_call(self) -> bool:
        following = self.tokens[self.at + 1]
        return following.kind == "symbol" and following.text == "("

    def parse_word(self) -> Syntax:
        token = self.token
        word = token.text.lower()
        following = self.tokens[self.at + 1]
        if following.kind == "text" and word in _LITERALS:
            return self.parse_literal(word)
        if self._is_call():
            return self.parse_call()
        if word in _CONSTANTS:
            self.next()
            kind, value = _CONSTANTS[word]
            return Literal(self.span(token.start), kind, value)
        if word in _RESERVED:
            raise self.refuse("X104", f"expected a value, found {_shown(token)}")
        parts = [self.next().text]
        while self.is_symbol("."):
            self.next()
            if self.token.kind != "name":
                raise self.refuse("X104", f"expected a name after the point, found {_shown(self.token)}")
            parts.append(self.next().text)
            if self.is_symbol("("):
                hint = "functions are called as NAME(value), nothing is called on a value"
                raise self.refuse("X104", "a value has no functions of its own", hint=hint)
        return Name(self.span(token.start), tuple(parts))

    def parse_call(self) -> Syntax:
        token = self.next()
        self.next()
        self.deeper()
        args = self.parse_items(")")
        self.depth -= 1
        if self.is_symbol(".", "(", "["):
            raise self.refuse("X104", f"expected an operator or the end, found {_shown(self.token)}")
        return Apply(self.span(token.start), token.text.upper(), args)

    def parse_literal(self, word: str) -> Syntax:
        token = self.next()
        raw = self.next()
        reader, example = _LITERALS[word]
        try:
            value = reader(raw.text)
        except (ValueError, OverflowError):
            raise self.refuse("X125", f'"{raw.text}" is not a valid {word}', raw, f"write {word}'{example}'") from None
        return Literal(self.span(token.start), word, value)


def read_date(text: str) -> date:
    """A date as `2026-01-31`, nothing else. Raises: ValueError."""
    if len(text) != 10:
        raise ValueError(text)
    return date.fromisoformat(text)


def read_instant(text: str) -> datetime:
    """An instant in RFC 3339 form with `Z` or an offset. Raises: ValueError."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None or len(text) < 17:
        raise ValueError(text)
    return value.astimezone(EPOCH.tzinfo)


def read_time(text: str) -> time:
    """A time of day as `08:30` or `08:30:15`. Raises: ValueError."""
    value = time.fromisoformat(text)
    if value.tzinfo is not None or len(text) not in (5, 8):
        raise ValueError(text)
    return value


_LITERALS: dict[str, tuple[Any, str]] = {
    "date": (read_date, "2026-01-31"),
    "instant": (read_instant, "2026-01-31T08:00:00Z"),
    "time": (read_time, "08:30"),
}


def _shown(token: Token) -> str:
    if token.kind == "end":
        return "the end"
    return f"the text '{token.text}'" if token.kind == "text" else f'"{token.text}"'
