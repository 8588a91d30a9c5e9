// Sends what the queue holds, bundle by bundle, until it is empty; every failure ends in a state that says what is and when the
// next try comes. Nothing leaves the queue without an answer of its own.
//
// States: {name: "idle"} · {name: "sending", count} · {name: "waiting", until, reason} · {name: "offline", until}.

import { settled } from "./answers.js";
import { bundleOf, isSound } from "./entry.js";
import { answered, failed, patience, pause, start } from "./pace.js";
import { oldest, setAside, settle } from "./store.js";

const CLOCK = new Set(["TOKEN_EXPIRED", "TOKEN_NOT_YET_VALID"]);
const TOO_MUCH = new Set(["MESSAGE_TOO_LARGE", "BATCH_SIZE_WRONG"]);

/**
 * An uploader over ``db``. ``send(records, messages, timeout)`` gives the results or throws a Problem; ``seal(records)`` signs what
 * is not signed yet; ``setClock()`` asks the server for the time; ``chance()`` in [0, 1); ``onState`` and ``onAnswers`` are told.
 */
export function makeUploader({ db, send, seal, setClock, chance, onState, onAnswers }) {
  let pace = start();
  let running;
  let wake = () => {};
  let ended = false;
  let again = false; // something was stored while the last look found nothing

  async function run() {
    let left = true;
    while ((left || again) && !ended) {
      again = false;
      const wait = await navigator.locks.request("upload", async () => { // two tabs never send the same at once
        const records = await oldest(db, pace.size, isSound);
        left = records.length > 0;
        return left ? once(records) : undefined;
      });
      if (wait) await rest(wait);
    }
    onState({ name: "idle" });
  }

  // One bundle; the problem to wait for, if there was one.
  async function once(records) {
    onState({ name: "sending", count: records.length });
    await seal(records);
    const bundle = bundleOf(records, pace.size);
    const began = performance.now();
    try {
      const done = settled(bundle.records, await send(bundle.records, bundle.messages, patience(bundle.records.length)));
      if (done.length === 0) throw Object.assign(new Error("no entry was answered"), { reason: "NO_ANSWER" });
      await settle(db, done);
      onAnswers(done);
      pace = answered(pace, performance.now() - began);
      return undefined;
    } catch (problem) {
      if (!problem.reason) throw problem; // a mistake of ours
      return mend(problem, bundle.records);
    }
  }

  async function mend(problem, records) {
    const first = pace.failures === 0;
    const refusedWhole = problem.code === "invalid_argument" || TOO_MUCH.has(problem.reason);
    pace = failed(pace);
    if (CLOCK.has(problem.reason)) {
      await setClock();
      if (first) return undefined;
    }
    if (refusedWhole && records.length > 1) return undefined; // halved: one bad entry parts from the others step by step
    if (refusedWhole) {
      await setAside(db, records, problem.reason);
      return undefined;
    }
    return problem;
  }

  async function rest(problem) {
    const lasts = pause(pace, chance());
    const name = navigator.onLine ? "waiting" : "offline";
    onState({ name, until: Date.now() + lasts, reason: problem.reason });
    let timer;
    await new Promise((resolve) => {
      wake = resolve;
      timer = setTimeout(resolve, lasts);
    });
    clearTimeout(timer);
  }

  return {
    /** Starts sending if nothing is sent; with ``now`` it does not wait for a pause to end. */
    poke({ now = false } = {}) {
      if (now) wake();
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
