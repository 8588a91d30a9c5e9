"""SVG of the same dots, so that Vietnamese letters need no font where it is shown: a stroke for every run of black."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from .layout import DOTS_PER_MM, Block, Paper
from .raster import band


def draw(blocks: Sequence[Block], paper: Paper) -> bytes:
    """The drawing, as large as the paper."""
    height, y, parts = sum(block.height for block in blocks), 0, []
    for block in blocks:
        if block.items or block.beneath:
            parts.append(f'<g transform="translate(0 {y})">{_lasting(block, paper) if block.lasts else _strokes(block, paper)}</g>')
        y += block.height
    per_mm = DOTS_PER_MM[paper.dpi]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{paper.width / per_mm:g}mm" height="{height / per_mm:g}mm" '
            f'viewBox="0 0 {paper.width} {height}" shape-rendering="crispEdges"><rect width="{paper.width}" height="{height}" '
            f'fill="#fff"/><g stroke="#000">{"".join(parts)}</g></svg>').encode()


def _strokes(block: Block, paper: Paper) -> str:
    """A path for each number of equal rows."""
    paths: dict[int, list[str]] = defaultdict(list)
    for top, high, row in _equal(band(block, paper).rows()):
        x, path = 0, paths[high]
        for left, wide in runs(f"{int.from_bytes(row, 'big'):0{8 * len(row)}b}"):
            path.append(f"m{left - x} 0h{wide}" if x else f"M{left} {top + high / 2:g}h{wide}")
            x = left + wide
    return "".join(f'<path stroke-width="{high}" d="{"".join(path)}"/>' for high, path in paths.items() if path)


_lasting = lru_cache(maxsize=512)(_strokes)


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
