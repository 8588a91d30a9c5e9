// What the office took in on a day: a list that is walked by keys.

import { clock, day, localDate } from "../days.js";
import { listDay } from "../filed.js";
import { fold, holds } from "../fold.js";
import { groupCode } from "../../../foundation/pages/codes.js";
import { h, mark, put } from "../dom.js";
import { money } from "../money.js";

const TONES = {
  REGISTERED: "plain",
  ACCEPTED: "plain",
  UNDER_REVIEW: "plain",
  DECIDED: "done",
  RETURNED: "done",
  SUPPLEMENT_REQUESTED: "waiting",
  PAYMENT_REQUESTED: "waiting",
};
const STATES = [
  "REGISTERED",
  "ACCEPTED",
  "DECLINED",
  "UNDER_REVIEW",
  "SUPPLEMENT_REQUESTED",
  "PAYMENT_REQUESTED",
  "WITHDRAWN",
  "STOPPED",
  "DECIDED",
  "RETURNED",
];

/** A dossier's state as clerks call it. */
export function stateOf(say, { state, reasonCode }) {
  const name = state.replace("DOSSIER_STATE_", "");
  if (name === "WITHDRAWN" && reasonCode === "CLERK_MISTAKE") return mark("trouble", say("stateCancelled"));
  return mark(TONES[name] ?? "trouble", say(`state${STATES.indexOf(name) + 1}`));
}

export async function show(counter, root) {
  const { say, language } = counter;
  const date = h("input", { type: "date", id: "list-day", value: localDate(Date.now()), onchange: () => load() });
  const filter = h("input", {
    id: "list-filter",
    autocomplete: "off",
    placeholder: say("filterHint"),
    oninput: () => draw(),
  });
  const title = h("h1", {});
  const told = h("p", { class: "hint", role: "status" });
  const table = h("div", { class: "list", role: "list" });
  put(
    root,
    title,
    h(
      "p",
      { class: "tools" },
      h("label", { for: date.id }, say("day")),
      date,
      h("label", { for: filter.id }, say("filter")),
      filter,
      h("span", { class: "hint" }, say("moveHint")),
    ),
    told,
    table,
  );
  let rows = [];

  async function load() {
    put(title, say("listTitle", day(date.value, language)));
    rows = await listed(counter, date.value, told);
    draw();
  }
  function draw() {
    const words = filter.value.trim();
    const shown = rows.filter(
      (row) => !words || holds(row.folded, words) || row.folded.replaceAll(" ", "").includes(fold(words).replace(/[\s-]/g, "")),
    );
    put(table, shown.length ? shown.map((row) => line(counter, row)) : h("p", {}, say(rows.length ? "listNone" : "listEmpty")));
  }
  const walk = (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || event.target === date) return;
    event.preventDefault();
    const links = [...table.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (at < 0 ? filter : links[Math.min(at, links.length - 1)])?.focus();
  };
  root.addEventListener("keydown", walk);
  await load();
  filter.focus();
  return { leave: () => root.removeEventListener("keydown", walk) };
}

async function listed(counter, filedOn, told) {
  const { say, store, catalogue } = counter;
  let dossiers = [];
  try {
    dossiers = await listDay(counter, filedOn);
    put(told);
  } catch (problem) {
    if (typeof problem.reason !== "string") throw problem;
    put(told, mark("waiting", say("listAway")));
    dossiers = (await store.filedCodes())
      .filter(({ filed, office }) => office === counter.badge.place && localDate(filed) === filedOn)
      .map(({ filed, ...codes }) => ({ ...codes, fileTime: filed }));
  }
  const named = await Promise.all(
    dossiers.map(async (dossier) => ({ dossier, procedure: await catalogue.byCode(dossier.procedureCode) })),
  );
  return named
    .map(({ dossier, procedure }) => ({
      dossier,
      name: procedure?.name ?? dossier.procedureCode,
      folded: fold(`${dossier.parcelCode} ${dossier.trackingCode} ${dossier.procedureCode} ${procedure?.name ?? ""}`),
    }))
    .sort((one, other) => other.dossier.fileTime.localeCompare(one.dossier.fileTime));
}

function line({ say }, { dossier, name }) {
  return h(
    "div",
    { role: "listitem" },
    h(
      "a",
      { class: "row", href: `#/dossier/${dossier.filingId}` },
      h("span", { class: "when" }, clock(dossier.fileTime)),
      h("span", { class: "code" }, groupCode(dossier.parcelCode)),
      h("span", { class: "what" }, name),
      h("span", { class: "sum" }, dossier.feeVnd === undefined ? "" : money(Number(dossier.feeVnd) + Number(dossier.postageVnd))),
      dossier.state ? stateOf(say, dossier) : null,
    ),
  );
}
