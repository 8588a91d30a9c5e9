// What every screen stands on: the database, who works with which device where, the language, the clock, the way to the server.

import { call as callDoor } from "../../foundation/pages/door.js";
import { isWrong, offsetOf } from "./clock.js";
import { coarse } from "./entry.js";
import { signatureOf, tokenOf } from "./device.js";
import { amend, keep, open } from "./store.js";
import { say } from "./words.js";

const KEPT_STATE = ["device", "person", "lastPerson", "mode", "language", "sun", "offset", "listedAt", "labelKeys", "placeNames", "cases"];
const PLACE_GOOD_MS = 15 * 60_000;

/** The context, as the device's database has it. */
export async function load() {
  const db = await open();
  const values = await Promise.all(KEPT_STATE.map((name) => db.get("state", name)));
  const app = Object.fromEntries(KEPT_STATE.map((name, at) => [name, values[at]]));
  app.language ??= navigator.language.startsWith("en") ? "en" : "vi";
  return Object.assign(app, { db, net: { name: "idle" }, result: undefined, pictures: new Map() });
}

/** Changes a setting for good. */
export async function set(app, name, value) {
  app[name] = value;
  await app.db.put("state", value, name);
}

/** The word of a key in the person's language; a ``place`` among the values is told by its name, as far as the device knows it. */
export function words(app, key, values) {
  return say(app.language, key, values?.place ? { ...values, place: nameOf(app, values.place) } : values);
}

/** Why the door said no, in words; a reason nobody wrote words for is the server's affair. */
export function refusal(app, reason) {
  return words(app, app.has(`refused.${reason}`) ? `refused.${reason}` : "refused.OTHER");
}

/** What people call an office or authority; its code where the device does not know. */
export function nameOf(app, code) {
  return app.placeNames?.[code] ?? code;
}

/** The person at work: {person, place, role}. */
export function me(app) {
  return { person: app.person, place: app.device.place, role: app.device.role };
}

/** The server's time as far as the device knows it, in ms. */
export function serverNow(app) {
  return Date.now() + (app.offset ?? 0);
}

/** Calls the courier's door with a token of this device; throws a Problem. */
export async function call(app, service, method, message, timeout = 15_000) {
  const token = await tokenOf(app.device, app.person ?? app.lastPerson, serverNow(app));
  return callDoor(`postal.courier.v1.${service}`, method, message, { token, timeout });
}

/** Learns the server's time from an exchange. */
export async function learnClock(app, exchange) {
  const offset = offsetOf(exchange);
  if (offset !== undefined) await set(app, "offset", offset);
}

/** Asks the server for its time alone; without network nothing changes. */
export async function askClock(app) {
  const sent = Date.now();
  try {
    const answer = await fetch("./", { method: "HEAD", cache: "no-store" });
    const server = Date.parse(answer.headers.get("date"));
    if (!Number.isNaN(server)) await learnClock(app, { sent, received: Date.now(), server: server + 500 }); // told in whole seconds
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // fetch's word for no network
  }
}

/** Whether people must be told that the clock is wrong. */
export function clockIsWrong(app) {
  return isWrong(app.offset);
}

/** What every entry says beside its act: who, where, when, in which mode. */
export function circumstances(app) {
  const { coordinates } = app;
  const fresh = coordinates && Date.now() - coordinates.at < PLACE_GOOD_MS;
  return { at: Date.now(), operator: app.person, officeCode: app.device.place, mode: app.mode,
    ...(fresh ? { coarsePlace: coarse(coordinates) } : {}) };
}

/** Keeps acts on the device, and the pictures they name: on its disk and signed when this returns. */
export async function keepActs(app, acts) {
  const records = await keep(app.db, app.device.id, acts, app.pictures);
  app.pictures.clear();
  await seal(app, records);
  return records;
}

/** Signs the records that are not signed yet, each with the key of the device that made it. */
export async function seal(app, records) {
  const open = records.filter(({ signature }) => !signature);
  for (const record of open) {
    const { keys } = record.device === app.device.id ? app.device : await app.db.get("state", `device ${record.device}`);
    record.signature = await signatureOf(keys, record.text);
  }
  if (open.length) await amend(app.db, open);
}
