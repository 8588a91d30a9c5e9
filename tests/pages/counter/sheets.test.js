// Bulk intake: sheets to filings.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { readHeadings, templateRows } from "../../../services/intake/counter/sheets/columns.js";
import { parseCsv, writeCsv } from "../../../services/intake/counter/sheets/csv.js";
import { badRows, readPapers, readRows } from "../../../services/intake/counter/sheets/rows.js";
import { parseXlsx, writeXlsx } from "../../../services/intake/counter/sheets/xlsx.js";

const WHO = { person: "clerk-1", office: "025978", now: "2026-11-26T05:00:00Z" };
const PROCEDURE = {
  code: "1.014092",
  name: "Cấp Chứng chỉ",
  shortName: "",
  field: "Y tế",
  feeVnd: "500000",
  postalEligibility: "POSTAL_ELIGIBILITY_YES",
  papers: [{ name: "Đơn", originals: 1, copies: 0, conditional: false }],
};
const procedureOf = async (code) => (code === PROCEDURE.code ? PROCEDURE : undefined);
const HEAD = ["Mã thủ tục", "Nơi giải quyết", "Họ tên", "CCCD", "SĐT", "Địa chỉ", "Cước", "Trọng lượng (g)", "Niêm phong"];
const GOOD = [
  "1.014092",
  "Hà Nội",
  "Trần Văn A",
  "096185001234",
  "912345678",
  "Ấp 1, xã Đất Mũi, Cà Mau",
  "25.000",
  "120",
  "NP1",
];

function numbered(rows) {
  return rows.map((cells, at) => ({ line: at + 1, cells }));
}

test("CSV is read with either separator, quotes, empty lines and the line each row began on", () => {
  const text = '\ufeffA;B\r\n"x;\ny";"say ""so"""\r\n;\r\n\r\nz;1\n';
  assert.deepEqual(parseCsv(text), [
    { line: 1, cells: ["A", "B"] },
    { line: 2, cells: ["x;\ny", 'say "so"'] },
    { line: 6, cells: ["z", "1"] },
  ]);
  assert.deepEqual(parseCsv("A\tB\n1\t2")[1].cells, ["1", "2"]);
  assert.deepEqual(parseCsv(""), []);
});

test("what is written is read again, and no cell becomes a formula", () => {
  const rows = [
    ["Họ tên", "Ghi chú"],
    ['Ê, "a"', "dòng\nhai"],
  ];
  assert.deepEqual(
    parseCsv(writeCsv(rows)).map((row) => row.cells),
    rows,
  );
  assert.match(writeCsv([["=1+1", "-2", "@x"]]), /'=1\+1,'-2,'@x/);
});

test("headings are known by their synonyms, in any order; what is missing or doubled is named", () => {
  const { fields, missing } = readHeadings(HEAD);
  assert.deepEqual(fields, ["procedure", "place", "fullName", "identityNumber", "phone", "address", "postage", "weight", "seal"]);
  assert.deepEqual(missing, []);
  assert.deepEqual(readHeadings(["HỌ VÀ TÊN *", "ho_ten"]).doubled, ["Họ và tên"]);
  assert.ok(readHeadings(["Họ tên"]).missing.includes("Số niêm phong"));
  assert.deepEqual(readHeadings(templateRows()[0]).missing, []);
});

test("good rows become drafts and each bad row says what to mend, by column and line", async () => {
  const bad = GOOD.with(3, "12").with(7, "0");
  const unknown = GOOD.with(0, "9.9");
  const read = await readRows(numbered([HEAD, GOOD, bad, unknown]), { procedureOf, ...WHO });
  assert.equal(read.good.length, 1);
  assert.equal(read.good[0].draft.values.fee, "500000");
  assert.deepEqual(
    read.bad.map(({ line, problems }) => [line, problems]),
    [
      [3, { identityNumber: "IDENTITY_NUMBER_WRONG", weight: "WEIGHT_WRONG" }],
      [4, { procedure: "PROCEDURE_UNKNOWN", papers: "PAPERS_MISSING", fee: "MONEY_MISSING" }],
    ],
  );
  const [head, row] = badRows(read.headings, read.bad, (reason) => reason);
  assert.deepEqual(head.slice(-2), ["Dòng", "Cần sửa"]);
  assert.equal(row.at(-1), "Số định danh: IDENTITY_NUMBER_WRONG | Khối lượng (g): WEIGHT_WRONG");
});

test("zeros that a spreadsheet has dropped are put back", async () => {
  const { good } = await readRows(numbered([HEAD, GOOD.with(3, "96185001234")]), { procedureOf, ...WHO });
  assert.equal(good[0].draft.values.identityNumber, "096185001234");
  assert.equal(good[0].draft.values.phone, "0912345678");
});

test("the same file read twice makes the same request ids, equal rows different ones", async () => {
  const rows = numbered([HEAD, GOOD.with(3, "096185001234"), GOOD.with(3, "096185001234")]);
  const [first, second] = [await readRows(rows, { procedureOf, ...WHO }), await readRows(rows, { procedureOf, ...WHO })];
  const ids = first.good.map(({ draft }) => draft.id);
  assert.deepEqual(
    ids,
    second.good.map(({ draft }) => draft.id),
  );
  assert.equal(new Set(ids).size, 2);
  assert.match(ids[0], /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const elsewhere = await readRows(rows, { procedureOf, ...WHO, person: "clerk-2" });
  assert.ok(!ids.includes(elsewhere.good[0].draft.id));
});

test("a sheet that cannot be read says why", async () => {
  assert.equal((await readRows([], { procedureOf, ...WHO })).trouble.reason, "SHEET_EMPTY");
  const { trouble } = await readRows(numbered([["Họ tên"], ["A"]]), { procedureOf, ...WHO });
  assert.equal(trouble.reason, "COLUMNS_MISSING");
  assert.deepEqual((await readRows(numbered(templateRows()), { procedureOf, ...WHO })).good, []); // the example files nobody
});

test("papers are counted from words", () => {
  assert.deepEqual(
    readPapers("Đơn đề nghị: 1 bản chính; Văn bằng: 1 chính, 2 sao").map(({ name, originals, copies }) => [
      name,
      originals,
      copies,
    ]),
    [
      ["Đơn đề nghị", "1", ""],
      ["Văn bằng", "1", "2"],
    ],
  );
  assert.deepEqual(readPapers(""), []);
  assert.equal(readPapers("Đơn"), null);
  assert.equal(readPapers("Đơn: vài bản"), null);
});

test("our own template is a spreadsheet that is read again", async () => {
  const rows = await parseXlsx(await writeXlsx(templateRows()).arrayBuffer());
  assert.deepEqual(
    rows.map(({ cells }) => cells.slice(0, 9)),
    templateRows().map((cells) => cells.slice(0, 9)),
  );
});

test(
  "a workbook of another program: shared strings, numbers, formulas, dates, rich text, gaps",
  { skip: !process.env.WORKBOOK },
  async () => {
    const rows = await parseXlsx(new Uint8Array(readFileSync(process.env.WORKBOOK)).buffer);
    assert.deepEqual(rows, JSON.parse(process.env.EXPECTED));
  },
);

test("what is no spreadsheet is refused", async () => {
  await assert.rejects(parseXlsx(new TextEncoder().encode("PK no").buffer), RangeError);
  await assert.rejects(parseXlsx(new ArrayBuffer(0)), RangeError);
});
