"""ZPL: the same dots as one compressed picture a sheet (``^GFA``, ``:Z64:``).

No word of a label goes to the printer as text: its fonts have no Vietnamese, and ``^`` or ``~`` in a name would be commands.
The codes are in the picture too: what is printed is what the tests decode, whatever a model makes of ``^BQ`` and ``^BC``.
Source: Zebra, ZPL II Programming Guide, "^GF", "Alternative Data Compression Scheme" with its CRC (CCITT, from 0).
"""

import base64
import binascii
from collections.abc import Sequence
from functools import lru_cache

from .layout import Block, Paper, height_of
from .png import Piece, piece_of, zlib_stream
from .raster import band


def draw(sheets: Sequence[Sequence[Block]], paper: Paper) -> bytes:
    """One job: a format for each sheet."""
    return b"".join(_sheet(blocks, paper) for blocks in sheets)


def _sheet(blocks: Sequence[Block], paper: Paper) -> bytes:
    pieces = [_lasting(block, paper) if block.lasts else _piece(block, paper) for block in blocks]
    row, height = (paper.width + 7) // 8, height_of(blocks)
    packed = base64.b64encode(zlib_stream(pieces))
    roll = "" if paper.page else "^MNN"
    head = f"^XA{roll}^PW{paper.width}^LL{height}^LH0,0^LS0^LT0^FO0,0^GFA,{row * height},{row * height},{row},:Z64:"
    return head.encode() + packed + f":{binascii.crc_hqx(packed, 0):04X}^FS^PQ1^XZ\n".encode()


def _piece(block: Block, paper: Paper) -> Piece:
    return piece_of(b"".join(band(block, paper).rows()))


_lasting = lru_cache(maxsize=512)(_piece)
