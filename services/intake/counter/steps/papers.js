// Third step: the papers, counted together with the citizen. The published list stands ready; each line is confirmed or changed.

import { newPaper } from "../draft.js";
import { button, h, put, tell } from "../dom.js";
import { showError } from "./field.js";

export function build(form) {
  const { say } = form.counter;
  const lines = h("div", { class: "papers", role: "group", "aria-label": say("stepPapers") });
  const error = h("p", { class: "error", id: "f-papers-error" });
  const sum = h("p", { class: "sum", role: "status" });
  let shown = []; // the lines as drawn
  let drawn = ""; // for which list

  const change = (at, values) => {
    form.set({ papers: form.draft.values.papers.map((paper, other) => (other === at ? { ...paper, ...values } : paper)) });
  };
  const add = button(say("addPaper"), () => {
    form.set({ papers: [...form.draft.values.papers, { ...newPaper(), added: true }] });
    form.refresh();
    shown.at(-1).inputs[0].focus();
  });
  const draw = () => {
    shown = form.draft.values.papers.map((paper, at) => line(form, paper, at, (values) => change(at, values)));
    put(
      lines,
      head(say),
      shown.map((each) => each.element),
    );
  };

  return {
    body: [h("p", { class: "hint" }, say("papersHint")), lines, add, sum, error],
    // Enter walks down the originals, as the clerk counts; the copies are one Tab aside.
    inputs: () => shown.flatMap(({ inputs, walk }) => inputs.filter((input) => walk.includes(input))),
    async enter() {
      return true;
    },
    refresh() {
      const { papers } = form.draft.values;
      const list = `${form.draft.values.procedure?.code} ${papers.length}`;
      if (list !== drawn) draw();
      drawn = list;
      shown.forEach((each, at) => each.refresh(papers[at]));
      const total = (kind) => papers.reduce((all, paper) => all + (Number(paper[kind]) || 0), 0);
      tell(sum, say("papersSum", total("originals"), total("copies")));
      tell(error, form.shownProblem("papers"));
    },
    summary: ({ papers }) =>
      papers.some(({ originals, copies }) => Number(originals) || Number(copies))
        ? say(
            "papersSum",
            ...["originals", "copies"].map((kind) => papers.reduce((all, paper) => all + (Number(paper[kind]) || 0), 0)),
          )
        : "",
  };
}

function head(say) {
  return h(
    "div",
    { class: "paper head", "aria-hidden": "true" },
    h("span", {}, say("paper")),
    h("span", {}, say("originals")),
    h("span", {}, say("copies")),
  );
}

function line(form, paper, at, change) {
  const { say } = form.counter;
  const own = paper.name === "" || paper.added;
  const name = own
    ? cell(form, `papers[${at}].name`, say("paperName"), (value) => change({ name: value, added: true }))
    : h(
        "span",
        { class: "name" },
        paper.name,
        paper.conditional ? h("span", { class: "hint" }, ` (${say("conditional")})`) : null,
      );
  const counts = ["originals", "copies"].map((kind) =>
    cell(
      form,
      `papers[${at}].${kind}`,
      `${say(kind)}: ${own ? say("paperName") : paper.name}`,
      (value) => change({ [kind]: value }),
      "numeric",
    ),
  );
  const error = h("p", { class: "error", id: `f-papers[${at}]-error` });
  const inputs = own ? [name, ...counts] : counts;
  for (const input of inputs) input.setAttribute("aria-describedby", error.id);
  return {
    element: h("div", { class: "paper" }, name, counts, error),
    inputs,
    walk: own ? inputs : [counts[0]],
    refresh(now) {
      for (const input of inputs) {
        const kind = input.dataset.field.split(".")[1];
        if (input.value !== now[kind]) input.value = now[kind];
      }
      showError(
        form,
        inputs.map((input) => [input.dataset.field, input]),
        error,
      );
    },
  };
}

function cell(form, name, label, change, inputmode = "text") {
  const input = h("input", {
    id: `f-${name}`,
    "aria-label": label,
    autocomplete: "off",
    spellcheck: "false",
    inputmode,
    "data-field": name,
    class: inputmode === "numeric" ? "count" : "name",
    oninput: () => change(input.value),
    onfocus: () => input.select(),
  });
  return input;
}
