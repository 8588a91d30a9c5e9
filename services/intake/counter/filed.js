// What stays on this machine of a filed dossier: codes and times, no word about the person.

/** The codes of a dossier as the door tells it; ``more`` for what only this page knows. */
export function codesOf(dossier, more = {}) {
  const { filingId, parcelCode, trackingCode, officeCode, procedureCode, fileTime } = dossier;
  return { filingId, parcelCode, trackingCode, office: officeCode, procedureCode, filed: fileTime, ...more };
}
