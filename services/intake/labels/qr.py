"""QR codes. The only place that knows qrcode, which draws each kind of text until its codes can be told from one another.

With version, mask and length fixed a QR's modules are an affine function of its data bits over GF(2): data, error correction
(Reed-Solomon is linear), masking and placing only ever add. So of texts of one length the code of a text is the XOR of those
codes whose bits XOR to the text's bits. What qrcode has drawn so far spans more and more texts; soon it spans all. The same holds
for rows of dots made of the modules, so that what is added up needs no drawing.
"""

from functools import lru_cache

import qrcode
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

_MASK = 3  # all eight decode; trying them out costs six times the time
_LEVELS = {"Q": ERROR_CORRECT_Q, "M": ERROR_CORRECT_M}
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_PAIRS = {first + second: f"{45 * high + low:011b}" for high, first in enumerate(_LETTERS) for low, second in enumerate(_LETTERS)}
_PAIRS |= {letter: f"{value:06b}" for value, letter in enumerate(_LETTERS)}


class _Span:
    """The codes of all texts of one length, kind of letters and level, as rows of dots of one form: each module ``module`` dots
    wide, ``before`` dots before the first one, ``pitch`` bytes a row of which the first is zero; one row a row of modules."""

    def __init__(self, plain: bool, level: str, module: int, before: int, pitch: int) -> None:
        self._plain, self._level, self._form, self.side = plain, level, (module, before, pitch), 0
        self._known: dict[int, tuple[int, int]] = {}  # by bit length: (bits, dots); no two of one bit length

    def dots(self, text: str) -> int:
        """The rows as one number, the first in its highest bits; 1 is dark."""
        rest, dots = _bits(text, self._plain), 0
        while rest:
            known = self._known.get(rest.bit_length())
            if known is None:
                drawn = self.drawn(text)
                self._known[rest.bit_length()] = rest, drawn ^ dots
                return drawn
            rest ^= known[0]
            dots ^= known[1]
        return dots

    def drawn(self, text: str) -> int:
        """By qrcode."""
        code = _code(text, self._plain, self._level)
        code.make(fit=True)
        matrix, (module, before, pitch) = code.get_matrix(), self._form
        self.side = len(matrix)
        head, tail = "0" * (8 + before), "0" * (8 * (pitch - 1) - before - self.side * module)
        return int("".join(head + "".join("01"[dark] * module for dark in line) + tail for line in matrix), 2)


def _code(text: str, plain: bool, level: str) -> qrcode.QRCode:
    """The smallest version that fits, one fixed mask."""
    code = qrcode.QRCode(error_correction=_LEVELS[level], border=0, mask_pattern=_MASK)
    code.add_data(QRData(text, MODE_ALPHA_NUM if plain else MODE_8BIT_BYTE), optimize=0)
    return code


@lru_cache(maxsize=32)
def _span(plain: bool, length: int, level: str, module: int, before: int, pitch: int) -> _Span:
    return _Span(plain, level, module, before, pitch)


def _bits(text: str, plain: bool) -> int:
    """The data bits as a QR of this mode holds them, under a leading 1 that stands for all that is the same in every code."""
    if not plain:
        return int.from_bytes(b"\x01" + text.encode(), "big")
    return int("1" + "".join([_PAIRS[text[place:place + 2]] for place in range(0, len(text), 2)]), 2)


def dots(text: str, level: str, module: int, before: int, pitch: int) -> tuple[int, bytes]:
    """(modules of a side, a row of ``pitch`` bytes for each row of modules), without quiet zone."""
    plain = not text.strip(_LETTERS) and all(letter in _LETTERS for letter in text)
    span = _span(plain, len(text) if plain else len(text.encode()), level, module, before, pitch)
    found = span.dots(text)
    return span.side, found.to_bytes(span.side * pitch, "big")


@lru_cache(maxsize=256)
def _side(plain: bool, length: int, level: str) -> int:
    return 17 + 4 * int(_code("A" * length if plain else "a" * length, plain, level).best_fit())


def side_of(text: str, level: str) -> int:
    """Modules of a side, without quiet zone."""
    plain = all(letter in _LETTERS for letter in text)
    return _side(plain, len(text) if plain else len(text.encode()), level)


def rows_of(text: str, level: str) -> list[str]:
    """Each row's modules from the left, "1" dark, without quiet zone."""
    pitch = 1 + (side_of(text, level) + 7) // 8
    side, rows = dots(text, level, 1, 0, pitch)
    bits = [f"{int.from_bytes(rows[start:start + pitch], 'big'):0{8 * pitch}b}" for start in range(0, side * pitch, pitch)]
    return [row[8:8 + side] for row in bits]
