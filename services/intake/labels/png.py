"""PNG of one bit a dot, put together of bands that are compressed each for itself: what lasts is compressed but once.

Deflate streams that end on a byte stand behind one another, and Adler's sum of a whole follows from those of its parts. Pillow
would turn a bit into a byte and back and compress everything anew. Source: RFC 1950, RFC 1951, PNG (ISO/IEC 15948).
"""

import struct
import zlib
from collections.abc import Sequence
from functools import lru_cache

from .layout import Block, Paper
from .raster import Band, band

_BASE = 65521
_END = b"\x03\x00"  # an empty last block


def draw(blocks: Sequence[Block], paper: Paper) -> bytes:
    """The picture, with its resolution."""
    pieces = [_lasting(block, paper) if block.lasts else _piece(band(block, paper)) for block in blocks]
    height, per_metre = sum(block.height for block in blocks), round(paper.dpi / 0.0254)
    return b"".join((
        b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", struct.pack(">IIBBBBB", paper.width, height, 1, 3, 0, 0, 0)),
        _chunk(b"PLTE", b"\xff\xff\xff\x00\x00\x00"), _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
        _chunk(b"IDAT", zlib_stream(pieces)), _chunk(b"IEND", b"")))


Piece = tuple[bytes, int, int]  # deflated, Adler's sum, length before


def piece_of(raw: bytes) -> Piece:
    """Bytes deflated so that others may follow."""
    squeezed = zlib.compressobj(1, zlib.DEFLATED, -15)
    return squeezed.compress(raw) + squeezed.flush(zlib.Z_SYNC_FLUSH), zlib.adler32(raw), len(raw)


def zlib_stream(pieces: Sequence[Piece]) -> bytes:
    """One zlib stream of all."""
    low, high = 1, 0
    for _, adler, length in pieces:
        first, second = adler & 0xFFFF, adler >> 16
        high = (high + second + length % _BASE * (low - 1)) % _BASE
        low = (low + first - 1) % _BASE
    return b"".join((b"\x78\x01", *(deflated for deflated, _, _ in pieces), _END, struct.pack(">I", high << 16 | low)))


def _piece(drawn: Band) -> Piece:
    return piece_of(drawn.raw)


@lru_cache(maxsize=512)
def _lasting(block: Block, paper: Paper) -> Piece:
    return _piece(band(block, paper))


def _chunk(name: bytes, content: bytes) -> bytes:
    return b"".join((struct.pack(">I", len(content)), name, content, struct.pack(">I", zlib.crc32(content, zlib.crc32(name)))))
