// What stays on this machine of a filed dossier: codes and times, no word about the person.

/** The codes of a dossier as the door tells it; ``more`` for what only this page knows. */
export function codesOf(dossier, more = {}) {
  const { filingId, parcelCode, trackingCode, officeCode, procedureCode, fileTime } = dossier;
  return { filingId, parcelCode, trackingCode, office: officeCode, procedureCode, filed: fileTime, ...more };
}

const PAGE = 200;

/** All dossiers the office took in on a day (ISO date), as the door lists them; their codes are remembered. Throws the door's Problem. */
export async function listDay({ call, store }, filedOn) {
  const dossiers = [];
  for (let pageToken = ""; ;) {
    const answer = await call("ListDossiers", { pageSize: PAGE, pageToken, filedOn });
    dossiers.push(...answer.dossiers);
    pageToken = answer.nextPageToken;
    if (!pageToken) break;
  }
  await store.remember(dossiers.map((dossier) => codesOf(dossier)));
  return dossiers;
}
