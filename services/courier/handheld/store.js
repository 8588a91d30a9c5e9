// What the device keeps. A database, so that a write that is torn harms one record at most, and no log-out touches the queue.
//
// Stores: ``queue`` entries not yet answered, by their number on this device · ``answered`` entries with the server's answer ·
// ``damaged`` records that cannot be read any more · ``seen`` what was done to each parcel last · ``basket`` parcels scanned into an
// act not yet finished · ``parcels`` the list the device carries · ``pictures`` signatures and photos by their SHA-256 · ``proofs``
// which of them the server has not yet, by the entry that names them · ``state`` device, shift and settings by name.

import { openDB } from "idb";
import { actOf, isSound, proofsOf, textOf } from "./entry.js";

const NAME = "dossier-post-handheld";
const HAD_NO_EFFECT = new Set(["CONFLICT", "REFUSED"]);
const KEPT = 5_000; // answered entries that stay visible; by number and not by time, since the clock may be wrong

/** Opens the database, made at the first visit. */
export function open() {
  return openDB(NAME, 2, {
    async upgrade(db, from, _, tx) {
      db.createObjectStore("proofs", { keyPath: ["sequence", "sha256"] }).createIndex("sha256", "sha256");
      if (from === 1) { // of what was done before pictures were sent: what has not been answered yet
        const waiting = (await tx.objectStore("queue").getAll()).filter(isSound);
        for (const proof of waiting.flatMap(proofsOf)) tx.objectStore("proofs").put(proof);
        return;
      }
      db.createObjectStore("queue", { keyPath: "sequence" });
      db.createObjectStore("answered", { keyPath: "sequence" });
      db.createObjectStore("damaged", { autoIncrement: true });
      db.createObjectStore("seen", { keyPath: "code" });
      db.createObjectStore("basket", { keyPath: ["mode", "code"] });
      db.createObjectStore("parcels", { keyPath: "code" });
      db.createObjectStore("pictures");
      db.createObjectStore("state");
    },
  });
}

/**
 * Stores acts of a device and gives them their numbers: all of them or none, on the disk before it returns. An act is {entry,
 * told}: an entry as entry.js has it, and the outcome people are shown. A record adds what is signed (``text``) and what the
 * queue is searched by (``at``, ``mode``, ``codes``). Of ``pictures`` (by their SHA-256) those that acts name are stored with them.
 */
export async function keep(db, device, acts, pictures = new Map()) {
  const tx = db.transaction(["queue", "seen", "state", "basket", "proofs", "pictures"], "readwrite", { durability: "strict" });
  const state = tx.objectStore("state");
  let last = (await state.get("sequence")) ?? 0;
  const records = acts.map(({ entry, told }) => recordOf(device, (last += 1), entry, told));
  state.put(last, "sequence");
  await countScans(state, records.at(-1).at, records.filter(({ entry }) => entry.scan).length); // others were counted in the basket
  for (const record of records) {
    tx.objectStore("queue").put(record);
    for (const code of record.codes) {
      tx.objectStore("seen").put({ code, deed: actOf(record.entry) === "scan" ? record.mode : actOf(record.entry), at: record.at });
      tx.objectStore("basket").delete([record.mode, code]);
    }
  }
  for (const proof of records.flatMap(proofsOf)) {
    tx.objectStore("proofs").put(proof);
    if (pictures.has(proof.sha256)) tx.objectStore("pictures").put(pictures.get(proof.sha256), proof.sha256); // else it is there
  }
  await tx.done;
  return records;
}

function recordOf(device, sequence, entry, told) {
  const codes = entry.parcels.map(({ parcelCode }) => parcelCode);
  return { device, sequence, at: entry.at, mode: entry.mode, told, codes, entry, text: textOf(device, sequence, entry) };
}

async function countScans(state, at, more) {
  const today = `scans ${dayOf(at)}`;
  state.put(((await state.get(today)) ?? 0) + more, today);
}

/** Stores a parcel scanned into an act that is not finished, or what is now known of it there; on the disk when it returns. */
export async function putInBasket(db, row) {
  const tx = db.transaction(["basket", "state"], "readwrite", { durability: "strict" });
  const basket = tx.objectStore("basket");
  if (!(await basket.get([row.mode, row.code]))) await countScans(tx.objectStore("state"), row.at, 1);
  basket.put(row);
  await tx.done;
}

/** Puts entries back with what was added to them (their signature). */
export async function amend(db, entries) {
  const tx = db.transaction("queue", "readwrite");
  for (const entry of entries) tx.store.put(entry);
  await tx.done;
}

/** The oldest entries of the queue that read well, at most ``most``; what does not is set aside, each for itself. */
export async function oldest(db, most) {
  const found = await db.getAll("queue", undefined, most);
  const sound = found.filter(isSound);
  if (sound.length === found.length) return sound;
  await setAside(db, found.filter((each) => !isSound(each)), "RECORD_DAMAGED");
  return sound.length ? sound : oldest(db, most);
}

/** Takes records out of the queue's way without losing them: a person must look at them. */
export async function setAside(db, records, reason) {
  const tx = db.transaction(["queue", "damaged", "proofs", "pictures"], "readwrite", { durability: "strict" });
  for (const record of records) {
    tx.objectStore("damaged").put({ record, reason, at: Date.now() });
    tx.objectStore("queue").delete(record.sequence);
    const named = await tx.objectStore("proofs").getAll(IDBKeyRange.bound([record.sequence], [record.sequence, []]));
    for (const proof of named) await putAside(tx, proof, reason); // no server will ever have an entry for it
  }
  await tx.done;
}

