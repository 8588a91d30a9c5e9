// What a delivery must prove and what may follow a failed try, as far as a device can tell without the server.

const PROOF = { // by who receives: what must be written down beside relation and paper
  APPLICANT: ["lastFour", "picture"],
  AUTHORISED: ["fullName", "lastFour", "picture"],
};
export const RELATIONS = Object.keys(PROOF);
export const PAPERS = ["IDENTITY_CARD", "PASSPORT", "ELECTRONIC"];

/** The word keys of what a delivery still lacks, by field; empty if it is proven. */
export function lacks({ relation, paper, fullName = "", lastFour = "", picture }) {
  const missing = {};
  if (!RELATIONS.includes(relation)) missing.relation = "missing.choice";
  if (!PAPERS.includes(paper)) missing.paper = "missing.choice";
  const wanted = PROOF[relation] ?? [];
  if (wanted.includes("fullName") && !fullName.trim()) missing.fullName = "missing.name";
  if (wanted.includes("lastFour") && !/^\d{4}$/.test(lastFour)) missing.lastFour = "missing.digits";
  if (wanted.includes("picture") && !picture) missing.picture = "missing.proof";
  return missing;
}

// Luật Bưu chính Đ.17; TT 17/2017 Đ.5 k2h. The table is the contract's (parcel.proto, NextStep); a test holds both alike.
// GIVE_BACK_LATER: only with two tries, the newest two working days or more after the oldest.
export const AFTER = {
  WRONG_ADDRESS: ["ASK_ADDRESS", "HOLD_AT_OFFICE", "GIVE_BACK_LATER"],
  MOVED: ["ASK_ADDRESS", "HOLD_AT_OFFICE", "GIVE_BACK_LATER"],
  NOT_FOUND: ["TRY_AGAIN", "HOLD_AT_OFFICE", "GIVE_BACK_LATER"],
  REFUSED: ["GIVE_BACK", "TRY_AGAIN"],
  AUTHORITY_CLOSED: ["TRY_AGAIN", "HOLD_AT_OFFICE"],
  IDENTITY_NOT_SHOWN: ["TRY_AGAIN", "HOLD_AT_OFFICE", "GIVE_BACK_LATER"],
  AUTHORISATION_MISSING: ["TRY_AGAIN", "HOLD_AT_OFFICE", "GIVE_BACK_LATER"],
};
const AT_AUTHORITY = ["AUTHORITY_CLOSED", "REFUSED", "WRONG_ADDRESS"];
const DAY_MS = 86_400_000;

/** The reasons that make sense for a parcel's direction; all where it is not known. */
export function reasonsOf(direction) {
  const all = Object.keys(AFTER);
  if (direction === "OUTBOUND") return all.filter((reason) => AT_AUTHORITY.includes(reason));
  return direction === "INBOUND" ? all.filter((reason) => reason !== "AUTHORITY_CLOSED") : all;
}

/** {allowed, later}: the next steps of a reason, and whether giving back is only allowed after another try. */
export function nextSteps(reason, attempts, now) {
  const listed = AFTER[reason] ?? [];
  const givesBack = listed.includes("GIVE_BACK_LATER") && triesAreEnough([...attempts, now]);
  const allowed = listed.filter((step) => step !== "GIVE_BACK_LATER");
  return { allowed: givesBack ? [...allowed, "GIVE_BACK"] : allowed, later: listed.includes("GIVE_BACK_LATER") && !givesBack };
}

// Public holidays are not known here: the server, which has the calendar, may still ask for another try.
function triesAreEnough(times) {
  const sorted = [...times].sort((one, other) => one - other);
  let working = 0;
  for (let day = localDay(sorted[0]) + 1; day <= localDay(sorted.at(-1)); day += 1) {
    if (![0, 6].includes(new Date(day * DAY_MS).getUTCDay())) working += 1;
  }
  return sorted.length >= 2 && working >= 2;
}

const localDay = (ms) => Math.floor((ms + 7 * 3_600_000) / DAY_MS); // Vietnam: UTC+7 all year
