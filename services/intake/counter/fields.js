// What each field of a filing must be. The server checks again (services/intake/filing.py) and has the last word; here a clerk
// learns it at once, without network. A check gives "" or a reason of words/problems.js.

import { readCode } from "../../foundation/pages/codes.js";
import { parseMoney } from "./money.js";

const MOST_GRAMS = 30_000;
const MOST_OF_A_PAPER = 999;
const MOST_DONG = 10_000_000_000;

function text(value, most) {
  const bare = value.trim();
  if (!bare) return "TEXT_MISSING";
  return bare.length > most ? "TEXT_TOO_LONG" : "";
}

/** Grams of a typed weight: "120", "120 g", "1,2 kg"; NaN if it is none. */
export function parseGrams(typed) {
  const found = /^(\d+)(?:[.,](\d{1,3}))?\s*(kg|g|gam)?$/i.exec(typed.trim());
  if (!found) return NaN;
  const [, whole, part, unit] = found;
  if (unit?.toLowerCase() === "kg") return Math.round(Number(`${whole}.${part ?? 0}`) * 1000);
  return part === undefined ? Number(whole) : NaN;
}

/** A telephone number without spaces, points and hyphens. */
export function barePhone(typed) {
  return typed.replace(/[\s.\-()]/g, "");
}

/** An identity number without spaces and points. */
export function bareIdentity(typed) {
  return typed.replace(/[\s.]/g, "");
}

function amount(typed) {
  const dong = parseMoney(typed);
  if (dong === undefined) return "MONEY_MISSING";
  if (Number.isNaN(dong)) return "MONEY_UNREADABLE";
  return dong > MOST_DONG ? "MONEY_TOO_MUCH" : "";
}

function count(typed) {
  const bare = typed.trim();
  return /^\d*$/.test(bare) && Number(bare) <= MOST_OF_A_PAPER ? "" : "COUNT_WRONG";
}

/** Checks by the field's name; each takes the field's text, and all values where it hangs on them. */
export const CHECKS = {
  fullName: (value) => text(value, 200),
  identityNumber: (value) => (/^(\d{9}|\d{12})$/.test(bareIdentity(value)) ? "" : "IDENTITY_NUMBER_WRONG"),
  phone: (value) => (/^\+?\d{8,14}$/.test(barePhone(value)) ? "" : "PHONE_WRONG"),
  address: (value) => text(value, 400),
  fee: (value) => amount(value),
  postage: (value) => amount(value),
  weight: (value) => {
    const grams = parseGrams(value);
    return grams >= 1 && grams <= MOST_GRAMS ? "" : "WEIGHT_WRONG";
  },
  seal: (value) => text(value, 32),
  label: (value) => {
    if (!value.trim()) return "";
    const read = readCode(value);
    return read.kind === "wrong" ? read.reason : "";
  },
  service: (value) => (["SEND", "RETURN", "BOTH"].includes(value) ? "" : "SERVICE_MISSING"),
  procedure: (value, values) => (values.procedure ? "" : "PROCEDURE_MISSING"),
  place: (value, values) => (values.unitCode || values.place.trim() ? "" : "UNIT_MISSING"),
};

/** Reason why the papers as counted cannot go, by field: {"papers": …} or {"papers[2].originals": …}. */
export function checkPapers(papers) {
  const wrong = {};
  let sum = 0;
  papers.forEach((paper, at) => {
    for (const kind of ["originals", "copies"]) {
      const reason = count(paper[kind]);
      if (reason) wrong[`papers[${at}].${kind}`] = reason;
      else sum += Number(paper[kind].trim() || 0);
    }
    if (Number(paper.originals || 0) + Number(paper.copies || 0) > 0 && !paper.name.trim())
      wrong[`papers[${at}].name`] = "TEXT_MISSING";
  });
  if (sum === 0 && Object.keys(wrong).length === 0) wrong.papers = "PAPERS_MISSING";
  return wrong;
}
