// Starts the counter page: language, badge, database, scanner, keys.

import { askToken, badgeWorn } from "./session.js";
import { Counter } from "./counter.js";
import { Frame, wayOf } from "./frame.js";
import { install } from "../../foundation/pages/install.js";
import { listen } from "../../foundation/pages/wedge.js";
import { MORE } from "./words/more.js";
import { openStore } from "./store.js";
import { scanAtEnd } from "./landing.js";
import { speaker } from "./words/words.js";

const BURST_MS = 500; // keys of one press too many: nobody reads a screen and answers it in less

const asked = new URLSearchParams(location.search).get("lang");
if (asked) localStorage.setItem("language", asked === "en" ? "en" : "vi");
const language = localStorage.getItem("language") === "en" ? "en" : "vi";
document.documentElement.lang = language;
const say = speaker(language, MORE);
let counter = null;

const frame = new Frame(document.body, { say, language, otherLanguage: change });
install((take) => frame.offer(take));

// The draft is on the disk already; the address's view stays.
function change(event) {
  event.preventDefault();
  localStorage.setItem("language", language === "vi" ? "en" : "vi");
  history.replaceState(null, "", location.pathname + location.hash);
  location.reload();
}

async function begin(badge) {
  const store = await openStore();
  counter = new Counter({ badge, store, say, language, frame, onEnd: enter });
  await counter.open();
}

function enter(told = "") {
  counter = null;
  frame.draw(null);
  askToken(frame.page("login"), { say, enter: begin, told });
}

listen(document, { sink: frame.sink, find: scanAtEnd, onText: (text) => counter?.scanned(text) });
addEventListener("hashchange", () => counter?.route());
addEventListener("keydown", onKey, true);

let lastEnter = -Infinity;
function onKey(event) {
  if (event.key === "Enter") {
    const burst = event.repeat || event.timeStamp - lastEnter < BURST_MS;
    lastEnter = event.timeStamp;
    if (burst && event.target.closest?.("[data-calm]")) event.preventDefault();
    return;
  }
  const way = counter && wayOf(event.key);
  if (!way || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (way === "file") counter.fileNew();
  else counter.go(way);
}

const badge = badgeWorn();
if (badge) begin(badge);
else enter();
