"""A roll's labels as PDF: 70 by 37 mm each, on sheets of A4 with cut marks or one a page for roll printers.

A label of a roll carries what names the envelope and nothing about a person: the QR of the tracking address, both codes in
letters, and the S10 number as bars.
"""

import io
from collections.abc import Sequence
from typing import TypeVar

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from services.foundation.codes import group_code
from services.foundation.errors import Invalid

from .code128 import modules
from .label import QUIET
from .pdf import draw_qr, register_fonts, runs
from .raster import qr_matrix

Label = tuple[str, str, str]  # tracking code, S10 number, address
Any_ = TypeVar("Any_")
WIDTH, HEIGHT, COLUMNS, ROWS = 70, 37, 3, 8  # mm; 24 on a sheet, as label sheets are sold
_TOP = (297 - ROWS * HEIGHT) / 2
_QR, _BAR, _BARS_HIGH, _MARK = 25.0, 0.33, 8.0, 3.0


def part(labels: Sequence[Any_], first: int, count: int) -> Sequence[Any_]:
    """So many from the first; raises Invalid LABELS_OUT_OF_RANGE."""
    if not 0 <= first < len(labels) or not 0 <= count <= len(labels) - first:
        raise Invalid("LABELS_OUT_OF_RANGE", f"the roll has {len(labels)} labels, from 0", field="first", value=first)
    return labels[first:first + count] if count else labels[first:]


def draw(labels: Sequence[Label], office: str, paper: str) -> bytes:
    """The PDF; ``paper`` "A4" or "SINGLE"."""
    single = paper == "SINGLE"
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH * mm, HEIGHT * mm) if single else (210 * mm, 297 * mm), invariant=1, pageCompression=1)
    canvas.setTitle(f"Dossier Post {office}")
    on_a_page = 1 if single else COLUMNS * ROWS
    for start in range(0, len(labels), on_a_page):
        for place, label in enumerate(labels[start:start + on_a_page]):
            row, column = divmod(place, COLUMNS)
            _label(canvas, label, office, 0 if single else column * WIDTH, 0 if single else 297 - _TOP - (row + 1) * HEIGHT)
        if not single:
            _cut_marks(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _label(canvas: Canvas, label: Label, office: str, left: float, bottom: float) -> None:
    """One label; left and bottom in mm."""
    tracking_code, parcel_code, url = label
    regular, bold = register_fonts()
    module = _QR / (len(qr_matrix(url)) + 2 * QUIET)
    draw_qr(canvas, url, (left + 2) * mm, (bottom + HEIGHT - 1) * mm, module * mm)
    beside = left + _QR + 3
    for text, font, size, up in (
            ("HỒ SƠ HÀNH CHÍNH CÔNG", bold, 7, 31.5), ("Tra cứu / Track", regular, 6, 27.5),
            (group_code(tracking_code), bold, 11, 23),
            ("Bưu gửi / Parcel", regular, 6, 19), (group_code(parcel_code), bold, 9.5, 15), (f"Bưu cục {office}", regular, 6, 12)):
        canvas.setFont(font, size)
        canvas.drawString(beside * mm, (bottom + up) * mm, text)
    bars = modules(parcel_code)
    start = left + (WIDTH - len(bars) * _BAR) / 2
    for place, width in runs(bars):
        canvas.rect((start + place * _BAR) * mm, (bottom + 2) * mm, width * _BAR * mm, _BARS_HIGH * mm, stroke=0, fill=1)


def _cut_marks(canvas: Canvas) -> None:
    """Short lines at the sheet's edges and small crosses between labels: no line runs through one."""
    canvas.setLineWidth(0.2)
    for column in range(COLUMNS + 1):
        for row in range(ROWS + 1):
            x, y, arm = column * WIDTH * mm, (_TOP + row * HEIGHT) * mm, _MARK / 2 * mm
            canvas.line(x - arm, y, x + arm, y)
            canvas.line(x, y - arm, x, y + arm)
