"""What a receipt says, and how counts, money and days are written in it."""

from dataclasses import dataclass
from datetime import date, datetime

from services.foundation.codes import group_code

TITLE = "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"
SUBTITLE = "(do bưu cục lập khi nhận hồ sơ – theo bố cục Mẫu số 01)"
SIGNERS, SIGN = ("Người nộp hồ sơ", "Giao dịch viên"), "(ký, ghi rõ họ tên)"
_DAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_SERVICES = {"SEND": "chuyển hồ sơ", "RETURN": "trả kết quả", "BOTH": "chuyển hồ sơ và trả kết quả tại nhà"}
_ONES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


_DELIVERY_CODE = (
    "Bưu điện: mã nhận kết quả là {code} (bưu gửi {parcel}). Chỉ đọc mã cho bưu tá khi phong bì đã ở trước mặt. "
    "Bưu điện không gọi điện hỏi mã này.\n"
    "The post: your code is {code} (parcel {parcel}). Tell it to the courier only with the envelope before you. "
    "The post never asks for it by telephone.")


def delivery_code(code: str, parcel_code: str) -> str:
    """The message that tells an applicant the one-time code of a result."""
    return _DELIVERY_CODE.format(code=code, parcel=group_code(parcel_code))


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
    copy: bool = False  # the same receipt may have come out before


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


def dossier_line(content: ReceiptContent) -> str:
    """The authority's code; open until it has given one."""
    return f"Mã số hồ sơ: {content.dossier_code or 'do cơ quan giải quyết cấp khi tiếp nhận'}"


def who_and_what(content: ReceiptContent) -> tuple[tuple[str, str], ...]:
    """Names and values of the first part."""
    return (("Người nộp", content.full_name), ("Địa chỉ", content.address), ("Điện thoại", content.phone),
            ("Số định danh", content.identity_number), ("Thủ tục", content.procedure),
            ("Cơ quan giải quyết", content.authority),
            ("Tiếp nhận lúc", f"{content.filed:%H:%M} {day(content.filed.date().isoformat())}"),
            ("Dịch vụ", _SERVICES[content.service]))


def papers_sum(content: ReceiptContent) -> tuple[str, int, int]:
    """(in words, originals, copies)."""
    originals, copies = (sum(counts) for counts in zip(*((first, second) for _, first, second in content.papers), strict=True))
    return f"Cộng: {in_words(originals)} bản chính, {in_words(copies)} bản sao", originals, copies


def paid(content: ReceiptContent) -> tuple[str, str, str]:
    """Fee, postage, and their sum."""
    return (f"Phí, lệ phí (nộp cho cơ quan): {money(content.fee_vnd)}", f"Cước bưu chính: {money(content.postage_vnd)}",
            f"Đã thu: {money(content.fee_vnd + content.postage_vnd)}")


def promised(content: ReceiptContent) -> tuple[str, str]:
    """When it arrives and when there will be a result."""
    return f"Hồ sơ đến cơ quan chậm nhất: {day(content.transit_due)}", f"Dự kiến có kết quả: {day(content.due)}"


def codes(content: ReceiptContent) -> tuple[str, str, str]:
    """Tracking code, envelope's number, address of the citizen's page."""
    return (f"Mã tra cứu: {group_code(content.tracking_code)}", f"Mã bưu gửi: {group_code(content.parcel_code)}",
            content.tracking_url)
