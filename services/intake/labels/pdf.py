"""PDF of the same blocks: vectors and letters, a page a sheet, byte for byte the same each time."""

import io
from collections.abc import Sequence
from functools import cache

from reportlab.lib.units import inch
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from . import code128, qr
from .layout import DOTS_PER_MM, QUIET, Bars, Block, Item, Paper, Qr, Rule, Text, height_of
from .raster import FONTS, letters
from .svg import runs

_MM = inch / 25.4


@cache
def register_fonts() -> tuple[str, str]:
    """(regular, bold) names."""
    for weight in ("Regular", "Bold"):
        pdfmetrics.registerFont(TTFont(f"Roboto-{weight}", str(FONTS / f"Roboto-{weight}.ttf")))
    return "Roboto-Regular", "Roboto-Bold"


def draw(sheets: Sequence[Sequence[Block]], paper: Paper) -> bytes:
    """The PDF's bytes."""
    out, dot = io.BytesIO(), _MM / DOTS_PER_MM[paper.dpi]
    canvas = Canvas(out, invariant=1)
    canvas.setTitle("Dossier Post")
    for blocks in sheets:
        high = height_of(blocks) * dot
        canvas.setPageSize((paper.width * dot, high))
        top = 0
        for block in blocks:
            for item in block.everything():
                _draw(canvas, item, high - top * dot, dot)
            top += block.height
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, item: Item, top: float, dot: float) -> None:
    match item:
        case Text():
            regular, bold = register_fonts()
            canvas.setFont(bold if item.bold else regular, item.size * dot)
            canvas.drawString(item.x * dot, top - (item.y + item.size * 0.95) * dot, letters(item.text))
        case Rule():
            _rectangle(canvas, item.x, item.y, item.width, item.height, top, dot)
        case Qr():
            draw_qr(canvas, item.text, item.level, item.x * dot, top - item.y * dot, item.module * dot)
        case Bars():
            for left, wide in runs(code128.modules(item.text)):
                _rectangle(canvas, item.x + left * item.module, item.y, wide * item.module, item.height, top, dot)


def draw_qr(canvas: Canvas, text: str, level: str, left: float, top: float, module: float) -> None:
    """The QR with its quiet zone inside; left, top and module in points. One rectangle a run: no hairlines between modules."""
    for number, row in enumerate(qr.rows_of(text, level), start=QUIET):
        for start, wide in runs(row):
            canvas.rect(left + (start + QUIET) * module, top - (number + 1) * module, wide * module, module, stroke=0, fill=1)


def _rectangle(canvas: Canvas, x: int, y: int, width: int, height: int, top: float, dot: float) -> None:
    canvas.rect(x * dot, top - (y + height) * dot, width * dot, height * dot, stroke=0, fill=1)
