"""The citizen's receipt, A5, after the layout of Mẫu 01 (TT 01/2018/TT-VPCP; TT 03/2025/TT-VPCP keeps its name and number).

The post office issues it before the authority's own: the dossier code line stays open until the authority has given one.
"""

import io
from dataclasses import dataclass
from datetime import date, datetime
from unicodedata import normalize
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from services.foundation.codes import group_code

from ..labels.layout import QUIET
from ..labels.pdf import draw_qr, register_fonts
from ..labels.qr import side_of

_QR_SIDE = 31 * mm
_DAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_SERVICES = {"SEND": "chuyển hồ sơ", "RETURN": "trả kết quả", "BOTH": "chuyển hồ sơ và trả kết quả tại nhà"}
_ONES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptContent:
    """The words of a receipt. ``filed`` is local time, dates are ISO or ""; the identity number comes masked."""

    office: str
    full_name: str
    address: str
    phone: str
    identity_number: str
    procedure: str
    authority: str
    papers: tuple[tuple[str, int, int], ...]
    fee_vnd: int
    postage_vnd: int
    tracking_code: str
    tracking_url: str
    parcel_code: str
    dossier_code: str
    transit_due: str
    due: str
    filed: datetime
    service: str


class _QrCode(Flowable):  # type: ignore[misc]
    """The QR as vectors, 31 mm with its quiet zone."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text, self.width, self.height = text, _QR_SIDE, _QR_SIDE

    def draw(self) -> None:
        draw_qr(self.canv, self._text, "Q", 0, _QR_SIDE, _QR_SIDE / (side_of(self._text, "Q") + 2 * QUIET))


def in_words(number: int) -> str:
    """A count of papers in Vietnamese words, up to 999."""
    if number < 10:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        head = "mười" if tens == 1 else f"{_ONES[tens]} mươi"
        tail = {0: "", 1: "một" if tens == 1 else "mốt", 5: "lăm"}.get(ones, _ONES[ones])
        return f"{head} {tail}".strip()
    hundreds, rest = divmod(number, 100)
    tail = "" if not rest else (f"lẻ {_ONES[rest]}" if rest < 10 else in_words(rest))
    return f"{_ONES[hundreds]} trăm {tail}".strip()


def money(amount_vnd: int) -> str:
    """"25.000 ₫"."""
    return f"{amount_vnd:,} ₫".replace(",", ".")


def day(iso: str) -> str:
    """"thứ Tư, 25/11/2026"; a dash for none."""
    if not iso:
        return "chưa có"
    when = date.fromisoformat(iso)
    return f"{_DAYS[when.weekday()]}, {when:%d/%m/%Y}"


def render(content: ReceiptContent) -> bytes:
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


def _head(content: ReceiptContent) -> list[Flowable]:
    return [_p(content.office, 9, bold=True),
            _p(f"Mã số hồ sơ: {content.dossier_code or 'do cơ quan giải quyết cấp khi tiếp nhận'}"), Spacer(1, 2 * mm),
            _p("GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", 13, bold=True, centre=True),
            _p("(do bưu cục lập khi nhận hồ sơ – theo bố cục Mẫu số 01)", 8, centre=True), Spacer(1, 2 * mm)]


def _who(content: ReceiptContent) -> Table:
    rows = (("Người nộp", content.full_name), ("Địa chỉ", content.address), ("Điện thoại", content.phone),
            ("Số định danh", content.identity_number), ("Thủ tục", content.procedure),
            ("Cơ quan giải quyết", content.authority),
            ("Tiếp nhận lúc", f"{content.filed:%H:%M} {day(content.filed.date().isoformat())}"),
            ("Dịch vụ", _SERVICES[content.service]))
    return _table([[_p(name), _p(value, bold=name in ("Người nộp", "Thủ tục"))] for name, value in rows], (32 * mm, 92 * mm))


def _papers(content: ReceiptContent) -> Table:
    originals, copies = (sum(counts) for counts in zip(*((first, second) for _, first, second in content.papers), strict=True))
    rows = [[_p(text, 8, bold=True) for text in ("TT", "Tên giấy tờ", "Bản chính", "Bản sao")]]
    rows += [[_p(str(number)), _p(name), _p(str(first)), _p(str(second))]
             for number, (name, first, second) in enumerate(content.papers, start=1)]
    rows.append([_p(""), _p(f"Cộng: {in_words(originals)} bản chính, {in_words(copies)} bản sao", bold=True),
                 _p(str(originals), bold=True), _p(str(copies), bold=True)])
    table = Table(rows, colWidths=(9 * mm, 83 * mm, 16 * mm, 16 * mm), repeatRows=1)
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP"),
                               ("TOPPADDING", (0, 0), (-1, -1), 1.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5)]))
    return table


def _promises(content: ReceiptContent) -> Table:
    total = content.fee_vnd + content.postage_vnd
    words = [_p(f"Phí, lệ phí (nộp cho cơ quan): {money(content.fee_vnd)}"), _p(f"Cước bưu chính: {money(content.postage_vnd)}"),
             _p(f"Đã thu: {money(total)}", bold=True), Spacer(1, 1.5 * mm),
             _p(f"Hồ sơ đến cơ quan chậm nhất: {day(content.transit_due)}"),
             _p(f"Dự kiến có kết quả: {day(content.due)}"), Spacer(1, 1.5 * mm),
             _p(f"Mã tra cứu: {group_code(content.tracking_code)}", 10, bold=True),
             _p(f"Mã bưu gửi: {group_code(content.parcel_code)}"), _p(content.tracking_url, 7)]
    return _table([[words, _QrCode(content.tracking_url.upper())]], (92 * mm, 32 * mm))


def _signatures() -> Table:
    return _table([[_p("Người nộp hồ sơ", bold=True, centre=True), _p("Giao dịch viên", bold=True, centre=True)],
                   [_p("(ký, ghi rõ họ tên)", 8, centre=True), _p("(ký, ghi rõ họ tên)", 8, centre=True)]], (62 * mm, 62 * mm))


def _table(rows: list[list[object]], widths: tuple[float, ...]) -> Table:
    table = Table(rows, colWidths=widths)
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
                               ("TOPPADDING", (0, 0), (-1, -1), 0.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]))
    return table
