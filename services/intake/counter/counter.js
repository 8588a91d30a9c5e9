// The counter at work: who, which language, which view, what is on its way. Views get this one object and nothing else of the page.

import { call as knock } from "../../foundation/pages/door.js";
import { takeOff } from "../../foundation/pages/badge.js";
import { Catalogue } from "./catalogue.js";
import { current, letGo, putAside } from "./drafts.js";
import { Outbox } from "./outbox.js";
import { landing } from "./landing.js";
import { listDay } from "./filed.js";
import { localDate } from "./days.js";
import { wayFor } from "./frame.js";
import { Network } from "./network.js";
import { newDraft, withCard } from "./draft.js";
import { ownerOf } from "./store.js";
import { Printing } from "./print.js";
import { sayProblem } from "./words/problems.js";
import { VIEWS } from "./views.js";
import { groupCode } from "../../foundation/pages/codes.js";

const SERVICE = "postal.intake.v1.IntakeService";

export class Counter {
  constructor({ badge, store, say, language, frame, onEnd }) {
    Object.assign(this, { badge, store, say, language, frame, onEnd, lastFiled: null, view: "", shown: {}, changes: 0, onNetwork: () => {} });
    this.owner = ownerOf({ person: badge.person, office: badge.place });
    this.sayProblem = (reason, ...filled) => sayProblem(language, reason, ...filled);
    this.call = (method, message, options = {}) => this.#call(method, message, options);
    this.network = new Network({ retry: () => this.#again(), onChange: () => this.#networkChanged() });
    this.catalogue = new Catalogue({ store, call: this.call });
    this.outbox = new Outbox({ store, call: this.call, onChange: () => this.#outboxChanged() });
    this.printing = new Printing({ call: this.call, store, sheet: frame.sheet });
    this.announce = (words) => frame.announce(words);
    this.landAsNext = (landed) => this.next(landed);
  }

  async open() {
    await this.store.recover();
    await this.catalogue.open();
    await this.route();
    await Promise.all([
      this.#quietly(this.catalogue.refresh()),
      this.#quietly(listDay(this, localDate(Date.now()))), // what other windows took in today is known by its code here too
      this.printing.open(),
      this.sendAll(),
    ]);
    this.frame.draw(this);
  }

  async #call(method, message, options) {
    try {
      const answer = await knock(SERVICE, method, message, { token: this.badge.token, ...options });
      this.network.heard(true);
      return answer;
    } catch (problem) {
      if (typeof problem.reason === "string") this.network.heard(problem.reason !== "NO_ANSWER");
      throw problem;
    }
  }

  // Something must ask, or a counter with nothing to send would never learn that the network is back.
  async #again() {
    if (!this.network.online) await this.#quietly(this.call("ListProcedures", { pageSize: 1 }));
    if (this.network.online) await this.sendAll();
    else this.network.later();
  }

  // What only makes the page better may fail for want of a network, and is said nowhere.
  async #quietly(work) {
    await work.catch((problem) => {
      if (typeof problem.reason !== "string") throw problem;
    });
  }

  #networkChanged() {
    this.frame.draw(this);
    this.onNetwork();
  }

  #outboxChanged() {
    this.changes += 1;
    this.frame.draw(this);
    this.shown.changed?.();
  }

  /** Sends all that waits; true if nothing waits for the network any more. */
  async sendAll() {
    const done = await this.outbox.flush(this.owner);
    if (!done) this.network.later();
    await this.frame.draw(this);
    return done;
  }

  // ---- views

  /** Shows what the address says. */
  async route() {
    const [, name = "", id = ""] = /^#\/(\w*)\/?([\w-]*)/.exec(location.hash) ?? [];
    await this.#show(wayFor(this.badge.role, name), { id });
  }

  go(name, id = "") {
    const hash = `#/${name}${id ? `/${id}` : ""}`;
    if (location.hash === hash) return this.route();
    location.hash = hash; // the browser calls route, and its own way back works
    return undefined;
  }

  async #show(name, given = {}) {
    const root = this.frame.page(name);
    this.shown.leave?.();
    [this.view, this.shown] = [root.dataset.view, {}];
    const [mine, changes] = [this.view, this.changes];
    this.frame.draw(this);
    const { show } = await VIEWS[name in VIEWS ? name : "file"]();
    const options = name === "file" && !given.draft ? { ...given, ...(await this.#draftAtHand()) } : given;
    const shown = await show(this, root, options);
    if (this.view !== mine) return shown?.leave?.();
    this.shown = shown ?? {};
    if (this.changes !== changes) this.shown.changed?.(); // answers came while it was drawn, with nobody to tell
    return undefined;
  }

  async #draftAtHand() {
    const draft = await current(this.store, this.owner);
    return draft ? { draft } : {};
  }

  // ---- the way of a filing

  handedIn(entry) {
    letGo(entry.id);
    this.frame.draw(this);
    return this.#show("done", { entry });
  }

  /** An empty draft of who works here. */
  blank() {
    const { person, place: office } = this.badge;
    return newDraft({ id: crypto.randomUUID(), person, office, now: new Date().toISOString() });
  }

  /** The next citizen; a scan that came early is theirs. */
  async next(landed) {
    const draft = this.blank();
    history.replaceState(null, "", "#/file");
    await this.#show("file", { draft: landed?.do === "applicant" ? withCard(draft, landed.card) : draft });
    if (landed?.do === "label") await this.shown.land?.(landed);
  }

  /** Puts the draft at hand aside and begins anew; from another view, goes back to the draft at hand. */
  async fileNew() {
    if (!this.shown.draft) return this.go(wayFor(this.badge.role, "file"));
    const kept = await putAside(this.store, this.shown.draft());
    await this.next();
    if (kept) this.announce(this.say("setAside"));
    return undefined;
  }

  async resume(draft) {
    history.replaceState(null, "", "#/file");
    await this.#show("file", { draft: { ...draft, aside: false } });
  }

  /** A refused filing comes back under the clerk's hands, with what was wrong. */
  async mend(entry, refusal) {
    const draft = { ...entry.draft, aside: false };
    if (refusal.reason === "TAKE_TIME_TOO_OLD") delete draft.taken; // then it is taken in today, as the clerk is told
    await this.store.mend(entry.id, draft);
    history.replaceState(null, "", "#/file");
    await this.#show("file", { draft, refusal });
  }

  loggedOut() {
    this.shown.leave?.();
    this.network.end();
    takeOff();
    this.onEnd(this.say("loggedOut"));
  }

  // ---- scans

  async scanned(text) {
    const landed = await landing(text, async (code) => (await this.store.filed(code))?.filingId);
    if (landed.do === "open") this.go("dossier", landed.filingId);
    else if (landed.do === "wrong") this.announce(this.say("scanUnread", this.sayProblem(landed.reason)));
    else if (this.shown.land) await this.shown.land(landed);
    else if (landed.do === "applicant") await this.#intoForm(landed);
    else this.announce(this.say("codeUnknown", groupCode(landed.code)));
  }

  // A card read at a list begins or goes on with the filing at hand.
  async #intoForm(landed) {
    history.pushState(null, "", "#/file");
    await this.#show("file");
    await this.shown.land?.(landed);
  }
}
