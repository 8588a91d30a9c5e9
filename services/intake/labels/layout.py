"""What stands where, whatever draws it: media, blocks one under the other, lines, rules and codes in them. Black only.

All lengths are dots of the printer. A medium's proportions are given once, in dots of 203 dpi (8 a millimetre), and scaled.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

QUIET = 4  # modules of white round a QR (ISO/IEC 18004)
QR_MM, QR_LEAST_MM = 31, 20  # with quiet zone: at arm's length, and the least where the medium is narrow
COPY = "BẢN SAO / COPY"  # on whatever may have come out before
DOTS_PER_MM = {203: 8.0, 300: 300 / 25.4}


@dataclass(frozen=True, slots=True)
class Medium:
    """Paper by its size in mm; ``height`` 0 is a roll, cut after the last line; ``edge`` at each side no head reaches."""

    width: int
    height: int
    edge: int


MEDIA = {"100X150": Medium(100, 150, 0), "100X100": Medium(100, 100, 0),
         "ROLL_58": Medium(58, 0, 5), "ROLL_80": Medium(80, 0, 4)}


class Measure(Protocol):
    """What the fonts and the codes take up."""

    def width(self, text: str, size: int, bold: bool) -> int: ...
    def modules(self, text: str, level: str) -> int: ...


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; y is its top."""

    x: int
    y: int
    size: int
    bold: bool
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A black rectangle."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR, its quiet zone inside; ``module`` dots a module, ``level`` of error correction."""

    x: int
    y: int
    module: int
    text: str
    level: str


@dataclass(frozen=True, slots=True)
class Bars:
    """The Code 128 of a text, without quiet zones; ``module`` dots a module."""

    x: int
    y: int
    module: int
    height: int
    text: str


Item = Text | Rule | Qr | Bars


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A band of the paper. Known by identity: one that ``lasts`` over many labels need be drawn but once, and so may a part of
    one that does not: what is ``beneath`` it, of the same height."""

    height: int
    items: tuple[Item, ...] = ()
    lasts: bool = True
    beneath: "Block | None" = None

    def everything(self) -> Iterator[Item]:
        """The items, those beneath first."""
        if self.beneath is not None:
            yield from self.beneath.everything()
        yield from self.items


@dataclass(frozen=True, slots=True, eq=False)
class Paper:
    """One medium at one resolution. ``page`` is the height of a sheet in dots, 0 on a roll."""

    dpi: int
    scale: float
    width: int
    page: int
    margin: int
    narrow: bool
    measure: Measure

    @property
    def inner(self) -> int:
        """Width between the margins."""
        return self.width - 2 * self.margin

    @property
    def short(self) -> bool:
        """A sheet no higher than wide: everything stands closer."""
        return 0 < self.page <= self.width

    def dots(self, of_203: float) -> int:
        """Dots of this paper for dots of 203 dpi; nothing vanishes."""
        return max(1, round(of_203 * self.scale)) if of_203 else 0

    def lines(self, text: str, x: int, y: int, size: int, bold: bool, width: int, most: int) -> list[Text]:
        """The text in at most ``most`` lines under each other."""
        step = size * 5 // 4
        return [Text(x, y + number * step, size, bold, line)
                for number, line in enumerate(wrapped(text, size, bold, width, most, self.measure))]

    def centred(self, text: str, y: int, size: int, bold: bool) -> Text:
        """One line in the middle."""
        return Text(max(0, (self.width - self.measure.width(text, size, bold)) // 2), y, size, bold, text)


@lru_cache(maxsize=32)
def paper_of(medium: str, dpi: int, measure: Measure) -> Paper:
    """The paper of a medium's name; the same object each time."""
    of, per_mm = MEDIA[medium], DOTS_PER_MM[dpi]
    narrow = of.width < 90
    return Paper(dpi=dpi, scale=per_mm / 8, width=round(of.width * per_mm), page=round(of.height * per_mm),
                 margin=round((of.edge + (0 if narrow else 4)) * per_mm), narrow=narrow, measure=measure)


@lru_cache(maxsize=4096)
def blank(height: int) -> Block:
    """Nothing, so high."""
    return Block(height)


def height_of(blocks: Iterable[Block]) -> int:
    """Of all together."""
    return sum(block.height for block in blocks)


def wrapped(text: str, size: int, bold: bool, width: int, most: int, measure: Measure) -> list[str]:
    """The text in at most ``most`` lines that fit the width; what is too long ends in an ellipsis."""
    if measure.width(text, size, bold) <= width:
        return [text] if text else [""]
    lines: list[str] = [""]
    used, space = 0, measure.width(" ", size, bold)
    for word in text.split():
        wide = measure.width(word, size, bold)
        if lines[-1] and used + space + wide > width:
            lines.append(word)
            used = wide
        else:
            used += (space if lines[-1] else 0) + wide
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    if len(lines) > most:
        lines = [*lines[:most - 1], f"{lines[most - 1]}…"]
    return [line if measure.width(line, size, bold) <= width else _cut(line, size, bold, width, measure) for line in lines]


def _cut(line: str, size: int, bold: bool, width: int, measure: Measure) -> str:
    kept = line.rstrip("…")
    while kept and measure.width(f"{kept}…", size, bold) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def module_for(paper: Paper, text: str, level: str, millimetres: float) -> int:
    """The least module of whole dots that makes the QR of a text, with its quiet zone, so large."""
    return module_of(paper, paper.measure.modules(text, level), millimetres)


def module_of(paper: Paper, modules: int, millimetres: float) -> int:
    """The same for a QR of so many modules."""
    return math.ceil(millimetres * 8 * paper.scale / (modules + 2 * QUIET))


def qr_side(paper: Paper, text: str, level: str, module: int) -> int:
    """Dots of a QR with its quiet zone."""
    return module * (paper.measure.modules(text, level) + 2 * QUIET)


def framed(paper: Paper, text: str, y: int) -> list[Item]:
    """A word in a frame, at the right."""
    size, line, pad = paper.dots(28), paper.dots(3), paper.dots(8)
    wide = paper.measure.width(text, size, True) + 2 * pad
    x, top, high = paper.width - paper.margin - wide, y - paper.dots(4), size * 5 // 4 + pad
    return [Rule(x, top, wide, line), Rule(x, top + high - line, wide, line), Rule(x, top, line, high),
            Rule(x + wide - line, top, line, high), Text(x + pad, top + pad // 2 + line // 2, size, True, text)]
