// Second step: where the competence hangs on. The authority appears as soon as the place is known; a card's address suggests it.

import { placesOf } from "../card.js";
import { withAuthority } from "../draft.js";
import { h, put, tell } from "../dom.js";
import { field } from "./field.js";
import { fold } from "../fold.js";

const NONE = { authority: null, unitCode: "", transitDue: "", expectedDue: "" };

export function build(form) {
  const { say, network } = form.counter;
  const place = field(form, "place", { label: say("place"), hint: say("placeHint") });
  const found = h("div", { class: "found", role: "status" });
  const state = { asked: 0, choices: [], told: "", found: {} };

  place.input.addEventListener("input", () => {
    state.asked += 1;
    Object.assign(state, { choices: [], told: "" });
    form.set(place.input.value === state.found.place ? state.found : NONE); // after a scan the words are the old ones again
  });

  /** Asks for the authority; true once there is one, or there can be none without network. */
  const resolve = async () => {
    const { values } = form.draft;
    if (values.authority) return true;
    if (!values.procedure || !(values.place.trim() || values.unitCode)) return false;
    const asked = (state.asked += 1);
    Object.assign(state, { choices: [], told: say("looking") });
    form.refresh();
    const answer = await ask(form, values);
    if (asked !== state.asked) return false;
    state.told = "";
    if (answer.authority) form.replace(withAuthority(form.draft, answer));
    else if (answer.choices) Object.assign(state, { choices: answer.choices });
    else if (answer.problem.retryable) state.told = say("placeOffline");
    else form.refuse(answer.problem.field === "procedure_code" ? "procedure" : "place", answer.problem.reason);
    form.refresh();
    return Boolean(answer.authority) || answer.problem?.retryable === true;
  };

  const pick = async (unit) => {
    form.set({ unitCode: unit.code, place: `${unit.name}, ${unit.provinceName}` });
    if (await resolve()) await form.next("authority");
  };

  return {
    body: [place.element, found],
    inputs: () => [place.input],
    resolve,
    async enter() {
      const known = Boolean(form.draft.values.authority);
      const done = await resolve();
      if (state.choices.length) found.querySelector("button")?.focus();
      return done && (known || !network.online); // a new authority is looked at once before Enter goes on
    },
    refresh() {
      place.refresh();
      const { values } = form.draft;
      if (values.authority) state.found = Object.fromEntries(["place", ...Object.keys(NONE)].map((name) => [name, values[name]]));
      (state.choices.length ? put : tell)(found, shown(form, state, pick)); // choices listen
    },
    summary: ({ authority, place: words }) => (authority ? authority.name : words),
  };
}

function shown(form, { choices, told }, pick) {
  const { say } = form.counter;
  const { authority, place, suggested } = form.draft.values;
  if (choices.length) {
    return [
      h("p", {}, say("placeSplit")),
      choices.map((unit) =>
        h("button", { type: "button", class: "choice", onclick: () => pick(unit) }, `${unit.name}, ${unit.provinceName}`),
      ),
    ];
  }
  return [
    told ? h("p", {}, told) : null,
    authority ? h("p", { class: "authority" }, h("strong", {}, authority.name), h("br"), authority.unitName) : null,
    suggested && place === suggested ? h("p", { class: "hint" }, say("placeFromCard")) : null,
  ];
}

// A suggested place may be spelt with or without its district: the registry knows which reading is a place.
async function ask(form, { procedure, place, unitCode, suggested, address }) {
  const { call, store, network } = form.counter;
  const readings = !unitCode && place === suggested ? placesOf(address) : [place];
  let problem;
  for (const reading of readings.length ? readings : [place]) {
    const key = keyOf({ procedure }, unitCode || reading);
    try {
      const answer = await call("ResolveAuthority", {
        procedureCode: procedure.code,
        ...(unitCode ? { unitCode } : { place: reading }),
      });
      if (!answer.authority) return { choices: answer.choices };
      await store.keep(key, { authority: answer.authority });
      return answer;
    } catch (error) {
      if (typeof error.reason !== "string") throw error;
      problem = error;
      const kept = error.retryable || !network.online ? await store.kept(key) : undefined;
      if (kept) return kept; // without its promises: they were reckoned on another day
      if (error.retryable) break;
    }
  }
  return { problem };
}

function keyOf({ procedure }, place) {
  return `authority/${procedure.code}/${fold(place)}`;
}
