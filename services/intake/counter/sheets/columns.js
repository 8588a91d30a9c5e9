// The columns of a bulk intake: how they are headed here, and what else people head them.

import { fold } from "../fold.js";

/** By our field: [heading, example, other headings folded]. The order is the template's. */
export const COLUMNS = {
  procedure: ["Mã thủ tục", "1.014092", ["ma tthc", "thu tuc", "ma thu tuc hanh chinh", "procedure", "procedure code"]],
  place: [
    "Nơi giải quyết",
    "Phường Hưng Định, Thuận An, Bình Dương",
    ["dia ban", "noi giai quyet ho so", "xa phuong", "noi cu tru", "ma don vi", "place", "unit", "unit code"],
  ],
  fullName: ["Họ và tên", "Nguyễn Thị Ánh Tuyết", ["ho ten", "ten", "nguoi nop", "ho ten nguoi nop", "full name", "name"]],
  identityNumber: [
    "Số định danh",
    "096185001234",
    [
      "so can cuoc",
      "can cuoc",
      "cccd",
      "so cccd",
      "cmnd",
      "so cmnd",
      "so dinh danh ca nhan",
      "cccd/cmnd",
      "identity number",
      "id number",
    ],
  ],
  phone: ["Điện thoại", "0912345678", ["sdt", "so dien thoai", "dien thoai lien he", "phone", "telephone"]],
  address: ["Địa chỉ", "Ấp Cái Đôi, xã Đất Mũi, tỉnh Cà Mau", ["dia chi nhan ket qua", "dia chi lien he", "noi nhan", "address"]],
  papers: [
    "Giấy tờ",
    "Đơn đề nghị: 1 chính; Văn bằng chuyên môn: 2 sao",
    ["thanh phan", "thanh phan ho so", "giay to kem theo", "danh muc giay to", "papers"],
  ],
  service: ["Dịch vụ", "hai chiều", ["loai dich vu", "chieu", "service"]],
  fee: ["Lệ phí", "500000", ["phi", "phi le phi", "phi, le phi", "fee"]],
  postage: ["Cước", "25000", ["cuoc phi", "cuoc buu chinh", "tien cuoc", "postage"]],
  weight: ["Khối lượng (g)", "120", ["khoi luong", "trong luong", "trong luong (g)", "can nang", "weight", "weight grams"]],
  seal: ["Số niêm phong", "NP-000123", ["niem phong", "ma niem phong", "so chi", "seal", "seal number"]],
  label: ["Mã nhãn", "", ["nhan", "ma buu gui", "so hieu buu gui", "ma cuon", "label", "label code"]],
  confirmDouble: ["Nộp thêm dù trùng", "", ["xac nhan trung", "nop trung", "confirm double"]],
};
const MAY_BE_ABSENT = new Set(["papers", "service", "fee", "label", "confirmDouble"]);
const FIELDS = new Map(
  Object.entries(COLUMNS).flatMap(([field, [heading, , others]]) =>
    [heading, field, ...others].map((name) => [plain(name), field]),
  ),
);

function plain(heading) {
  return fold(heading.replace(/[_*]/g, " ").replace(/\s*:\s*$/, ""));
}

/** The heading of a field, for telling a clerk where to look. */
export function headingOf(field) {
  return COLUMNS[field.replace(/\[.*$/, "")]?.[0] ?? "";
}

/** Which field each column is: {fields: [field or undefined], missing: [headings], doubled: [headings]}. */
export function readHeadings(cells) {
  const fields = cells.map((cell) => FIELDS.get(plain(cell)) ?? FIELDS.get(plain(cell).replace(/ ?\(.*\)$/, "")));
  const missing = Object.keys(COLUMNS)
    .filter((field) => !MAY_BE_ABSENT.has(field) && !fields.includes(field))
    .map(headingOf);
  const doubled = fields.filter((field, at) => field && fields.indexOf(field) !== at).map(headingOf);
  return { fields, missing, doubled };
}

/** The template's rows: headings and one example. */
export function templateRows() {
  return [Object.values(COLUMNS).map(([heading]) => heading), Object.values(COLUMNS).map(([, example]) => example)];
}
