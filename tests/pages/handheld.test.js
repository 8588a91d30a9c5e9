// The handheld's pure modules, rule by rule.
import assert from "node:assert/strict";
import test from "node:test";
import { OF_OUTCOME } from "../../services/courier/handheld/marks.js";
import { MOTIFS } from "../../services/courier/handheld/sounds.js";
import { isGrave, settled, wordsOf } from "../../services/courier/handheld/answers.js";
import { isWrong, jumped, offsetOf, spoken } from "../../services/courier/handheld/clock.js";
import { bundleOf } from "../../services/courier/handheld/entry.js";
import { judge, nextOf, WAITS } from "../../services/courier/handheld/judge.js";
import { MODES, modeOf, modesOf } from "../../services/courier/handheld/modes.js";
import * as pace from "../../services/courier/handheld/pace.js";
import { offersTo, rowOf, rulesOf } from "../../services/courier/handheld/parcels.js";
import { asked, lacks, nextSteps, reasonsOf, waysOf } from "../../services/courier/handheld/rules.js";
import { keys, say } from "../../services/courier/handheld/words.js";
import { actsFor } from "../../services/courier/handheld/judge.js";

const ROUTE = ["100001", "200002", "300003"];
const NOW = Date.parse("2026-11-26T03:00:00Z"); // a Thursday
const aParcel = (changes = {}) => ({ code: "RH123456785VN", direction: "OUTBOUND", route: ROUTE, office: "", authority: "TINH-01",
  holder: { person: "", place: "100001" }, offer: undefined, papersCount: 3, labelVersion: 1, ended: false, attempts: [], ...changes });
const judged = (mode, changes = {}) => judge({ mode: modeOf(mode), me: { person: "bt", place: "100001" }, parcel: aParcel(),
  seen: undefined, label: undefined, labelVersion: 1, listedAt: NOW - 1000, now: NOW, ...changes });

test("a parcel in its place and in my hands is right", () => {
  assert.equal(judged("PICK_UP").outcome, "right");
  assert.equal(judged("OUT_OF_HUB").outcome, "right");
  assert.equal(judged("INTO_HUB", { me: { person: "x", place: "200002" } }).outcome, "right");
});

test("the same done twice in a shift is a double and says since when; something else is not", () => {
  const seen = { deed: "PICK_UP", at: NOW - 5 };
  assert.deepEqual(judged("PICK_UP", { seen }), { outcome: "double", since: NOW - 5 });
  assert.equal(judged("OUT_OF_HUB", { seen }).outcome, "right");
  assert.equal(judged("PICK_UP", { seen: { ...seen, at: NOW - 9 * 3_600_000 } }).outcome, "right"); // another day's work
  assert.equal(judged("HAND_OVER", { seen: { deed: "accept", at: NOW - 5 } }).outcome, "right"); // taken over, now given on
  assert.equal(judged("HAND_OVER", { seen: { deed: "offer", at: NOW - 5 } }).outcome, "double");
});

test("off its route it is the wrong way, and the next office on its way is named", () => {
  const away = { me: { person: "bt", place: "999999" } };
  assert.deepEqual(judged("INTO_HUB", away), { outcome: "wrong_way", place: "200002" });
  assert.deepEqual(judged("PICK_UP", away), { outcome: "wrong_way", place: "100001" });
  assert.deepEqual(judged("INTO_HUB", { ...away, parcel: aParcel({ office: "200002" }) }), { outcome: "wrong_way", place: "300003" });
  assert.deepEqual(judged("OUT_TO_COURIER"), { outcome: "wrong_way", place: "300003" });
  assert.deepEqual(judged("DELIVER"), { outcome: "wrong_way", place: "TINH-01" });
  assert.equal(nextOf({ route: ROUTE, office: "300003" }), "300003");
});

test("what another holds is not mine; what is offered to me is, but not to be given on", () => {
  const theirs = aParcel({ holder: { person: "bt-lan", place: "100001" }, direction: "INBOUND" });
  const offered = { ...theirs, offer: { handoverId: "h", giver: theirs.holder, taker: { person: "", place: "100001" } } };
  assert.deepEqual(judged("DELIVER", { parcel: theirs }), { outcome: "not_mine", place: "100001" });
  assert.equal(judged("PICK_UP", { parcel: offered }).outcome, "right");
  assert.equal(judged("HAND_OVER", { parcel: offered }).outcome, "not_mine");
  assert.equal(judged("ATTEMPT_FAILED", { parcel: theirs }).outcome, "not_mine");
});

