// How fast to send: bundles grow while the network carries them well and shrink when it does not; failures are followed by
// longer and longer pauses, never quite the same on two devices, never without end.

export const MOST = 1000; // entries in a bundle; the server's limit
const FIRST = 50;
const QUICK_MS = 2_000; // a bundle answered faster than this may double
const SLOW_MS = 10_000; // one slower than this is halved
const BASE_MS = 1_000;
const LONGEST_MS = 5 * 60_000;

/** The pace at the start. */
export function start() {
  return { size: FIRST, failures: 0 };
}

/** After a bundle that was answered in ``took`` milliseconds. */
export function answered(pace, took) {
  const size = took < QUICK_MS ? pace.size * 2 : took > SLOW_MS ? pace.size / 2 : pace.size;
  return { size: bounded(size), failures: 0 };
}

/** After a bundle without an answer, whatever the cause. */
export function failed(pace) {
  return { size: bounded(pace.size / 2), failures: pace.failures + 1 };
}

/** Milliseconds until the next try; ``chance`` is in [0, 1). Half is certain, half is chance, so that devices part. */
export function pause(pace, chance) {
  const longest = Math.min(LONGEST_MS, BASE_MS * 2 ** Math.min(pace.failures - 1, 30));
  return Math.round(longest / 2 + (longest / 2) * chance);
}

/** The time to wait for an answer: more for larger bundles, as slow lines need. */
export function patience(size) {
  return 15_000 + 30 * size;
}

function bounded(size) {
  return Math.max(1, Math.min(MOST, Math.floor(size)));
}
