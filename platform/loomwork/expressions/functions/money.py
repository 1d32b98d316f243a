"""Money: taxes, discounts, margins, currencies. Amounts keep their scale; percentages are written as 13 for 13 %."""

from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from loomwork.expressions.functions.base import Doc, Function
from loomwork.expressions.functions.number import same
from loomwork.expressions.functions.sqlnumber import ratio
from loomwork.expressions.limits import MAX_SCALE
from loomwork.expressions.numbers import divide, round_to, times
from loomwork.expressions.types import number

NO_DIGITS = (
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
)
THREE_DIGITS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
"""Currencies whose smallest unit is not a hundredth. Source: ISO 4217."""

_FIGURES = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "兆")


def currency_digits(currency: str) -> int:
    """Digits after the point of a currency (ISO 4217); 2 for unknown ones."""
    code = currency.upper()
    return 0 if code in NO_DIGITS else 3 if code in THREE_DIGITS else 2


def _digits_sql(c: Any, at: int) -> Any:
    def build(code: Any) -> Any:
        return sa.case((code.in_(NO_DIGITS), 0), (code.in_(THREE_DIGITS), 3), (code.is_not(None), 2))

    return c.let([sa.func.upper(c.text(at), type_=sa.Text())], build)


def _share(amount: Any, percent: Any) -> Any:
    return divide(times(amount, percent), 100, 30)


def _net(gross: Any, percent: Any) -> Any:
    return divide(gross * 100, 100 + percent, 30) if percent != -100 else None


def _net_sql(c: Any) -> Any:
    return ratio(c.number(0) * 100, c.number(1) + 100, c.node.type.scale)


def _scaled(c: Any, value: Any) -> Any:
    return sa.func.round(value, c.node.type.scale, type_=sa.Numeric())


_HUNDREDTH = Decimal("0.01")


def _hundredth(value: Any) -> Any:
    return value * sa.literal(_HUNDREDTH, sa.Numeric())


def _tax_included(gross: Any, percent: Any) -> Any:
    return divide(times(gross, percent), 100 + percent, 30) if percent != -100 else None


def _margin(price: Any, cost: Any) -> Any:
    return divide((price - cost) * 100, price, MAX_SCALE) if price else None


def _markup(price: Any, cost: Any) -> Any:
    return divide((price - cost) * 100, cost, MAX_SCALE) if cost else None


