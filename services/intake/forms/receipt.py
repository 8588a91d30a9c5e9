"""The citizen's receipt, A5, after the layout of Mẫu 01 (TT 01/2018/TT-VPCP; TT 03/2025/TT-VPCP keeps its name and number).

The post office issues it before the authority's own: the dossier code line stays open until the authority has given one.
"""

import io
from unicodedata import normalize
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from ..labels.layout import COPY, QUIET
from ..labels.pdf import draw_qr, register_fonts
from ..labels.qr import side_of
from . import words

_QR_SIDE = 31 * mm


class _QrCode(Flowable):  # type: ignore[misc]
    """The QR as vectors, 31 mm with its quiet zone."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text, self.width, self.height = text, _QR_SIDE, _QR_SIDE

    def draw(self) -> None:
        draw_qr(self.canv, self._text, "Q", 0, _QR_SIDE, _QR_SIDE / (side_of(self._text, "Q") + 2 * QUIET))


def render(content: words.ReceiptContent) -> bytes:
    """The PDF's bytes; many papers go on to a second page under a repeated heading."""
    out = io.BytesIO()
    document = SimpleDocTemplate(out, pagesize=A5, leftMargin=12 * mm, rightMargin=12 * mm, topMargin=10 * mm,
                                 bottomMargin=10 * mm, title="Giấy tiếp nhận hồ sơ", invariant=1)
    document.build([*_head(content), _who(content), Spacer(1, 2 * mm), _papers(content), Spacer(1, 2 * mm),
                    KeepTogether([_promises(content), Spacer(1, 3 * mm), _signatures()])])
    return out.getvalue()


def _style(size: float, *, bold: bool = False, centre: bool = False) -> ParagraphStyle:
    regular, heavy = register_fonts()
    return ParagraphStyle("p", fontName=heavy if bold else regular, fontSize=size, leading=size * 1.35,
                          alignment=1 if centre else 0)


def _p(text: str, size: float = 9, *, bold: bool = False, centre: bool = False) -> Paragraph:
    return Paragraph(escape(normalize("NFC", text)), _style(size, bold=bold, centre=centre))


def _head(content: words.ReceiptContent) -> list[Flowable]:
    return [*([_p(COPY, 12, bold=True)] if content.copy else []), _p(content.office, 9, bold=True),
            _p(words.dossier_line(content)), Spacer(1, 2 * mm), _p(words.TITLE, 13, bold=True, centre=True),
            _p(words.SUBTITLE, 8, centre=True), Spacer(1, 2 * mm)]


def _who(content: words.ReceiptContent) -> Table:
    return _table([[_p(name), _p(value, bold=name in ("Người nộp", "Thủ tục"))] for name, value in words.who_and_what(content)],
                  (32 * mm, 92 * mm))


def _papers(content: words.ReceiptContent) -> Table:
    text, originals, copies = words.papers_sum(content)
    rows = [[_p(each, 8, bold=True) for each in ("TT", "Tên giấy tờ", "Bản chính", "Bản sao")]]
    rows += [[_p(str(number)), _p(name), _p(str(first)), _p(str(second))]
             for number, (name, first, second) in enumerate(content.papers, start=1)]
    rows.append([_p(""), _p(text, bold=True), _p(str(originals), bold=True), _p(str(copies), bold=True)])
    table = Table(rows, colWidths=(9 * mm, 83 * mm, 16 * mm, 16 * mm), repeatRows=1)
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP"),
                               ("TOPPADDING", (0, 0), (-1, -1), 1.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5)]))
    return table


def _promises(content: words.ReceiptContent) -> Table:
    fee, postage, total = words.paid(content)
    tracking, parcel, url = words.codes(content)
    lines = [_p(fee), _p(postage), _p(total, bold=True), Spacer(1, 1.5 * mm), *(_p(each) for each in words.promised(content)),
             Spacer(1, 1.5 * mm), _p(tracking, 10, bold=True), _p(parcel), _p(url, 7)]
    return _table([[lines, _QrCode(url.upper())]], (92 * mm, 32 * mm))


def _signatures() -> Table:
    return _table([[_p(signer, bold=True, centre=True) for signer in words.SIGNERS],
                   [_p(words.SIGN, 8, centre=True) for _ in words.SIGNERS]], (62 * mm, 62 * mm))


def _table(rows: list[list[object]], widths: tuple[float, ...]) -> Table:
    table = Table(rows, colWidths=widths)
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
                               ("TOPPADDING", (0, 0), (-1, -1), 0.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]))
    return table