/** Moves answered entries out of the queue, with their answers: from now on they are never sent again. */
export async function settle(db, answers) {
  const tx = db.transaction(["queue", "answered", "seen"], "readwrite", { durability: "strict" });
  for (const { entry: { sequence, device, at, mode, told, codes }, answer } of answers) {
    tx.objectStore("answered").put({ sequence, device, at, mode, told, codes, answer });
    if (HAD_NO_EFFECT.has(answer.outcome)) await forgetSeen(tx.objectStore("seen"), codes, at);
  }
  for (const [first, last] of runs(answers.map(({ entry }) => entry.sequence))) {
    tx.objectStore("queue").delete(IDBKeyRange.bound(first, last)); // one step for a thousand that follow one another
  }
  await tx.done;
}

// What had no effect was not done: the person may well do it again, and rightly.
async function forgetSeen(seen, codes, at) {
  for (const code of codes) {
    if ((await seen.get(code))?.at === at) seen.delete(code);
  }
}

/** Numbers in rising order as runs without a gap: [1, 2, 3, 7] are [[1, 3], [7, 7]]. */
function runs(numbers) {
  const found = [];
  for (const number of numbers) {
    if (found.length > 0 && found.at(-1)[1] === number - 1) found.at(-1)[1] = number;
    else found.push([number, number]);
  }
  return found;
}

/** Forgets the oldest answers; the queue is never touched here. */
export async function forgetOld(db) {
  const last = (await db.get("state", "sequence")) ?? 0;
  if (last > KEPT) await db.delete("answered", IDBKeyRange.upperBound(last - KEPT));
}

/** {today, unsent, damaged, unsentPictures}: the numbers that are always in sight. */
export async function counts(db, now) {
  const [today, unsent, damaged, unsentPictures] = await Promise.all(
    [db.get("state", `scans ${dayOf(now)}`), ...["queue", "damaged", "proofs"].map((name) => db.count(name))]);
  return { today: today ?? 0, unsent, damaged, unsentPictures };
}

/** Pictures behind a key (undefined: from the first) whose entries wait no more, of one device: [{proof, blob}], at most ``most``. */
export async function picturesAfter(db, key, most) {
  const tx = db.transaction(["proofs", "queue", "pictures"]);
  const found = [];
  let cursor = await tx.objectStore("proofs").openCursor(key && IDBKeyRange.lowerBound(key, true));
  for (; cursor && found.length < most; cursor = await cursor.continue()) {
    const proof = cursor.value;
    if ((await tx.objectStore("queue").getKey(proof.sequence)) !== undefined) continue; // its entry goes first
    if (found.length > 0 && found[0].proof.device !== proof.device) break;
    found.push({ proof, blob: await tx.objectStore("pictures").get(proof.sha256) });
  }
  return found;
}

/** Lets go of a picture the server has. */
export async function forgetPicture(db, proof) {
  const tx = db.transaction(["proofs", "pictures"], "readwrite", { durability: "strict" });
  await letGo(tx, proof);
  await tx.done;
}

/** Takes pictures out of the way without losing them: a person must look at them. */
export async function setPicturesAside(db, proofs, reason) {
  const tx = db.transaction(["proofs", "pictures", "damaged"], "readwrite", { durability: "strict" });
  for (const proof of proofs) await putAside(tx, proof, reason);
  await tx.done;
}

async function putAside(tx, proof, reason) {
  const picture = await tx.objectStore("pictures").get(proof.sha256);
  tx.objectStore("damaged").put({ record: proof, reason, at: Date.now(), picture });
  await letGo(tx, proof);
}

async function letGo(tx, { sequence, sha256 }) {
  const proofs = tx.objectStore("proofs");
  proofs.delete([sequence, sha256]);
  if ((await proofs.index("sha256").count(sha256)) === 0) tx.objectStore("pictures").delete(sha256); // a name typed twice is one picture
}

/** The newest entries, answered or not, newest first. */
export async function newest(db, most) {
  const found = [];
  for (const name of ["queue", "answered"]) {
    let cursor = await db.transaction(name).store.openCursor(null, "prev");
    for (let n = 0; cursor && n < most; n += 1, cursor = await cursor.continue()) found.push(cursor.value);
  }
  return found.filter(({ codes }) => Array.isArray(codes)).sort((one, other) => other.sequence - one.sequence).slice(0, most);
}

/** Replaces the list the device carries, all of it or nothing: its parcels, names of places, rules of proof. */
export async function replaceList(db, parcels, { names, rules }, at) {
  const tx = db.transaction(["parcels", "state"], "readwrite");
  const known = await tx.objectStore("state").get("placeNames");
  tx.objectStore("state").put({ ...known, ...names }, "placeNames"); // of earlier lists too: what was said of them is still shown
  tx.objectStore("state").put(rules, "proofRules");
  tx.objectStore("parcels").clear();
  for (const parcel of parcels) tx.objectStore("parcels").put(parcel);
  tx.objectStore("state").put(at, "listedAt");
  await tx.done;
}

function dayOf(ms) {
  const at = new Date(ms);
  return `${at.getFullYear()}-${at.getMonth() + 1}-${at.getDate()}`;
}
