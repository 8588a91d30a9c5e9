// What came of a sheet: rows to mend, rows taken in, their labels.

import { button, h, put } from "../dom.js";
import { fieldOf } from "../steps.js";
import { groupCode } from "../../../foundation/pages/codes.js";
import { headingOf } from "../sheets/columns.js";
import { tell } from "./done.js";

/** What became of the good rows: the outbox knows what is refused or waits, the rest is filed. */
export async function outcome({ store, owner }, good) {
  const entries = new Map((await store.outbox(owner)).map((entry) => [entry.id, entry]));
  const codes = new Map((await store.filedCodes()).map((each) => [each.requestId, each]));
  const found = { filed: [], refused: [], waiting: [] };
  for (const row of good) {
    const entry = entries.get(row.draft.id);
    if (entry?.state === "refused")
      found.refused.push({ ...row, problems: { [fieldOf(entry.problem.field) || "procedure"]: entry.problem.reason } });
    else if (entry) found.waiting.push(row);
    else if (codes.has(row.draft.id)) found.filed.push({ ...row, codes: codes.get(row.draft.id) });
  }
  return found;
}

/** The rows to mend: number, column, what to do. */
export function table({ say, sayProblem }, wrong) {
  const head = h(
    "tr",
    {},
    ["line", "column", "whatToDo"].map((name) => h("th", { scope: "col" }, say(name))),
  );
  const body = wrong.flatMap(({ line, problems }) =>
    Object.entries(problems).map(([field, reason]) =>
      h("tr", {}, h("td", {}, String(line)), h("td", {}, headingOf(field)), h("td", {}, sayProblem(reason))),
    ),
  );
  return h(
    "section",
    {},
    h("h2", {}, say("badTitle")),
    h(
      "div",
      { class: "scrolls", tabindex: "0", role: "region", "aria-label": say("badTitle") },
      h("table", {}, h("thead", {}, head), h("tbody", {}, body)),
    ),
  );
}

/** The rows that were taken in, and their labels. */
export function filedRows(counter, filed) {
  const { say, printing } = counter;
  const told = h("p", { class: "hint", role: "status" });
  const unlabelled = filed.filter(({ draft }) => !draft.values.label);
  const print = () =>
    tell(
      told,
      say,
      printing,
      "printed",
      () =>
        printing.labels(
          unlabelled.map(({ codes }) => ({ filingId: codes.filingId, requestId: codes.requestId })),
          (count) => put(told, say("printedOf", count, unlabelled.length)),
        ),
      counter,
    );
  return h(
    "section",
    {},
    h("h2", {}, say("filedTitle")),
    unlabelled.length ? button(say("printAll", unlabelled.length), print, { kind: "go" }) : null,
    told,
    h(
      "ul",
      { class: "list" },
      filed.map(({ line, codes, draft }) =>
        h(
          "li",
          { class: "row" },
          h("span", { class: "when" }, say("row", line)),
          h("span", { class: "code" }, groupCode(codes.parcelCode)),
          h("span", { class: "what" }, draft.values.fullName),
        ),
      ),
    ),
  );
}
