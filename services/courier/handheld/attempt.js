// A delivery that failed: why, and what may follow. One parcel at a time.

import { h, show } from "../../foundation/pages/dom.js";
import { groupCode } from "../../foundation/pages/codes.js";
import { collect, contents, empty } from "./basket.js";
import { circumstances, keepActs, words } from "./context.js";
import { choice, problemAt } from "./form.js";
import { announce } from "./result.js";
import { nextSteps, reasonsOf } from "./rules.js";
import { parcelOf } from "./scanning.js";

/** A scan, a reason, an allowed next step. */
export const attempt = {
  async open(app, place) {
    this.form = h("form", { class: "form", onsubmit: (event) => { event.preventDefault(); this.finish(app); } });
    show(place, h("section", { id: "result", class: "result", role: "status", "aria-live": "assertive" }), this.form);
    app.drawResult();
    await this.draw(app);
    if (!(await contents(app)).length) app.sink.focus();
  },

  async draw(app) {
    const [row] = (await contents(app)).slice(-1);
    this.reason = this.next = undefined;
    if (!row) return show(this.form, h("p", { class: "quiet" }, words(app, "attempt.more")));
    const parcel = await app.db.get("parcels", row.code);
    const after = h("div");
    this.reason = choice(app, "attempt.why", "reason", reasonsOf(parcel?.direction), { word: (each) => `reason.${each}`, onchange: () => {
      const { allowed, later } = nextSteps(this.reason.value(), parcel?.attempts ?? [], Date.now());
      this.next = choice(app, "attempt.next", "next", allowed, { word: (each) => `next.${each}` });
      show(after, this.next.row, later && h("p", { class: "quiet" }, words(app, "next.later")));
    } });
    show(this.form, h("p", { class: "code" }, groupCode(row.code)), this.reason.row, after,
      h("button", { class: "go" }, words(app, "confirm")), h("button", { type: "button", onclick: () => this.leave(app) }, words(app, "cancel")));
    return this.form.querySelector("input").focus();
  },

  async leave(app) {
    await empty(app);
    await app.go("work");
  },

  async onText(app, text) {
    if ((await contents(app)).length) return announce(app, { outcome: "wrong", said: words(app, "attempt.first") });
    await collect(app, text);
    return Promise.all([this.draw(app), app.draw()]);
  },

  async finish(app) {
    const [row] = (await contents(app)).slice(-1);
    if (!row) return;
    if (!this.reason.value()) return problemAt(app, this.reason, "missing.choice");
    if (!this.next.value()) return problemAt(app, this.next, "missing.choice");
    const entry = { ...circumstances(app), parcels: [parcelOf(row)], attempt: { reason: this.reason.value(), nextStep: this.next.value() } };
    await keepActs(app, [{ entry, told: "right" }]);
    await app.go("work");
    announce(app, { outcome: "finished", code: row.code, said: words(app, `next.${entry.attempt.nextStep}`) });
    app.send();
    return undefined;
  },
};