def _group(value: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        figure = value // 10**place % 10
        if figure:
            text += (_FIGURES[0] if gap and text else "") + _FIGURES[figure] + _UNITS[place]
        gap = figure == 0
    return text


def _capital_integer(value: int) -> str:
    groups = []
    while value:
        value, rest = divmod(value, 10_000)
        groups.append(rest)
    text, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        rest = groups[place]
        if rest:
            text += (_FIGURES[0] if text and (gap or rest < 1_000) else "") + _group(rest) + _GROUPS[place]
        gap = rest == 0
    return text


def rmb_capitals(amount: Any) -> str | None:
    """An amount in Chinese capital figures, rounded to fen. Source: the banks' rules for filling in bills."""
    cents = int(round_to(Decimal(amount).scaleb(2), 0))
    sign, cents = ("负" if cents < 0 else ""), abs(cents)
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    if yuan >= 10**16:
        return None
    if cents == 0:
        return "零元整"
    text = _capital_integer(yuan) + "元" if yuan else ""
    if not jiao and not fen:
        return sign + text + "整"
    if jiao:
        text += _FIGURES[jiao] + "角"
    elif text:
        text += _FIGURES[0]
    return sign + text + (_FIGURES[fen] + "分" if fen else "整")


def _entry(name: str, signature: str, doc: Doc, examples: Any, run: Any, sql: Any, **more: Any) -> Function:
    return Function(name, "money", (signature,), doc, examples, run, postgresql=sql, **more)


MONEY_FUNCTIONS = (
    _entry(
        "GROSS",
        "number, number -> number",
        Doc("An amount with a tax in percent added.", "加税后的金额（税率为百分数）。"),
        (("GROSS(100.00, 13)", "113"), ("GROSS(9.99, 6)", "10.59")),
        lambda net, percent: _share(net, 100 + percent),
        lambda c: _scaled(c, _hundredth(c.number(0) * (c.number(1) + 100))),
        result=same,
    ),
    _entry(
        "NET",
        "number, number -> number",
        Doc("An amount without the tax in percent that is in it.", "不含税金额（税率为百分数）。"),
        (("NET(113.00, 13)", "100"), ("NET(100.00, 6)", "94.34")),
        _net,
        _net_sql,
        result=same,
    ),
    _entry(
        "TAX",
        "number, number -> number",
        Doc("The tax in percent on an amount.", "按税率计算的税额。"),
        (("TAX(100.00, 13)", "13"), ("TAX(0.05, 10)", "0.01")),
        _share,
        lambda c: _scaled(c, _hundredth(c.number(0) * c.number(1))),
        result=same,
    ),
    _entry(
        "TAXINCLUDED",
        "number, number -> number",
        Doc("The tax in percent that is in a gross amount.", "含税金额中的税额。"),
        (("TAXINCLUDED(113.00, 13)", "13"), ("TAXINCLUDED(100.00, 6)", "5.66")),
        _tax_included,
        lambda c: c.let(
            [c.number(0), c.number(1)],
            lambda gross, percent: ratio(gross * percent, percent + 100, c.node.type.scale),
        ),
        result=same,
    ),
    _entry(
        "DISCOUNTED",
        "number, number -> number",
        Doc("An amount less a discount in percent.", "打折后的金额（折扣为减少的百分数）。"),
        (("DISCOUNTED(200.00, 15)", "170"), ("DISCOUNTED(9.99, 10)", "8.99")),
        lambda amount, percent: _share(amount, 100 - percent),
        lambda c: _scaled(c, _hundredth(c.number(0) * (100 - c.number(1)))),
        result=same,
    ),
    _entry(
        "MARGIN",
        "number, number -> number(6)",
        Doc("The margin of a price over a cost, in percent of the price.", "毛利率：占售价的百分比。"),
        (("MARGIN(100, 75)", "25"), ("MARGIN(0, 5)", "NULL")),
        _margin,
        lambda c: c.let([c.number(0), c.number(1)], lambda p, k: ratio((p - k) * 100, p, MAX_SCALE)),
        result=lambda args: number(MAX_SCALE),
    ),
    _entry(
        "MARKUP",
        "number, number -> number(6)",
        Doc("The margin of a price over a cost, in percent of the cost.", "加价率：占成本的百分比。"),
        (("MARKUP(100, 75)", "33.333333"), ("MARKUP(5, 0)", "NULL")),
        _markup,
        lambda c: c.let([c.number(0), c.number(1)], lambda p, k: ratio((p - k) * 100, k, MAX_SCALE)),
        result=lambda args: number(MAX_SCALE),
    ),
    _entry(
        "CONVERT",
        "number, number -> number",
        Doc("An amount times an exchange rate, rounded to the amount's digits.", "按汇率换算，保留金额的小数位数。"),
        (("CONVERT(100.00, 7.1234567)", "712.35"), ("CONVERT(10, 0.5)", "5")),
        times,
        lambda c: _scaled(c, c.number(0) * c.number(1)),
        result=same,
    ),
    _entry(
        "CURRENCYDIGITS",
        "text -> integer",
        Doc("Digits after the point of a currency (ISO 4217).", "货币的小数位数（ISO 4217）。"),
        (("CURRENCYDIGITS('CNY')", "2"), ("CURRENCYDIGITS('jpy')", "0"), ("CURRENCYDIGITS('KWD')", "3")),
        currency_digits,
        lambda c: _digits_sql(c, 0),
    ),
    _entry(
        "ROUNDMONEY",
        "number, text -> number",
        Doc("An amount rounded to the digits of its currency.", "按货币的小数位数四舍五入。"),
        (("ROUNDMONEY(1234.56, 'JPY')", "1235"), ("ROUNDMONEY(1.2345, 'CNY')", "1.23")),
        lambda amount, currency: round_to(amount, currency_digits(currency)),
        lambda c: sa.func.round(c.number(0), _digits_sql(c, 1)),
        result=same,
    ),
    Function(
        "RMBCAPITAL",
        "money",
        ("number -> text",),
        Doc("An amount of yuan in Chinese capital figures, as on invoices and bills.", "人民币大写金额。"),
        (
            ("RMBCAPITAL(1234.56)", "'壹仟贰佰叁拾肆元伍角陆分'"),
            ("RMBCAPITAL(10005)", "'壹万零伍元整'"),
            ("RMBCAPITAL(0.05)", "'伍分'"),
            ("RMBCAPITAL(-20)", "'负贰拾元整'"),
        ),
        rmb_capitals,
    ),
)
