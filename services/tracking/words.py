"""The glossary: every stage, event and label in both languages, side by side. Vietnamese first."""

from datetime import date, datetime

from services.foundation.calendar import VIETNAM

LANGUAGES = ("vi", "en")
_Pair = tuple[str, str]

STAGES: dict[str, _Pair] = {
    "RECEIVED_BY_POST": ("Bưu điện đã nhận hồ sơ của bạn.", "The post has your dossier."),
    "ON_WAY_TO_AUTHORITY": ("Hồ sơ của bạn đang trên đường tới cơ quan giải quyết.",
                            "Your dossier is on its way to the authority."),
    "AT_AUTHORITY": ("Cơ quan đã ký nhận hồ sơ của bạn.", "The authority has signed for your dossier."),
    "IN_REVIEW": ("Cơ quan đã tiếp nhận và đang giải quyết hồ sơ.", "The authority has accepted it and works on it."),
    "PAPERS_NEEDED": ("Cần bổ sung giấy tờ.", "More papers are needed."),
    "PAPERS_ON_WAY": ("Giấy tờ bổ sung đang trên đường tới cơ quan.", "The papers you added are on their way."),
    "PAYMENT_NEEDED": ("Cần nộp khoản tiền theo quy định.", "A payment is needed."),
    "DECIDED": ("Đã có kết quả. Bưu điện sẽ mang về cho bạn.", "It is decided. The post will bring the result."),
    "RESULT_ON_WAY": ("Kết quả đang trên đường về với bạn.", "The result is on its way to you."),
    "DONE": ("Đã trả kết quả.", "The result was delivered."),
    "DECLINED": ("Cơ quan không tiếp nhận hồ sơ.", "The authority did not accept the dossier."),
    "WITHDRAWN": ("Hồ sơ đã được rút theo yêu cầu.", "The dossier was withdrawn on request."),
    "CANCELLED": ("Bưu cục đã hủy lần nhận này vì nhập nhầm. Tiền đã thu được trả lại cho bạn.",
                  "The office cancelled this filing, which was entered by mistake. What you paid is given back."),
    "STOPPED": ("Cơ quan đã dừng giải quyết hồ sơ.", "The authority has stopped."),
}
TO_DO: dict[str, _Pair] = {
    "PAPERS_NEEDED": ("Việc bạn cần làm: mang giấy tờ còn thiếu đến bất kỳ bưu cục nào, kèm giấy tiếp nhận.",
                      "To do: bring the missing papers to any post office, with your receipt."),
    "PAYMENT_NEEDED": ("Việc bạn cần làm: nộp tiền tại bưu cục hoặc cơ quan, và giữ biên lai.",
                       "To do: pay at a post office or the authority, and keep the receipt."),
}
NOTHING_TO_DO: _Pair = ("Bạn không cần làm gì lúc này.", "There is nothing for you to do now.")
EVENTS: dict[str, _Pair] = {
    "FILED": ("Bưu điện đã nhận hồ sơ", "Taken in by the post"), "DEPARTED": ("Rời bưu cục", "Left the office"),
    "ARRIVED": ("Đến bưu cục", "Came to the office"), "OUT_FOR_DELIVERY": ("Bưu tá đang đi phát", "Out with a courier"),
    "LODGED": ("Cơ quan đã ký nhận", "Signed for by the authority"), "ACCEPTED": ("Cơ quan đã tiếp nhận", "Accepted"),
    "SUPPLEMENT_REQUESTED": ("Cơ quan yêu cầu bổ sung giấy tờ", "More papers were asked for"),
    "PAPERS_SUPPLIED": ("Đã nộp giấy tờ bổ sung", "Papers were added"),
    "SUPPLEMENT_RECEIVED": ("Cơ quan đã nhận giấy tờ bổ sung", "The authority has the added papers"),
    "PAYMENT_REQUESTED": ("Yêu cầu nộp tiền", "A payment was asked for"), "PAYMENT_RECEIVED": ("Đã nộp tiền", "Paid"),
    "DECIDED": ("Đã có kết quả", "Decided"), "RESULT_SENT": ("Kết quả đã gửi đi", "The result set out"),
    "ATTEMPT_FAILED": ("Phát chưa thành công", "A try to deliver failed"), "DELIVERED": ("Đã trả kết quả", "Delivered"),
    "DECLINED": ("Cơ quan không tiếp nhận", "Not accepted"), "WITHDRAWN": ("Đã rút hồ sơ", "Withdrawn"),
    "STOPPED": ("Dừng giải quyết", "Stopped"), "HELD": ("Lưu tại bưu cục", "Held at the office"),
    "CANCELLED": ("Bưu cục đã hủy do nhập nhầm", "Cancelled by the office"),
}
LABELS: dict[str, _Pair] = {
    "title": ("Hành trình hồ sơ", "Journey of a dossier"), "code": ("Mã tra cứu", "Tracking code"),
    "transit": ("Bưu điện hẹn đến nơi", "The post promises arrival by"), "due": ("Cơ quan hẹn kết quả", "Decision promised by"),
    "holds": ("đúng hẹn", "on time"), "late": ("trễ hẹn", "late"),
    "expected": ("dự kiến", "expected"), "none": ("chưa có hẹn", "not yet known"),
    "timeline": ("Đã qua", "So far"), "help": ("Cần giúp đỡ", "Help"), "other": ("English", "Tiếng Việt"),
    "ask": ("Hỏi tại {office}, nơi bạn nộp hồ sơ, hoặc tại bất kỳ bưu cục nào.",
            "Ask at {office}, where you filed, or at any post office."),
    "complain": ("Khiếu nại về bưu gửi: trong 6 tháng kể từ ngày hết hạn hẹn, tại bất kỳ bưu cục nào.",
                 "Complaints about the mail: within 6 months after the promised date, at any post office."),
    "never": ("Trang này không bao giờ hỏi tiền, mật khẩu hay giấy tờ của bạn.",
              "This page never asks for money, a password or your papers."),
    "as_of": ("Cập nhật lúc", "As of"),
    "unknown": ("Không thấy hồ sơ nào với mã này.", "No dossier with this code."),
    "unknown_more": ("Hãy so mã với giấy tiếp nhận. Hồ sơ vừa nộp hiện ra sau ít phút. Chưa có gì bị mất.",
                     "Compare the code with your receipt. A new dossier shows within minutes. Nothing is lost."),
    "mistyped": ("Mã này chưa đúng: gõ nhầm một ký tự?", "This code is not right: one character mistyped?"),
    "mistyped_more": ("Mã có 13 chữ và số, in dưới ô vuông QR trên giấy tiếp nhận.",
                      "The code has 13 letters and digits, printed under the QR on your receipt."),
    "away": ("Đang tạm gián đoạn, hãy thử lại sau ít phút.", "There is a short interruption; try again in a few minutes."),
    "away_more": ("Hồ sơ của bạn vẫn nguyên vẹn và vẫn đang đi. Chưa có gì bị mất.",
                  "Your dossier is safe and on its way. Nothing is lost."),
    "welcome": ("Xem hồ sơ của bạn đang ở đâu.", "See where your dossier is."),
    "welcome_more": ("Quét ô vuông QR trên giấy tiếp nhận, hoặc mở địa chỉ in bên cạnh.",
                     "Scan the QR on your receipt, or open the address printed beside it."),
}
_DAYS = (("thứ Hai", "Monday"), ("thứ Ba", "Tuesday"), ("thứ Tư", "Wednesday"), ("thứ Năm", "Thursday"),
         ("thứ Sáu", "Friday"), ("thứ Bảy", "Saturday"), ("Chủ nhật", "Sunday"))


def said(pair: _Pair, language: str) -> str:
    """The word in a language."""
    return pair[LANGUAGES.index(language)]


def day(when: date, language: str) -> str:
    """"thứ Tư, 25/11/2026"."""
    return f"{said(_DAYS[when.weekday()], language)}, {when:%d/%m/%Y}"


def moment(when: datetime, language: str) -> str:
    """"thứ Tư, 25/11/2026, 16:30", local time."""
    local = when.astimezone(VIETNAM)
    return f"{day(local.date(), language)}, {local:%H:%M}"
