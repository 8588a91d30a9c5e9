// The counter's words in both languages, side by side. Vietnamese first. {0}, {1} stand for what is filled in.

const WORDS = {
  title: ["Quầy tiếp nhận hồ sơ", "Dossier counter"],
  otherLanguage: ["English", "Tiếng Việt"],
  file: ["Tiếp nhận", "Take in"], today: ["Trong ngày", "Today"], waiting: ["Nháp, chưa gửi", "Drafts, unsent"],
  bulk: ["Nhận theo bảng", "From a sheet"], closing: ["Chốt ngày", "Close the day"],
  pages: ["Các trang", "Pages"], skip: ["Đến nội dung", "To the content"],
  onDuty: ["{0} · bưu cục {1} · ca đến {2}", "{0} · office {1} · until {2}"],
  online: ["Có mạng", "Online"], offline: ["Mất mạng", "No network"], unsent: ["{0} chưa gửi", "{0} unsent"],
  logIn: ["Vào ca", "Start work"], token: ["Mã đăng nhập", "Access token"],
  tokenHint: ["Dán mã của bạn, hoặc mở trang bằng liên kết được cấp.", "Paste your token, or open the page by the link you were given."],
  tokenBad: ["Mã đăng nhập không đọc được hoặc đã hết hạn. Xin mã mới rồi dán lại.", "This token cannot be read or has ended. Ask for a new one."],
  notClerk: ["Trang này dành cho giao dịch viên. Bạn đang dùng mã của {0}.", "This page is for clerks. Your token is for {0}."],
  loggedOut: ["Ca làm việc đã hết. Đăng nhập lại; bản nháp vẫn còn nguyên.", "Your session has ended. Log in again; your draft is kept."],
  newPage: ["Có bản mới của trang này.", "There is a new version of this page."], useIt: ["Dùng bản mới", "Use it"],
  scanner: ["Ô nhận máy quét", "Scanner input"],

  stepProcedure: ["Thủ tục", "Procedure"], stepAuthority: ["Cơ quan giải quyết", "Authority"], stepPapers: ["Giấy tờ", "Papers"],
  stepApplicant: ["Người nộp", "Applicant"], stepMoney: ["Lệ phí và cước", "Fee and postage"], stepEnvelope: ["Phong bì", "Envelope"],
  stepDone: ["xong", "done"], stepOpen: ["đang làm", "current"], stepWrong: ["cần sửa", "to mend"], stepAhead: ["chưa làm", "to do"],

  procedure: ["Tìm thủ tục", "Find the procedure"],
  procedureHint: ["Vài chữ bất kỳ, không cần dấu, hoặc mã thủ tục", "Any words, without diacritics, or the code"],
  procedureFound: ["{0} thủ tục", "{0} procedures"], procedureNone: ["Không thấy thủ tục nào. Thử ít chữ hơn.", "No procedure found. Try fewer words."],
  procedureOffline: ["Chưa tải danh mục và đang mất mạng. Gõ lại khi có mạng.", "The list is not loaded and there is no network. Type again later."],
  notByPost: ["không nhận qua bưu chính", "not by post"],
  term: ["Thời hạn", "Term"], termDAY: ["{0} ngày", "{0} days"], termWORKING_DAY: ["{0} ngày làm việc", "{0} working days"],
  termHOUR: ["{0} giờ làm việc", "{0} working hours"], field: ["Lĩnh vực", "Field"], competence: ["Nơi có thẩm quyền", "Competent place"],
  place: ["Nơi giải quyết", "Place"], placeHint: ["Xã, phường, tỉnh hoặc mã; tên trước 01/7/2025 cũng được", "Commune, province or code; names of before July 2025 too"],
  placeFromCard: ["Lấy theo địa chỉ trên thẻ; sửa nếu cơ quan ở nơi khác.", "Taken from the card's address; change it if it is elsewhere."],
  placeOffline: ["Mất mạng: cơ quan sẽ được xác định khi gửi.", "No network: the authority is named when it is sent."],
  placeSplit: ["Nơi này đã được chia. Hỏi người nộp rồi chọn:", "This place was split. Ask and choose:"],
  looking: ["Đang tìm…", "Looking…"],
  originals: ["Bản chính", "Originals"], copies: ["Bản sao", "Copies"], paper: ["Giấy tờ", "Paper"], conditional: ["nếu có", "if any"],
  papersHint: ["Đếm cùng người nộp. Enter: dòng sau. Để trống hoặc 0: không nộp.", "Count together. Enter: next line. Empty or 0: not handed in."],
  addPaper: ["Thêm giấy tờ khác", "Add another paper"], paperName: ["Tên giấy tờ", "Name of the paper"],
  papersSum: ["{0} bản chính, {1} bản sao", "{0} originals, {1} copies"],
  fullName: ["Họ và tên", "Full name"], identityNumber: ["Số căn cước hoặc CMND", "Identity number"], phone: ["Điện thoại", "Telephone"],
  address: ["Địa chỉ nhận kết quả", "Address for the result"],
  applicantHint: ["Quét mã QR trên thẻ căn cước bất cứ lúc nào; các ô tự điền.", "Scan the QR of the identity card at any time; it fills the fields."],
  service: ["Dịch vụ", "Service"], serviceBOTH: ["Gửi hồ sơ và trả kết quả", "Send and bring back"], serviceSEND: ["Chỉ gửi hồ sơ", "Send only"],
  serviceRETURN: ["Chỉ trả kết quả", "Bring back only"],
  fee: ["Lệ phí (₫)", "Fee (₫)"], feeFixed: ["Lệ phí theo quy định", "Published fee"], feeHint: ["Chưa có mức công bố; hỏi cơ quan. Không thu thì gõ 0.", "No published amount; ask the authority. Type 0 if none."],
  postage: ["Cước (₫)", "Postage (₫)"], postageHint: ["25000 hoặc 25k", "25000 or 25k"],
  weight: ["Khối lượng (g)", "Weight (g)"], seal: ["Số niêm phong", "Seal number"], label: ["Mã nhãn cuộn", "Label of a roll"],
  labelHint: ["Chỉ khi dán nhãn in sẵn: quét nhãn. Để trống thì in nhãn mới.", "Only with a pre-printed label: scan it. Empty: a label is printed."],
  labelNeeded: ["Mất mạng: quét nhãn in sẵn đã dán lên phong bì.", "No network: scan the pre-printed label on the envelope."],

  toPay: ["Thu của người nộp", "To collect"], feeAndPostage: ["lệ phí {0} + cước {1}", "fee {0} + postage {1}"],
  arrives: ["Đến cơ quan trước hết", "At the authority by"], decided: ["Dự kiến có kết quả", "Result expected by"],
  notKnown: ["chưa rõ", "not yet known"], submit: ["Nhận hồ sơ", "Take in"],
  draftKept: ["Nháp đã lưu {0}", "Draft saved {0}"], draftNotKept: ["Chưa lưu được nháp trên máy này", "The draft could not be saved here"],
  summaryTitle: ["Cần sửa trước khi nhận", "To mend before taking in"], resumed: ["Tiếp tục bản nháp lúc {0}.", "Resumed the draft of {0}."],
  cardRead: ["Đã đọc thẻ của {0}.", "Read the card of {0}."], labelRead: ["Đã đọc nhãn {0}.", "Read label {0}."],
  scanUnread: ["Mã vừa quét không đọc được: {0}", "The scan could not be read: {0}"],
  lastFiled: ["Vừa nhận", "Just taken in"],
  doubleTitle: ["Người này đang có một hồ sơ cùng thủ tục chưa xong", "This person has an open dossier of the same procedure"],
  doubleText: ["Hỏi người nộp: nộp thêm một hồ sơ nữa, hay hỏi về hồ sơ đã nộp?", "Ask: another dossier, or a question about the one already filed?"],
  doubleEarlier: ["Hồ sơ đã nộp", "Filed before"], doubleNo: ["Không nộp thêm", "Do not file another"], doubleYes: ["Nộp thêm một hồ sơ nữa", "File another one"],
  setAside: ["Bản nháp trước được giữ trong mục Nháp.", "The draft before is kept under Drafts."],
  codeUnknown: ["Không thấy hồ sơ nào của bưu cục này với mã {0}.", "No dossier of this office has the code {0}."],
  toMend: ["Sửa chỗ bị từ chối rồi nhận lại.", "Mend what was refused, then take it in again."],
  doubleLeft: ["Chưa nhận thêm hồ sơ nào. Bản nháp vẫn được giữ.", "Nothing was taken in. The draft is kept."],
};

/** A function that says a word of a language: say("unsent", 3). */
export function speaker(language, more = {}) {
  const column = language === "en" ? 1 : 0;
  const all = { ...WORDS, ...more };
  return (key, ...filled) => filled.reduce((text, value, at) => text.replace(`{${at}}`, value), all[key][column]);
}
