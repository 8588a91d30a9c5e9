// Parcels scanned into an act that is not finished yet: kept on the device like everything else, so that an interruption, a flat
// battery or a change of mode loses none of them.

import { announce, waits } from "./result.js";
import { recognise } from "./scanning.js";
import { tell } from "./sounds.js";
import { putInBasket } from "./store.js";

const TAKEN = new Set(["right", "kept", "unknown", "superseded"]); // the server has the last word on what the list does not know

/** What lies in the basket of the mode at hand, in the order of scanning. */
export async function contents(app) {
  const found = await app.db.getAll("basket", IDBKeyRange.bound([app.mode], [app.mode, []]));
  return found.sort((one, other) => one.at - other.at);
}

/** Puts a parcel into the basket, or changes what is known of it there; on the disk when this returns. */
export function put(app, row) {
  return putInBasket(app.db, { ...row, mode: app.mode });
}

/** Takes a parcel out again. */
export function remove(app, code) {
  return app.db.delete("basket", [app.mode, code]);
}

/** Empties the basket of the mode at hand. */
export async function empty(app) {
  await Promise.all((await contents(app)).map(({ code }) => remove(app, code)));
}

/**
 * A scan into the basket: stored, then told. ``look`` may change the verdict of a recognised parcel and add to its row:
 * (found) → {verdict?, row?}. True if the parcel is in the basket now.
 */
export async function collect(app, text, look = () => ({})) {
  if (waits(app)) {
    tell("wrong"); // the person has not seen yet what was wrong
    return false;
  }
  const found = await recognise(app, text);
  const { verdict = found.verdict, row = {} } = found.code ? look(found) : {};
  const taken = TAKEN.has(verdict.outcome);
  if (taken) await put(app, { code: found.code, at: Date.now(), labelVersion: found.labelVersion, ...row });
  announce(app, { ...verdict, code: found.code });
  return taken;
}
