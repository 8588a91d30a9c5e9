// A filing that is being made: what the clerk has typed and scanned so far. Pure; each function gives a new draft.
//
// The request id is made with the draft. However often it is sent, from however many windows, it is one filing.

import { placesOf } from "./card.js";
import { bareIdentity, barePhone, checkPapers, CHECKS, parseGrams } from "./fields.js";
import { parseMoney } from "./money.js";
import { readCode } from "../../foundation/pages/codes.js";
import { STEPS, stepOf } from "./steps.js";

const EMPTY = {
  query: "",
  procedure: null,
  place: "",
  unitCode: "",
  authority: null,
  transitDue: "",
  expectedDue: "",
  papers: [],
  fullName: "",
  identityNumber: "",
  phone: "",
  address: "",
  service: "BOTH",
  fee: "",
  postage: "",
  weight: "",
  seal: "",
  label: "",
  confirmDouble: false,
};
const CHECKED = Object.keys(CHECKS);

/** An empty draft of a person at an office; ``id`` becomes the request id, ``edits`` counts what was done to it. */
export function newDraft({ id, person, office, now }) {
  return { id, person, office, created: now, changed: now, edits: 0, step: STEPS[0].id, values: { ...EMPTY } };
}

/** The draft with some values set. */
export function withValues(draft, values) {
  return { ...draft, values: { ...draft.values, ...values } };
}

/** Whether nothing was typed yet: such a draft need not be kept. */
export function isEmpty({ values }) {
  return values.procedure === null && CHECKED.every((field) => values[field] === EMPTY[field]) && values.query.trim() === "";
}

/** The draft for a procedure: its papers to count, its fee, and the service it allows. */
export function withProcedure(draft, procedure) {
  const papers = (procedure.papers ?? []).map((paper) => ({
    name: paper.name,
    conditional: paper.conditional ?? false,
    originals: counted(paper, paper.originals),
    copies: counted(paper, paper.copies),
  }));
  const service = procedure.postalEligibility === "POSTAL_ELIGIBILITY_RESULT_ONLY" ? "RETURN" : "BOTH";
  return withValues(draft, {
    procedure,
    query: `${procedure.code} ${procedure.shortName || procedure.name}`,
    service,
    confirmDouble: false,
    papers: papers.length ? papers : [newPaper()],
    fee: procedure.feeVnd === undefined ? "" : String(procedure.feeVnd),
    unitCode: "",
    authority: null,
    transitDue: "",
    expectedDue: "",
  });
}

// What is needed in some cases only is not counted before it is seen.
function counted(paper, number) {
  return paper.conditional || number === undefined ? "" : String(number);
}

/** A line for a paper that the published list does not name. */
export function newPaper() {
  return { name: "", conditional: false, originals: "", copies: "" };
}

/** The draft with the person of a card; their address suggests the place unless the clerk has named one. */
export function withCard(draft, card) {
  const { place, authority, suggested } = draft.values;
  const free = !place.trim() || (place === suggested && !authority);
  const first = placesOf(card.address)[0] ?? "";
  return withValues(draft, {
    ...card,
    ...(free && first ? { place: first, suggested: first, unitCode: "", authority: null } : {}),
  });
}

/** The draft with the authority that the server named, and the two promises it reckoned. */
export function withAuthority(draft, { authority, transitDueDate = "", expectedDueDate = "" }) {
  return withValues(draft, { authority, unitCode: authority.unitCode, transitDue: transitDueDate, expectedDue: expectedDueDate });
}

/** Why the draft cannot be filed yet, by field; empty if it can. ``offline``: no label can be drawn, so a roll's is needed. */
export function problemsOf({ values }, { offline = false } = {}) {
  const found = {};
  for (const field of CHECKED) {
    const reason = CHECKS[field](values[field] ?? "", values);
    if (reason) found[field] = reason;
  }
  Object.assign(found, checkPapers(values.papers));
  if (offline && !values.label.trim()) found.label = "LABEL_NEEDED_OFFLINE";
  return found;
}

/** The problems of one step. */
export function problemsOfStep(draft, step, options) {
  return Object.fromEntries(Object.entries(problemsOf(draft, options)).filter(([field]) => stepOf(field) === step));
}

/** What the citizen pays: {fee, postage, sum} in đồng; undefined where it is not typed yet. */
export function totals({ values }) {
  const [fee, postage] = [parseMoney(values.fee), parseMoney(values.postage)];
  const known = [fee, postage].filter((dong) => Number.isFinite(dong));
  return { fee, postage, sum: known.reduce((total, dong) => total + dong, 0) };
}

/** The FileDossierRequest of a draft without problems, as JSON. */
export function toRequest({ id, taken, values }) {
  const papers = values.papers
    .map((paper) => ({ name: clean(paper.name), originals: Number(paper.originals || 0), copies: Number(paper.copies || 0) }))
    .filter((paper) => paper.originals + paper.copies > 0);
  return {
    procedureCode: values.procedure.code,
    ...(values.unitCode ? { unitCode: values.unitCode } : { place: clean(values.place) }),
    applicant: {
      fullName: clean(values.fullName),
      identityNumber: bareIdentity(values.identityNumber),
      phone: barePhone(values.phone),
      address: clean(values.address),
    },
    papers,
    service: `FILING_SERVICE_${values.service}`,
    weightGrams: parseGrams(values.weight),
    feeVnd: String(parseMoney(values.fee)),
    postageVnd: String(parseMoney(values.postage)),
    sealNumber: clean(values.seal),
    ...(values.label.trim() ? { labelCode: readCode(values.label).code } : {}),
    ...(values.confirmDouble ? { confirmDouble: true } : {}),
    ...(taken ? { takeTime: taken } : {}),
    requestId: id,
  };
}

function clean(text) {
  return text.normalize("NFC").trim().replace(/\s+/g, " ");
}
