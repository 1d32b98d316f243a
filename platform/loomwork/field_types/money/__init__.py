"""Amounts of money: what was agreed, in which currency, and what that is in the company's currency."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from loomwork.core.kinds import ColumnSpec, Kind, Scaled, ValueShape
from loomwork.field_types import operators, schemas
from loomwork.field_types.base import Cells, FieldType, Props, Sample, both
from loomwork.field_types.currencies import CURRENCIES, SYMBOLS
from loomwork.field_types.money.files import read_money, write_money
from loomwork.field_types.numbers import (
    bound,
    bound_faults,
    decimal_reader,
    decimal_schema,
    decimal_text,
    rounder,
)
from loomwork.field_types.refusals import near, refuse, short

DEFAULT_SCALE = 2
_KEYS = ("amount", "currency", "base")


class Money(FieldType):
    """An amount and its currency. Filters, sorting and sums use the main column, which is in the company's currency.

    A plain number is an amount in the field's fixed currency, else the company's. An amount in another currency
    must bring its value in the company's currency (`base`): a rate is not guessed.
    """

    name = "money"
    holds_company_currency = True
    label = both("Money", "金额")
    help = both("An amount with its currency.", "带币种的金额。")
    group = "number"
    icon = "coin"
    operators = operators.ORDER
    widget = "money"
    align = "end"
    samples = (
        Sample({"amount": "12.50", "currency": "CNY"}),
        Sample("12.5", {"amount": "12.50", "currency": "CNY"}),
        Sample({"amount": "-9999999999999999.99", "currency": "CNY"}),
        Sample({"amount": "10.00", "currency": "USD", "base": "71.23"}),
        Sample("3", {"amount": "3.00", "currency": "EUR"}, props={"_company_currency": "EUR"}),
        Sample({"amount": "10.00", "currency": "USD"}, code="base_missing"),
        Sample({"amount": "10.00", "currency": "CNY", "base": "11.00"}, code="base_differs"),
        Sample({"amount": "1.00", "currency": "人民币"}, code="unknown_currency"),
        Sample({"amount": "1.00", "currency": "USD", "base": "7"}, code="fixed_currency", props={"currency": "CNY"}),
        Sample({"amount": "1.005", "currency": "CNY"}, code="too_many_decimals"),
        Sample({"currency": "CNY"}, code="missing_key"),
        Sample({"amount": "1.00", "rate": "7"}, code="unknown_key"),
        Sample("10000000000000000", code="too_many_digits"),
        Sample([], code="not_number"),
    )

    def properties_schema(self) -> dict[str, Any]:
        return schemas.closed(
            {
                "scale": schemas.whole("Digits after the point.", 0, 6, default=DEFAULT_SCALE),
                "min": schemas.amount("Smallest value that is taken, in the company's currency."),
                "max": schemas.amount("Largest value that is taken, in the company's currency."),
                "currency": schemas.one_of("The one currency that is taken, ISO 4217.", CURRENCIES),
            }
        )

    def faults(self, props: Props) -> list[str]:
        return bound_faults(props)

    def columns(self, props: Props) -> tuple[ColumnSpec, ...]:
        scale = _scale(props)
        amounts = ColumnSpec(Kind.DECIMAL, scale=scale), ColumnSpec(Kind.DECIMAL, "amount", scale=scale)
        return *amounts, ColumnSpec(Kind.TEXT, "currency", length=3)

    def shape(self, props: Props) -> ValueShape:
        return ValueShape("number", scale=_scale(props))

    def parts(self, props: Props) -> dict[str, ValueShape]:
        return {"amount": ValueShape("number", scale=_scale(props)), "currency": ValueShape("text")}

    def reader(self, props: Props) -> Callable[[Any], Cells]:
        company, fixed = _company(props), props.get("currency")
        plain_currency = fixed or company
        scale, low, high = _scale(props), bound(props, "min"), bound(props, "max")
        read_plain = decimal_reader(scale, low, high)
        read_own, read_amount = decimal_reader(scale, low, high, at="amount"), decimal_reader(scale, at="amount")
        read_base = decimal_reader(scale, low, high, at="base")

        def read(value: Any) -> Cells:
            if not isinstance(value, dict):
                amount = read_plain(value)
                if plain_currency != company:
                    raise refuse("base_missing", at="base", currency=plain_currency, company=company)
                return amount, amount, company
            _check_keys(value)
            currency = _currency(value.get("currency", plain_currency), fixed)
            given = value.get("base")
            if currency == company:
                own = read_own(value["amount"])
                if given is not None and read_base(given) != own:
                    raise refuse("base_differs", at="base", company=company)
                return own, own, currency
            if given is None:
                raise refuse("base_missing", at="base", currency=currency, company=company)
            return read_base(given), read_amount(value["amount"]), currency

        return read

    def shower(self, props: Props) -> Callable[[Cells], Any]:
        company = _company(props)

        def show(cells: Cells) -> dict[str, str]:
            base, amount, currency = cells
            shown = {"amount": decimal_text(amount), "currency": currency}
            return shown if currency == company else {**shown, "base": decimal_text(base)}

        return show

    def row_shower(self, props: Props, decoders: Sequence[Any], at: int) -> Callable[[Sequence[Any]], Any]:
        company, second, third = _company(props), at + 1, at + 2
        text = decoders[1].text if isinstance(decoders[1], Scaled) else decimal_text

        def show(row: Sequence[Any]) -> Any:
            base, amount, currency = row[at], row[second], row[third]
            if currency == company and amount is not None:
                return {"amount": text(amount), "currency": currency}
            if base is None and amount is None and currency is None:
                return None
            shown = {"amount": None if amount is None else text(amount), "currency": currency}
            return {**shown, "base": None if base is None else text(base)}

        return show

    def settler(self, props: Props) -> Callable[[Any], Cells]:
        read, settle = self.reader(props), rounder(_scale(props))
        return lambda value: read(settle(value))

    def display(self, wire: Any, props: Props, language: str) -> str:
        if not wire:
            return ""
        amount, currency = f"{Decimal(wire['amount']):,f}", wire["currency"]
        return f"{SYMBOLS[currency]}{amount}" if currency in SYMBOLS else f"{currency} {amount}"

    def from_file(self, text: str, props: Props) -> Any:
        return read_money(text, _company(props))

    def to_file(self, wire: Any, props: Props) -> str:
        return write_money(wire, _company(props)) if wire else ""

    def schema_in(self, props: Props) -> dict[str, Any]:
        company, fixed = _company(props), props.get("currency")
        bounded = decimal_schema(_scale(props), bound(props, "min"), bound(props, "max"))
        foreign = [fixed] if fixed else [code for code in CURRENCIES if code != company]
        abroad = {"amount": decimal_schema(_scale(props)), "currency": {"enum": foreign}, "base": bounded}
        if fixed and fixed != company:
            return schemas.closed(abroad, ("amount", "base"))
        home = {"amount": bounded, "currency": {"enum": [company]}, "base": {"type": "null"}}
        shapes = [*bounded["anyOf"], schemas.closed(home, ("amount",))]
        return {"anyOf": shapes if fixed else [*shapes, schemas.closed(abroad, ("amount", "currency", "base"))]}

    def schema_out(self, props: Props) -> dict[str, Any]:
        number = schemas.NUMBER_TEXT
        currency = {"enum": list(CURRENCIES)}
        return schemas.closed({"amount": number, "currency": currency, "base": number}, ("amount", "currency"))


def _scale(props: Props) -> int:
    return int(props.get("scale", DEFAULT_SCALE))


def _company(props: Props) -> str:
    return str(props.get("_company_currency", "CNY"))


def _check_keys(value: dict[Any, Any]) -> None:
    for key in value:
        if key not in _KEYS:
            raise refuse("unknown_key", key=short(key), known=", ".join(_KEYS))
    if value.get("amount") is None:
        raise refuse("missing_key", key="amount")


def _currency(value: Any, fixed: str | None) -> str:
    if not isinstance(value, str) or value not in CURRENCIES:
        raise refuse("unknown_currency", at="currency", value=short(value), known=near(short(value), CURRENCIES))
    if fixed and value != fixed:
        raise refuse("fixed_currency", at="currency", currency=fixed)
    return value
