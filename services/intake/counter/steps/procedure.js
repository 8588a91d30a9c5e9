// First step: which procedure. Any words, any order, no diacritics; arrows choose, Enter takes.

import { whyNotByPost } from "../catalogue.js";
import { withProcedure } from "../draft.js";
import { facts, h, put, tell } from "../dom.js";
import { field } from "./field.js";
import { money } from "../money.js";

const LIST = "procedures-found";
const NONE = { procedure: null, authority: null, unitCode: "", transitDue: "", expectedDue: "" };

export function build(form) {
  const { say } = form.counter;
  const list = h("ul", { id: LIST, role: "listbox", "aria-label": say("procedure") });
  const told = h("p", { class: "hint", role: "status" });
  const about = h("div", { class: "about" });
  const search = field(form, "query", {
    label: say("procedure"),
    hint: say("procedureHint"),
    role: "combobox",
    "aria-controls": LIST,
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    problem: "procedure",
    "data-field": "procedure",
  });
  const state = { found: [], active: 0, asked: 0, chosen: {} };

  const choose = async (procedure) => {
    form.replace(withProcedure(form.draft, procedure));
    show([]);
    put(told);
    const reason = whyNotByPost(procedure);
    if (reason)
      form.refuse("procedure", reason); // said while the citizen has handed over nothing yet
    else await form.next("procedure");
  };
  const show = (found, active = 0) => {
    Object.assign(state, { found, active });
    search.input.setAttribute("aria-expanded", String(found.length > 0));
    if (found.length) search.input.setAttribute("aria-activedescendant", `procedure-${active}`);
    else search.input.removeAttribute("aria-activedescendant");
    put(
      list,
      found.map((each, at) => option(say, each, at, at === active, () => choose(each))),
    );
    list.children[active]?.scrollIntoView({ block: "nearest" });
  };
  const find = async () => {
    const asked = (state.asked += 1);
    const words = search.input.value;
    try {
      const found = await form.counter.catalogue.find(words);
      if (asked !== state.asked) return; // a later question is on its way
      show(found);
      put(told, !words.trim() ? "" : found.length ? say("procedureFound", found.length) : say("procedureNone"));
    } catch (problem) {
      if (asked !== state.asked) return;
      show([]);
      put(told, form.counter.network.online ? form.counter.sayProblem(problem.reason) : say("procedureOffline"));
    }
  };
  search.input.addEventListener("input", () => {
    if (search.input.value === state.chosen.query) {
      // a scan went by: the words are those of the procedure again
      form.set(state.chosen);
      show([]);
      return;
    }
    form.set(NONE);
    state.finding = find();
  });
  const keys = {
    ArrowDown: () => show(state.found, Math.min(state.active + 1, state.found.length - 1)),
    ArrowUp: () => show(state.found, Math.max(state.active - 1, 0)),
  };
  search.input.addEventListener("keydown", (event) => {
    if (!keys[event.key] || state.found.length === 0) return;
    event.preventDefault();
    keys[event.key]();
  });

  return {
    body: [search.element, told, list, about],
    inputs: () => [search.input],
    async enter() {
      // true: go on
      await state.finding; // the words that were typed last decide, not those that came back first
      if (state.found.length) {
        await choose(state.found[state.active]);
        return false;
      }
      return true;
    },
    refresh() {
      search.refresh();
      const { values } = form.draft;
      if (values.procedure)
        state.chosen = Object.fromEntries(["query", ...Object.keys(NONE)].map((name) => [name, values[name]]));
      tell(about, values.procedure ? aboutIt(say, values.procedure) : null);
    },
    summary: ({ procedure }) => (procedure ? `${procedure.code} · ${procedure.name}` : ""),
  };
}

function option(say, procedure, at, active, take) {
  return h(
    "li",
    {
      id: `procedure-${at}`,
      role: "option",
      "aria-selected": String(active),
      onmousedown: (event) => {
        event.preventDefault();
        take();
      },
    },
    h("span", { class: "code" }, procedure.code),
    ` ${procedure.name}`,
    !whyNotByPost(procedure) ? null : h("span", { class: "state trouble" }, ` ✕ ${say("notByPost")}`),
  );
}

function aboutIt(say, { name, field: area, termValue, termUnit, feeVnd, competenceRule }) {
  const unit = (termUnit ?? "").replace("TERM_UNIT_", "");
  return [
    h("p", {}, name),
    facts([
      [say("field"), area],
      [say("competence"), competenceRule],
      [say("term"), termValue && unit !== "UNSPECIFIED" ? say(`term${unit}`, termValue) : say("notKnown")],
      [say("feeFixed"), feeVnd === undefined ? say("notKnown") : money(feeVnd)],
    ]),
  ];
}
