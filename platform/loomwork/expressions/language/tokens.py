"""Cut a formula's text into tokens with positions.

Full-width punctuation from a Chinese keyboard (`（ ） ， ＝ “ ”` …) is read as its plain counterpart outside of texts.
Control characters and direction overrides are refused everywhere: what a reader sees is what is computed.
"""

import re
import unicodedata
from dataclasses import dataclass

from loomwork.core.i18n import SILENCE, say
from loomwork.expressions.faults import FormulaError, fault_at
from loomwork.expressions.limits import MAX_CHARACTERS

_WIDE = str.maketrans("（），＝＜＞＋－＊／＆：［］！．", "(),=<>+-*/&:[]!.")
_CLOSING = {"'": "'", '"': '"', "“": "”", "‘": "’"}
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_SYMBOLS = re.compile(r"<>|!=|<=|>=|[-=<>+*/&(),.:\[\]]")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?![\w.])")
_NAME = re.compile(r"[^\W\d]\w*")
_MEANT = {"%": "formula.hint.percent", "^": "formula.hint.power"}
_SPACE = re.compile(r"[ \t\r\n\u3000\u00a0]+")


@dataclass(frozen=True, slots=True)
class Token:
    """One token. `kind`: name, number, text, symbol, end; `text` is normalised, a text's is its content."""

    kind: str
    text: str
    start: int
    length: int


def check_characters(text: str) -> None:
    """Refuse a formula that is too long, or holds characters nobody can see.

    Raises: FormulaError X105, X101.
    """
    if len(text) > MAX_CHARACTERS:
        raise FormulaError([fault_at("X105", say("formula.X105", count=len(text), limit=MAX_CHARACTERS), text, 0)])
    for at, char in enumerate(text):
        if char.isascii() and (char >= " " or char in "\t\r\n"):
            continue
        if char in _OVERRIDES or unicodedata.category(char) in ("Cc", "Cs"):
            message = say("formula.X101.forbidden", character=f"U+{ord(char):04X}")
            raise FormulaError([fault_at("X101", message, text, at, hint=say("formula.hint.delete"))])


def tokenize(text: str) -> list[Token]:
    """All tokens of a formula, ended by one of kind `end`.

    Raises: FormulaError X101-X105.
    """
    check_characters(text)
    plain = text.translate(_WIDE)
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        token, at = _next(text, plain, at)
        if token is not None:
            tokens.append(token)
    tokens.append(Token("end", "", len(text), 1))
    return tokens


def _next(text: str, plain: str, at: int) -> tuple[Token | None, int]:
    if match := _SPACE.match(text, at):
        return None, match.end()
    if plain.startswith(("/*", "//"), at):
        return None, _skip_comment(text, plain, at)
    if text[at] in _CLOSING:
        return _text(text, at)
    for kind, pattern in (("number", _NUMBER), ("name", _NAME), ("symbol", _SYMBOLS)):
        if match := pattern.match(plain, at):
            return Token(kind, match.group(), at, match.end() - at), match.end()
    if plain[at].isdigit() or plain[at] == ".":
        found = re.compile(r"[\w.]+").match(plain, at)
        wrong = found.group() if found else plain[at]
        message, hint = say("formula.X103.number", text=wrong), say("formula.hint.number")
        raise FormulaError([fault_at("X103", message, text, at, len(wrong), hint=hint)])
    meant = _MEANT.get(plain[at])
    message = say("formula.X101.meaningless", character=text[at])
    raise FormulaError([fault_at("X101", message, text, at, hint=say(meant) if meant else SILENCE)])


def _skip_comment(text: str, plain: str, at: int) -> int:
    if plain.startswith("//", at):
        end = text.find("\n", at)
        return len(text) if end < 0 else end + 1
    end = plain.find("*/", at + 2)
    if end < 0:
        closed = say("formula.hint.comment")
        raise FormulaError([fault_at("X102", say("formula.X102.comment"), text, at, 2, hint=closed)])
    return end + 2


def _text(text: str, at: int) -> tuple[Token, int]:
    closing = _CLOSING[text[at]]
    parts: list[str] = []
    start = at + 1
    while True:
        end = text.find(closing, start)
        if end < 0:
            hint = say("formula.hint.quote", closing=closing)
            raise FormulaError([fault_at("X102", say("formula.X102.text"), text, at, hint=hint)])
        parts.append(text[start:end])
        if not text.startswith(closing, end + 1):
            return Token("text", closing.join(parts), at, end + 1 - at), end + 1
        start = end + 2
