// The list a device carries to work without a network: what its place holds, is offered or awaits, and the keys of labels.

import { replaceList } from "./store.js";

const PAGE = 200;
const MOST_PAGES = 100; // 20,000 parcels

/** Fetches the list whole and puts it in place of the old one; throws a Problem and leaves the old one. */
export async function fetchList(db, call, now) {
  const rows = [];
  let pageToken = "";
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await call("CourierService", "ListParcels", { pageSize: PAGE, wholePlace: true, pageToken });
    rows.push(...answer.parcels.map(rowOf));
    pageToken = answer.nextPageToken;
    if (!pageToken) break;
  }
  await replaceList(db, rows, now);
  return rows.length;
}

/** Fetches the keys that labels are signed with. */
export async function fetchLabelKeys(db, call) {
  const { keys } = await call("CourierService", "ListLabelKeys", {});
  await db.put("state", keys, "labelKeys");
}

/** What the device keeps of a parcel. */
export function rowOf(parcel) {
  return {
    code: parcel.parcelCode, direction: parcel.direction.slice("PARCEL_DIRECTION_".length), route: parcel.route,
    office: parcel.officeCode, authority: parcel.authorityCode, holder: parcel.holder, offer: parcel.offer,
    papersCount: parcel.papersCount, labelVersion: parcel.labelVersion, ended: parcel.ended || parcel.void,
    attempts: (parcel.attempts ?? []).filter(({ occurTime }) => occurTime).map(({ occurTime }) => Date.parse(occurTime)),
  };
}

/** Hand-overs offered to somebody, by the parcels of the list: [{handoverId, giver, parcels}], the largest first. */
export function offersTo(parcels, actsFor, me) {
  const byId = new Map();
  for (const parcel of parcels) {
    if (parcel.ended || !parcel.offer || !actsFor(me, parcel.offer.taker)) continue;
    const { handoverId, giver } = parcel.offer;
    if (!byId.has(handoverId)) byId.set(handoverId, { handoverId, giver, parcels: [] });
    byId.get(handoverId).parcels.push(parcel);
  }
  return [...byId.values()].sort((one, other) => other.parcels.length - one.parcels.length);
}
