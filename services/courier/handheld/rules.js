// What a delivery must prove and what may follow a failed try, as far as a device can tell without the server.
//
// What must prove a delivery the server tells with the list: of a parcel's ways each is enough by itself, {relation, identityPapers,
// pictures, fullName, lastFour, oneTimeCode}, enums without their prefixes. There is no copy of that table here.

export const RELATIONS = ["APPLICANT", "AUTHORISED", "HOUSEHOLD"];
export const PAPERS = ["IDENTITY_CARD", "PASSPORT", "ELECTRONIC"];
const PICTURES = ["SIGNATURE", "PHOTO"];
// Where no rule is known everything is asked, and the server judges: the parcel is in the courier's hand.
const ALL = RELATIONS.map((relation) => ({ relation, identityPapers: PAPERS, pictures: PICTURES, fullName: relation !== "APPLICANT",
  lastFour: true, oneTimeCode: relation === "HOUSEHOLD" }));

/** The ways of each parcel to be delivered: ``rules`` by kind of delivery, ``parcels`` rows of the list or undefined. */
export function waysOf(rules, parcels) {
  return parcels.map((parcel) => rules?.[parcel?.kind] ?? ALL);
}

/** What to ask of one receiver of all the parcels: lists that leave a choice, and whether name, digits and code are wanted. */
export function asked(parcels, ways, relation) {
  const relations = RELATIONS.filter((each) => ways.every((one) => one.some((way) => way.relation === each)));
  const chosen = relations.includes(relation) ? relation : relations[0];
  const mine = ways.flat().filter((way) => way.relation === chosen);
  const needsCode = mine.some((way) => way.oneTimeCode);
  const [{ codeState = "" } = {}] = parcels;
  return {
    relation: chosen, relations, papers: PAPERS.filter((paper) => mine.some((way) => way.identityPapers.includes(paper))),
    pictures: PICTURES.filter((kind) => mine.some((way) => way.pictures.includes(kind))),
    fullName: mine.some((way) => way.fullName), lastFour: mine.some((way) => way.lastFour), needsCode,
    // each parcel has a code of its own, so a code goes with one parcel
    oneTimeCode: parcels.length === 1 && codeState !== "SPENT" && (needsCode || codeState === "ISSUED"),
  };
}

/** The word keys of what a delivery still lacks, by field, of the way that is nearest; empty if it is proven. */
export function lacks(ways, said) {
  if (said.oneTimeCode && !isCode(said.oneTimeCode)) return { oneTimeCode: "missing.code" };
  const missing = ways.map((one) => one.filter((way) => way.relation === said.relation).map((way) => missingOf(way, said))
    .sort((a, b) => Object.keys(a).length - Object.keys(b).length)[0] ?? { relation: "missing.choice" });
  return missing.find((each) => Object.keys(each).length > 0) ?? {};
}

function missingOf(way, { paper, fullName = "", lastFour = "", oneTimeCode = "", picture }) {
  const missing = {};
  if (way.fullName && !fullName.trim()) missing.fullName = "missing.name";
  if (!way.identityPapers.includes(paper)) missing.paper = "missing.choice";
  if (way.lastFour && !/^\d{4}$/.test(lastFour)) missing.lastFour = "missing.digits";
  if (way.oneTimeCode && !isCode(oneTimeCode)) missing.oneTimeCode = "missing.code";
  if (!way.pictures.includes(picture)) missing.picture = way.pictures.length > 1 ? "missing.proof" : `missing.${way.pictures[0]}`;
  return missing;
}

const isCode = (text) => /^\d{6}$/.test(text);

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
