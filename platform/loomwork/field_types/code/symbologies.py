"""What each kind of code can carry. Sources: ISO/IEC 18004 (QR), ISO/IEC 15417 (Code 128), GS1 (EAN check digit)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from loomwork.field_types.refusals import refuse, short
from loomwork.field_types.schemas import Schema
from loomwork.field_types.texts import SINGLE_LINE, line_reader


@dataclass(frozen=True, slots=True)
class Symbology:
    """One kind of code: longest text, pattern of the characters (empty for all), format name if a check digit ends it."""

    length: int
    pattern: str = ""
    check_format: str = ""

    def reader(self) -> Callable[[Any], str]:
        """A function JSON → text that the code can carry.

        Raises (the function): Refused `not_code`, `bad_check_digit`, and those of a line of text.
        """
        read_line = line_reader(self.length)
        fits = re.compile(self.pattern).fullmatch if self.pattern else None

        def read(value: Any) -> str:
            text = read_line(value)
            if fits is not None and fits(text) is None:
                raise refuse("not_code", value=short(text), pattern=self.pattern)
            if self.check_format and text[-1] != check_digit(text[:-1]):
                raise refuse("bad_check_digit", digit=check_digit(text[:-1]))
            return text

        return read

    def schema(self) -> Schema:
        """What the reader takes; a check digit cannot be said in JSON Schema."""
        pattern = f"^{self.pattern}$" if self.pattern else SINGLE_LINE
        schema: Schema = {"type": "string", "maxLength": self.length, "pattern": pattern}
        return {**schema, "format": self.check_format} if self.check_format else schema


def check_digit(digits: str) -> str:
    """The GS1 check digit of a row of digits: weights 3 and 1 from the right, up to the next ten."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


SYMBOLOGIES: Mapping[str, Symbology] = {
    # A QR code of level M holds 2,331 bytes; 700 characters of three bytes fit with room to spare.
    "qr": Symbology(700),
    "code128": Symbology(80, "[ -~]+"),
    "ean13": Symbology(13, "[0-9]{13}", "ean13"),
    "ean8": Symbology(8, "[0-9]{8}", "ean8"),
}
