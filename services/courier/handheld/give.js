// Hand-over to another person: many parcels, one signature. The giver answers for them until the taker accepts.

import { groupCode } from "../../foundation/pages/codes.js";
import { h, show } from "../../foundation/pages/dom.js";
import { collect, contents, remove } from "./basket.js";
import { circumstances, keepActs, words } from "./context.js";
import { allRight, chips, field, problemAt } from "./form.js";
import { announce } from "./result.js";
import { parcelOf } from "./scanning.js";
import { signaturePad } from "./signature.js";

/** Collects parcels, asks who takes them, offers custody. */
export const give = {
  async open(app, place) {
    this.parts = { place: field(app, "give.place", { id: "taker-place", value: app.device.place, maxlength: 64 }),
      person: field(app, "give.taker", { id: "taker-person", maxlength: 64 }), pad: signaturePad(app),
      list: h("div"), button: h("button", { class: "go" }) };
    const { parts } = this;
    show(place, h("section", { id: "result", class: "result", role: "status", "aria-live": "assertive" }),
      h("form", { class: "form", onsubmit: (event) => { event.preventDefault(); this.finish(app); } },
        h("p", { class: "quiet" }, words(app, "give.more")), parts.list, parts.place.row, parts.person.row, parts.pad.row, parts.button));
    app.drawResult();
    await this.draw(app);
    app.sink.focus();
  },

  async draw(app) {
    const rows = await contents(app);
    chips(app, this.parts.list, rows.map(({ code }) => code), groupCode, async (code) => { await remove(app, code); await this.draw(app); });
    this.parts.button.textContent = words(app, "give.done", { n: rows.length });
  },

  async onText(app, text) {
    await collect(app, text);
    await Promise.all([this.draw(app), app.draw()]);
  },

  async finish(app) {
    const { place, person, pad, button } = this.parts;
    const rows = await contents(app);
    allRight([place, person, pad]);
    if (rows.length === 0) return announce(app, { outcome: "wrong", said: words(app, "missing.parcels") });
    if (!place.input.value.trim()) return problemAt(app, place, "missing.taker");
    button.disabled = true;
    const signature = await pad.picture();
    button.disabled = false;
    if (!signature) return problemAt(app, pad, "missing.signature");
    const taker = { person: person.input.value.normalize("NFC").trim(), place: place.input.value.trim() };
    const entry = { ...circumstances(app), parcels: rows.map(parcelOf),
      offer: { handoverId: crypto.randomUUID(), taker, signatureSha256: signature } };
    await keepActs(app, [{ entry, told: "right" }]);
    await app.go("work");
    announce(app, { outcome: "finished", said: words(app, "give.done", { n: rows.length }) });
    app.send();
    return undefined;
  },
};
