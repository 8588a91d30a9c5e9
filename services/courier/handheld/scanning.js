// From what a scanner typed or a camera saw to a parcel, and to what is said of it at once.

import { readCode } from "../../foundation/pages/codes.js";
import { verify } from "../../foundation/pages/signed_label.js";
import { me, serverNow } from "./context.js";
import { judge } from "./judge.js";
import { deedOf, modeOf } from "./modes.js";

/**
 * {code, labelVersion, parcel, verdict} of a text: ``parcel`` is its row of the device's list, if there is one; ``verdict`` is
 * judge.js's, or {outcome: "wrong", reason} if the text names no parcel.
 */
export async function recognise(app, text) {
  const read = await theOne(app, readCode(text));
  if (read.reason) return { verdict: { outcome: "wrong", reason: read.reason } };
  const label = read.label && { ...read.label, state: await verify(read.label, app.labelKeys ?? [], serverNow(app)) };
  if (label?.state === "forged") return { verdict: { outcome: "wrong", reason: "LABEL_FORGED" } };
  const [parcel, seen, collected] = await Promise.all(
    [app.db.get("parcels", read.code), app.db.get("seen", read.code), app.db.get("basket", [app.mode, read.code])]);
  const verdict = judge({ mode: modeOf(app.mode), me: me(app), parcel, seen: collected ? { deed: deedOf(modeOf(app.mode)), at: collected.at } : seen, label,
    labelVersion: read.labelVersion, listedAt: app.listedAt, now: Date.now() });
  return { code: read.code, labelVersion: read.labelVersion, parcel, verdict };
}

// A tracking code names a dossier, whose envelopes are up to three: it cannot say which is at hand. A damaged text may have several
// readings: the device's list may know the one parcel meant.
async function theOne(app, read) {
  if (read.kind === "parcel") return read;
  if (read.kind === "tracking") return { reason: "TRACKING_NAMES_NO_PARCEL" };
  const choices = (read.choices ?? []).filter(({ kind }) => kind === "parcel");
  const known = await Promise.all(choices.map(({ code }) => app.db.get("parcels", code)));
  const listed = choices.filter((_, at) => known[at]);
  return listed.length === 1 ? listed[0] : read;
}

/** The parcel as an entry names it. */
export function parcelOf({ code, labelVersion }) {
  return { parcelCode: code, ...(labelVersion ? { labelVersion } : {}) };
}