test("an older label is superseded, a typed code has no version, a newer one than the list knows is right", () => {
  const renewed = { parcel: aParcel({ labelVersion: 2 }) };
  assert.equal(judged("PICK_UP", { ...renewed, labelVersion: 1 }).outcome, "superseded");
  assert.equal(judged("PICK_UP", { ...renewed, labelVersion: undefined }).outcome, "right");
  assert.equal(judged("PICK_UP", { ...renewed, labelVersion: 3 }).outcome, "right");
});

test("what the list does not know is unknown while the list is fresh, else kept; a signed label needs no list", () => {
  const unlisted = { parcel: undefined };
  assert.equal(judged("OUT_OF_HUB", unlisted).outcome, "unknown");
  assert.equal(judged("INTO_HUB", unlisted).outcome, "kept"); // it comes from elsewhere
  assert.equal(judged("OUT_OF_HUB", { ...unlisted, listedAt: undefined }).outcome, "kept");
  assert.equal(judged("OUT_OF_HUB", { ...unlisted, listedAt: NOW - 13 * 3_600_000 }).outcome, "kept");
  const label = { state: "signed", destination: "300003" };
  assert.equal(judged("INTO_HUB", { ...unlisted, label }).outcome, "right");
  assert.deepEqual(judged("OUT_TO_COURIER", { ...unlisted, label }), { outcome: "wrong_way", place: "300003" });
  assert.equal(judged("OUT_OF_HUB", { ...unlisted, label: { state: "unchecked" } }).outcome, "unknown");
});

test("a parcel that was signed for is ended", () => assert.equal(judged("PICK_UP", { parcel: aParcel({ ended: true }) }).outcome, "ended"));

test("each outcome has a word, a mark and a motif of its own, and errors are no motif of success", () => {
  const outcomes = ["right", "kept", "double", ...WAITS, "finished"];
  assert.deepEqual(Object.keys(MOTIFS).sort(), [...new Set(outcomes)].sort());
  assert.equal(new Set(Object.values(MOTIFS).map((motif) => JSON.stringify(motif))).size, outcomes.length);
  for (const outcome of outcomes) assert.ok(OF_OUTCOME[outcome] && say("vi", `outcome.${outcome}`), outcome);
  const rises = (motif) => motif.at(-1)[0] >= motif[0][0];
  for (const outcome of outcomes) if (WAITS.has(outcome)) assert.ok(!rises(MOTIFS[outcome]) || MOTIFS[outcome].at(-1)[0] <= 440, outcome);
  assert.ok(rises(MOTIFS.right) && rises(MOTIFS.finished));
});

test("an officer signs and gives and carries nothing", () => {
  assert.deepEqual(modesOf("OFFICER").map(({ name }) => name), ["HAND_OVER", "SIGN_AT_AUTHORITY"]);
  assert.equal(modesOf("COURIER").length, MODES.length);
});

test("bundles grow while answers come quickly, shrink with failures, and stay in bounds", () => {
  let now = pace.start();
  for (let n = 0; n < 9; n += 1) now = pace.answered(now, 100);
  assert.equal(now.size, pace.MOST);
  assert.equal(pace.answered(now, 20_000).size, 500);
  assert.equal(pace.answered(now, 5_000).size, 1000);
  for (let n = 0; n < 20; n += 1) now = pace.failed(now);
  assert.deepEqual(now, { size: 1, failures: 20 });
  assert.equal(pace.answered(now, 100).failures, 0);
});

test("pauses double, never pass five minutes, and part devices by chance", () => {
  const after = (failures, chance) => pace.pause({ size: 1, failures }, chance);
  assert.deepEqual([after(1, 0), after(1, 0.999)].map((ms) => Math.round(ms / 100)), [5, 10]);
  assert.equal(after(3, 0), 2000);
  assert.ok(after(500, 0.999) <= 300_000 && after(500, 0) === 150_000);
});

