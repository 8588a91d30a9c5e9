// What went wrong and what to do, by reason, in both languages. A reason that is not here is told with its own name.

const PROBLEMS = {
  TEXT_MISSING: ["Chưa điền.", "This is needed."],
  TEXT_TOO_LONG: ["Quá dài; viết gọn lại.", "Too long; shorten it."],
  TEXT_CONTROL_CHARACTER: ["Có ký tự lạ; xóa đi và gõ lại.", "There is a strange character; type it again."],
  IDENTITY_NUMBER_WRONG: [
    "Cần 12 số (căn cước) hoặc 9 số (CMND). Quét lại thẻ hoặc gõ lại.",
    "12 or 9 digits are needed. Scan the card or type again.",
  ],
  PHONE_WRONG: ["Cần 8 đến 15 chữ số.", "8 to 15 digits are needed."],
  MONEY_MISSING: ["Chưa điền số tiền; không thu thì gõ 0.", "An amount is needed; type 0 if none."],
  MONEY_UNREADABLE: ["Không đọc được số tiền; gõ như 25000.", "Type an amount such as 25000."],
  MONEY_TOO_MUCH: ["Số tiền quá lớn.", "The amount is too large."],
  MONEY_NEGATIVE: ["Số tiền không được âm.", "The amount cannot be negative."],
  FEE_WRONG: [
    "Lệ phí khác mức công bố; chọn lại thủ tục để lấy mức mới.",
    "The fee differs from the published one; choose the procedure again.",
  ],
  WEIGHT_WRONG: ["Cần từ 1 đến 30.000 gam.", "1 to 30,000 grams are needed."],
  COUNT_WRONG: ["Đếm từ 0 đến 999.", "Count 0 to 999."],
  PAPERS_MISSING: ["Chưa đếm giấy tờ nào.", "No paper was counted."],
  PAPERS_UNREADABLE: ["Viết như: Đơn đề nghị: 1 chính; Văn bằng: 2 sao", "Write like: Form: 1 original; Diploma: 2 copies"],
  SERVICE_MISSING: ["Chọn dịch vụ: hai chiều, gửi hoặc trả.", "Choose: both, send or return."],
  PROCEDURE_MISSING: ["Chưa chọn thủ tục.", "No procedure was chosen."],
  PROCEDURE_UNKNOWN: ["Không có thủ tục này; tìm lại bằng vài chữ.", "No such procedure; look it up by words."],
  PRESENCE_NEEDED: [
    "Người nộp phải đến gặp cơ quan; không nhận qua bưu chính.",
    "The person must appear in person; not by post.",
  ],
  NOT_BY_POST: ["Thủ tục này không nhận qua bưu chính.", "This procedure cannot be filed by post."],
  POST_UNKNOWN: [
    "Chưa rõ có nhận qua bưu chính không; hỏi cơ quan.",
    "It is not known whether it may go by post; ask the authority.",
  ],
  UNIT_MISSING: ["Chưa có nơi giải quyết.", "The place is needed."],
  UNIT_UNKNOWN: [
    "Không thấy nơi này, cả tên cũ. Thêm huyện và tỉnh, cách bằng dấu phẩy.",
    "No such place, today or before. Add district and province, with commas.",
  ],
  UNIT_TOO_WIDE: ["Cấp xã giải quyết việc này; điền xã hoặc phường.", "A commune decides this; name the commune."],
  PLACE_SPLIT: ["Nơi này đã được chia; chọn một nơi.", "This place was split; choose one."],
  AUTHORITY_UNKNOWN: ["Chưa có cơ quan này trong danh mục.", "This authority is not in the registry."],
  LABEL_NEEDED_OFFLINE: [
    "Mất mạng: quét một nhãn in sẵn, hoặc để bản nháp chờ có mạng.",
    "No network: scan a pre-printed label, or leave the draft until it is back.",
  ],
  LABEL_UNKNOWN: ["Nhãn này không thuộc cuộn nào; lấy nhãn khác.", "This label is of no roll; take another."],
  LABEL_OF_OTHER_OFFICE: [
    "Nhãn của bưu cục khác; lấy nhãn từ cuộn của bưu cục mình.",
    "The label belongs to another office; take one of yours.",
  ],
  LABEL_TAKEN: [
    "Nhãn này đã dùng cho hồ sơ khác; dán và quét nhãn khác.",
    "This label belongs to another dossier; take another.",
  ],
  PARCEL_CODE_CHECK: ["Mã sai một ký tự; quét lại.", "One character of the code is wrong; scan again."],
  TRACKING_CODE_CHECK: ["Mã sai một ký tự; quét lại.", "One character of the code is wrong; scan again."],
  CODE_UNREADABLE: ["Không phải mã của bưu điện; quét lại.", "This is no code of the post; scan again."],
  CODE_DAMAGED_BY_TYPING: [
    "Bộ gõ tiếng Việt đã làm hỏng mã; tắt bộ gõ rồi quét lại.",
    "The Vietnamese typing method has damaged the code; switch it off and scan again.",
  ],
  POSSIBLE_DOUBLE: [
    "Người này đang có hồ sơ cùng thủ tục; xác nhận nếu nộp thêm.",
    "The same person has this procedure open; confirm another one.",
  ],
  TAKE_TIME_TOO_OLD: [
    "Hồ sơ đã chờ gửi quá 30 ngày; nhận lại thì ngày hẹn tính từ hôm nay. Báo người nộp.",
    "It has waited for more than 30 days; taken in again, it counts from today. Tell the citizen.",
  ],
  REQUEST_ID_REUSED: [
    "Hồ sơ này đã được nhận trước đó với nội dung khác; xem danh sách trong ngày.",
    "It was taken in before with other content; see today's list.",
  ],
  NO_ANSWER: ["Không có mạng hoặc máy chủ không trả lời. Chưa có gì bị mất.", "No network, or no answer. Nothing is lost."],
  TOKEN_EXPIRED: ["Ca làm việc đã hết; đăng nhập lại.", "Your session has ended; log in again."],
  ROLE_NOT_ALLOWED: ["Mã đăng nhập này không được làm việc này.", "Your role may not do this."],
  DAY_HAS_CHANGED: ["Vừa có hồ sơ mới; xem lại số rồi chốt.", "Something has changed; look again, then close."],
  DAY_CLOSED: ["Ngày này đã chốt.", "This day is closed."],
  DAY_NOT_OVER: ["Ngày này chưa tới.", "This day is still to come."],
  NOT_YOUR_FILING: [
    "Chỉ người đã nhận hồ sơ được hủy; nhờ người đó, hoặc rút hồ sơ theo yêu cầu.",
    "Only the clerk who took it in may cancel it; ask them, or withdraw it.",
  ],
  CANCEL_TOO_LATE: [
    "Chỉ hủy được trong ngày nhận; từ hôm sau là rút hồ sơ.",
    "It can be cancelled on its own day only; later it is withdrawn.",
  ],
  ENVELOPE_UNDER_WAY: [
    "Phong bì đã được quét hoặc bàn giao; không hủy được nữa, chỉ rút hồ sơ.",
    "The envelope was scanned or handed over; it can only be withdrawn.",
  ],
  MOVE_NOT_ALLOWED: ["Hồ sơ đã sang bước khác; mở lại để xem.", "The dossier has moved on; open it again."],
  DOSSIER_UNKNOWN: ["Không thấy hồ sơ này ở bưu cục của bạn.", "No such dossier at your office."],
  STORE_UNAVAILABLE: [
    "Kho dữ liệu đang gián đoạn; trang tự thử lại. Chưa có gì bị mất.",
    "The store is interrupted; it is tried again. Nothing is lost.",
  ],
  TEXT_NOT_NFC: ["Chữ gõ theo bảng mã tổ hợp; gõ lại.", "Letters and marks are apart; type it again."],
  PRINT_UNDER_WAY: ["Đang in hồ sơ này; chờ rồi in lại.", "It is being printed; wait, then print again."],
  PRINT_UNCERTAIN: [
    "Chưa rõ nhãn đã in hay chưa; xem khay giấy, rồi in lại nếu thiếu.",
    "It is not known whether it was printed; look at the tray, then print again.",
  ],
  REMARK_MISSING: ["Ghi lý do chênh lệch.", "Say why they differ."],
  PRINTER_AWAY: ["Máy in không trả lời; kiểm tra nguồn và dây.", "The printer does not answer; check power and cable."],
  OUT_OF_PAPER: ["Hết giấy; lắp cuộn mới rồi in lại.", "Out of paper; load a roll and print again."],
  PRINTER_UNKNOWN: ["Không có máy in này; chọn máy khác.", "No such printer; choose another."],
  SHEET_EMPTY: ["Bảng không có dòng nào dưới hàng tiêu đề.", "There is no row under the headings."],
  SHEET_TOO_LONG: ["Nhiều hơn {0} dòng; chia thành nhiều tệp.", "More than {0} rows; split the file."],
  SHEET_UNREADABLE: [
    "Tệp không đọc được. Lưu lại dạng XLSX hoặc CSV (UTF-8).",
    "The file cannot be read. Save it as XLSX or CSV (UTF-8).",
  ],
  COLUMNS_MISSING: ["Thiếu cột: {0}. Tải mẫu và chép dữ liệu vào.", "Missing columns: {0}. Copy the rows into the template."],
  COLUMNS_DOUBLED: ["Hai cột cùng nghĩa: {0}. Bỏ một cột.", "Two columns mean the same: {0}. Remove one."],
};

/** Says a reason in a language; ``filled`` for what stands in braces. */
export function sayProblem(language, reason, ...filled) {
  const pair = PROBLEMS[reason] ?? (reason.startsWith("TOKEN_") ? PROBLEMS.TOKEN_EXPIRED : undefined);
  if (!pair)
    return language === "en"
      ? `It was refused (${reason}). Nothing is lost; ask for help with this word.`
      : `Bị từ chối (${reason}). Chưa có gì bị mất; báo từ này cho bộ phận hỗ trợ.`;
  return filled.reduce((text, value, at) => text.replace(`{${at}}`, value), pair[language === "en" ? 1 : 0]);
}
