// Delivery to the citizen: who, with which paper, signed or photographed. One proof may stand for several parcels.

import { groupCode } from "../../foundation/pages/codes.js";
import { h, show } from "../../foundation/pages/dom.js";
import { collect, contents, remove } from "./basket.js";
import { circumstances, keepActs, words } from "./context.js";
import { sha256 } from "./device.js";
import { allRight, chips, choice, field, problemAt } from "./form.js";
import { announce } from "./result.js";
import { lacks, PAPERS, RELATIONS } from "./rules.js";
import { parcelOf } from "./scanning.js";
import { keepPicture, shrunk, signaturePad } from "./signature.js";

/** Collects parcels, asks for the proof that rules.js wants, records the delivery. */
export const deliver = {
  async open(app, place) {
    const photo = h("input", { type: "file", id: "photo", accept: "image/*", capture: "environment" });
    this.parts = {
      relation: choice(app, "deliver.who", "relation", RELATIONS, { word: (each) => `relation.${each}`, chosen: "APPLICANT", onchange: () => this.drawName() }),
      paper: choice(app, "deliver.paper", "paper", PAPERS, { word: (each) => `paper.${each}`, chosen: "IDENTITY_CARD" }),
      fullName: field(app, "deliver.name", { id: "full-name", maxlength: 200 }),
      lastFour: field(app, "deliver.digits", { id: "last-four", inputmode: "numeric", maxlength: 4 }),
      oneTime: field(app, "deliver.code", { id: "one-time", inputmode: "numeric", maxlength: 12 }),
      picture: signaturePad(app), list: h("div"), photo, button: h("button", { class: "go" }, words(app, "deliver.done")),
    };
    const { relation, paper, fullName, lastFour, oneTime, picture, list, button } = this.parts;
    show(place, h("section", { id: "result", class: "result", role: "status", "aria-live": "assertive" }),
      h("form", { class: "form", onsubmit: (event) => { event.preventDefault(); this.finish(app); } },
        h("p", { class: "quiet" }, words(app, "deliver.more")), list, relation.row, fullName.row, paper.row, lastFour.row, picture.row,
        h("div", { class: "field" }, h("label", { for: "photo" }, words(app, "deliver.photo")), photo), oneTime.row, button));
    this.drawName();
    app.drawResult();
    await this.draw(app);
    app.sink.focus();
  },

  drawName() {
    this.parts.fullName.row.hidden = this.parts.relation.value() !== "AUTHORISED";
  },

  async draw(app) {
    const codes = (await contents(app)).map(({ code }) => code);
    chips(app, this.parts.list, codes, groupCode, async (code) => { await remove(app, code); await this.draw(app); });
  },

  async onText(app, text) {
    await collect(app, text);
    await Promise.all([this.draw(app), app.draw()]);
  },

  async finish(app) {
    const { relation, paper, fullName, lastFour, oneTime, picture, photo } = this.parts;
    const rows = await contents(app);
    const fields = { relation, paper, fullName, lastFour, picture };
    allRight(Object.values(fields));
    if (rows.length === 0) return announce(app, { outcome: "wrong", said: words(app, "missing.parcels") });
    const said = { relation: relation.value(), paper: paper.value(), fullName: text(fullName), lastFour: text(lastFour) };
    const signed = (await picture.picture()) ?? (photo.files[0] && await keepPicture(app, await shrunk(photo.files[0])));
    const [missing] = Object.entries(lacks({ ...said, picture: signed }));
    if (missing) return problemAt(app, fields[missing[0]], missing[1]);
    const receiver = { salt: salt(), fullName: said.relation === "AUTHORISED" ? said.fullName : "", lastFour: said.lastFour, oneTimeCode: text(oneTime) };
    const act = { relation: said.relation, identityPaper: said.paper, signatureSha256: signed, receiver,
      receiverSha256: await sha256(new TextEncoder().encode(Object.values(receiver).join("\n"))) };
    await keepActs(app, [{ entry: { ...circumstances(app), parcels: rows.map(parcelOf), deliver: act }, told: "right" }]);
    await app.go("work");
    announce(app, { outcome: "finished", said: words(app, "give.count", { n: rows.length }) });
    app.send();
    return undefined;
  },
};

const text = ({ input }) => input.value.normalize("NFC").trim();

function salt() { // so that the hash of a short text tells nothing about it
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
