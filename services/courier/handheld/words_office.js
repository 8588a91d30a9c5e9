// Words of what comes after the scans: pictures on their way, and the cases people look at.

export const OFFICE = {
  "unsent-pictures": ["Ảnh chưa gửi", "Pictures waiting"],
  "net.pictures": ["Đang gửi {count} ảnh, chữ ký", "Sending {count} pictures"],
  "shift.pictures": ["{n} ảnh, chữ ký chưa gửi cũng vậy.", "So do {n} pictures not yet sent."],
  "refused.ENTRY_AWAITED": ["bưu điện chưa có việc mà ảnh này chứng minh", "the post does not have the act this picture proves"],
  cases: ["Việc cần xem", "To be looked at"],
  "cases.count": ["Việc cần xem: {n}", "To be looked at: {n}"],
  "cases.conflicts": ["Mâu thuẫn ({n})", "Conflicts ({n})"],
  "cases.late": ["Đến muộn, vẫn giữ ({n})", "Late, but kept ({n})"],
  "cases.none": ["Không còn gì phải xem.", "Nothing is left to be looked at."],
  "cases.unknown": ["Chưa lấy được danh sách. Cần mạng.", "The list was not fetched yet. A network is needed."],
  "cases.who": ["{who}, {what}", "{who}, {what}"],
  "cases.scan": ["quét", "scan"],
  "cases.device": ["Trên máy: {time}", "On the device: {time}"],
  "cases.received": ["Bưu điện nhận: {time}", "Received: {time}"],
  "cases.keepers": ["Giao dịch viên hoặc kiểm soát viên ghi “Đã xem”.", "A clerk or supervisor notes that it was looked at."],
  "cases.looked": ["Đã xem", "Looked at"],
  "cases.looked.of": ["Đã xem {code}", "Looked at {code}"],
  "cases.all": ["Đã xem cả {n} lần đến muộn", "All {n} late ones were looked at"],
  "cases.note": ["Ghi chú (không bắt buộc)", "Note (may be empty)"],
  "cases.failed": ["Chưa ghi được: {reason}", "Not noted: {reason}"],
};
