// Delivery to the citizen: what the parcels' rules ask for, and no more. One proof may stand for several parcels.

import { groupCode } from "../../foundation/pages/codes.js";
import { h, show } from "../../foundation/pages/dom.js";
import { collect, contents, remove } from "./basket.js";
import { circumstances, keepActs, words } from "./context.js";
import { sha256 } from "./device.js";
import { allow, allRight, chips, choice, field, problemAt } from "./form.js";
import { photoField } from "./photo.js";
import { announce } from "./result.js";
import { asked, lacks, PAPERS, RELATIONS, waysOf } from "./rules.js";
import { parcelOf } from "./scanning.js";
import { keepPicture, signaturePad } from "./signature.js";

/** Collects parcels, asks for the proof that their rules want, records the delivery. */
export const deliver = {
  async open(app, place) {
    this.parts = {
      relation: choice(app, "deliver.who", "relation", RELATIONS, { word: (each) => `relation.${each}`, chosen: "APPLICANT", onchange: () => this.drawAsked(app) }),
      fullName: field(app, "deliver.name", { id: "full-name", maxlength: 200 }),
      paper: choice(app, "deliver.paper", "paper", PAPERS, { word: (each) => `paper.${each}`, chosen: "IDENTITY_CARD" }),
      lastFour: field(app, "deliver.digits", { id: "last-four", inputmode: "numeric", maxlength: 4 }),
      oneTimeCode: field(app, "deliver.code", { id: "one-time", inputmode: "numeric", maxlength: 6 }),
      signature: signaturePad(app), photo: photoField(app),
    };
    this.list = h("div");
    this.hint = h("p", { class: "quiet" }, words(app, "deliver.code.one"));
    this.proof = h("div", { class: "proof" }, Object.values(this.parts).map(({ row }) => row), this.hint);
    show(place, h("section", { id: "result", class: "result", role: "status", "aria-live": "assertive" }),
      h("form", { class: "form", onsubmit: (event) => { event.preventDefault(); this.finish(app); } },
        h("p", { class: "quiet" }, words(app, "deliver.more")), this.list, this.proof,
        h("button", { class: "go" }, words(app, "deliver.done"))));
    app.drawResult();
    await this.draw(app);
    app.sink.focus();
  },

  close() {
    this.parts?.photo.close();
  },

  async draw(app) {
    const codes = (await contents(app)).map(({ code }) => code);
    chips(app, this.list, codes, groupCode, async (code) => { await remove(app, code); await this.draw(app); });
    this.parcels = await Promise.all(codes.map((code) => app.db.get("parcels", code)));
    this.ways = waysOf(await app.db.get("state", "proofRules"), this.parcels);
    this.proof.hidden = codes.length === 0; // what is asked depends on the parcel
    this.drawAsked(app);
  },

  drawAsked(app) {
    if (this.ways.length === 0) return;
    const { parts } = this;
    const wanted = asked(this.parcels, this.ways, parts.relation.value());
    allow(parts.relation, wanted.relations);
    allow(parts.paper, wanted.papers);
    for (const name of ["fullName", "lastFour", "oneTimeCode"]) parts[name].row.hidden = !wanted[name];
    parts.signature.row.hidden = !wanted.pictures.includes("SIGNATURE");
    parts.photo.row.hidden = !wanted.pictures.includes("PHOTO");
    parts.oneTimeCode.label.textContent = words(app, wanted.needsCode ? "deliver.code" : "deliver.code.any");
    this.hint.hidden = !(wanted.needsCode && this.parcels.length > 1);
  },

  partOf([name, key]) {
    if (name !== "picture") return this.parts[name];
    return key === "missing.PHOTO" || this.parts.signature.row.hidden ? this.parts.photo : this.parts.signature;
  },

  async onText(app, text) {
    await collect(app, text);
    await Promise.all([this.draw(app), app.draw()]);
  },

  async finish(app) {
    const { relation, paper, signature, photo, ...texts } = this.parts;
    const rows = await contents(app);
    allRight(Object.values(this.parts));
    if (rows.length === 0) return announce(app, { outcome: "wrong", said: words(app, "missing.parcels") });
    const said = { relation: relation.value(), paper: paper.value() };
    for (const [name, part] of Object.entries(texts)) said[name] = part.row.hidden ? "" : part.input.value.normalize("NFC").trim();
    const made = { SIGNATURE: !signature.row.hidden && await signature.picture(), PHOTO: !photo.row.hidden && photo.picture() };
    const kinds = Object.keys(made).filter((kind) => made[kind]);
    const picture = kinds.find((kind) => isEmpty(lacks(this.ways, { ...said, picture: kind }))) ?? kinds[0];
    const [missing] = Object.entries(lacks(this.ways, { ...said, picture }));
    if (missing) return problemAt(app, this.partOf(missing), missing[1]);
    const signatureSha256 = picture === "PHOTO" ? await keepPicture(app, made.PHOTO) : made.SIGNATURE;
    const receiver = { salt: salt(), fullName: said.fullName, lastFour: said.lastFour, oneTimeCode: said.oneTimeCode };
    const act = { relation: said.relation, identityPaper: said.paper, signatureSha256, picture, receiver,
      receiverSha256: await sha256(new TextEncoder().encode(Object.values(receiver).join("\n"))) };
    await keepActs(app, [{ entry: { ...circumstances(app), parcels: rows.map(parcelOf), deliver: act }, told: "right" }]);
    await app.go("work");
    announce(app, { outcome: "finished", said: words(app, "give.count", { n: rows.length }) });
    app.send();
    return undefined;
  },
};

const isEmpty = (found) => Object.keys(found).length === 0;

function salt() { // so that the hash of a short text tells nothing about it
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
