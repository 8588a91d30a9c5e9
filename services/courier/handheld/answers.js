// The server's answers, one for each entry, turned into what is kept and shown. An answered entry is never sent again.

const OUTCOME = "ENTRY_OUTCOME_";
const NOTICE = "NOTICE_KIND_";
const GRAVE = new Set(["REFUSED", "CONFLICT"]);
const TOLD = { WRONG_WAY: "wrong_way", SUPERSEDED_LABEL: "superseded" }; // by notice: what the device says of it at once

/**
 * [{entry, answer}] for the records of a bundle, matched by number: {outcome, reason, of, notices: [{kind, place}]}.
 * A record without an answer stays in the queue, so it is not in the list.
 */
export function settled(records, results) {
  const byNumber = new Map(results.map((result) => [Number(result.deviceSequence), result]));
  return records.filter(({ sequence }) => byNumber.has(sequence))
    .map((entry) => ({ entry, answer: answerOf(byNumber.get(entry.sequence)) }));
}

function answerOf(result) {
  const parcels = result.parcels ?? [];
  const first = parcels.find(({ duplicateOf }) => duplicateOf)?.duplicateOf;
  return {
    outcome: result.outcome.slice(OUTCOME.length),
    reason: result.problem?.reason ?? parcels.find(({ problem }) => problem)?.problem.reason ?? "",
    of: first ? { device: first.device, sequence: Number(first.deviceSequence) } : undefined,
    notices: parcels.flatMap(({ notices = [] }) => notices).map(({ kind, shouldBeIn }) => ({ kind: kind.slice(NOTICE.length), place: shouldBeIn })),
  };
}

/** Whether a person must look at it. */
export function isGrave(answer) {
  return GRAVE.has(answer.outcome) || answer.notices.some(({ kind }) => kind === "WRONG_WAY" || kind === "SUPERSEDED_LABEL");
}

/** Whether the server found what the device had not told: then a person must be called back. */
export function isNews(record, answer) {
  return GRAVE.has(answer.outcome) || answer.notices.some(({ kind }) => kind in TOLD && record.told !== TOLD[kind]);
}

/**
 * The words of a kept entry's answer: [key, values], the first notice before the plain outcome; ``why`` among the values is the
 * reason of the contract.
 */
export function wordsOf(record, device) {
  const { answer } = record;
  if (!answer) return ["answer.WAITING", {}];
  if (GRAVE.has(answer.outcome)) return [`answer.${answer.outcome}`, { why: answer.reason }];
  if (answer.notices.length > 0) return [`notice.${answer.notices[0].kind}`, { place: answer.notices[0].place }];
  if (answer.outcome === "DUPLICATE" && !answer.of) return ["answer.APPLIED", {}];
  return [`answer.${answer.outcome}`, { of: answer.of && `${answer.of.device === device ? "" : `${answer.of.device.slice(0, 6)} `}#${answer.of.sequence}` }];
}
