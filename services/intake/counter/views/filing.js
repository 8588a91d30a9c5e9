// Taking a dossier in: the steps one under the other, the open one wide, the sum and the promises always in sight.

import { button, h, mark, put, tell } from "../dom.js";
import { withCard, withValues } from "../draft.js";
import { amounts, applicant, envelope } from "../steps/fields-only.js";
import { build as authority } from "../steps/authority.js";
import { clock } from "../days.js";
import { entryOf } from "../outbox.js";
import { fieldOf, STEPS, stepOf } from "../steps.js";
import { figuresOf, last, section, titleOf } from "./filing-parts.js";
import { Form } from "../form.js";
import { groupCode } from "../../../foundation/pages/codes.js";
import { build as papers } from "../steps/papers.js";
import { build as procedure } from "../steps/procedure.js";

const BUILD = { procedure, authority, papers, applicant, money: amounts, envelope };

/** Shows the form for a draft; ``refusal`` is what the server has said of it. */
export async function show(counter, root, { draft = counter.blank(), refusal = null, note = "" } = {}) {
  const { say } = counter;
  const summary = h("section", {
    class: "summary",
    tabindex: "-1",
    role: "alert",
    "aria-label": say("summaryTitle"),
    hidden: true,
  });
  const bar = h("aside", { class: "bar", "aria-label": say("toPay") });
  const kept = h("p", { class: "hint kept", role: "status" });
  const submit = button(say("submit"), () => file(), { kind: "go", key: "Enter", id: "submit" });
  const figures = h("div", { class: "figures" });
  put(bar, figures, kept, submit);
  const form = new Form(counter, draft, { draw, focus });
  for (const { id } of STEPS) form.steps[id] = BUILD[id](form);
  const sections = STEPS.map(({ id }, at) => section(form, id, at));
  put(
    root,
    h("h1", { class: "quiet" }, say("file")),
    note ? h("p", { class: "note", role: "status" }, note) : null,
    last(counter),
    summary,
    h(
      "ol",
      { class: "steps" },
      sections.map((each) => each.element),
    ),
    bar,
  );
  root.addEventListener("keydown", onKey);

  function draw() {
    sections.forEach((each) => each.draw());
    tell(figures, figuresOf(counter, form.draft));
    tell(kept, form.trouble ? mark("trouble", say("draftNotKept")) : form.saved ? say("draftKept", clock(form.saved)) : "");
    if (
      !summary.hidden &&
      summary.dataset.kind === "problems" &&
      !Object.keys(form.problems()).some((name) => form.shownProblem(name))
    )
      summary.hidden = true;
  }

  function focus(name) {
    const field =
      name === undefined
        ? submit
        : (root.querySelector(`[data-field="${name}"]`) ?? root.querySelector(`[data-field^="${name}["]`));
    if (field instanceof HTMLInputElement && field.closest("[hidden]")) return; // its step has been left meanwhile
    field?.focus();
    if (field instanceof HTMLInputElement && field.type !== "radio") field.select();
    field?.scrollIntoView({ block: "nearest" });
  }

  async function onKey(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      await form.back();
    } else if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      await form.next(form.draft.step);
    } else if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      if (!event.repeat) await form.enter(event.target);
    }
  }

  async function file() {
    if (form.closed) return;
    if (!form.showAll()) {
      await showProblems();
      return;
    }
    form.close(); // from here on the draft belongs to the outbox; the keys that follow find nothing to hand in again
    const entry = entryOf(form.draft, new Date().toISOString(), { offline: !counter.network.online });
    try {
      await counter.store.enqueue([entry]);
    } catch {
      form.closed = false;
      form.trouble = true;
      draw();
      return;
    }
    await counter.handedIn(entry);
  }

  async function showProblems() {
    const wrong = Object.keys(form.problems());
    const link = (name) =>
      h(
        "li",
        {},
        button(`${titleOf(say, name)}: ${form.shownProblem(name)}`, () => form.goTo(stepOf(name), name), { kind: "link" }),
      );
    put(summary, h("h2", {}, say("summaryTitle")), h("ul", {}, wrong.map(link)));
    summary.dataset.kind = "problems";
    summary.hidden = false;
    summary.querySelector("button").focus();
  }

  function askDouble(message) {
    const code = /[A-Z]{2}\d{9}[A-Z]{2}/.exec(message)?.[0];
    const yes = async () => {
      summary.hidden = true;
      form.set({ confirmDouble: true });
      await file();
    };
    const no = () => {
      put(summary, h("p", {}, say("doubleLeft")));
      summary.focus();
    };
    put(
      summary,
      h("h2", {}, say("doubleTitle")),
      h("p", {}, say("doubleText")),
      code ? h("p", {}, `${say("doubleEarlier")}: `, h("span", { class: "code" }, groupCode(code))) : null,
      h(
        "p",
        { class: "buttons" },
        button(say("doubleNo"), no, { kind: "go", "data-calm": "" }),
        button(say("doubleYes"), yes, { "data-calm": "" }),
      ),
    );
    summary.dataset.kind = "double";
    summary.hidden = false;
    summary.querySelector("button").focus(); // the harmless answer; and a key too many answers nothing
  }

  // What no field is to blame for is said above them all.
  function tellOnly(reason) {
    put(summary, h("h2", {}, say("summaryTitle")), h("p", {}, counter.sayProblem(reason)));
    summary.dataset.kind = "told";
    summary.hidden = false;
    summary.focus();
  }

  async function refused({ reason, field, message }) {
    if (reason === "POSSIBLE_DOUBLE") return askDouble(message);
    const name = fieldOf(field);
    if (!name) return tellOnly(reason);
    form.refuse(name, reason);
    await form.goTo(stepOf(name), name);
    await showProblems();
  }

  counter.onNetwork = () => form.refresh();
  form.refresh();
  await form.goTo(form.draft.step);
  if (refusal) await refused(refusal);
  return {
    draft: () => form.draft,
    land: (landed) => land(form, counter, landed),
    leave() {
      form.close();
      root.removeEventListener("keydown", onKey);
      counter.onNetwork = () => {};
    },
  };
}

// A scan goes to its field, whatever step is open; the step stays, unless it was this very one.
async function land(form, { say, announce }, landed) {
  if (landed.do === "applicant") {
    form.replace(withCard(form.draft, landed.card));
    announce(say("cardRead", landed.card.fullName));
    await form.steps.authority.resolve();
    if (form.draft.step === "applicant") await form.goOn("applicant");
  } else {
    form.replace(withValues(form.draft, { label: landed.code }));
    delete form.refused.label;
    announce(say("labelRead", groupCode(landed.code)));
    if (form.draft.step === "envelope") await form.goOn("envelope");
  }
  form.refresh();
}
