// The counter's pure modules: a filing from scan and keys to the request.
import assert from "node:assert/strict";
import { test } from "node:test";

import { cardAtEnd, placesOf, readCard } from "../../../services/intake/counter/card.js";
import { clockOrDay, day, localDate } from "../../../services/intake/counter/days.js";
import {
  isEmpty,
  newDraft,
  problemsOf,
  problemsOfStep,
  toRequest,
  totals,
  withAuthority,
  withCard,
  withProcedure,
  withValues,
} from "../../../services/intake/counter/draft.js";
import { parseGrams } from "../../../services/intake/counter/fields.js";
import { fit, fold, holds } from "../../../services/intake/counter/fold.js";
import { landing, scanAtEnd } from "../../../services/intake/counter/landing.js";
import { money, parseMoney } from "../../../services/intake/counter/money.js";
import { readCode } from "../../../services/foundation/pages/codes.js";
import { fieldOf, stepOf } from "../../../services/intake/counter/steps.js";

const CARD = "096185001234|381234567|Nguyễn Thị Ánh Tuyết|15041985|Nữ|Ấp Cái Đôi, Đất Mũi, Ngọc Hiển, Cà Mau|20042021";
const PROCEDURE = {
  code: "1.014092",
  name: "Cấp Chứng chỉ hành nghề dược",
  shortName: "",
  field: "Y tế",
  feeVnd: "500000",
  postalEligibility: "POSTAL_ELIGIBILITY_YES",
  presence: "PRESENCE_RULE_NOT_NEEDED",
  papers: [
    { name: "Đơn đề nghị", originals: 1, copies: 0, conditional: false },
    { name: "Văn bằng", originals: 0, copies: 2, conditional: false },
    { name: "Giấy ủy quyền", originals: 1, copies: 0, conditional: true },
    { name: "Giấy khác", conditional: false },
  ],
};
const EMPTY = newDraft({
  id: "7d0f1f2e-1111-4111-8111-111111111111",
  person: "clerk-1",
  office: "025978",
  now: "2026-11-26T05:00:00Z",
});

function whole() {
  const draft = withCard(withProcedure(EMPTY, PROCEDURE), readCard(CARD));
  return withValues(withAuthority(draft, { authority: { code: "TINH-96", unitCode: "96" }, transitDueDate: "2026-12-02" }), {
    phone: "0912 345 678",
    postage: "25k",
    weight: "120 g",
    seal: "NP 1",
  });
}

test("a card gives name, number and address, and nothing of birth, sex or old number", () => {
  assert.deepEqual(readCard(CARD), {
    identityNumber: "096185001234",
    fullName: "Nguyễn Thị Ánh Tuyết",
    address: "Ấp Cái Đôi, Đất Mũi, Ngọc Hiển, Cà Mau",
  });
  assert.equal(readCard(`${CARD.normalize("NFD")}||Nguyễn Văn Cha|Trần Thị Mẹ`).fullName, "Nguyễn Thị Ánh Tuyết");
  for (const wrong of [
    "",
    "096185001234",
    "RH000000014VN",
    CARD.slice(1),
    CARD.replaceAll("|", ";"),
    CARD.replace("15041985", "x"),
  ]) {
    assert.equal(readCard(wrong), undefined, wrong);
  }
});

test("a scan typed behind words in any field is told from the words", () => {
  assert.deepEqual(cardAtEnd(`khai s${CARD}`), { rest: "khai s", text: CARD });
  assert.deepEqual(scanAtEnd("25000RH000000014VN"), { rest: "25000", text: "RH000000014VN" });
  assert.equal(scanAtEnd("Ấp Cái Đôi, xã Đất Mũi"), undefined);
  assert.equal(scanAtEnd("0912345678"), undefined);
});

test("a long Vietnamese text in a field is looked through at once", () => {
  const long =
    "1.014092 Cấp Chứng chỉ hành nghề dược (bao gồm cả trường hợp cấp Chứng chỉ hành nghề dược cho người bị thu hồi…".repeat(3);
  const started = performance.now();
  assert.equal(scanAtEnd(long), undefined);
  assert.equal(readCode(long.slice(0, 390)).kind, "wrong");
  assert.deepEqual(scanAtEnd(`${long}RH000000014VN`).text, "RH000000014VN");
  assert.ok(performance.now() - started < 1000); // it took longer than anybody's life
});

test("what was read says where it lands", async () => {
  const known = async (code) => (code === "RH000000014VN" ? "f-1" : undefined);
  assert.equal((await landing(CARD, known)).do, "applicant");
  assert.deepEqual(await landing("RH000000014VN", known), { do: "open", filingId: "f-1" });
  assert.deepEqual(await landing("RH123456785VN", known), { do: "label", code: "RH123456785VN" });
  assert.equal((await landing("RH123456784VN", known)).reason, "PARCEL_CODE_CHECK");
});

test("an address suggests its commune, with district on older cards and without on newer ones", () => {
  assert.deepEqual(placesOf("Ấp Cái Đôi, Đất Mũi, Ngọc Hiển, Cà Mau"), ["Đất Mũi, Ngọc Hiển, Cà Mau", "Ngọc Hiển, Cà Mau"]);
  assert.deepEqual(placesOf("Ấp Cái Đôi, Xã Đất Mũi, Cà Mau"), ["Ấp Cái Đôi, Xã Đất Mũi, Cà Mau", "Xã Đất Mũi, Cà Mau"]);
  assert.deepEqual(placesOf("Cà Mau"), []);
});

