// The codes of the trade as a page reads them; the rules are those of services/foundation/codes.py, and a test holds them alike.

import { isSigned, parse } from "./signed_label.js";
import { isDamaged, typings } from "./telex.js";

const S10 = /^[A-Z]{2}\d{9}[A-Z]{2}$/;
const S10_WEIGHTS = [8, 6, 4, 2, 3, 5, 9, 7];
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TRACKING_LENGTH = 13;
const ADDRESS = /^[A-Z]+:\/\/.*\/T\/([^/?#]+)(?:[?#].*)?$/;
const VERSIONED = /^(.*?)(?:\.([1-9]\d?))?$/;
const LONGEST = 400; // of anything a scanner may read

/** Check digit of eight digits (UPU S10). */
export function s10CheckDigit(serial) {
  const sum = S10_WEIGHTS.reduce((total, weight, at) => total + weight * Number(serial[at]), 0);
  const rest = 11 - (sum % 11);
  return { 10: 0, 11: 5 }[rest] ?? rest;
}

/** {code} of an S10 number in capitals without spaces, or {reason}. About 1.9 % of wrong digits pass: look every code up. */
export function checkParcelCode(text) {
  const folded = text.replaceAll(" ", "");
  if (!S10.test(folded)) return { reason: "PARCEL_CODE_MALFORMED" };
  if (s10CheckDigit(folded.slice(2, 10)) !== Number(folded[10])) return { reason: "PARCEL_CODE_CHECK" };
  return { code: folded };
}

function double(value) { // GF(32) by x^5 + x^2 + 1
  const shifted = value << 1;
  return shifted & 32 ? shifted ^ 0b100101 : shifted;
}

function trackingCheck(values) {
  return values.reduce((total, value, position) => {
    for (let times = 0; times <= position; times += 1) value = double(value);
    return total ^ value;
  }, 0);
}

/** {code} of a tracking code (O read as 0, I and L as 1, spaces and hyphens dropped), or {reason}. */
export function checkTrackingCode(text) {
  const folded = text.replace(/[ -]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  const values = Array.from(folded, (letter) => CROCKFORD.indexOf(letter));
  if (values.length !== TRACKING_LENGTH || values.includes(-1)) return { reason: "TRACKING_CODE_MALFORMED" };
  if (trackingCheck(values.slice(0, -1)) !== values.at(-1)) return { reason: "TRACKING_CODE_CHECK" };
  return { code: folded };
}

/** The code as people read it: "RH 123 456 785 VN" or "ABCD-EFGH-JKMNP". */
export function groupCode(code) {
  if (S10.test(code)) return [code.slice(0, 2), code.slice(2, 5), code.slice(5, 8), code.slice(8, 11), code.slice(11)].join(" ");
  return [code.slice(0, 4), code.slice(4, 8), code.slice(8)].join("-");
}

/** The tracking code of its 12 characters: with its check character. */
function withTrackingCheck(text) {
  return text + CROCKFORD[trackingCheck(Array.from(text, (letter) => CROCKFORD.indexOf(letter)))];
}

function readSigned(text) {
  const label = parse(text);
  const code = label.prefix + label.serial + s10CheckDigit(label.serial) + label.suffix;
  return S10.test(code) ? { kind: "parcel", code, tracking: withTrackingCheck(label.tracking), labelVersion: label.labelVersion, label }
    : { kind: "wrong", reason: "CODE_UNREADABLE" };
}

/** What one spelling says: a parcel, a tracking code with its label's version, or why it is neither. */
function readSpelling(text) {
  if (isSigned(text)) return readSigned(text);
  const parcel = checkParcelCode(text);
  if (parcel.code) return { kind: "parcel", code: parcel.code };
  const address = ADDRESS.exec(text);
  const [, bare, version] = VERSIONED.exec(address ? address[1] : text);
  const tracking = checkTrackingCode(bare);
  if (tracking.code) {
    return { kind: "tracking", code: tracking.code, labelVersion: Number(version ?? 1), address: Boolean(address) };
  }
  for (const { reason } of [parcel, tracking]) if (reason.endsWith("_CHECK")) return { kind: "wrong", reason };
  return { kind: "wrong", reason: "CODE_UNREADABLE" };
}

/**
 * What a scanned or typed text is: {kind: "parcel", code} · {kind: "tracking", code, labelVersion} · {kind: "wrong", reason}.
 * A parcel read from a signed code also has ``tracking``, ``labelVersion`` and ``label``, to be verified (signed_label.js).
 *
 * Reasons: PARCEL_CODE_CHECK, TRACKING_CODE_CHECK (a character is wrong), CODE_UNREADABLE (no code of ours), and
 * CODE_DAMAGED_BY_TYPING (a Vietnamese typing method changed it beyond what the check characters can tell; ``choices`` holds
 * the readings that pass, one of which the caller may know as a parcel of its own).
 */
export function readCode(text) {
  if (text.length > LONGEST) return { kind: "wrong", reason: "CODE_UNREADABLE" };
  const readings = new Map();
  let reason = "CODE_UNREADABLE";
  for (const spelling of typings(text.trim())) {
    const read = readSpelling(spelling);
    if (read.kind === "wrong") reason = read.reason;
    else readings.set(`${read.code}.${read.labelVersion ?? ""}`, read);
  }
  const choices = [...readings.values()];
  if (choices.length === 1) return choices[0];
  return { kind: "wrong", reason: isDamaged(text) ? "CODE_DAMAGED_BY_TYPING" : reason, choices };
}

/**
 * A code that a scanner typed behind what already stood in a field: {rest, text}, or undefined.
 *
 * Only forms that people do not type by accident: S10 numbers and addresses with a tracking code.
 */
export function codeAtEnd(value) {
  const run = value.search(/\S*$/); // a scanner types no spaces
  for (let start = Math.max(run, value.length - LONGEST); start < value.length; start += 1) {
    const read = readCode(value.slice(start));
    if (read.kind === "parcel" || (read.kind === "tracking" && read.address)) {
      return { rest: value.slice(0, start), text: value.slice(start) };
    }
  }
  return undefined;
}
