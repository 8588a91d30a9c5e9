// What was handed in and waits for the server's word. Every filing goes this way, also with the best network: first the disk,
// then the wire. Sending again is harmless, since the request id is the draft's.

import { toRequest } from "./draft.js";
import { codesOf } from "./filed.js";
import { ownerOf } from "./store.js";

const MOST_AT_ONCE = 50;

/**
 * A draft as it is handed in. ``origin`` says file and row of a bulk intake. ``offline``: promises, day and cash count from now,
 * whenever it is sent; what was taken so keeps its time though it be mended later.
 */
export function entryOf(draft, now, { origin, offline = false } = {}) {
  const taken = draft.taken ?? (offline ? now : undefined);
  const whole = { ...draft, taken };
  const message = toRequest(whole);
  return {
    id: draft.id,
    owner: ownerOf(draft),
    draft: whole,
    message,
    queued: now,
    state: "waiting",
    problem: null,
    ...(origin ? { origin } : {}),
  };
}

/** The entry after an answer that is not "filed": what may yet succeed goes on waiting, a refusal is the clerk's to mend. */
export function afterProblem(entry, problem) {
  const { reason, field = "", message = "" } = problem;
  return {
    ...entry,
    state: mayWait(problem) ? "waiting" : "refused",
    problem: { reason, field, message, retryable: mayWait(problem) },
  };
}

// A busy dossier is the answer to one item of a batch, which says nothing of retrying.
function mayWait({ reason, retryable }) {
  return retryable === true || isLogIn(reason) || reason === "DOSSIER_BUSY";
}

/** Whether the person must log in anew; then nothing is wrong with what waits. */
export function isLogIn(reason) {
  return reason.startsWith("TOKEN_");
}

/** Sends what waits. ``call`` is the door; ``onChange`` is told after every call's answers. */
export class Outbox {
  constructor({ store, call, onChange = () => {} }) {
    Object.assign(this, { store, call, onChange, running: Promise.resolve() });
  }

  /** Sends one filing and gives its answer: {filed, codes} or {problem}. */
  async send(entry) {
    try {
      return await this.#settled(entry, await this.call("FileDossier", entry.message));
    } catch (problem) {
      return await this.#refused(entry, asProblem(problem));
    } finally {
      this.onChange();
    }
  }

  /** Sends all that wait for a person, oldest first, an answer for each. One run at a time; gives whether nothing waits now. */
  flush(owner) {
    const run = this.running.then(() => this.#flush(owner));
    this.running = run.catch(() => {}); // a run that broke is told to who asked for it, and does not end the next
    return run;
  }

  async #flush(owner) {
    for (;;) {
      const waiting = (await this.store.outbox(owner)).filter((entry) => entry.state === "waiting");
      if (waiting.length === 0) return true;
      if (!(await this.#batch(waiting.slice(0, MOST_AT_ONCE)))) return false;
    }
  }

  // False if the network or the log-in stands in the way: then later, not again at once.
  async #batch(entries) {
    let answer;
    try {
      answer = await this.call("FileDossiers", { dossiers: entries.map((entry) => entry.message) });
    } catch (error) {
      const problem = asProblem(error);
      if (!mayWait(problem)) return this.#oneByOne(entries);
      for (const entry of entries) await this.#refused(entry, problem);
      this.onChange();
      return false;
    }
    let busy = false;
    for (const [at, { filed, problem }] of answer.results.entries()) {
      if (filed) await this.#settled(entries[at], filed);
      else await this.#refused(entries[at], problem);
      busy ||= !filed && mayWait(problem);
    }
    this.onChange();
    return !busy;
  }

  // The door took none of them: the one that it cannot read must not hold the others up.
  async #oneByOne(entries) {
    for (const entry of entries) {
      const { problem } = await this.send(entry);
      if (problem && mayWait(problem)) return false;
    }
    return true;
  }

  async #settled(entry, filed) {
    const origin = entry.origin ? { origin: entry.origin } : {};
    const codes = codesOf(filed.dossier, { trackingUrl: filed.trackingUrl, requestId: entry.id, ...origin });
    await this.store.settle(entry.id, codes);
    return { filed, codes };
  }

  async #refused(entry, problem) {
    const after = afterProblem(entry, problem);
    await this.store.renew(after);
    return { problem: after.problem, entry: after };
  }
}

function asProblem(error) {
  if (typeof error?.reason === "string") return error;
  throw error; // a mistake of ours, which nobody would see if it were taken for the network
}
