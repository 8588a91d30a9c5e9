// Brings the pictures that answered entries have named. A picture leaves the device with the server's word that it has it, and not
// before; one that the server will never take is set aside for a person.

import { base64, sha256 } from "./device.js";
import { forgetPicture, picturesAfter, setPicturesAside } from "./store.js";

const MOST = 20; // in one message; the server's limit
const MOST_BYTES = 900_000;
const HAS = new Set(["KEPT", "DUPLICATE"]);
const OUTCOME = "PICTURE_OUTCOME_";

/** A round over the pictures a device still has to bring: ``next(most)`` gives a batch, ``settle(batch, results)`` what came of it. */
export function pictureRound(db) {
  let after; // the key of the last one that was brought in this round
  let held = 0; // how many the server could not take yet

  return {
    /** {proofs, messages}, as many as fit one message; without proofs the round has ended, and ``held`` tells how many stay. */
    async next(most) {
      const rows = await picturesAfter(db, after, Math.min(most, MOST));
      const batch = { proofs: [], messages: [] };
      let bytes = 0;
      for (const { proof, blob } of rows) {
        const content = await contentOf(proof, blob);
        bytes += (content ?? "").length;
        if (content && bytes > MOST_BYTES && batch.proofs.length > 0) break;
        after = keyOf(proof);
        if (!content) await setPicturesAside(db, [proof], "PICTURE_DAMAGED");
        else batch.proofs.push(proof);
        if (content) batch.messages.push({ deviceSequence: String(proof.sequence), parcelCode: proof.code, sha256: proof.sha256, content });
      }
      if (rows.length > 0 && batch.proofs.length === 0) return this.next(most);
      if (rows.length === 0) {
        [batch.held, held, after] = [held, 0, undefined];
      }
      return batch;
    },

    /** Forgets what the server has and sets aside what it will never take; an error if it answered for none. */
    async settle({ proofs }, results) {
      const told = new Map(results.map((result) => [`${result.deviceSequence} ${result.sha256}`, result]));
      const answered = proofs.filter((proof) => told.has(nameOf(proof)));
      if (answered.length === 0) throw Object.assign(new Error("no picture was answered"), { reason: "NO_ANSWER" });
      held += proofs.length - answered.length;
      for (const proof of answered) {
        const { outcome, problem } = told.get(nameOf(proof));
        if (HAS.has(outcome.slice(OUTCOME.length))) await forgetPicture(db, proof);
        else if (outcome === `${OUTCOME}REFUSED`) await setPicturesAside(db, [proof], problem?.reason);
        else if (await isRefused(db, proof)) await setPicturesAside(db, [proof], "ENTRY_REFUSED");
        else held += 1;
      }
    },

    /** Begins anew: what was brought last has no answer. */
    again() {
      [after, held] = [undefined, 0];
    },
  };
}

const keyOf = ({ sequence, sha256: digest }) => [sequence, digest];
const nameOf = (proof) => keyOf(proof).join(" ");

// Undefined if the disk no longer has what was signed for.
async function contentOf({ sha256: digest }, blob) {
  try {
    const bytes = await blob?.arrayBuffer();
    return bytes && (await sha256(bytes)) === digest ? base64(bytes) : undefined;
  } catch (error) {
    if (error instanceof DOMException) return undefined; // a file of the database is gone
    throw error;
  }
}

// The server keeps no entry that it refused: it will wait for it without end.
async function isRefused(db, { sequence }) {
  return (await db.get("answered", sequence))?.answer.outcome === "REFUSED";
}
