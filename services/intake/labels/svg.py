"""SVG of the same dots, as one path of rectangles, so that Vietnamese letters need no font where it is shown."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from .layout import DOTS_PER_MM, Block, Paper
from .raster import band


def draw(blocks: Sequence[Block], paper: Paper) -> bytes:
    """The drawing, as large as the paper."""
    height, y, parts = sum(block.height for block in blocks), 0, []
    for block in blocks:
        parts.append(f"M0 {y}{_lasting(block, paper) if block.lasts else _path(block, paper)}")
        y += block.height
    per_mm = DOTS_PER_MM[paper.dpi]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{paper.width / per_mm:g}mm" height="{height / per_mm:g}mm" '
            f'viewBox="0 0 {paper.width} {height}" shape-rendering="crispEdges"><rect width="{paper.width}" height="{height}" '
            f'fill="#fff"/><path d="{"".join(parts)}"/></svg>').encode()


def _path(block: Block, paper: Paper) -> str:
    """Rectangles of equal rows, each from where the pen stands: it begins and ends at the block's upper left corner."""
    drawn, path, x, y = band(block, paper), [], 0, 0
    for top, high, row in _equal(drawn.rows()):
        for left, wide in runs(f"{int.from_bytes(row, 'big'):0{8 * len(row)}b}"):
            path.append(f"m{left - x} {top - y}h{wide}v{high}h{-wide}z")
            x, y = left, top
    return "".join(path)


_lasting = lru_cache(maxsize=512)(_path)


def _equal(rows: list[bytes]) -> Iterator[tuple[int, int, bytes]]:
    top = 0
    for row, same in groupby(rows):
        high = len(list(same))
        yield top, high, row
        top += high


def runs(bits: str) -> Iterator[tuple[int, int]]:
    """(start, length) of each run of ones."""
    start = bits.find("1")
    while start >= 0:
        end = bits.find("0", start)
        end = len(bits) if end < 0 else end
        yield start, end - start
        start = bits.find("1", end)