test("a scanned card does not move a place that the clerk has named", () => {
  const named = withCard(withValues(EMPTY, { place: "Hà Nội" }), readCard(CARD));
  const other = withCard(withCard(EMPTY, readCard(CARD)), { ...readCard(CARD), address: "Hưng Định, Thuận An, Bình Dương" });
  assert.equal(named.values.place, "Hà Nội");
  assert.equal(other.values.place, "Hưng Định, Thuận An, Bình Dương");
});

test("published counts stand ready; what is conditional or unknown is not counted before it is seen", () => {
  const { papers, fee } = withProcedure(EMPTY, PROCEDURE).values;
  assert.deepEqual(
    papers.map(({ originals, copies }) => [originals, copies]),
    [
      ["1", "0"],
      ["0", "2"],
      ["", ""],
      ["", ""],
    ],
  );
  assert.equal(fee, "500000");
  assert.equal(withProcedure(EMPTY, { ...PROCEDURE, papers: [], feeVnd: undefined }).values.papers.length, 1);
});

test("the request holds what was counted and typed, and the draft's id", () => {
  const request = toRequest(whole());
  assert.deepEqual(problemsOf(whole()), {});
  assert.deepEqual(request.papers, [
    { name: "Đơn đề nghị", originals: 1, copies: 0 },
    { name: "Văn bằng", originals: 0, copies: 2 },
  ]);
  assert.equal(request.requestId, EMPTY.id);
  assert.equal(request.unitCode, "96");
  assert.equal(request.postageVnd, "25000");
  assert.equal(request.applicant.phone, "0912345678");
  assert.ok(!("labelCode" in request) && !("confirmDouble" in request) && !("place" in request));
  assert.equal(toRequest(withValues(whole(), { label: "rh 000 000 014 vn" })).labelCode, "RH000000014VN");
});

test("each missing or wrong field is named with its step", () => {
  const found = problemsOf(EMPTY);
  assert.deepEqual(Object.keys(found).sort(), [
    "address",
    "fee",
    "fullName",
    "identityNumber",
    "papers",
    "phone",
    "place",
    "postage",
    "procedure",
    "seal",
    "weight",
  ]);
  assert.deepEqual(problemsOfStep(EMPTY, "envelope"), { weight: "WEIGHT_WRONG", seal: "TEXT_MISSING" });
  assert.equal(problemsOf(whole(), { offline: true }).label, "LABEL_NEEDED_OFFLINE");
  const many = withValues(whole(), {
    papers: [
      { name: "", originals: "1000", copies: "x" },
      { name: " ", originals: "1", copies: "" },
    ],
  });
  assert.deepEqual(problemsOf(many), {
    "papers[0].originals": "COUNT_WRONG",
    "papers[0].copies": "COUNT_WRONG",
    "papers[1].name": "TEXT_MISSING",
  });
});

test("the server's fields are found again in the form", () => {
  assert.equal(fieldOf("applicant.identity_number"), "identityNumber");
  assert.equal(fieldOf("papers[3]"), "papers[3].originals");
  assert.equal(stepOf(fieldOf("papers[0].name")), "papers");
  assert.equal(stepOf(fieldOf("label_code")), "envelope");
  assert.equal(fieldOf("request_id"), "");
});

test("money and weights are read as people write them, and refused where they may be meant otherwise", () => {
  for (const text of ["25000", "25.000", "25.000 ₫", "25,000đ", "25k", "25 nghìn"]) assert.equal(parseMoney(text), 25000, text);
  for (const text of ["25.00", "-1", "2 5", "abc", "1.5k"]) assert.ok(Number.isNaN(parseMoney(text)), text);
  assert.equal(parseMoney("  "), undefined);
  assert.equal(money(1234567), "1.234.567 ₫");
  assert.deepEqual(["120", "120g", "1,2 kg", "0.35kg"].map(parseGrams), [120, 120, 1200, 350]);
  assert.ok(["1,2", "", "-5", "12x"].every((text) => Number.isNaN(parseGrams(text))));
  assert.deepEqual(totals(withValues(EMPTY, { fee: "x", postage: "25k" })), { fee: NaN, postage: 25000, sum: 25000 });
});

test("days are the country's, with their weekday", () => {
  assert.equal(day("2026-11-25", "vi"), "thứ Tư, 25/11/2026");
  assert.equal(day("", "en"), "");
  assert.equal(localDate("2026-11-25T17:30:00Z"), "2026-11-26");
  assert.equal(clockOrDay("2026-11-24T09:00:00Z", "2026-11-25T17:30:00Z"), "24/11 16:00");
});

test("words are found without diacritics and in any order", () => {
  assert.equal(fold("Phường  Hưng Định"), "phuong hung dinh");
  assert.ok(holds(fold("1.001193 Thủ tục đăng ký khai sinh Hộ tịch"), "SINH khai"));
  assert.ok(!holds(fold("Thủ tục đăng ký khai sinh"), "khai tang"));
  assert.deepEqual(
    ["khai sinh", "sinh dang", "khai si", "hai u"].map((words) => fit(fold("Thủ tục đăng ký khai sinh"), words)),
    [3, 2, 1, 0],
  );
});

test("an untouched draft need not be kept, a touched one must", () => {
  assert.ok(isEmpty(EMPTY));
  assert.ok(!isEmpty(withValues(EMPTY, { phone: "0" })));
  assert.ok(!isEmpty(withValues(EMPTY, { query: "kh" })));
});
