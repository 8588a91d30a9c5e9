// What people of this place should look at: acts that came late, and acts the parcel's state spoke against. The list is carried along
// like that of parcels; noting that something was looked at needs a network.

import { groupCode } from "../../foundation/pages/codes.js";
import { h, show } from "../../foundation/pages/dom.js";
import { call, refusal, set, words } from "./context.js";
import { field } from "./form.js";
import { mark } from "./marks.js";
import { wordOf, modeOf } from "./modes.js";

const MOST = 200; // of each kind; who has more than that works them off first
const NOTE = 200; // characters; the contract's limit

/** Fetches the open cases of the place. */
export async function fetchCases(app, through) {
  const found = await Promise.all(["CONFLICT", "LATE"].map((outcome) =>
    through("CourierService", "ListCases", { outcome: `ENTRY_OUTCOME_${outcome}`, pageSize: MOST })));
  const [conflicts, late] = found.map(({ cases: listed }) => listed.map(rowOf));
  await set(app, "cases", { conflicts, late, more: Boolean(found[0].nextPageToken) });
}

function rowOf({ caseId, reasonCode, parcelCode, operator, mode, deviceTime, receiveTime }) {
  return { id: caseId, reason: reasonCode, code: parcelCode, operator, mode: mode.slice("HANDHELD_MODE_".length),
    deviceTime: Date.parse(deviceTime), receiveTime: Date.parse(receiveTime) };
}

/** How many conflicts are open, as people read it; "" for none. */
export function conflictsOf(app) {
  const { conflicts = [], more = false } = app.cases ?? {};
  return conflicts.length ? `${conflicts.length}${more ? "+" : ""}` : "";
}

/** What leads to the list, with the number of open conflicts. */
export function casesWord(app) {
  return conflictsOf(app) ? words(app, "cases.count", { n: conflictsOf(app) }) : words(app, "cases");
}

async function drop(app, ids) {
  const left = (rows) => rows.filter(({ id }) => !ids.includes(id));
  await set(app, "cases", { ...app.cases, conflicts: left(app.cases.conflicts), late: left(app.cases.late) });
}

/** The list, read and settled. */
export const cases = {
  async open(app, place) {
    this.place = place;
    this.draw(app);
    const shown = JSON.stringify(app.cases);
    await app.refreshCases();
    if (app.screen === this && JSON.stringify(app.cases) !== shown) this.draw(app); // else the focus stays where it is
  },

  draw(app) {
    const { conflicts, late } = app.cases ?? {};
    const settles = app.device.role !== "COURIER";
    const part = (key, rows) => rows.length > 0 && [h("h3", {}, words(app, key, { n: rows.length })),
      h("ul", { class: "cases" }, rows.map((row) => this.drawCase(app, row, settles)))];
    show(this.place, h("section", { class: "form" }, h("h2", { tabindex: -1 }, words(app, "cases")),
      !conflicts ? h("p", {}, words(app, "cases.unknown")) : conflicts.length + late.length === 0 ? h("p", {}, words(app, "cases.none"))
        : [!settles && h("p", { class: "quiet" }, words(app, "cases.keepers")), part("cases.conflicts", conflicts), part("cases.late", late),
          settles && late.length > 1 && h("button", { type: "button", onclick: () => this.ask(app, late) }, words(app, "cases.all", { n: late.length }))],
      h("button", { type: "button", class: "go", onclick: () => app.go("work") }, words(app, "back"))));
    if (!app.sink.value) this.place.querySelector("h2").focus(); // the list begins there; Tab leads to its buttons
  },

  drawCase(app, row, settles) {
    const time = (ms) => new Date(ms).toLocaleString("vi-VN", { dateStyle: "short", timeStyle: "short" });
    const what = row.mode === "UNSPECIFIED" ? words(app, "cases.scan") : words(app, wordOf(modeOf(row.mode), app.device.role));
    const why = row.reason && words(app, app.has(`why.${row.reason}`) ? `why.${row.reason}` : "why.OTHER");
    return h("li", {}, h("p", { class: row.reason ? "why" : "" }, mark(row.reason ? "cross" : "clock"), h("span", { class: "code" }, groupCode(row.code))),
      why && h("p", { class: "why" }, why), h("p", {}, words(app, "cases.who", { who: row.operator, what })),
      h("p", { class: "quiet" }, words(app, "cases.device", { time: time(row.deviceTime) })),
      h("p", { class: "quiet" }, words(app, "cases.received", { time: time(row.receiveTime) })),
      settles && h("button", { type: "button", "aria-label": words(app, "cases.looked.of", { code: groupCode(row.code) }),
        onclick: () => this.ask(app, [row]) }, words(app, "cases.looked")));
  },

  // The note is asked for in a dialogue over the list; a second try after a lost answer is the same request.
  ask(app, rows) {
    const note = field(app, "cases.note", { id: "note", maxlength: NOTE });
    const told = h("p", { role: "alert", class: "wrong" });
    const request = { caseIds: rows.map(({ id }) => id), requestId: crypto.randomUUID() };
    const saving = async (event) => {
      event.preventDefault();
      try {
        await call(app, "CourierService", "SettleCases", { ...request, note: note.input.value.normalize("NFC").trim() });
        await drop(app, request.caseIds);
        dialog.close();
        await this.open(app, this.place);
      } catch (problem) {
        if (!problem.reason) throw problem;
        told.textContent = words(app, "cases.failed", { reason: refusal(app, problem.reason) });
      }
    };
    const dialog = h("dialog", { class: "form", "aria-label": words(app, "cases.looked"), onclose: () => dialog.remove() },
      h("form", { method: "dialog", onsubmit: saving }, h("h2", {}, rows.length === 1 ? groupCode(rows[0].code) : words(app, "cases.all", { n: rows.length })),
        note.row, told, h("button", { class: "go" }, words(app, "cases.looked")),
        h("button", { type: "button", onclick: () => dialog.close() }, words(app, "cancel"))));
    document.body.append(dialog);
    dialog.showModal();
    note.input.focus();
  },
};
