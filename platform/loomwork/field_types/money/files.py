"""Money in CSV files and sheets."""

import re
from typing import Any

from loomwork.field_types.currencies import SYMBOLS
from loomwork.field_types.numbers import sheet_number

_BEHIND = re.compile(r"(.*?)(?<!\s)\s*+\b([A-Z]{3})(?:\s*+=\s*+(.+))?")
_BEFORE = re.compile(r"([A-Z]{3})\s*+(.+)")
_SIGNS = {**{sign: code for code, sign in SYMBOLS.items()}, "￥": "CNY", "HK$": "HKD"}


def read_money(text: str, company: str) -> Any:
    """The wire form of `12.50`, `¥1,200`, `USD 12.50`, `12.50 USD = 90.00` (the last in the company's currency).

    `¥` is the yen for a company that counts in yen. What is not understood is left for the reader to refuse.
    """
    plain = text.strip()
    for sign, code in sorted(_SIGNS.items(), key=lambda item: -len(item[0])):
        if plain.lstrip("-(").startswith(sign):
            is_yen = company == "JPY" and sign in "¥￥"
            return {"amount": sheet_number(plain.replace(sign, "", 1)), "currency": "JPY" if is_yen else code}
    behind = _BEHIND.fullmatch(plain)
    if behind and behind[1]:
        wire = {"amount": sheet_number(behind[1]), "currency": behind[2]}
        return {**wire, "base": sheet_number(behind[3])} if behind[3] else wire
    before = _BEFORE.fullmatch(plain)
    return {"amount": sheet_number(before[2]), "currency": before[1]} if before else sheet_number(plain)


def write_money(wire: Any, company: str) -> str:
    """The text that `read_money` understands; the currency is left out when it is the company's."""
    if wire["currency"] == company:
        return str(wire["amount"])
    return f"{wire['amount']} {wire['currency']}" + (f" = {wire['base']}" if "base" in wire else "")
