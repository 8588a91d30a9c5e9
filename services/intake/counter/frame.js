// What stays around every view: who is at work, the ways, the network, what is unsent, and the voice for those who listen.

import { h, mark, put } from "./dom.js";
import { clock } from "./days.js";

const WAYS = [
  ["file", "F2"],
  ["today", "F4"],
  ["waiting", "F8"],
  ["bulk", "F9"],
  ["closing", "F10"],
];
const SUPERVISORS = new Set(["today", "closing", "dossier"]);

/** The view a role gets for the one it asks for: supervisors look on, clerks take in. */
export function wayFor(role, name) {
  if (role === "SUPERVISOR") return SUPERVISORS.has(name) ? name : "today";
  return name || "file";
}

export class Frame {
  constructor(body, { say, language, otherLanguage }) {
    this.say = say;
    this.sheet = h("div", { class: "sheet", "aria-hidden": "true" }); // what the browser prints
    this.voice = h("p", { class: "voice", role: "status" });
    this.sink = h("input", {
      class: "unseen",
      tabindex: "-1",
      "aria-label": say("scanner"),
      autocomplete: "off",
      inputmode: "none",
    });
    this.head = h("header", {});
    this.top = h("div", { class: "top" });
    this.main = h("main", { id: "main", tabindex: "-1" });
    this.renewal = h("p", { class: "note", hidden: true });
    put(
      body,
      h(
        "a",
        {
          class: "skip",
          href: "#main",
          onclick: (event) => {
            event.preventDefault();
            this.main.focus();
          },
        },
        say("skip"),
      ),
      this.head,
      this.main,
      this.sheet,
    );
    put(this.head, this.top, this.voice, this.renewal, this.sink);
    this.language = h(
      "a",
      { href: `?lang=${language === "vi" ? "en" : "vi"}`, lang: language === "vi" ? "en" : "vi", onclick: otherLanguage },
      say("otherLanguage"),
    );
    this.number = 0;
    this.drawing = 0;
  }

  /** A fresh place for a view; what an older view still draws falls into nothing. */
  page(name) {
    this.number += 1;
    const root = h("div", { class: `view ${name}`, "data-view": String(this.number) });
    put(this.main, root);
    this.announce(""); // what was said belonged to the view before
    this.name = name;
    document.title = `${this.say(WAYS.some(([way]) => way === name) ? name : "file")} · ${this.say("title")}`;
    return root;
  }

  announce(words) {
    put(this.voice, words);
  }

  /** Draws the head for a counter, or without one. */
  async draw(counter) {
    const { say } = this;
    if (!counter) {
      put(this.top, h("p", { class: "sign" }, envelope(), say("title")), h("p", {}, this.language));
      return;
    }
    const { badge, network, store, owner } = counter;
    const mine = (this.drawing += 1);
    const unsent = (await store.outbox(owner)).length;
    if (mine !== this.drawing) return; // a later drawing knows better
    const ways = WAYS.filter(([name]) => wayFor(badge.role, name) === name);
    put(
      this.top,
      h("p", { class: "sign" }, envelope(), say("title")),
      h(
        "nav",
        { "aria-label": say("pages") },
        ways.map(([name, key]) =>
          h("a", { href: `#/${name}`, "aria-current": name === this.name ? "page" : null }, say(name), h("kbd", {}, key)),
        ),
      ),
      h(
        "p",
        { class: "duty" },
        network.online ? mark("done", say("online")) : mark("trouble", say("offline")),
        unsent ? h("a", { href: "#/waiting" }, mark("waiting", say("unsent", unsent))) : null,
        h("span", { class: "hint" }, say("onDuty", badge.person, badge.place, clock(badge.ends))),
        this.language,
      ),
    );
  }

  /** Offers a new version of the page; nothing is reloaded under the clerk's hands. */
  offer(take) {
    put(
      this.renewal,
      this.say("newPage"),
      " ",
      h(
        "button",
        {
          type: "button",
          onclick: () => {
            take();
            location.reload();
          },
        },
        this.say("useIt"),
      ),
    );
    this.renewal.hidden = false;
  }
}

/** The view of each key. */
export function wayOf(key) {
  return WAYS.find(([, own]) => own === key)?.[0];
}

// A plain envelope whose flap is a check mark.
function envelope() {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 32 24", width: "28", height: "21", "aria-hidden": "true" }))
    svg.setAttribute(name, value);
  for (const d of ["M2 2h28v20H2z", "M2 3l11 11L30 3"]) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
