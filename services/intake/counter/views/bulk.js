// Many filings from a sheet: good rows are taken in, bad rows are told by number, column and what to do, and can be saved.

import { button, download, h, mark, put } from "../dom.js";
import { filedRows, outcome, table } from "./bulk-result.js";
import { entryOf } from "../outbox.js";
import { templateRows } from "../sheets/columns.js";
import { money } from "../money.js";
import { parseCsv, writeCsv } from "../sheets/csv.js";
import { parseXlsx, writeXlsx } from "../sheets/xlsx.js";
import { badRows, readRows } from "../sheets/rows.js";
import { totals } from "../draft.js";

const TEMPLATE = "mau-nhan-ho-so";
const CSV = { type: "text/csv;charset=utf-8" };

export async function show(counter, root) {
  const { say } = counter;
  const file = h("input", {
    type: "file",
    id: "sheet",
    accept: ".xlsx,.csv,.txt,text/csv",
    onchange: () => file.files[0] && read(file.files[0]),
  });
  const told = h("p", { class: "note", role: "status" });
  const result = h("div", {});
  put(
    root,
    h("h1", {}, say("bulkTitle")),
    h(
      "p",
      { class: "tools" },
      h("label", { for: file.id }, say("chooseFile")),
      file,
      button(say("template"), () =>
        download(
          writeXlsx(templateRows(), { widths: templateRows()[1].map((text) => Math.max(14, text.length)) }),
          `${TEMPLATE}.xlsx`,
        ),
      ),
      button(say("templateCsv"), () => download(new Blob([writeCsv(templateRows())], CSV), `${TEMPLATE}.csv`)),
    ),
    h("p", { class: "hint" }, say("bulkAgain")),
    told,
    result,
  );
  let sheet = null;
  let sent = false;

  async function read(chosen) {
    [sheet, sent] = [null, false];
    put(result);
    let rows;
    try {
      rows = /\.xlsx$/i.test(chosen.name)
        ? await parseXlsx(await chosen.arrayBuffer())
        : parseCsv(new TextDecoder("utf-8", { fatal: true }).decode(await chosen.arrayBuffer()));
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      put(told, mark("trouble", counter.sayProblem("SHEET_UNREADABLE")));
      return;
    }
    const found = await understood(rows);
    if (!found) return;
    if (found.trouble) {
      put(told, mark("trouble", counter.sayProblem(found.trouble.reason, found.trouble.names.join(", "))));
      return;
    }
    sheet = { ...found, name: chosen.name };
    put(told, say("bulkRead", chosen.name, found.good.length, found.bad.length));
    await draw();
    result.querySelector("button")?.focus();
  }

  // Undefined if procedures would have to be asked for and there is no network.
  async function understood(rows) {
    const { person, place: office } = counter.badge;
    try {
      const procedureOf = (code) => counter.catalogue.known(code);
      return await readRows(rows, { procedureOf, person, office, now: new Date().toISOString() });
    } catch (problem) {
      if (typeof problem.reason !== "string") throw problem;
      put(told, mark("trouble", counter.sayProblem(problem.reason)));
      return undefined;
    }
  }

  async function take() {
    sent = true;
    const now = new Date().toISOString();
    // What is filed, or may be filed already and waits for its answer, keeps the request it was sent with.
    const waiting = (await counter.store.outbox(counter.owner)).filter(({ state }) => state === "waiting");
    const known = new Set([
      ...(await counter.store.filedCodes()).map(({ requestId }) => requestId),
      ...waiting.map(({ id }) => id),
    ]);
    const fresh = sheet.good.filter(({ draft }) => !known.has(draft.id));
    await counter.store.enqueue(
      fresh.map(({ draft, line }) =>
        entryOf(draft, now, { origin: { file: sheet.name, line }, offline: !counter.network.online }),
      ),
    );
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
    if (sent)
      put(
        told,
        mark(
          after.waiting.length ? "waiting" : "done",
          say("bulkDone", after.filed.length, after.refused.length, after.waiting.length),
        ),
      );
    put(
      result,
      good.length && !sent
        ? h(
            "p",
            { class: "buttons" },
            button(say("bulkFile", good.length), take, { kind: "go" }),
            h("span", {}, say("bulkToPay", money(toPay))),
          )
        : null,
      wrong.length ? table(counter, wrong) : null,
      wrong.length
        ? button(say("saveBad"), () =>
            download(
              new Blob([writeCsv(badRows(headings, wrong, counter.sayProblem))], CSV),
              `can-sua-${sheet.name.replace(/\.\w+$/, "")}.csv`,
            ),
          )
        : null,
      after.filed.length ? filedRows(counter, after.filed) : null,
    );
  }

  file.focus();
  return { changed: draw };
}
