"""ESC/POS: the same dots in strips (``GS v 0``), then feed and cut. No word goes as text: its code pages have no Vietnamese.

Source: Epson, ESC/POS Command Reference, ESC @, GS v 0, ESC J, GS V.
"""

import struct
from collections.abc import Sequence
from itertools import islice

from .layout import Block, Paper
from .raster import band

_STRIP = 192  # rows at once: the buffers of small printers hold no more
_START, _RASTER, _FEED, _CUT = b"\x1b@", b"\x1dv0\x00", b"\x1bJ", b"\x1dVB\x00"


def draw(sheets: Sequence[Sequence[Block]], paper: Paper, edge: int) -> bytes:
    """One job, cut after each sheet. ``edge`` dots at each side are beyond the head and left out."""
    return _START + b"".join(_sheet(blocks, paper, edge) for blocks in sheets)


def _sheet(blocks: Sequence[Block], paper: Paper, edge: int) -> bytes:
    reach = (paper.width - 2 * edge + 7) // 8
    rows = iter([_inside(row, edge, reach) for block in blocks for row in band(block, paper).rows()])
    strips = []
    while strip := list(islice(rows, _STRIP)):
        strips += [_RASTER, struct.pack("<HH", reach, len(strip)), *strip]
    return b"".join((*strips, _FEED, b"\x18", _CUT))


def _inside(row: bytes, edge: int, reach: int) -> bytes:
    """The bytes of a row between the edges."""
    if edge % 8 == 0:
        return row[edge // 8:edge // 8 + reach]
    dots = int.from_bytes(row, "big") >> max(0, 8 * len(row) - edge - 8 * reach)
    return (dots & (1 << 8 * reach) - 1).to_bytes(reach, "big")