test("a clock's difference is read from one exchange, and a slow exchange is no evidence", () => {
  assert.equal(offsetOf({ sent: 1000, received: 1200, server: 61_100 }), 60_000);
  assert.equal(offsetOf({ sent: 1000, received: 900, server: 0 }), undefined);
  assert.equal(offsetOf({ sent: 0, received: 60_000, server: 0 }), undefined);
  assert.equal(offsetOf({ sent: 0, received: 10, server: Number.NaN }), undefined);
  assert.equal(isWrong(undefined) || isWrong(-119_000) || isWrong(119_000), false);
  assert.ok(isWrong(-121_000) && isWrong(365 * 86_400_000));
  assert.deepEqual(spoken(-365 * 86_400_000), { days: 365, hours: 0, minutes: 0, ahead: true });
});

test("a clock put back or far ahead is noticed, a sleep is not", () => {
  const before = { wall: 10_000_000, steady: 5_000 };
  assert.equal(jumped(before, { wall: 10_030_000, steady: 35_000 }), 0);
  assert.equal(jumped(before, { wall: 13_600_000, steady: 35_000 }), 0);
  assert.ok(jumped(before, { wall: 9_000_000, steady: 35_000 }) < 0);
  assert.ok(jumped(before, { wall: 10_030_000 + 86_400_001, steady: 35_000 }) > 0);
});

test("a bundle is of one device and within the server's limits; one entry too large still goes alone", () => {
  const record = (sequence, count = 1, device = "a") => ({ sequence, device, at: 1, codes: Array(count).fill("RH"), signature: "",
    entry: { at: 1, mode: "PICK_UP", parcels: Array(count).fill({ parcelCode: "RH123456785VN" }), scan: { activity: "ACCEPTED" } } });
  const many = Array.from({ length: 30 }, (_, at) => record(at + 1));
  assert.equal(bundleOf(many, 20).records.length, 20);
  assert.equal(bundleOf([record(1), record(2, 1, "b")], 20).records.length, 1);
  assert.equal(bundleOf([record(1, 1500), record(2, 600)], 20).records.length, 1);
  assert.equal(bundleOf([record(1, 2500)], 20).records.length, 1);
  assert.deepEqual(bundleOf([record(4)], 5).messages[0].mode, "HANDHELD_MODE_PICK_UP");
});

test("answers go to their entries by number; an entry without one stays", () => {
  const records = [{ sequence: 1, codes: ["x"] }, { sequence: 2, codes: ["y"] }, { sequence: 3, codes: ["z"] }];
  const results = [
    { deviceSequence: "3", outcome: "ENTRY_OUTCOME_CONFLICT", problem: { reason: "NOT_HOLDER" }, parcels: [] },
    { deviceSequence: "1", outcome: "ENTRY_OUTCOME_DUPLICATE", parcels: [{ duplicateOf: { device: "other-device", deviceSequence: "9" },
      notices: [{ kind: "NOTICE_KIND_WRONG_WAY", shouldBeIn: "200002" }] }] }];
  const done = settled(records, results);
  assert.deepEqual(done.map(({ entry }) => entry.sequence), [1, 3]);
  assert.deepEqual(wordsOf({ ...records[0], answer: done[0].answer }, "mine"), ["notice.WRONG_WAY", { place: "200002" }]);
  assert.deepEqual(wordsOf({ ...records[2], answer: done[1].answer }, "mine"), ["answer.CONFLICT", { why: "NOT_HOLDER" }]);
  assert.deepEqual(wordsOf(records[1], "mine"), ["answer.WAITING", {}]);
  assert.ok(isGrave(done[0].answer) && isGrave(done[1].answer));
  const plain = { outcome: "DUPLICATE", of: { device: "other-device", sequence: 9 }, notices: [], reason: "" };
  assert.deepEqual(wordsOf({ answer: plain }, "mine"), ["answer.DUPLICATE", { of: "other- #9" }]);
  assert.equal(isGrave(plain), false);
});

const CARD = ["IDENTITY_CARD", "PASSPORT"];
const way = (relation, changes = {}) => ({ relation, identityPapers: CARD, pictures: ["SIGNATURE", "PHOTO"], fullName: relation !== "APPLICANT",
  lastFour: true, oneTimeCode: false, ...changes });
