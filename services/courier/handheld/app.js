// The courier's handheld. This file puts the parts together: regions of the page, screens, scanner, sending, service worker.

import { install } from "../../foundation/pages/install.js";
import { listen } from "../../foundation/pages/wedge.js";
import { attempt } from "./attempt.js";
import { cases, fetchCases } from "./cases.js";
import { camera } from "./camera.js";
import { jumped } from "./clock.js";
import { askClock, call, learnClock, load, seal, set, words } from "./context.js";
import { deliver } from "./deliver.js";
import { enrol, shift } from "./enrol.js";
import { fetchLabelKeys, fetchList } from "./list.js";
import { choose, menu } from "./menu.js";
import { MODES, modesOf } from "./modes.js";
import { announceNews, drawLast, drawResult } from "./result.js";
import { scan } from "./scan.js";
import { drawBottom, drawTop, drawWarnings } from "./shell.js";
import { give } from "./give.js";
import { isNews } from "./answers.js";
import { forgetOld } from "./store.js";
import { take } from "./take.js";
import { makeUploader } from "./uploader.js";
import { hasWord } from "./words.js";

const SCREENS = { enrol, shift, choose, menu, camera, cases };
const BY_MODE = { HAND_OVER: give, SIGN_AT_AUTHORITY: take, DELIVER: deliver, ATTEMPT_FAILED: attempt };
const LOOK_MS = 30_000; // how often the clock is looked at and sending tried again
const LIST_MS = 10 * 60_000; // how often the list is fetched while there is a network

const at = (id) => document.getElementById(id);
const app = await load();
Object.assign(app, {
  sink: at("sink"), has: hasWord,
  drawResult: () => at("result") && drawResult(app, at("result")), // forms have no place for the last five, menus for neither
  drawLast: () => at("last") && drawLast(app, at("last")),
  draw, go, send, refreshList, refreshCases,
  modeChosen: (name) => go("work", name),
});

/** Draws what stands around the screens. */
async function draw() {
  document.documentElement.lang = app.language;
  document.documentElement.classList.toggle("sun", Boolean(app.sun));
  document.title = words(app, "title");
  at("scanner").hidden = !app.device || !app.person;
  app.sink.setAttribute("aria-label", words(app, "ready.more"));
  app.sink.placeholder = words(app, "ready.short");
  at("typing").textContent = words(app, "type");
  at("seeing").textContent = words(app, "camera");
  at("top").hidden = at("bottom").hidden = !app.device;
  if (app.device) drawTop(app, at("top"));
  await Promise.all([drawWarnings(app, at("warnings")), drawBottom(app, at("bottom"))]);
}

let turn = Promise.resolve();
/**
 * Shows a screen: one by name, or with "work" the one of the mode at hand, which may change with it. One after the other, so that
 * the last one asked stays, and mode and screen never disagree while a scan is taken in.
 */
function go(name, chosen) {
  turn = turn.then(() => turnTo(name, chosen));
  return turn;
}

async function turnTo(name, chosen) {
  if (chosen) {
    await set(app, "mode", chosen);
    app.result = undefined;
  }
  app.screen?.close?.();
  const wanted = !app.device ? "enrol" : !app.person ? (name === "menu" ? "menu" : "shift") : name;
  const mode = modesOf(app.device?.role).some((each) => each.name === app.mode) ? app.mode : modesOf(app.device?.role)[0].name;
  if (mode !== app.mode && app.device) await set(app, "mode", mode);
  app.screen = wanted === "work" ? (BY_MODE[mode] ?? scan) : SCREENS[wanted];
  await draw();
  await app.screen.open(app, at("screen"));
}

// A scan on a screen that takes none belongs to the mode at hand; before a shift begins there is none.
async function takeIn(text) {
  await turn;
  if (!app.screen.onText && app.person) await go("work");
  await app.screen.onText?.(app, text);
}

let chain = Promise.resolve();
/** Takes texts one after the other, in the order they were scanned. */
function onText(text) {
  chain = chain.then(async () => {
    const typed = app.person && MODES.find(({ key }) => key === text);
    if (typed && modesOf(app.device.role).includes(typed)) await app.modeChosen(typed.name);
    else await takeIn(text);
  });
  return chain;
}
app.onText = onText;

const uploader = makeUploader({
  db: app.db, chance: Math.random, seal: (records) => seal(app, records), setClock: () => askClock(app),
  send: async (records, entries, timeout) => {
    const sent = Date.now();
    const answer = await call(app, "CourierService", "UploadBundle",
      { deviceId: records[0].device, deviceNow: new Date(sent).toISOString(), entries, requestId: crypto.randomUUID() }, timeout);
    await learnClock(app, { sent, received: Date.now(), server: Date.parse(answer.serverTime) });
    return answer.results ?? []; // something between us may answer in the door's place
  },
  sendPictures: async (deviceId, pictures, timeout) =>
    (await call(app, "CourierService", "UploadPictures", { deviceId, pictures, requestId: crypto.randomUUID() }, timeout)).results ?? [],
  onState: (state) => { app.net = state; draw(); },
  onAnswers: (done) => {
    const news = done.filter(({ entry, answer }) => isNews(entry, answer));
    if (news.length > 0) announceNews(app, news.at(-1));
    app.drawLast();
    if (done.some(({ answer }) => answer.outcome === "CONFLICT")) refreshCases();
  },
});

/** Sends what is not yet sent; a pause after failures runs its time, or ends at once if a person or the network asks (``now``). */
function send({ now = false } = {}) {
  if (app.device && (app.person ?? app.lastPerson)) uploader.poke({ now });
}

/** Fetches the list and the keys of labels; told to nobody if it fails, since the old list still serves. */
function refreshList() {
  return fetching(async (through) => {
    await fetchList(app.db, through, Date.now());
    [app.listedAt, app.placeNames] = await Promise.all(["listedAt", "placeNames"].map((name) => app.db.get("state", name)));
    await fetchLabelKeys(app.db, through);
    app.labelKeys = await app.db.get("state", "labelKeys");
    await fetchCases(app, through);
  });
}

/** Fetches what people of this place should look at. */
async function refreshCases() {
  const done = await fetching((through) => fetchCases(app, through));
  await draw();
  return done;
}

async function fetching(work) {
  if (!app.device || !app.person || !navigator.onLine) return false;
  try {
    await work((service, method, message) => call(app, service, method, message));
    return true;
  } catch (problem) {
    if (!problem.reason) throw problem;
    if (problem.reason.startsWith("TOKEN_")) await askClock(app);
    return false;
  }
}

let lookedAt = { wall: Date.now(), steady: performance.now() };
async function look() {
  const now = { wall: Date.now(), steady: performance.now() };
  if (jumped(lookedAt, now)) await askClock(app);
  lookedAt = now;
  send();
  await draw();
}

listen(document, { sink: app.sink, onText, onScan: onText });
at("typing").addEventListener("click", () => {
  app.sink.inputMode = app.sink.inputMode === "none" ? "text" : "none";
  app.sink.focus();
});
at("seeing").addEventListener("click", () => go("camera"));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && app.device && app.person) go("work");
});
addEventListener("online", () => { askClock(app).then(draw); send({ now: true }); refreshList(); });
addEventListener("offline", draw);
setInterval(look, LOOK_MS);
setInterval(refreshList, LIST_MS);

await forgetOld(app.db);
await go("work");
askClock(app).then(draw);
send();
refreshList().then(draw);
install((takeOver) => takeOver());
navigator.storage?.persist?.(); // so that a full device does not throw the queue away
document.documentElement.dataset.ready = "yes";
