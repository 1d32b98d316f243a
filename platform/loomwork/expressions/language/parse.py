"""Read a formula's text into a tree, with its own recursive descent.

From loose to tight: OR · AND · NOT · comparisons, IN, BETWEEN, IS NULL · & · + - · * / · sign · literals, names, calls.
Comparisons do not chain: `1 < x < 3` is a fault with BETWEEN as its hint.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from loomwork.core.clock import EPOCH
from loomwork.core.i18n import SILENCE, Sentence, say
from loomwork.expressions.faults import FormulaError, fault_at
from loomwork.expressions.language.syntax import (
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
from loomwork.expressions.language.tokens import Token, tokenize
from loomwork.expressions.limits import MAX_DEPTH, MAX_DIGITS, MAX_NODES, RATE_SCALE

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
    def _token(self) -> Token:
        return self.tokens[self.at]

    def _is_symbol(self, *symbols: str) -> bool:
        return self._token.kind == "symbol" and self._token.text in symbols

    def _is_word(self, word: str, ahead: int = 0) -> bool:
        token = self.tokens[min(self.at + ahead, len(self.tokens) - 1)]
        return token.kind == "name" and token.text.lower() == word

    def _next(self) -> Token:
        token = self._token
        self.at += 1
        return token

    def _refuse(
        self, code: str, message: Sentence, token: Token | None = None, hint: Sentence = SILENCE
    ) -> FormulaError:
        at = token or self._token
        return FormulaError([fault_at(code, message, self.text, at.start, at.length, hint=hint)])

    def _expected(self, what: str, token: Token | None = None) -> FormulaError:
        """`X104` in the words of `formula.X104.<what>`."""
        return self._refuse("X104", say(f"formula.X104.{what}", found=_shown(token or self._token)))

    def _expect(self, symbol: str) -> Token:
        if not self._is_symbol(symbol):
            raise self._refuse("X104", say("formula.X104.symbol", symbol=symbol, found=_shown(self._token)))
        return self._next()

    def expect_end(self) -> None:
        if self._token.kind == "end":
            return
        if self._is_symbol(*_COMPARISONS):
            raise self._refuse("X104", say("formula.X104.chain"), hint=say("formula.hint.chain"))
        raise self._expected("end")

    def _span(self, start: int) -> Span:
        self.nodes += 1
        last = self.tokens[self.at - 1]
        if self.nodes > MAX_NODES:
            message = say("formula.X106.parts", limit=MAX_NODES)
            raise self._refuse("X106", message, last, say("formula.hint.fields"))
        return Span(start, last.start + last.length - start)

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = say("formula.X107.formula", limit=MAX_DEPTH)
            raise self._refuse("X107", message, hint=say("formula.hint.computed"))

    # Levels, loosest first.

    def parse_or(self) -> Syntax:
        return self._parse_logic("or", self._parse_and)

    def _parse_and(self) -> Syntax:
        return self._parse_logic("and", self._parse_not)

    def _parse_logic(self, op: str, operand: Any) -> Syntax:
        start = self._token.start
        args = [operand()]
        while self._is_word(op):
            self._next()
            args.append(operand())
        return Logic(self._span(start), op, tuple(args)) if len(args) > 1 else args[0]

    def _parse_not(self) -> Syntax:
        start = self._token.start
        if self._is_word("not") and not self._is_call():
            self._next()
            self._deeper()
            arg = self._parse_not()
            self.depth -= 1
            return Unary(self._span(start), "not", arg)
        return self._parse_comparison()

    def _parse_comparison(self) -> Syntax:
        start = self._token.start
        left = self._parse_concat()
        if self._is_symbol(*_COMPARISONS):
            op = _COMPARISONS[self._next().text]
            return Compare(self._span(start), op, left, self._parse_concat())
        if self._is_word("is"):
            return self._parse_is(start, left)
        negated = self._is_word("not") and (self._is_word("in", 1) or self._is_word("between", 1))
        if negated:
            self._next()
        found = self._parse_in(start, left) or self._parse_between(start, left)
        if found is None:
            return left
        return Unary(self._span(start), "not", found) if negated else found

    def _parse_is(self, start: int, left: Syntax) -> Syntax:
        self._next()
        negated = self._is_word("not")
        if negated:
            self._next()
        if not (self._is_word("null") or self._is_word("empty")):
            raise self._expected("is")
        token = self._next()
        null = Literal(Span(token.start, token.length), "null", None)
        return Compare(self._span(start), "ne" if negated else "eq", left, null)

    def _parse_in(self, start: int, left: Syntax) -> Syntax | None:
        if not self._is_word("in"):
            return None
        self._next()
        if not self._is_symbol("("):
            return Membership(self._span(start), left, self._parse_concat())
        opening = self._next()
        self._deeper()
        items = self._parse_items(")")
        self.depth -= 1
        options = ListOf(self._span(opening.start), items)
        return Membership(self._span(start), left, options)

    def _parse_between(self, start: int, left: Syntax) -> Syntax | None:
        if not self._is_word("between"):
            return None
        self._next()
        low = self._parse_concat()
        if not self._is_word("and"):
            raise self._expected("between")
        self._next()
        high = self._parse_concat()
        return Between(self._span(start), left, low, high)

    def _parse_concat(self) -> Syntax:
        return self._parse_chain(("&",), self._parse_sum)

    def _parse_sum(self) -> Syntax:
        return self._parse_chain(("+", "-"), self._parse_product)

    def _parse_product(self) -> Syntax:
        return self._parse_chain(("*", "/"), self._parse_sign)

    def _parse_chain(self, symbols: tuple[str, ...], operand: Any) -> Syntax:
        start = self._token.start
        first = operand()
        rest: list[tuple[str, Syntax]] = []
        while self._is_symbol(*symbols):
            symbol = self._next().text
            rest.append((symbol, operand()))
        return Chain(self._span(start), first, tuple(rest)) if rest else first

    def _parse_sign(self) -> Syntax:
        start = self._token.start
        if not self._is_symbol("-", "+"):
            return self._parse_primary()
        sign = self._next().text
        self._deeper()
        arg = self._parse_sign()
        self.depth -= 1
        if sign == "+":
            return arg
        if isinstance(arg, Literal) and arg.kind == "number":
            return Literal(self._span(start), "number", -arg.value, arg.scale)
        return Unary(self._span(start), "neg", arg)

    def _parse_primary(self) -> Syntax:
        token = self._token
        if token.kind == "number":
            return self._parse_number()
        if token.kind == "text":
            self._next()
            return Literal(self._span(token.start), "text", token.text)
        if token.kind == "name":
            return self._parse_word()
        if self._is_symbol("(", "["):
            return self._parse_bracket()
        if self._is_symbol(":"):
            self._next()
            if self._token.kind != "name":
                raise self._expected("parameter")
            name = self._next().text
            return ParamName(self._span(token.start), name)
        raise self._expected("value", token)

    def _parse_bracket(self) -> Syntax:
        opening = self._next()
        self._deeper()
        if opening.text == "[":
            items = self._parse_items("]")
            self.depth -= 1
            return ListOf(self._span(opening.start), items)
        inner = self.parse_or()
        self._expect(")")
        self.depth -= 1
        return inner

    def _parse_items(self, closing: str) -> tuple[Syntax, ...]:
        items: list[Syntax] = []
        if not self._is_symbol(closing):
            items.append(self.parse_or())
            while self._is_symbol(","):
                self._next()
                items.append(self.parse_or())
        self._expect(closing)
        return tuple(items)

    def _parse_number(self) -> Syntax:
        token = self._next()
        whole, _, digits = token.text.partition(".")
        if len(digits) > RATE_SCALE or len(whole.lstrip("0")) + len(digits) > MAX_DIGITS:
            hint = say("formula.hint.digits", digits=MAX_DIGITS, scale=RATE_SCALE)
            raise self._refuse("X103", say("formula.X103.digits"), token, hint)
        value = Decimal(token.text) if digits else int(token.text)
        return Literal(self._span(token.start), "number", value, len(digits))

    def _is_call(self) -> bool:
        following = self.tokens[self.at + 1]
        return following.kind == "symbol" and following.text == "("

    def _parse_word(self) -> Syntax:
        token = self._token
        word = token.text.lower()
        following = self.tokens[self.at + 1]
        if following.kind == "text" and word in _LITERALS:
            return self._parse_literal(word)
        if self._is_call():
            return self._parse_call()
        if word in _CONSTANTS:
            self._next()
            kind, value = _CONSTANTS[word]
            return Literal(self._span(token.start), kind, value)
        if word in _RESERVED:
            raise self._expected("value", token)
        parts = [self._next().text]
        while self._is_symbol("."):
            self._next()
            if self._token.kind != "name":
                raise self._expected("name")
            parts.append(self._next().text)
            if self._is_symbol("("):
                raise self._refuse("X104", say("formula.X104.method"), hint=say("formula.hint.call"))
        return Name(self._span(token.start), tuple(parts))

    def _parse_call(self) -> Syntax:
        token = self._next()
        self._next()
        self._deeper()
        args = self._parse_items(")")
        self.depth -= 1
        if self._is_symbol(".", "(", "["):
            raise self._expected("end")
        return Apply(self._span(token.start), token.text.upper(), args)

    def _parse_literal(self, word: str) -> Syntax:
        token = self._next()
        raw = self._next()
        reader, example = _LITERALS[word]
        try:
            value = reader(raw.text)
        except (ValueError, OverflowError):
            message = say("formula.X125", text=raw.text, type=say(f"formula.type.{word}"))
            hint = say("formula.hint.literal", word=word, example=example)
            raise self._refuse("X125", message, raw, hint) from None
        return Literal(self._span(token.start), word, value)


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


def _shown(token: Token) -> Sentence:
    if token.kind == "end":
        return say("formula.found.end")
    return say(f"formula.found.{'text' if token.kind == 'text' else 'symbol'}", text=token.text)
