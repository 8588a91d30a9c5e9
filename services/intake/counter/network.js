// Whether the door answers, and when to try again. A page's own "online" is believed only when it says no.

const FIRST_MS = 2_000;
const MOST_MS = 60_000;

export class Network {
  /** ``retry`` is called when it is time to send again, and calls ``later`` if that did not help. ``onChange``: the state has turned. */
  constructor({ retry, onChange, random = Math.random }) {
    Object.assign(this, { retry, onChange, random, online: navigator.onLine, pause: FIRST_MS, timer: 0 });
    addEventListener("online", () => this.again());
    addEventListener("offline", () => this.heard(false));
  }

  /** A call has been answered, or not. */
  heard(answered) {
    if (answered) this.pause = FIRST_MS;
    if (answered === this.online) return;
    this.online = answered;
    this.onChange();
    if (!answered) this.later();
  }

  /** Tries again after a pause that doubles, with a part of chance so that a hundred counters do not all come at once. */
  later() {
    clearTimeout(this.timer);
    if (this.ended) return;
    this.timer = setTimeout(() => this.again(), this.pause * (0.5 + this.random()));
    this.pause = Math.min(this.pause * 2, MOST_MS);
  }

  again() {
    clearTimeout(this.timer);
    if (!this.ended) this.retry();
  }

  /** The person has gone: nothing is tried in their name any more. */
  end() {
    this.ended = true;
    clearTimeout(this.timer);
  }
}
