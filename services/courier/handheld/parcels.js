// Parcels as the device keeps them in its list.

/** What the device keeps of a parcel. */
export function rowOf(parcel) {
  return {
    code: parcel.parcelCode, direction: parcel.direction.slice("PARCEL_DIRECTION_".length), route: parcel.route,
    office: parcel.officeCode, authority: parcel.authorityCode, holder: parcel.holder, offer: parcel.offer,
    papersCount: parcel.papersCount, labelVersion: parcel.labelVersion, ended: parcel.ended || parcel.void,
    void: parcel.void,
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
