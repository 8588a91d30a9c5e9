// Signing for a hand-over, at the authority or between colleagues: what was offered against what is here, parcel by parcel.

import { groupCode } from "../../foundation/pages/codes.js";
import { h, show } from "../../foundation/pages/dom.js";
import { collect, contents, empty } from "./basket.js";
import { circumstances, keepActs, me, nameOf, words } from "./context.js";
import { openCount } from "./count.js";
import { allRight, problemAt } from "./form.js";
import { actsFor } from "./judge.js";
import { mark } from "./marks.js";
import { offersTo } from "./parcels.js";
import { announce } from "./result.js";
import { parcelOf } from "./scanning.js";
import { signaturePad } from "./signature.js";

/** Compares, counts, signs. */
export const take = {
  async open(app, place) {
    const offers = offersTo(await app.db.getAll("parcels"), actsFor, me(app));
    this.offers = await withoutSigned(app, offers);
    this.offer = this.offers.find(({ handoverId }) => handoverId === this.chosen) ?? this.offers[0];
    this.expected = new Map((this.offer?.parcels ?? []).map((parcel) => [parcel.code, parcel]));
    this.place = place;
    this.pad = signaturePad(app);
    this.compared = h("div");
    this.button = h("button", { class: "go" });
    show(place, h("section", { id: "result", class: "result", role: "status", "aria-live": "assertive" }),
      h("form", { class: "form", onsubmit: (event) => { event.preventDefault(); this.finish(app); } },
        this.offers.length > 1 && this.choiceOf(app), this.compared, this.offer && [this.pad.row, this.button]));
    app.drawResult();
    await this.draw(app);
    app.sink.focus();
  },

  choiceOf(app) {
    const options = this.offers.map(({ handoverId, giver, parcels }) => h("option", { value: handoverId, selected: handoverId === this.offer.handoverId },
      words(app, "take.from", { n: parcels.length, who: giver.person || nameOf(app, giver.place) })));
    const onchange = async (event) => { this.chosen = event.target.value; await empty(app); await this.open(app, this.place); };
    return h("div", { class: "field" }, h("label", { for: "offer" }, words(app, "mode.TAKE_OVER")), h("select", { id: "offer", onchange }, options));
  },

  async draw(app) {
    const scanned = new Map((await contents(app)).map((row) => [row.code, row]));
    const here = [...this.expected.keys()].filter((code) => scanned.has(code));
    const missing = [...this.expected.keys()].filter((code) => !scanned.has(code));
    const extra = [...scanned.keys()].filter((code) => !this.expected.has(code));
    if (!this.offer) return show(this.compared, h("p", {}, words(app, "take.none")), extras(app, extra));
    show(this.compared, h("p", { class: "quiet" }, words(app, "take.more")),
      h("p", { class: "numbers compare" }, h("span", {}, words(app, "take.expected"), " ", h("strong", {}, String(this.expected.size))),
        h("span", {}, words(app, "take.scanned"), " ", h("strong", {}, String(here.length)))),
      missing.length > 0 && h("p", { class: "differs" }, mark("question"), words(app, "take.missing", { n: missing.length })),
      h("ul", { class: "compare" }, missing.map((code) => h("li", { class: "missing" }, mark("question"), h("span", { class: "code" }, groupCode(code)))),
        here.map((code) => this.rowOf(app, scanned.get(code)))), extras(app, extra));
    this.button.textContent = words(app, "take.done", { n: here.length });
    return undefined;
  },

  rowOf(app, row) {
    const { code, papersCounted, differences = [] } = row;
    const said = [papersCounted === undefined ? words(app, "take.unopened") : words(app, "take.counted", { n: papersCounted }),
      ...differences.map(({ kind }) => words(app, `difference.${kind}`))].join(" · ");
    const count = () => openCount(app, row, this.expected.get(code), () => this.draw(app));
    return h("li", { class: differences.length ? "differs" : "here" }, mark(differences.length ? "cross" : "tick"), h("span", { class: "code" }, groupCode(code)),
      h("button", { type: "button", class: "count", "aria-label": `${words(app, "take.edit")} ${groupCode(code)}`, onclick: count }, said));
  },

  async onText(app, text) {
    await collect(app, text, (found) => {
      if (found.verdict.outcome === "double") return {};
      if (this.expected.has(found.code)) return { verdict: { outcome: "right" }, row: { handoverId: this.offer.handoverId } };
      return { verdict: { outcome: "unknown", said: words(app, "take.extra", { n: 1 }) } };
    });
    await Promise.all([this.draw(app), app.draw()]);
  },

  async finish(app) {
    const rows = (await contents(app)).filter(({ code }) => this.expected.has(code));
    allRight([this.pad]);
    if (rows.length === 0) return announce(app, { outcome: "wrong", said: words(app, "missing.parcels") });
    this.button.disabled = true;
    const signature = await this.pad.picture();
    this.button.disabled = false;
    if (!signature) return problemAt(app, this.pad, "missing.signature");
    const parcels = rows.map((row) => ({ ...parcelOf(row), ...(row.papersCounted === undefined ? {} : { papersCounted: row.papersCounted }),
      ...(row.differences?.length ? { differences: row.differences } : {}) }));
    const mode = app.device.role === "OFFICER" ? app.mode : "HAND_OVER"; // a colleague's hand-over is no authority's receipt
    const entry = { ...circumstances(app), mode, parcels, accept: { handoverId: this.offer.handoverId, signatureSha256: signature } };
    await keepActs(app, [{ entry, told: "right" }]);
    await empty(app);
    await app.go("work");
    announce(app, { outcome: "finished", said: words(app, "take.done", { n: rows.length }) });
    app.send();
    return undefined;
  },
};

// Parcels this device has signed for already are not expected again, though the list may be older than that.
async function withoutSigned(app, offers) {
  const left = await Promise.all(offers.map(async (offer) => {
    const seen = await Promise.all(offer.parcels.map(({ code }) => app.db.get("seen", code)));
    return { ...offer, parcels: offer.parcels.filter((_, at) => !(seen[at]?.deed === "accept" && seen[at].at > (app.listedAt ?? 0))) };
  }));
  return left.filter(({ parcels }) => parcels.length > 0);
}

function extras(app, codes) {
  return codes.length > 0 && [h("p", { class: "differs" }, mark("cross"), words(app, "take.extra", { n: codes.length })),
    h("ul", { class: "compare" }, codes.map((code) => h("li", { class: "extra" }, mark("cross"), h("span", { class: "code" }, groupCode(code)))))];
}
