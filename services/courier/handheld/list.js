// The list a device carries to work without a network: what its place holds, is offered or awaits, and the keys of labels.

import { rowOf, rulesOf } from "./parcels.js";
import { replaceList } from "./store.js";

const PAGE = 200;
const MOST_PAGES = 100; // 20,000 parcels

/** Fetches the list whole and puts it in place of the old one; throws a Problem and leaves the old one. */
export async function fetchList(db, call, now) {
  const rows = [];
  const names = {};
  let rules = {};
  let pageToken = "";
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await call("CourierService", "ListParcels", { pageSize: PAGE, wholePlace: true, pageToken });
    rows.push(...answer.parcels.map(rowOf));
    for (const { code, name } of answer.placeNames ?? []) names[code] = name;
    rules = rulesOf(answer.proofRules ?? []);
    pageToken = answer.nextPageToken;
    if (!pageToken) break;
  }
  await replaceList(db, rows, { names, rules }, now);
  return rows.length;
}

/** Fetches the keys that labels are signed with. */
export async function fetchLabelKeys(db, call) {
  const { keys } = await call("CourierService", "ListLabelKeys", {});
  await db.put("state", keys, "labelKeys");
}
