"""Bars and squares, read back by the rules of their standards."""

from itertools import groupby

import pytest

from loomwork.field_types.code import drawing


def _bits(picture: drawing.Drawing) -> str:
    dark: set[int] = set()
    for run in picture.path.split("M")[1:]:
        x, width = int(run.split(" ", 1)[0]), int(run.split("h", 1)[1].split("v", 1)[0])
        dark.update(range(x, x + width))
    return "".join("01"[x in dark] for x in range(drawing.BAR_QUIET, picture.width - drawing.BAR_QUIET))


def test_an_ean_13_is_that_of_the_published_example() -> None:
    expected = "10100010110100111011001100100110111101001110101010110011011011001000010101110010011101000100101"
    assert _bits(drawing.draw("5901234123457", "ean13")) == expected


def test_an_ean_8_has_its_guards_and_digits() -> None:
    bits = _bits(drawing.draw("96385074", "ean8"))
    assert (len(bits), bits[:3], bits[31:36], bits[-3:]) == (67, "101", "01010", "101")


@pytest.mark.parametrize("text", ["AB-12 z", "~!", " ", "Loomwork 0123456789" * 4])
def test_code_128_reads_back_with_its_check_digit(text: str) -> None:
    widths = [len(list(run)) for _, run in groupby(_bits(drawing.draw(text, "code128")))]
    assert widths[-7:] == [2, 3, 3, 1, 1, 1, 2]
    symbols = ["".join(map(str, widths[at : at + 6])) for at in range(0, len(widths) - 7, 6)]
    start, *values, check = [drawing._CODE128.index(one) for one in symbols]
    assert start == 104
    assert "".join(chr(value + 32) for value in values) == text
    assert check == (start + sum(place * value for place, value in enumerate(values, 1))) % 103


def test_every_symbol_of_code_128_is_there_once_and_eleven_wide() -> None:
    *symbols, stop = drawing._CODE128
    assert len(set(symbols)) == 106
    assert {sum(map(int, one)) for one in symbols} == {11}
    assert {sum(map(int, one[::2])) % 2 for one in symbols} == {0}
    assert sum(map(int, stop)) == 13


def test_the_longest_text_of_a_qr_code_is_drawn_and_keeps_its_quiet_zone() -> None:
    picture = drawing.draw("字" * 700, "qr")
    assert picture.is_square
    assert picture.path.startswith(f"M{drawing.QUIET} {drawing.QUIET}h7v1h-7z")
