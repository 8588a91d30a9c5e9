// What the form is made of around its fields: the steps' headings, the figures at the foot, the filing before.

import { clockOrDay, day } from "../days.js";
import { groupCode } from "../../../foundation/pages/codes.js";
import { h, mark, tell } from "../dom.js";
import { money } from "../money.js";
import { STEPS } from "../steps.js";
import { totals } from "../draft.js";

const TITLES = Object.fromEntries(STEPS.map(({ id }) => [id, `step${id[0].toUpperCase()}${id.slice(1)}`]));
const MARKS = { Done: "done", Open: "current", Wrong: "trouble", Ahead: "ahead" };

/** One step: its heading says number, title, gist and state; its body is open while it is the current one. */
export function section(form, id, at) {
  const { say } = form.counter;
  const step = form.steps[id];
  const head = h("button", { type: "button", "aria-controls": `body-${id}`, onclick: () => form.goTo(id) });
  const body = h("div", { id: `body-${id}`, class: "body" }, step.body);
  const element = h("li", { class: "step", "data-step": id }, h("h2", {}, head), body);
  return {
    element,
    draw() {
      const [state, open] = [form.state(id), form.draft.step === id];
      const words = mark(MARKS[state], say(`step${state}`));
      tell(
        head,
        h("span", { class: "number" }, String(at + 1)),
        h("span", { class: "title" }, say(TITLES[id])),
        open ? null : h("span", { class: "gist" }, step.summary(form.draft.values)),
        words,
      );
      head.setAttribute("aria-expanded", String(open));
      element.className = `step ${state.toLowerCase()}${open ? " current" : ""}`;
      if (open) element.setAttribute("aria-current", "step");
      else element.removeAttribute("aria-current");
      body.hidden = !open;
    },
  };
}

/** What a field is called. */
export function titleOf(say, name) {
  const bare = name.replace(/\[.*$/, "");
  return bare === "papers" ? say("stepPapers") : say(bare);
}

/** The sum to collect and the two promises. */
export function figuresOf({ say, language }, draft) {
  const { fee, postage, sum } = totals(draft);
  const { transitDue, expectedDue } = draft.values;
  const amount = (dong) => (Number.isFinite(dong) ? money(dong) : "–");
  return [
    h(
      "p",
      { class: "sum" },
      h("span", { class: "hint" }, say("toPay")),
      h("strong", {}, money(sum)),
      h("span", { class: "hint" }, say("feeAndPostage", amount(fee), amount(postage))),
    ),
    h("p", {}, h("span", { class: "hint" }, say("arrives")), h("strong", {}, day(transitDue, language) || say("notKnown"))),
    h("p", {}, h("span", { class: "hint" }, say("decided")), h("strong", {}, day(expectedDue, language) || say("notKnown"))),
  ];
}

/** The filing before this one, should a key too many have skipped its label. */
export function last({ say, lastFiled }) {
  return lastFiled
    ? h(
        "p",
        { class: "note" },
        `${say("lastFiled")}: `,
        h("a", { class: "code", href: `#/dossier/${lastFiled.filingId}` }, groupCode(lastFiled.parcelCode)),
        ` · ${clockOrDay(lastFiled.filed, Date.now())}`,
      )
    : null;
}
