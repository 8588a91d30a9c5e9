// Before the work: the device is enrolled once, a person starts the shift each day. Neither deletes anything.

import { call } from "../../foundation/pages/door.js";
import { h, show } from "../../foundation/pages/dom.js";
import { learnClock, refusal, set, words } from "./context.js";
import { makeKeys, publicKeyOf } from "./device.js";
import { field, problemAt } from "./form.js";

const LINK = "#invitation=";
const NAME = /^[^\s\p{C}]{1,64}$/u; // of the contract: no spaces, no control characters

/** Enrols the device with an invitation, typed or scanned. */
export const enrol = {
  open(app, place) {
    const code = field(app, "enrol.code", { id: "invitation", autocapitalize: "characters" });
    const told = h("p", { id: "told", role: "alert" });
    const go = async (event) => {
      event.preventDefault();
      await this.enrolWith(app, code.input.value, told);
    };
    const { hash } = location; // a link may bring the invitation; a fragment is never sent to a server
    if (hash.startsWith(LINK)) {
      code.input.value = decodeURIComponent(hash.slice(LINK.length));
      history.replaceState(null, "", location.pathname);
    }
    show(place, h("form", { class: "form", onsubmit: go }, h("h1", {}, words(app, "enrol.title")), h("p", {}, words(app, "enrol.more")),
      code.row, told, h("button", { class: "go" }, words(app, "enrol.go")), languageButton(app)));
    code.input.focus();
  },

  async enrolWith(app, invitationCode, told) {
    // A key is made once and kept before it is used: a second try after a lost answer brings the same key.
    const keys = (await app.db.get("state", "nextKeys")) ?? (await makeKeys());
    await app.db.put("state", keys, "nextKeys");
    const sent = Date.now();
    try {
      const answer = await call("postal.courier.v1.DeviceService", "EnrolDevice",
        { invitationCode, publicKey: await publicKeyOf(keys), requestId: crypto.randomUUID() });
      const device = { id: answer.deviceId, role: answer.role.slice("DEVICE_ROLE_".length), place: answer.place, label: answer.label, keys };
      await app.db.put("state", device, `device ${device.id}`); // its old entries stay signable after a new enrolment
      await set(app, "device", device);
      await app.db.delete("state", "nextKeys");
      await learnClock(app, { sent, received: Date.now(), server: Date.parse(answer.serverTime) });
      await app.go("work");
    } catch (problem) {
      if (!problem.reason) throw problem;
      told.textContent = words(app, "enrol.failed", { reason: refusal(app, problem.reason) });
    }
  },
};

/** Starts a shift: who works with the device from now on. */
export const shift = {
  open(app, place) {
    const name = field(app, "shift.name", { id: "person", autocomplete: "off", value: app.lastPerson ?? "" });
    const go = async (event) => {
      event.preventDefault();
      const person = name.input.value.normalize("NFC").trim();
      if (!NAME.test(person)) return problemAt(app, name, "missing.person");
      await set(app, "person", person);
      await set(app, "lastPerson", person);
      followPlace(app);
      await app.go("work");
      app.send();
      app.refreshList().then(app.draw);
      return undefined;
    };
    show(place, h("form", { class: "form", onsubmit: go }, h("h2", {}, words(app, "shift.title")),
      h("p", { class: "quiet" }, `${words(app, "device")}: ${app.device.label || app.device.id} · ${app.device.place}`),
      name.row, h("button", { class: "go" }, words(app, "shift.go")), languageButton(app)));
    name.input.focus();
  },
  onText(app, text) { // a badge's bar code
    document.getElementById("person").value = text;
  },
};

/** Keeps the coarse place at hand: it is asked for once, at the start of the work, and may be refused. */
export function followPlace(app) {
  if (app.follows !== undefined || !navigator.geolocation) return;
  app.follows = navigator.geolocation.watchPosition(
    ({ coords }) => { app.coordinates = { latitude: coords.latitude, longitude: coords.longitude, at: Date.now() }; },
    () => { app.coordinates = undefined; }, { maximumAge: 300_000 });
}

/** The other language, on every screen before the work and in the menu. */
export function languageButton(app) {
  return h("button", { type: "button", class: "plain", lang: app.language === "vi" ? "en" : "vi", onclick: async () => {
    await set(app, "language", app.language === "vi" ? "en" : "vi");
    await app.go(app.screen === shift ? "shift" : app.person ? "menu" : "enrol");
  } }, words(app, "language"));
}
