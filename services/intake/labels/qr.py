"""QR matrices. The only place that knows qrcode, which draws each kind of text until its codes can be told from one another.

With version, mask and length fixed a QR's modules are an affine function of its data bits over GF(2): data, error correction
(Reed-Solomon is linear), masking and placing only ever add. So of texts of one length the matrix of a text is the XOR of those
matrices whose bits XOR to the text's bits. What qrcode has drawn so far spans more and more texts; soon it spans all.
"""

from functools import lru_cache

import qrcode
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

_MASK = 3  # all eight decode; trying them out costs six times the time
_LEVELS = {"Q": ERROR_CORRECT_Q, "M": ERROR_CORRECT_M}
_VALUE = {letter: value for value, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")}


class _Length:
    """All texts of one length, kind of letters and level."""

    def __init__(self, plain: bool, level: str) -> None:
        self._plain, self._level, self.side = plain, level, 0
        self._known: dict[int, tuple[int, int]] = {}  # by bit length: (bits, modules); no two of one bit length

    def modules(self, text: str) -> int:
        """The matrix as a number, row by row from the top bit; 1 is dark."""
        rest, modules = _bits(text, self._plain), 0
        while rest:
            known = self._known.get(rest.bit_length())
            if known is None:
                drawn = self.drawn(text)
                self._known[rest.bit_length()] = rest, drawn ^ modules
                return drawn
            rest ^= known[0]
            modules ^= known[1]
        return modules

    def drawn(self, text: str) -> int:
        """By qrcode: the smallest version that fits, one fixed mask."""
        code = qrcode.QRCode(error_correction=_LEVELS[self._level], border=0, mask_pattern=_MASK)
        code.add_data(QRData(text, MODE_ALPHA_NUM if self._plain else MODE_8BIT_BYTE), optimize=0)
        code.make(fit=True)
        matrix = code.get_matrix()
        self.side = len(matrix)
        return int("".join("1" if dark else "0" for line in matrix for dark in line), 2)


_lengths = lru_cache(maxsize=64)(lambda plain, length, level: _Length(plain, level))


def _of(text: str, level: str) -> _Length:
    plain = all(letter in _VALUE for letter in text)
    found: _Length = _lengths(plain, len(text) if plain else len(text.encode()), level)
    return found


def _bits(text: str, plain: bool) -> int:
    """The data bits as a QR of this mode holds them, under a leading 1 that stands for all that is the same in every code."""
    if not plain:
        return int.from_bytes(b"\x01" + text.encode(), "big")
    bits = 1
    values = [_VALUE[letter] for letter in text]
    for first, second in zip(values[::2], values[1::2], strict=False):
        bits = bits << 11 | first * 45 + second
    return bits << 6 | values[-1] if len(values) % 2 else bits


def side_of(text: str, level: str) -> int:
    """Modules of a side, without quiet zone."""
    length = _of(text, level)
    if not length.side:
        length.modules(text)
    return length.side


def rows_of(text: str, level: str) -> list[str]:
    """Each row's modules from the left, "1" dark, without quiet zone."""
    length = _of(text, level)
    modules = length.modules(text)
    side = length.side
    bits = f"{modules:0{side * side}b}"
    return [bits[start:start + side] for start in range(0, side * side, side)]
