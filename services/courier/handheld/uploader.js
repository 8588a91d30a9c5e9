// Sends what the queue holds, bundle by bundle, until it is empty, then the pictures its entries have named; every failure ends in a
// state that says what is and when the next try comes. Nothing leaves the device without an answer of its own.
//
// States: {name: "idle"} · {name: "sending", count, pictures} · {name: "waiting", until, reason} · {name: "offline", until}.

import { settled } from "./answers.js";
import { bundleOf } from "./entry.js";
import { answered, failed, patience, pause, start } from "./pace.js";
import { pictureRound } from "./pictures.js";
import { oldest, setAside, setPicturesAside, settle } from "./store.js";

const CLOCK = new Set(["TOKEN_EXPIRED", "TOKEN_NOT_YET_VALID"]);
const TOO_MUCH = new Set(["MESSAGE_TOO_LARGE", "BATCH_SIZE_WRONG"]);
const PICTURE_MS = 60_000; // a megabyte over a bad line; the server waits no longer

/**
 * An uploader over ``db``. ``send(records, messages, timeout)`` gives the results or throws a Problem, and so does
 * ``sendPictures(device, messages, timeout)``; ``seal(records)`` signs what is not signed yet; ``setClock()`` asks the server for the
 * time; ``chance()`` in [0, 1); ``onState`` and ``onAnswers`` are told.
 */
export function makeUploader({ db, send, sendPictures, seal, setClock, chance, onState, onAnswers }) {
  const pictures = pictureRound(db);
  const entryPace = { now: start() };
  const picturePace = { now: { ...start(), size: 1 } };
  let running;
  let wake = () => {};
  let ended = false;
  let again = false; // something was stored while the last look found nothing
  let picturesLater; // the pause before pictures are tried again; it keeps no entry waiting
  let resting;

  async function run() {
    let left = true;
    while ((left || again) && !ended) {
      again = false;
      const wait = await navigator.locks.request("upload", async () => { // two tabs never send the same at once
        const records = await oldest(db, entryPace.now.size);
        if (records.length > 0) return once(records);
        if (picturesLater && performance.now() < picturesLater.at) return picturesLater;
        const batch = await pictures.next(picturePace.now.size);
        left = batch.proofs.length > 0 || batch.held > 0;
        picturesLater = left ? await oncePictures(batch) : undefined;
        return picturesLater;
      });
      if (wait) await rest(wait);
    }
    onState({ name: "idle" });
  }

  // One bundle; the pause to make, if there was a problem: {at, until, reason}.
  async function once(records) {
    onState({ name: "sending", count: records.length });
    await seal(records);
    const bundle = bundleOf(records, entryPace.now.size);
    return tried(entryPace, async () => {
      const done = settled(bundle.records, await send(bundle.records, bundle.messages, patience(bundle.records.length)));
      if (done.length === 0) throw Object.assign(new Error("no entry was answered"), { reason: "NO_ANSWER" });
      await settle(db, done);
      onAnswers(done);
    }, bundle.records, (reason) => setAside(db, bundle.records, reason));
  }

  // One batch of pictures, or a pause at the end of a round that had to leave some.
  async function oncePictures({ proofs, messages }) {
    if (proofs.length === 0) {
      picturePace.now = failed(picturePace.now);
      return pauseOf(picturePace, "ENTRY_AWAITED");
    }
    onState({ name: "sending", count: proofs.length, pictures: true });
    const wait = await tried(picturePace, async () => {
      await pictures.settle({ proofs }, await sendPictures(proofs[0].device, messages, PICTURE_MS));
    }, proofs, (reason) => setPicturesAside(db, proofs, reason));
    if (picturePace.now.failures > 0) pictures.again();
    return wait;
  }

  async function tried(pace, work, sent, aside) {
    const began = performance.now();
    try {
      await work();
      pace.now = answered(pace.now, performance.now() - began);
      return undefined;
    } catch (problem) {
      if (!problem.reason) throw problem; // a mistake of ours
      return mend(problem, pace, sent, aside);
    }
  }

  async function mend(problem, pace, sent, aside) {
    const first = pace.now.failures === 0;
    const refusedWhole = problem.code === "invalid_argument" || TOO_MUCH.has(problem.reason);
    pace.now = failed(pace.now);
    if (CLOCK.has(problem.reason)) {
      await setClock();
      if (first) return undefined;
    }
    if (refusedWhole && sent.length > 1) return undefined; // halved: a bad one parts from the others step by step
    if (refusedWhole) {
      await aside(problem.reason);
      return undefined;
    }
    return pauseOf(pace, problem.reason);
  }

  function pauseOf(pace, reason) {
    const lasts = pause(pace.now, chance());
    return { at: performance.now() + lasts, until: Date.now() + lasts, reason };
  }

  async function rest(wait) {
    onState({ name: navigator.onLine ? "waiting" : "offline", until: wait.until, reason: wait.reason });
    let timer;
    resting = wait;
    await new Promise((resolve) => {
      wake = resolve;
      timer = setTimeout(resolve, wait.at - performance.now());
    });
    clearTimeout(timer);
  }

  return {
    /** Starts sending if nothing is sent; with ``now`` it does not wait for a pause to end. */
    poke({ now = false } = {}) {
      if (now || resting === picturesLater) wake();
      if (now) picturesLater = undefined;
      again = true;
      running ??= run().finally(() => { running = undefined; });
      return running;
    },
    /** Ends after the bundle at hand. */
    end() {
      ended = true;
      wake();
    },
  };
}