const RULES = {
  PLAIN: [way("APPLICANT"), way("AUTHORISED", { pictures: ["SIGNATURE"] }), way("HOUSEHOLD", { oneTimeCode: true })],
  STRICT: [way("APPLICANT", { pictures: ["PHOTO"] }), way("APPLICANT", { pictures: ["SIGNATURE"], oneTimeCode: true })],
};

test("what a delivery lacks is told by the way of the parcel's rule that is nearest", () => {
  const proven = { relation: "APPLICANT", paper: "IDENTITY_CARD", lastFour: "1234", picture: "SIGNATURE" };
  const plain = waysOf(RULES, [{ kind: "PLAIN" }]);
  const strict = waysOf(RULES, [{ kind: "STRICT" }]);
  assert.deepEqual(lacks(plain, proven), {});
  assert.deepEqual(lacks(plain, { ...proven, relation: "AUTHORISED" }), { fullName: "missing.name" });
  assert.deepEqual(lacks(plain, { ...proven, relation: "AUTHORISED", fullName: "A", picture: "PHOTO" }), { picture: "missing.SIGNATURE" });
  assert.deepEqual(lacks(plain, { ...proven, relation: "HOUSEHOLD", fullName: "A" }), { oneTimeCode: "missing.code" });
  assert.deepEqual(lacks(plain, { ...proven, relation: "HOUSEHOLD", fullName: "A", oneTimeCode: "012345" }), {});
  assert.deepEqual(lacks(plain, { ...proven, oneTimeCode: "01234" }), { oneTimeCode: "missing.code" }); // named, so it must be whole
  assert.deepEqual(lacks(plain, { ...proven, paper: "ELECTRONIC" }), { paper: "missing.choice" });
  assert.deepEqual(lacks(plain, { ...proven, lastFour: "12a4", picture: undefined }), { lastFour: "missing.digits", picture: "missing.proof" });
  assert.deepEqual(lacks(strict, proven), { picture: "missing.PHOTO" });
  assert.deepEqual(lacks(strict, { ...proven, oneTimeCode: "012345" }), {});
  assert.deepEqual(lacks(strict, { ...proven, picture: "PHOTO" }), {});
  assert.deepEqual(lacks(strict, { ...proven, relation: "AUTHORISED" }), { relation: "missing.choice" });
  assert.deepEqual(lacks([...plain, ...strict], proven), { picture: "missing.PHOTO" }); // one proof for both must hold for both
});

test("only what the rules of the parcels at hand want is asked", () => {
  const of = (parcels, relation) => asked(parcels, waysOf(RULES, parcels), relation);
  const plain = { kind: "PLAIN", codeState: "" };
  const strict = { kind: "STRICT", codeState: "ISSUED" };
  assert.deepEqual(of([plain], "AUTHORISED"), { relation: "AUTHORISED", relations: ["APPLICANT", "AUTHORISED", "HOUSEHOLD"],
    papers: CARD, pictures: ["SIGNATURE"], fullName: true, lastFour: true, needsCode: false, oneTimeCode: false });
  assert.deepEqual(of([strict], "AUTHORISED").relation, "APPLICANT");
  assert.deepEqual(of([strict, plain], "APPLICANT").relations, ["APPLICANT"]);
  const codeIsAsked = (parcels, relation) => of(parcels, relation).oneTimeCode;
  assert.equal(codeIsAsked([plain], "APPLICANT"), false);
  assert.equal(codeIsAsked([{ ...plain, codeState: "ISSUED" }], "APPLICANT"), true); // the receiver may name it
  assert.equal(codeIsAsked([plain], "HOUSEHOLD"), true); // made after the list was fetched, perhaps
  assert.equal(codeIsAsked([{ ...plain, codeState: "SPENT" }], "HOUSEHOLD"), false);
  assert.equal(codeIsAsked([plain, plain], "HOUSEHOLD"), false); // each parcel has a code of its own
  assert.deepEqual(of([undefined], "HOUSEHOLD").papers, ["IDENTITY_CARD", "PASSPORT", "ELECTRONIC"]); // not on the list: everything
  assert.deepEqual(asked([plain], waysOf(undefined, [plain]), "APPLICANT").relations, ["APPLICANT", "AUTHORISED", "HOUSEHOLD"]);
});

