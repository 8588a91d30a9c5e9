// The list of modes, and the menu of device and shift.

import { h, show } from "../../foundation/pages/dom.js";
import { casesWord } from "./cases.js";
import { nameOf, set, words } from "./context.js";
import { languageButton } from "./enrol.js";
import { modesOf, wordOf } from "./modes.js";
import { counts } from "./store.js";

/** Chooses what is being done: by tap, by arrow and Enter, or by typing its digit and Enter anywhere. */
export const choose = {
  open(app, place) {
    const { role } = app.device;
    show(place, h("nav", { class: "choose", "aria-label": words(app, "choose.mode") }, h("h2", {}, words(app, "choose.mode")),
      modesOf(role).map((mode) => h("button", { type: "button", class: `mode ${mode.hue}`, "aria-current": mode.name === app.mode ? "true" : undefined,
        onclick: () => app.modeChosen(mode.name) }, h("b", {}, mode.key), " ", words(app, wordOf(mode, role))))));
    if (!app.sink.value) place.querySelector("[aria-current]")?.focus();
  },
};

/** Who works with which device, what list it carries, and how the shift ends. */
export const menu = {
  async open(app, place) {
    const [{ unsent, unsentPictures }, parcels] = await Promise.all([counts(app.db, Date.now()), app.db.count("parcels")]);
    const told = h("p", { role: "status" });
    const fetching = async () => {
      await app.refreshList();
      if (app.screen === this) await app.go("menu"); // not over what was opened meanwhile
    };
    const ending = async () => { await set(app, "person", undefined); app.result = undefined; await app.go("shift"); };
    const sun = async () => { await set(app, "sun", !app.sun); await app.go("menu"); };
    show(place, h("section", { class: "form" }, h("h2", {}, words(app, "menu.title")), facts(app, parcels), told,
      h("button", { type: "button", onclick: fetching }, words(app, "list.fetch")),
      app.person && h("button", { type: "button", class: "cases", onclick: () => app.go("cases") }, casesWord(app)),
      h("button", { type: "button", onclick: sun }, words(app, app.sun ? "sun.off" : "sun")),
      languageButton(app),
      app.person && h("button", { type: "button", class: "danger", onclick: ending }, words(app, "shift.end")),
      h("p", { class: "quiet" }, words(app, "shift.kept", { n: unsent }), unsentPictures > 0 && ` ${words(app, "shift.pictures", { n: unsentPictures })}`),
      h("button", { type: "button", class: "go", onclick: () => app.go("work") }, words(app, "back"))));
    if (!app.sink.value) place.querySelector("button").focus(); // a scan half typed keeps the focus, or its Enter would press this
  },
};

function facts(app, parcels) {
  const listed = app.listedAt ? words(app, "list.at", { n: parcels, time: new Date(app.listedAt).toLocaleString("vi-VN", { dateStyle: "short", timeStyle: "short" }) })
    : words(app, "list.none");
  const rows = [["person", app.person ?? "–"], ["office", nameOf(app, app.device.place)], ["device", `${app.device.label} ${app.device.id}`.trim()], ["list", listed]];
  return h("dl", {}, rows.flatMap(([key, value]) => [h("dt", {}, words(app, key)), h("dd", {}, value)]));
}
