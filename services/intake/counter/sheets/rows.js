// From a sheet's rows to filings: each row becomes a draft or says what is wrong with it, by column.

import { newDraft, newPaper, problemsOf, withProcedure, withValues } from "../draft.js";
import { bareIdentity } from "../fields.js";
import { fold } from "../fold.js";
import { headingOf, readHeadings, templateRows } from "./columns.js";

const MOST_ROWS = 5000;
const SERVICES = {
  "hai chieu": "BOTH",
  "ca hai": "BOTH",
  both: "BOTH",
  gui: "SEND",
  "chieu gui": "SEND",
  "gui ho so": "SEND",
  send: "SEND",
  tra: "RETURN",
  "chieu tra": "RETURN",
  "tra ket qua": "RETURN",
  return: "RETURN",
};
const YES = new Set(["co", "x", "yes", "true", "1"]);

/**
 * Reads rows ({line, cells}, headings first): {good: [{line, cells, draft}], bad: [{line, cells, problems: {field: reason}}],
 * headings, trouble}. ``trouble`` says why nothing could be read: {reason, names}. ``procedureOf`` gives a procedure by its code.
 */
export async function readRows(rows, { procedureOf, person, office, now }) {
  const [head, ...body] = rows;
  if (!head || body.length === 0) return nothing("SHEET_EMPTY");
  if (body.length > MOST_ROWS) return nothing("SHEET_TOO_LONG", [String(MOST_ROWS)]);
  const { fields, missing, doubled } = readHeadings(head.cells);
  if (missing.length) return nothing("COLUMNS_MISSING", missing);
  if (doubled.length) return nothing("COLUMNS_DOUBLED", doubled);
  const read = { good: [], bad: [], headings: head.cells, trouble: null };
  const seen = new Map();
  const example = templateRows()[1].join("\u0000");
  for (const { line, cells } of body) {
    if (cells.join("\u0000").startsWith(example)) continue; // nobody is filed for having left the example in
    const texts = Object.fromEntries(fields.map((field, at) => [field, cells[at] ?? ""]).filter(([field]) => field));
    const content = JSON.stringify(Object.entries(texts).sort());
    const times = (seen.get(content) ?? 0) + 1;
    seen.set(content, times);
    const id = await idOf(`${person}@${office}\n${times}\n${content}`);
    const { draft, problems } = await draftOf(texts, newDraft({ id, person, office, now }), procedureOf);
    if (Object.keys(problems).length) read.bad.push({ line, cells, problems });
    else read.good.push({ line, cells, draft });
  }
  return read;
}

function nothing(reason, names = []) {
  return { good: [], bad: [], headings: [], trouble: { reason, names } };
}

/** A request id out of a row's content: the same file read twice, by mistake or after a crash, files nothing twice. */
async function idOf(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).slice(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80; // UUID version 8: made by a rule of one's own (RFC 9562)
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

async function draftOf(texts, empty, procedureOf) {
  const procedure = await procedureOf(texts.procedure);
  let draft = procedure ? withProcedure(empty, procedure) : empty;
  const wrong = {};
  const papers = readPapers(texts.papers ?? "");
  if (papers === null) wrong.papers = "PAPERS_UNREADABLE";
  const service = texts.service ? (SERVICES[fold(texts.service)] ?? "") : draft.values.service;
  draft = withValues(draft, {
    ...(papers?.length ? { papers } : {}),
    service,
    place: texts.place,
    unitCode: /^\d{2}$|^\d{5}$/.test(texts.place) ? texts.place : "",
    fullName: texts.fullName,
    identityNumber: withZero(bareIdentity(texts.identityNumber), [8, 11]),
    phone: withZero(texts.phone, [9]),
    address: texts.address,
    fee: texts.fee || draft.values.fee,
    postage: texts.postage,
    weight: texts.weight,
    seal: texts.seal,
    label: texts.label ?? "",
    confirmDouble: YES.has(fold(texts.confirmDouble ?? "")),
  });
  if (texts.procedure && !procedure) wrong.procedure = "PROCEDURE_UNKNOWN";
  return { draft, problems: { ...problemsOf(draft), ...wrong } };
}

// Excel takes a number for a number and its leading zero for nothing. Every 12-digit identity number and every telephone number
// at home begins with one.
function withZero(text, lengths) {
  return /^[1-9]\d*$/.test(text) && lengths.includes(text.length) ? `0${text}` : text;
}

/** Papers out of "Đơn: 1 chính, 2 sao; Văn bằng: 2 sao"; [] of nothing, null of what cannot be read. */
export function readPapers(text) {
  const papers = [];
  for (const part of text
    .split(/;|\n/)
    .map((each) => each.trim())
    .filter(Boolean)) {
    const found = /^(.+?)\s*:\s*([^:]+)$/.exec(part);
    const paper = { ...newPaper(), name: found?.[1] ?? "" };
    for (const count of found?.[2].split(/,|\+| và /) ?? [""]) {
      const read = /^(\d{1,3}) ?(?:ban )?(chinh|goc|originals?|sao|copy|copies|photo)$/.exec(fold(count));
      if (!read) return null;
      paper[/^(chinh|goc|original)/.test(read[2]) ? "originals" : "copies"] = read[1];
    }
    papers.push(paper);
  }
  return papers;
}

/** What goes into the list of bad rows: headings, then each row as it came, its line and what is wrong. ``say`` words a problem. */
export function badRows(headings, bad, say) {
  const told = bad.map(({ line, cells, problems }) => [
    ...headings.map((_, at) => cells[at] ?? ""),
    String(line),
    Object.entries(problems)
      .map(([field, reason]) => `${headingOf(field)}: ${say(reason, field)}`)
      .join(" | "),
  ]);
  return [[...headings, "Dòng", "Cần sửa"], ...told];
}
