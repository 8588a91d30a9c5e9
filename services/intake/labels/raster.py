"""Blocks as rows of bits, 1 black. The only place that knows Pillow, and that only to draw each word once.

A row is a zero byte (a PNG's filter, "none"), then the dots from the left. A band of rows is one number while it is drawn:
words and codes are shifted to their places and laid over each other.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from unicodedata import normalize

from PIL import Image, ImageDraw, ImageFont

from . import code128, qr
from .layout import QUIET, Bars, Block, Item, Paper, Qr, Rule, Text, paper_of

FONTS = Path(__file__).parent / "fonts"
_PARTS = re.compile(r"\*+|\d{1,2}|\D{1,2}", re.DOTALL)  # so short that they come again
_BEFORE = 4  # dots before a word's origin that its first letter may reach into


class Fonts:
    """Measures words by the fonts they are drawn with, and codes in modules."""

    def width(self, text: str, size: int, bold: bool) -> int:
        """Dots a line of words is wide."""
        words = text.split(" ")
        spaces = _space(size) * (len(words) - 1)
        return spaces + sum(_advance(part, size, bold) for word in words for part in _parts(word))

    def modules(self, text: str, level: str) -> int:
        """Modules of a QR's side at a level, or of a bar code's length ("BARS")."""
        return code128.length(text) if level == "BARS" else qr.side_of(text, level)


MEASURE = Fonts()


def paper(medium: str, dpi: int) -> Paper:
    """A medium at a resolution, measured by our fonts."""
    return paper_of(medium, dpi, MEASURE)


@lru_cache(maxsize=256)
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    # Pillow's own layout: the other one is there or not by what a system has installed, and draws other dots.
    path = FONTS / f"Roboto-{'Bold' if bold else 'Regular'}.ttf"
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def letters(word: str) -> str:
    """What a font has letters for: composed, without control characters."""
    return "".join(letter for letter in normalize("NFC", word) if letter.isprintable())


@lru_cache(maxsize=16384)
def _advance(word: str, size: int, bold: bool) -> int:
    return round(_font(size, bold).getlength(letters(word), mode="1"))


def _space(size: int) -> int:
    """Dots between words: somewhat more than the font's own, which whole dots make too narrow where letters are small."""
    return -(-size * 28 // 100)


@dataclass(frozen=True, slots=True)
class Band:
    """A drawn block: ``pitch`` bytes a row, the first of them zero."""

    pitch: int
    height: int
    raw: bytes

    def rows(self) -> list[bytes]:
        """The rows without their leading zero."""
        return [self.raw[start + 1:start + self.pitch] for start in range(0, len(self.raw), self.pitch)]


def band(block: Block, paper: Paper) -> Band:
    """The block as rows of bits."""
    pitch = 1 + (paper.width + 7) // 8
    match block.items:
        case (Bars(y=0, height=block.height) as bars,) if block.beneath is None:
            return Band(pitch, block.height, _bars(bars, pitch) * block.height)
    return Band(pitch, block.height, _dots(block, pitch).to_bytes(pitch * block.height, "big"))


def _dots(block: Block, pitch: int) -> int:
    """All rows as one number, the first in its highest bits."""
    return _lasting(block, pitch) if block.lasts else _laid(block, pitch)


def _laid(block: Block, pitch: int) -> int:
    dots = _dots(block.beneath, pitch) if block.beneath else 0
    for item in block.items:
        ink, rows = _ink(item, pitch)
        below = (block.height - item.y - rows) * 8 * pitch
        dots |= ink << below if below >= 0 else ink >> -below
    return dots


_lasting = lru_cache(maxsize=256)(_laid)


def _ink(item: Item, pitch: int) -> tuple[int, int]:
    """(the item's dots in rows as wide as the paper, how many rows)."""
    match item:
        case Text():
            return _line(item, pitch), item.size * 5 // 4
        case Rule():
            row = ((1 << item.width) - 1) << (8 * (pitch - 1) - item.x - item.width)
            return int.from_bytes(row.to_bytes(pitch, "big") * item.height, "big"), item.height
        case Bars():
            return int.from_bytes(_bars(item, pitch) * item.height, "big"), item.height
        case Qr():
            return _qr(item, pitch)


def _bars(item: Bars, pitch: int) -> bytes:
    """One row of them; all are the same."""
    bars = code128.modules(item.text)
    row = int(bars.replace("0", "0" * item.module).replace("1", "1" * item.module), 2)
    return (row << 8 * (pitch - 1) - item.x - len(bars) * item.module).to_bytes(pitch, "big")


def _line(item: Text, pitch: int) -> int:
    x, dots, space = 8 + item.x - _BEFORE, 0, _space(item.size)
    for word in item.text.split(" "):
        for part in _parts(word):
            ink, advance = _part(part, item.size, item.bold, pitch)
            dots |= ink >> x
            x += advance
        x += space
    return dots


@lru_cache(maxsize=8192)
def _parts(word: str) -> tuple[str, ...]:
    """What is drawn in one: a syllable, or the two or three signs that codes and numbers are made of."""
    return (word,) if not any(letter.isdigit() for letter in word) else tuple(_PARTS.findall(word))


@lru_cache(maxsize=4096)
def _part(part: str, size: int, bold: bool, pitch: int) -> tuple[int, int]:
    """(dots at the left of rows as wide as the paper, how far to the next). Vietnamese is written in few thousand syllables."""
    advance = _advance(part, size, bold)
    image = Image.new("1", (advance + 3 * _BEFORE, size * 5 // 4), 0)
    ImageDraw.Draw(image).text((_BEFORE, 0), letters(part), fill=1, font=_font(size, bold))
    wide = (image.width + 7) // 8
    raw, rest = image.tobytes(), bytes(max(0, pitch - wide))
    rows = b"".join(raw[start:start + min(wide, pitch)] + rest for start in range(0, len(raw), wide))
    return int.from_bytes(rows, "big"), advance


def _qr(item: Qr, pitch: int) -> tuple[int, int]:
    before = item.x + QUIET * item.module
    side, rows = qr.dots(item.text, item.level, item.module, before, pitch)
    high = item.module * pitch
    dots = b"".join([rows[start:start + pitch] * item.module for start in range(0, side * pitch, pitch)])
    return int.from_bytes(dots, "big") << 8 * QUIET * high, (side + 2 * QUIET) * item.module
