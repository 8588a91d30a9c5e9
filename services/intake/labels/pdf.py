"""The label as PDF of one page of 100 by 150 mm: vectors and letters, byte for byte the same each time."""

import io
from functools import cache
from unicodedata import normalize

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from .code128 import modules
from .label import BAR_DOTS, BAR_HEIGHT, HEIGHT, QUIET, WIDTH, Bars, Item, Qr, Rule, Text
from .raster import FONTS, qr_matrix

_DOT = mm / 8


@cache
def register_fonts() -> tuple[str, str]:
    """(regular, bold) names."""
    for weight in ("Regular", "Bold"):
        pdfmetrics.registerFont(TTFont(f"Roboto-{weight}", str(FONTS / f"Roboto-{weight}.ttf")))
    return "Roboto-Regular", "Roboto-Bold"


def draw(items: list[Item], url: str) -> bytes:
    """The PDF's bytes."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH * _DOT, HEIGHT * _DOT), invariant=1)
    canvas.setTitle("Dossier Post")
    regular, bold = register_fonts()
    for item in items:
        match item:
            case Text():
                canvas.setFont(bold if item.bold else regular, item.size * _DOT)
                canvas.drawString(item.x * _DOT, (HEIGHT - item.y - item.size * 0.95) * _DOT, normalize("NFC", item.text))
            case Rule():
                _rectangle(canvas, item.x, item.y, item.width, item.height)
            case Qr():
                draw_qr(canvas, url, item.x * _DOT, (HEIGHT - item.y) * _DOT, item.module * _DOT)
            case Bars():
                for left, width in _runs(modules(item.text)):
                    _rectangle(canvas, item.x + left * BAR_DOTS, item.y, width * BAR_DOTS, BAR_HEIGHT)
    canvas.save()
    return out.getvalue()


def draw_qr(canvas: Canvas, text: str, left: float, top: float, module: float) -> None:
    """The QR with its quiet zone inside; left and top in points."""
    for row, line in enumerate(qr_matrix(text), start=QUIET):
        for start, width in _runs("".join("1" if dark else "0" for dark in line)):
            canvas.rect(left + (start + QUIET) * module, top - (row + 1) * module, width * module, module, stroke=0, fill=1)


def _runs(bits: str) -> list[tuple[int, int]]:
    """(start, length) of each run of ones: one rectangle a run leaves no hairlines between modules."""
    runs, start = [], bits.find("1")
    while start >= 0:
        end = bits.find("0", start)
        end = len(bits) if end < 0 else end
        runs.append((start, end - start))
        start = bits.find("1", end)
    return runs


def _rectangle(canvas: Canvas, x: int, y: int, width: int, height: int) -> None:
    canvas.rect(x * _DOT, (HEIGHT - y - height) * _DOT, width * _DOT, height * _DOT, stroke=0, fill=1)