test("the server's rules lose their prefixes and nothing else", () => {
  assert.deepEqual(rulesOf([{ deliveryKind: "DELIVERY_KIND_RESULT_COPIES", ways: [{
    relation: "RECEIVER_RELATION_HOUSEHOLD", identityPapers: ["IDENTITY_PAPER_PASSPORT"], pictures: ["PICTURE_KIND_PHOTO"],
    fullName: true, lastFour: false, oneTimeCode: true }] }]), { RESULT_COPIES: [{
    relation: "HOUSEHOLD", identityPapers: ["PASSPORT"], pictures: ["PHOTO"], fullName: true, lastFour: false, oneTimeCode: true }] });
});

test("giving back needs two tries, two working days apart; refusing needs one", () => {
  const steps = (reason, ...tries) => nextSteps(reason, tries.map((text) => Date.parse(text)), NOW);
  assert.deepEqual(steps("NOT_FOUND"), { allowed: ["TRY_AGAIN", "HOLD_AT_OFFICE"], later: true });
  assert.deepEqual(steps("NOT_FOUND", "2026-11-24T03:00:00Z").allowed, ["TRY_AGAIN", "HOLD_AT_OFFICE", "GIVE_BACK"]);
  assert.equal(steps("NOT_FOUND", "2026-11-25T03:00:00Z").later, true);
  const monday = Date.parse("2026-11-30T03:00:00Z");
  assert.equal(nextSteps("MOVED", [Date.parse("2026-11-27T03:00:00Z")], monday).later, true); // Friday, then only Monday
  assert.deepEqual(steps("REFUSED"), { allowed: ["GIVE_BACK", "TRY_AGAIN"], later: false });
  assert.ok(reasonsOf("OUTBOUND").includes("AUTHORITY_CLOSED") && !reasonsOf("INBOUND").includes("AUTHORITY_CLOSED"));
});

test("hand-overs offered to me are grouped; ended and foreign ones are left out", () => {
  const offer = (handoverId, person, place = "TINH-01") => ({ handoverId, giver: { person: "bt", place: "300003" }, taker: { person, place } });
  const parcels = [aParcel({ code: "A", offer: offer("h1", "") }), aParcel({ code: "B", offer: offer("h2", "cb") }), aParcel({ code: "C", offer: offer("h2", "cb") }),
    aParcel({ code: "D", offer: offer("h3", "", "TINH-79") }), aParcel({ code: "E", offer: offer("h2", "cb"), ended: true }), aParcel({ code: "F" })];
  const found = offersTo(parcels, actsFor, { person: "cb", place: "TINH-01" });
  assert.deepEqual(found.map(({ handoverId, parcels: those }) => [handoverId, those.length]), [["h2", 2], ["h1", 1]]);
});

test("a parcel of the contract becomes a row of the list; a void one counts as ended", () => {
  const row = rowOf({ parcelCode: "RH1", direction: "PARCEL_DIRECTION_INBOUND", route: ROUTE, officeCode: "1", authorityCode: "T", holder: { person: "", place: "1" },
    papersCount: 2, labelVersion: 2, ended: false, void: true, attempts: [{ occurTime: "2026-11-24T03:00:00Z" }, {}],
    deliveryKind: "DELIVERY_KIND_RESULT_COPIES", oneTimeCode: "ONE_TIME_CODE_STATE_ISSUED" });
  assert.deepEqual([row.direction, row.ended, row.attempts.length, row.kind, row.codeState], ["INBOUND", true, 1, "RESULT_COPIES", "ISSUED"]);
});

test("every word is there in both languages, in NFC, and its {names} are the same in both", () => {
  const names = (text) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
  for (const key of keys()) {
    const [vi, en] = [say("vi", key, new Proxy({}, { get: (_, name) => `{${String(name)}}` })), say("en", key, new Proxy({}, { get: (_, name) => `{${String(name)}}` }))];
    assert.ok(vi && en && vi === vi.normalize("NFC"), key);
    assert.deepEqual(names(vi), names(en), key);
  }
  assert.throws(() => say("vi", "no such word"));
});
