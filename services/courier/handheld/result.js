// The answer to a scan, a third of the screen: shape, word, where it should go. And the last five below it.

import { groupCode } from "../../foundation/pages/codes.js";
import { h, show } from "../../foundation/pages/dom.js";
import { isGrave, wordsOf } from "./answers.js";
import { me, words } from "./context.js";
import { WAITS } from "./judge.js";
import { mark, OF_OUTCOME } from "./marks.js";
import { tell } from "./sounds.js";
import { newest } from "./store.js";

const LAST = 5;

/** Tells an outcome to eyes, ears and hands. ``result``: {outcome, code?, place?, since?, reason?}. */
export function announce(app, result) {
  app.result = result;
  tell(result.outcome);
  app.drawResult();
}

/** Tells what the server found and the device had not said; after the error that still waits for its tap, if there is one. */
export function announceNews(app, { entry, answer }) {
  const news = { outcome: "grave", code: entry.codes[0], said: answerWords(app, { ...entry, answer }) };
  if (waits(app)) app.news = news;
  else announce(app, news);
}

/** Whether an error still waits for a tap. */
export function waits(app) {
  return Boolean(app.result) && WAITS.has(app.result.outcome);
}

/** Draws the result into its place; the ready sign if there is none. */
export function drawResult(app, place) {
  const { result } = app;
  place.className = `result ${result ? result.outcome : "ready"}`;
  if (!result) {
    show(place, mark("envelope"), h("p", { class: "word" }, words(app, "ready")), h("p", {}, words(app, "ready.more")));
    return;
  }
  show(place, mark(OF_OUTCOME[result.outcome]), h("p", { class: "word" }, result.word ?? words(app, `outcome.${result.outcome}`)),
    result.code && h("p", { class: "code" }, groupCode(result.code)), h("p", {}, sentence(app, result)),
    waits(app) && h("button", { type: "button", class: "understood", onclick: () => understood(app) }, words(app, "understood")));
}

/** The tap on "understood". */
export function understood(app) {
  app.result = undefined;
  if (app.news) {
    const { news } = app;
    app.news = undefined;
    announce(app, news);
  }
  app.drawResult();
  app.sink.focus();
}

function sentence(app, { outcome, reason, place, since, said }) {
  if (said) return said;
  if (reason) return words(app, `says.${reason}`);
  const at = since && new Date(since).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
  return words(app, `says.${outcome}`, { place: place || me(app).place, time: at });
}

/** Draws the last five scans with what the server said of each. */
export async function drawLast(app, place) {
  const records = await newest(app.db, LAST);
  const rows = records.map((record) => {
    const grave = record.answer && isGrave(record.answer);
    return h("li", { class: grave ? "grave" : record.answer ? "answered" : "waiting" },
      mark(grave ? "cross" : record.answer ? "tick" : "clock"),
      h("span", { class: "code" }, record.codes.length > 1 ? words(app, "give.count", { n: record.codes.length }) : groupCode(record.codes[0])),
      h("span", { class: "answer" }, answerWords(app, record)));
  });
  show(place, h("h2", { class: "unseen" }, words(app, "last")), rows.length ? h("ol", {}, rows) : h("p", { class: "quiet" }, words(app, "last.none")));
}

function answerWords(app, record) {
  const [key, { why, ...values }] = wordsOf(record, app.device.id);
  const reason = why && words(app, app.has(`why.${why}`) ? `why.${why}` : "why.OTHER");
  return words(app, key, { ...values, reason });
}
