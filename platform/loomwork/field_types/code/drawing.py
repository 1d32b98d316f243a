"""Codes as pictures: dark modules as one SVG path. QR by segno; bars by the tables of their standards.

Sources: ISO/IEC 15417 (Code 128, set B), GS1 General Specifications (EAN-13, EAN-8).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

QUIET, BAR_QUIET = 4, 10
"""Empty modules that scanners ask for around a QR code, and beside bars."""
BAR_HEIGHT = 40

_WIDTHS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
)
_CODE128 = _WIDTHS.split()
_START_B, _STOP = 104, 106
_ODD = "0001101 0011001 0010011 0111101 0100011 0110001 0101111 0111011 0110111 0001011"
_SIDES = "LLLLLL LLGLGG LLGGLG LLGGGL LGLLGG LGGLLG LGGGLL LGLGLG LGLGGL LGGLGL"
_EAN, _EAN13_SIDES = _ODD.split(), _SIDES.split()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture of `width` × `height` modules; `path` covers the dark ones."""

    width: int
    height: int
    path: str

    @property
    def is_square(self) -> bool:
        """Whether it is read in both directions, as QR codes are."""
        return self.width == self.height

    @property
    def scale(self) -> int:
        """Pixels of a module: a whole number, for uneven modules are hard to scan."""
        return max(2, min(4, 160 // self.width))


@lru_cache(maxsize=500)
def draw(text: str, symbology: str) -> Drawing:
    """The picture of a text that its symbology can carry."""
    if symbology == "qr":
        return _square(text)
    return _bars(_code128(text) if symbology == "code128" else _ean(text))


def _square(text: str) -> Drawing:
    import segno

    matrix = segno.make(text, error="m", micro=False).matrix
    path = "".join(_row(row, y + QUIET) for y, row in enumerate(matrix))
    side = len(matrix) + 2 * QUIET
    return Drawing(side, side, path)


def _bars(bits: str) -> Drawing:
    path = _row((bit == "1" for bit in bits), 0, BAR_QUIET, BAR_HEIGHT)
    return Drawing(len(bits) + 2 * BAR_QUIET, BAR_HEIGHT, path)


def _row(modules: Iterable[object], y: int, left: int = QUIET, height: int = 1) -> str:
    """The dark runs of one row as rectangles."""
    path, start, dark = [], 0, 0
    for x, module in enumerate((*modules, None)):
        if module:
            start, dark = (x, 1) if not dark else (start, dark + 1)
        elif dark:
            path.append(f"M{start + left} {y}h{dark}v{height}h-{dark}z")
            dark = 0
    return "".join(path)


def _code128(text: str) -> str:
    values = [_START_B, *(ord(letter) - 32 for letter in text)]
    values.append(sum(value * max(place, 1) for place, value in enumerate(values)) % 103)
    widths = "".join(_CODE128[value] for value in (*values, _STOP))
    return "".join("10"[place % 2] * int(width) for place, width in enumerate(widths))


def _ean(digits: str) -> str:
    half = len(digits) // 2
    left, right = (digits[1:7], digits[7:]) if len(digits) == 13 else (digits[:half], digits[half:])
    sides = _EAN13_SIDES[int(digits[0])] if len(digits) == 13 else "L" * half
    first = "".join(_digit(digit, side) for digit, side in zip(left, sides, strict=True))
    return f"101{first}01010{''.join(_digit(digit, 'R') for digit in right)}101"


def _digit(digit: str, side: str) -> str:
    """Seven modules: L has odd parity, R is its opposite, G is R from behind."""
    odd = _EAN[int(digit)]
    if side == "L":
        return odd
    turned = odd.translate({48: "1", 49: "0"})
    return turned if side == "R" else turned[::-1]
