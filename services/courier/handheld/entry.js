// What was done with the device, once: as it is signed (the text of proto/postal/courier/v1/entry.proto) and as it is sent.
//
// An entry here is the contract's message in JSON without number and signature; enums stand without their prefixes.

const PREFIXES = { mode: "HANDHELD_MODE_", activity: "SCAN_ACTIVITY_", relation: "RECEIVER_RELATION_", identityPaper: "IDENTITY_PAPER_",
  picture: "PICTURE_KIND_", reason: "ATTEMPT_REASON_", nextStep: "NEXT_STEP_", kind: "DIFFERENCE_KIND_" };
const ACTS = ["scan", "offer", "accept", "deliver", "attempt"];

/** Which of the contract's acts an entry is: "scan", "offer", "accept", "deliver" or "attempt". */
export function actOf(entry) {
  return ACTS.find((each) => entry[each]);
}

/** The text a device signs for an entry: one line for each thing it says, those that are empty left out. */
export function textOf(device, sequence, entry) {
  const act = actOf(entry);
  const said = entry[act];
  const place = entry.coarsePlace;
  const lines = [
    ["device", device], ["sequence", sequence], ["time", entry.at], ["operator", entry.operator], ["office", entry.officeCode],
    ["place", place && `${place.latitudeHundredths} ${place.longitudeHundredths}`], ["mode", entry.mode],
    ["act", act.toUpperCase()], ["activity", said.activity], ["handover", said.handoverId], ["taker", said.taker?.place],
    ["person", said.taker?.person], ["signature", said.signatureSha256], ["relation", said.relation],
    ["identity", said.identityPaper], ["receiver", said.receiverSha256], ["picture", said.picture], ["reason", said.reason], ["next", said.nextStep],
  ];
  const written = lines.filter(([, value]) => value !== undefined && value !== "").map(([name, value]) => `${name} ${value}`);
  return ["postal.courier.v1.Entry", ...written, ...entry.parcels.map(parcelLine)].join("\n");
}

function parcelLine({ parcelCode, labelVersion, papersCounted, differences = [] }) {
  return ["parcel", parcelCode, ...(labelVersion ? [`label=${labelVersion}`] : []),
    ...(papersCounted === undefined ? [] : [`papers=${papersCounted}`]),
    ...differences.map(({ kind, count }) => `${kind}=${count}`)].join(" ");
}

/** The pictures a kept record names, as the device keeps what it has yet to bring: [{sequence, device, code, sha256}]. */
export function proofsOf({ device, sequence, codes, entry }) {
  const { signatureSha256 } = entry[actOf(entry)];
  return signatureSha256 ? [{ sequence, device, code: codes[0], sha256: signatureSha256 }] : [];
}

/** The message of a kept record: number, time and signature in the contract's form, enums with their prefixes. */
export function messageOf({ sequence, entry, signature }) {
  const { at, ...rest } = entry;
  return { deviceSequence: String(sequence), deviceTime: new Date(at).toISOString(), ...prefixed(rest), signature };
}

function prefixed(value, name = "") {
  if (Array.isArray(value)) return value.map((each) => prefixed(each));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, prefixed(each, key)]));
  }
  return typeof value === "string" && PREFIXES[name] ? PREFIXES[name] + value : value;
}

/** Whether a kept record still says what was signed: a torn or overwritten one does not. */
export function isSound(record) {
  try {
    return record.text === textOf(record.device, record.sequence, record.entry) && Number.isSafeInteger(record.at)
      && record.at === record.entry.at && record.codes.length === record.entry.parcels.length;
  } catch (error) {
    if (error instanceof TypeError) return false; // a part is missing
    throw error;
  }
}

const MOST_PARCELS = 2000; // the server's limits for a bundle
const MOST_BYTES = 900_000;

/** As many of the records, oldest first and all of one device, as fit one bundle of at most ``most`` entries: {records, messages}. */
export function bundleOf(records, most) {
  const bundle = { records: [], messages: [] };
  let parcels = 0, bytes = 0;
  for (const record of records) {
    const message = messageOf(record);
    parcels += record.codes.length;
    bytes += JSON.stringify(message).length * 1.1; // names of people are longer in UTF-8
    const full = bundle.records.length === most || parcels > MOST_PARCELS || bytes > MOST_BYTES;
    if (record.device !== records[0].device || (full && bundle.records.length > 0)) break;
    bundle.records.push(record);
    bundle.messages.push(message);
  }
  return bundle;
}

/** A place on earth to about a kilometre; undefined if unknown. */
export function coarse(coordinates) {
  if (!coordinates) return undefined;
  return { latitudeHundredths: Math.round(coordinates.latitude * 100), longitudeHundredths: Math.round(coordinates.longitude * 100) };
}
