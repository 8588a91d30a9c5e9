// What stands around every screen: the mode at the top in words and colour, warnings, the field scanners type into, and at the
// bottom the two numbers that are never hidden.

import { h, show } from "../../foundation/pages/dom.js";
import { casesWord, conflictsOf } from "./cases.js";
import { spoken } from "./clock.js";
import { clockIsWrong, refusal, words } from "./context.js";
import { mark } from "./marks.js";
import { modeOf, wordOf } from "./modes.js";
import { counts } from "./store.js";

/** Draws the mode and the way to the menu. */
export function drawTop(app, place) {
  const mode = modeOf(app.mode);
  place.className = `top ${mode.hue}`;
  show(place,
    h("h1", {}, h("button", { type: "button", class: "mode", onclick: () => app.go("choose") },
      app.person ? words(app, wordOf(mode, app.device.role)) : words(app, "title"))),
    h("button", { type: "button", class: "menu", "aria-label": [words(app, "menu"), conflictsOf(app) && casesWord(app)].filter(Boolean).join(": "),
      onclick: () => app.go("menu") }, mark("more"), conflictsOf(app) && h("b", {}, conflictsOf(app))));
}

/** Draws what people must know whatever they do: a wrong clock, damaged records. */
export async function drawWarnings(app, place) {
  const { damaged } = await counts(app.db, Date.now());
  show(place,
    clockIsWrong(app) && h("p", { class: "warning clock" }, mark("clock"), clockSentence(app)),
    damaged > 0 && h("p", { class: "warning damaged" }, mark("cross"), words(app, "damaged", { n: damaged })));
}

function clockSentence(app) {
  const { days, hours, minutes, ahead } = spoken(app.offset);
  const [key, n] = days ? ["span.days", days] : hours ? ["span.hours", hours] : ["span.minutes", minutes];
  return words(app, "clock.wrong", { way: words(app, ahead ? "clock.ahead" : "clock.behind"), span: words(app, key, { n }) });
}

/** Draws the two numbers and the state of sending. */
export async function drawBottom(app, place) {
  const { today, unsent, unsentPictures } = await counts(app.db, Date.now());
  const number = (key, value) => h("p", { class: "number", id: key }, h("strong", {}, String(value)), h("span", {}, words(app, key)));
  const stuck = app.net.name === "waiting" || app.net.name === "offline";
  show(place, h("div", { class: "numbers" }, number("today", today), number("unsent", unsent),
    unsentPictures > 0 && number("unsent-pictures", unsentPictures)),
    h("div", { class: `net ${app.net.name}`, role: "status" }, h("p", {}, netSentence(app, unsent + unsentPictures)),
      stuck && h("button", { type: "button", onclick: () => app.send({ now: true }) }, words(app, "send.now"))));
}

function netSentence(app, unsent) {
  const { name, count, until, reason, pictures } = app.net;
  if (name === "idle" && unsent === 0) return words(app, "net.idle");
  if (name === "idle" || name === "sending") return words(app, pictures ? "net.pictures" : "net.sending", { count: count ?? unsent });
  if (name === "offline") return words(app, "net.offline");
  const time = new Date(until).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return reason === "NO_ANSWER" ? words(app, "net.waiting", { time }) : words(app, "net.refused", { reason: refusal(app, reason), time });
}
