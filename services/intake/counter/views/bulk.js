// Many filings from a sheet: good rows are taken in, bad rows are told by number, column and what to do, and can be saved.

import { badRows } from "../sheets/rows.js";
import { button, download, h, mark, put } from "../dom.js";
import { entryOf } from "../outbox.js";
import { fieldOf } from "../steps.js";
import { groupCode } from "../../../foundation/pages/codes.js";
import { headingOf, templateRows } from "../sheets/columns.js";
import { money } from "../money.js";
import { parseCsv, writeCsv } from "../sheets/csv.js";
import { parseXlsx, writeXlsx } from "../sheets/xlsx.js";
import { readRows } from "../sheets/rows.js";
import { tell } from "./done.js";
import { totals } from "../draft.js";

const TEMPLATE = "mau-nhan-ho-so";
const CSV = { type: "text/csv;charset=utf-8" };

export async function show(counter, root) {
  const { say } = counter;
  const file = h("input", { type: "file", id: "sheet", accept: ".xlsx,.csv,.txt,text/csv", on: { change: () => file.files[0] && read(file.files[0]) } });
  const told = h("p", { class: "note", role: "status" });
  const result = h("div", {});
  put(root, h("h1", {}, say("bulkTitle")), h("p", { class: "tools" }, h("label", { for: file.id }, say("chooseFile")), file,
    button(say("template"), () => download(writeXlsx(templateRows(), { widths: templateRows()[1].map((text) => Math.max(14, text.length)) }), `${TEMPLATE}.xlsx`)),
    button(say("templateCsv"), () => download(new Blob([writeCsv(templateRows())], CSV), `${TEMPLATE}.csv`))),
  h("p", { class: "hint" }, say("bulkAgain")), told, result);
  let sheet = null;
  let sent = false;

  async function read(chosen) {
    [sheet, sent] = [null, false];
    put(result);
    let rows;
    try {
      rows = /\.xlsx$/i.test(chosen.name) ? await parseXlsx(await chosen.arrayBuffer()) : parseCsv(new TextDecoder("utf-8", { fatal: true }).decode(await chosen.arrayBuffer()));
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      put(told, mark("trouble", counter.sayProblem("SHEET_UNREADABLE")));
      return;
    }
    const { person, place: office } = counter.badge;
    const found = await readRows(rows, { procedureOf: (code) => counter.procedureOf(code), person, office, now: new Date().toISOString() });
    if (found.trouble) {
      put(told, mark("trouble", counter.sayProblem(found.trouble.reason, found.trouble.names.join(", "))));
      return;
    }
    sheet = { ...found, name: chosen.name };
    put(told, say("bulkRead", chosen.name, found.good.length, found.bad.length));
    await draw();
    result.querySelector("button")?.focus();
  }

  async function take() {
    sent = true;
    const now = new Date().toISOString();
    const known = new Set((await counter.store.filedCodes()).map(({ requestId }) => requestId));
    const fresh = sheet.good.filter(({ draft }) => !known.has(draft.id));
    await counter.store.enqueue(fresh.map(({ draft, line }) => entryOf(draft, now, { file: sheet.name, line })));
    await draw();
    await counter.sendAll();
    await draw();
    result.querySelector("button")?.focus();
  }

  async function draw() {
    if (!sheet) return;
    const { good, bad, headings } = sheet;
    const after = sent ? await outcome(counter, good) : { filed: [], refused: [], waiting: [] };
    const wrong = [...bad, ...after.refused].sort((one, other) => one.line - other.line);
    const toPay = good.reduce((sum, { draft }) => sum + totals(draft).sum, 0);
    if (sent) put(told, mark(after.waiting.length ? "waiting" : "done", say("bulkDone", after.filed.length, after.refused.length, after.waiting.length)));
    put(result,
      good.length && !sent ? h("p", { class: "buttons" }, button(say("bulkFile", good.length), take, { kind: "go" }), h("span", {}, say("bulkToPay", money(toPay)))) : null,
      wrong.length ? table(counter, wrong) : null,
      wrong.length ? button(say("saveBad"), () => download(new Blob([writeCsv(badRows(headings, wrong, counter.sayProblem))], CSV), `can-sua-${sheet.name.replace(/\.\w+$/, "")}.csv`)) : null,
      after.filed.length ? filedRows(counter, after.filed) : null);
  }

  file.focus();
  return { changed: draw };
}

// What became of the good rows: the outbox knows what is refused or waits, the rest is filed.
async function outcome({ store, owner }, good) {
  const entries = new Map((await store.outbox(owner)).map((entry) => [entry.id, entry]));
  const codes = new Map((await store.filedCodes()).map((each) => [each.requestId, each]));
  const found = { filed: [], refused: [], waiting: [] };
  for (const row of good) {
    const entry = entries.get(row.draft.id);
    if (entry?.state === "refused") found.refused.push({ ...row, problems: { [fieldOf(entry.problem.field) || "procedure"]: entry.problem.reason } });
    else if (entry) found.waiting.push(row);
    else if (codes.has(row.draft.id)) found.filed.push({ ...row, codes: codes.get(row.draft.id) });
  }
  return found;
}

function table({ say, sayProblem }, wrong) {
  const head = h("tr", {}, ["line", "column", "whatToDo"].map((name) => h("th", { scope: "col" }, say(name))));
  const body = wrong.flatMap(({ line, problems }) => Object.entries(problems).map(([field, reason]) =>
    h("tr", {}, h("td", {}, String(line)), h("td", {}, headingOf(field)), h("td", {}, sayProblem(reason)))));
  return h("section", {}, h("h2", {}, say("badTitle")), h("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": say("badTitle") }, h("table", {}, h("thead", {}, head), h("tbody", {}, body))));
}

function filedRows(counter, filed) {
  const { say, printing } = counter;
  const told = h("p", { class: "hint", role: "status" });
  const unlabelled = filed.filter(({ draft }) => !draft.values.label);
  const print = () => tell(told, say, printing, "printed", () => printing.labels(
    unlabelled.map(({ codes }) => ({ filingId: codes.filingId, requestId: codes.requestId })), (count) => put(told, say("printedOf", count, unlabelled.length))), counter);
  return h("section", {}, h("h2", {}, say("filedTitle")), unlabelled.length ? button(say("printAll", unlabelled.length), print, { kind: "go" }) : null, told,
    h("ul", { class: "list" }, filed.map(({ line, codes, draft }) => h("li", { class: "row" }, h("span", { class: "when" }, say("row", line)),
      h("span", { class: "code" }, groupCode(codes.parcelCode)), h("span", { class: "what" }, draft.values.fullName)))));
}
