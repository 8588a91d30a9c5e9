// What a device says of a scan at once, from what it carries: its list of parcels and its own earlier scans. The paper has moved
// already, so nothing here refuses a scan of a parcel; it only tells the eyes. The server's answer comes later and has the last word.

import { deedOf } from "./modes.js";

const AT_DESK = new Set(["PICK_UP", "OUT_TO_COURIER", "INTO_HUB", "OUT_OF_HUB", "GIVE_BACK"]);
const MINE_ALONE = new Set(["HAND_OVER", "DELIVER", "ATTEMPT_FAILED"]); // only who answers for a parcel can do these
const FROM_ELSEWHERE = new Set(["PICK_UP", "INTO_HUB"]); // what comes in need not be on the list yet
const OLD_LIST_MS = 12 * 3_600_000;
const SAME_SHIFT_MS = 8 * 3_600_000; // done longer ago, it may well be done again: a parcel comes back, a second try

/** Outcomes that wait for a tap. The others go on by themselves. */
export const WAITS = new Set(["grave", "not_mine", "wrong_way", "unknown", "superseded", "ended", "void", "wrong"]);

/**
 * {outcome, place?, since?} of a scan. ``seen``: {deed, at} of what this device did to the parcel last; ``me``: {person, place};
 * ``parcel``: its row of the list, if known; ``label``: {state, destination} of a signed code, else undefined; ``listedAt``: when
 * the list was fetched, in ms.
 *
 * Outcomes: right · double (since) · not_mine (place: who answers for it) · wrong_way (place: where it should be) · unknown (a fresh
 * list must know what is here already, and does not) · kept (nothing to compare with) · superseded · ended · void (its
 * filing was cancelled).
 */
export function judge({ mode, me, parcel, seen, label, labelVersion, listedAt, now }) {
  if (parcel && labelVersion && parcel.labelVersion && labelVersion < parcel.labelVersion) return { outcome: "superseded" };
  if (seen && seen.deed === deedOf(mode) && Math.abs(now - seen.at) < SAME_SHIFT_MS) return { outcome: "double", since: seen.at };
  if (!parcel) return unlisted(mode, me, label, listedAt, now);
  if (parcel.ended) return { outcome: parcel.void ? "void" : "ended" };
  const elsewhere = placeWanted(mode, me.place, parcel);
  if (elsewhere) return { outcome: "wrong_way", place: elsewhere };
  const owner = wrongHands(mode, me, parcel);
  return owner === undefined ? { outcome: "right" } : { outcome: "not_mine", place: owner };
}

// A signed label says that the parcel is ours and where it ends, even to a device without a list.
function unlisted(mode, me, label, listedAt, now) {
  if (label?.state === "signed") {
    const away = mode.name === "OUT_TO_COURIER" && label.destination && label.destination !== me.place;
    return away ? { outcome: "wrong_way", place: label.destination } : { outcome: "right" };
  }
  const mustKnow = !FROM_ELSEWHERE.has(mode.name) && listedAt !== undefined && now - listedAt < OLD_LIST_MS;
  return { outcome: mustKnow ? "unknown" : "kept" };
}

// The office the parcel should be at instead; undefined if it is right here.
function placeWanted(mode, here, parcel) {
  const { route } = parcel;
  if (mode.name === "DELIVER" && parcel.direction === "OUTBOUND") return parcel.authority;
  if (!AT_DESK.has(mode.name) || route.length === 0 || mode.name === "GIVE_BACK") return undefined;
  if (!route.includes(here)) return mode.name === "PICK_UP" ? route[0] : nextOf(parcel);
  if (mode.name === "OUT_TO_COURIER" && here !== route.at(-1)) return route.at(-1);
  return route.indexOf(here) < route.indexOf(parcel.office) ? parcel.office : undefined; // an office left out is no error, going back is
}

/** The office a parcel goes to next: after the last one on its route that has seen it, else after the first. */
export function nextOf({ route, office }) {
  const at = Math.max(0, route.indexOf(office));
  return route[Math.min(at + 1, route.length - 1)];
}

/** Whether a person at a place is a holder, or stands at the desk that is. */
export function actsFor(me, whose) {
  return Boolean(whose) && whose.place === me.place && (whose.person === "" || whose.person === me.person);
}

// The place that answers for the parcel instead; undefined if it is mine, my desk's, or on its way into my hands.
function wrongHands(mode, me, { holder, offer }) {
  if (mode.name === "INTO_HUB" || actsFor(me, holder)) return undefined; // what comes in comes with whoever brings it
  if (mode.name === "PICK_UP" && holder.place === me.place) return undefined;
  return actsFor(me, offer?.taker) && !MINE_ALONE.has(mode.name) ? undefined : holder.place;
}
