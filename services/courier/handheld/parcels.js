// Parcels as the device keeps them in its list.

/** What the device keeps of a parcel. */
export function rowOf(parcel) {
  return {
    code: parcel.parcelCode, direction: parcel.direction.slice("PARCEL_DIRECTION_".length), route: parcel.route,
    office: parcel.officeCode, authority: parcel.authorityCode, holder: parcel.holder, offer: parcel.offer,
    papersCount: parcel.papersCount, labelVersion: parcel.labelVersion, ended: parcel.ended || parcel.void,
    void: parcel.void, kind: parcel.deliveryKind.slice("DELIVERY_KIND_".length),
    codeState: parcel.oneTimeCode.slice("ONE_TIME_CODE_STATE_".length),
    attempts: (parcel.attempts ?? []).filter(({ occurTime }) => occurTime).map(({ occurTime }) => Date.parse(occurTime)),
  };
}

/** What must prove deliveries, by kind, as the server's list tells it: the ways as rules.js has them. */
export function rulesOf(proofRules) {
  const bare = (text, prefix) => text.slice(prefix.length);
  return Object.fromEntries(proofRules.map(({ deliveryKind, ways }) => [bare(deliveryKind, "DELIVERY_KIND_"), ways.map((way) => ({
    ...way, relation: bare(way.relation, "RECEIVER_RELATION_"),
    identityPapers: way.identityPapers.map((paper) => bare(paper, "IDENTITY_PAPER_")),
    pictures: way.pictures.map((kind) => bare(kind, "PICTURE_KIND_")),
  }))]));
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
