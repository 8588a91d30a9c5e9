"""Ports to printers and telephones: what reaches people. Their promises are numbered clauses like those of ``ports``."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What a printer takes: ``language`` PDF, PNG, SVG, ZPL or ESCPOS, the ``medium`` in it ("100X150") and its dots an inch; and
    from whom: the staff of the office or authority it stands in, ``place``, or all if that is ""."""

    language: str
    medium: str
    dpi: int
    place: str = ""


class Printer(Protocol):
    """Puts a document on paper.

    P1 ``print`` returns after every byte was taken, and not a byte is changed.
    P2 Raises Unavailable PRINTER_AWAY only while nothing of the document was given: it may be printed again as it is.
    P3 Raises Unavailable PRINT_UNCERTAIN when some of it was given and the rest is unknown: paper may have come out.
    P4 Raises Refused OUT_OF_PAPER, with nothing given, when the printer says before that it has no paper.
    P5 Returns or raises within ``longest_s`` seconds, whatever the printer does.
    P6 Documents given at the same time come out one after the other, each whole.
    P7 A folder never shows a file that is not whole, and never replaces one.
    """

    @property
    def reach(self) -> Reach: ...
    @property
    def longest_s(self) -> float: ...
    async def print(self, document: bytes, name: str) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """What one person is to be told; ``key`` names it for ever. Number and text are personal, and not shown by ``repr``."""

    key: str
    telephone: str = field(repr=False)
    text: str = field(repr=False)


class Notifier(Protocol):
    """Tells people on their telephones.

    T1 ``send`` returns after the message was taken to be sent; under a key that was taken before it returns and takes nothing.
    T2 Raises Unavailable while nothing was taken, also if it is asked to slow down: it may be sent again under its key.
    T3 Raises Refused if it never will be taken: nobody tries again.
    T4 Neither number nor text is in an error.
    """

    async def send(self, notice: Notice) -> None: ...
