// Office Open XML spreadsheets: the first sheet's cells as texts, formulas as their last result; and a template to fill in.
//
// The XML is read by a few expressions, since these files are written by machines and hold no markup of their own: no DTD, no
// CDATA, no comments with cells in them. A date is a number with a date's format; it is told as an ISO date.

import { openZip, writeZip } from "./zip.js";

const ENTITIES = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
const BUILT_IN_DATES = new Set([14, 15, 16, 17, 22, 27, 30, 36, 50, 57]);
const DAY_MS = 86_400_000;
const EPOCH = Date.UTC(1899, 11, 30); // Excel believes in 29 February 1900
const MOST_CELLS = 400_000;

/** Rows of the first sheet: {line, cells}; throws RangeError for what is no spreadsheet or too large. */
export async function parseXlsx(buffer) {
  const read = openZip(buffer);
  const sheet = await read(await firstSheet(read));
  if (sheet === undefined) throw new RangeError("no sheet");
  const shared = stringsOf((await read("xl/sharedStrings.xml")) ?? "");
  const dates = dateStyles((await read("xl/styles.xml")) ?? "");
  const rows = [];
  let cells = 0;
  for (const [, attributes, body = ""] of sheet.matchAll(/<(?:\w+:)?row\b([^>]*?)(?:\/>|>(.*?)<\/(?:\w+:)?row>)/gs)) {
    const line = Number(attribute(attributes, "r") ?? rows.length + 1);
    const found = cellsOf(body, shared, dates);
    cells += found.length;
    if (cells > MOST_CELLS) throw new RangeError("too many cells");
    if (found.some((text) => text.trim())) rows.push({ line, cells: found });
  }
  return rows;
}

async function firstSheet(read) {
  const book = (await read("xl/workbook.xml")) ?? "";
  const id = attribute(/<(?:\w+:)?sheet\b([^>]*)\/?>/.exec(book)?.[1] ?? "", "r:id");
  const relations = (await read("xl/_rels/workbook.xml.rels")) ?? "";
  for (const [, attributes] of relations.matchAll(/<(?:\w+:)?Relationship\b([^>]*)\/?>/g)) {
    if (attribute(attributes, "Id") !== id) continue;
    const target = attribute(attributes, "Target");
    return target.startsWith("/") ? target.slice(1) : `xl/${target}`;
  }
  return "xl/worksheets/sheet1.xml";
}

function cellsOf(row, shared, dates) {
  const cells = [];
  for (const [, attributes, body = ""] of row.matchAll(/<(?:\w+:)?c\b([^>]*?)(?:\/>|>(.*?)<\/(?:\w+:)?c>)/gs)) {
    const column = columnOf(attribute(attributes, "r") ?? "") ?? cells.length;
    if (column >= MOST_CELLS) throw new RangeError("too many cells");
    while (cells.length < column) cells.push("");
    cells[column] = textOf(attributes, body, shared, dates).trim();
  }
  return cells;
}

function textOf(attributes, body, shared, dates) {
  const type = attribute(attributes, "t");
  if (type === "inlineStr") return runs(body);
  const value = unescaped(/<(?:\w+:)?v\b[^>]*>(.*?)<\/(?:\w+:)?v>/s.exec(body)?.[1] ?? "");
  if (type === "s") return shared[Number(value)] ?? "";
  if (type === "b") return value === "1" ? "có" : "không";
  if (type === "e") return ""; // #N/A and its kin: nothing was written
  if (type === "str" || value === "") return value;
  if (dates.has(Number(attribute(attributes, "s") ?? -1))) return dateOf(Number(value));
  return numberOf(value);
}

/** "96185001234" of "9.6185001234E10": Excel writes long numbers so, a clerk never does. */
function numberOf(value) {
  const number = Number(value);
  return Number.isSafeInteger(number) ? String(number) : value;
}

function dateOf(serial) {
  return new Date(EPOCH + Math.floor(serial) * DAY_MS).toISOString().slice(0, 10);
}

function stringsOf(xml) {
  return Array.from(xml.matchAll(/<(?:\w+:)?si\b[^>]*?(?:\/>|>(.*?)<\/(?:\w+:)?si>)/gs), ([, body = ""]) => runs(body));
}

// Rich text comes in runs; how a word is spoken (rPh) is no part of it.
function runs(body) {
  const spoken = body.replace(/<(?:\w+:)?rPh\b.*?<\/(?:\w+:)?rPh>/gs, "");
  return Array.from(spoken.matchAll(/<(?:\w+:)?t\b[^>]*?(?:\/>|>(.*?)<\/(?:\w+:)?t>)/gs), ([, text = ""]) =>
    unescaped(text),
  ).join("");
}

function dateStyles(xml) {
  const own = new Set(
    Array.from(xml.matchAll(/<(?:\w+:)?numFmt\b([^>]*)\/?>/g), ([, attributes]) => attributes)
      .filter((attributes) => /[dy]/i.test((attribute(attributes, "formatCode") ?? "").replace(/"[^"]*"|\[[^\]]*\]/g, "")))
      .map((attributes) => Number(attribute(attributes, "numFmtId"))),
  );
  const formats = /<(?:\w+:)?cellXfs\b.*?<\/(?:\w+:)?cellXfs>/s.exec(xml)?.[0] ?? "";
  const styles = Array.from(formats.matchAll(/<(?:\w+:)?xf\b([^>]*)/g), ([, attributes]) =>
    Number(attribute(attributes, "numFmtId")),
  );
  return new Set([...styles.keys()].filter((style) => BUILT_IN_DATES.has(styles[style]) || own.has(styles[style])));
}

function columnOf(reference) {
  const letters = /^[A-Z]{1,3}/.exec(reference)?.[0];
  return letters && Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function attribute(text, name) {
  const found = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(text);
  return found ? unescaped(found[1]) : undefined;
}

function unescaped(text) {
  return text
    .replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
      if (name) return ENTITIES[name] ?? whole;
      const point = hex ? parseInt(hex, 16) : Number(decimal);
      return point <= 0x10ffff ? String.fromCodePoint(point) : "";
    })
    .normalize("NFC");
}

function escaped(text) {
  return String(text).replace(/[<>&"]/g, (letter) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" })[letter]);
}

/** A spreadsheet of texts: its cells are of the format "text", so that numbers keep their leading zeros. */
export function writeXlsx(rows, { widths = [] } = {}) {
  const cells = (row) =>
    row.map((text) => `<c t="inlineStr" s="1"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`).join("");
  const columns = widths
    .map((width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" style="1" customWidth="1"/>`)
    .join("");
  const space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const packages = "http://schemas.openxmlformats.org/package/2006";
  const types = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  return writeZip({
    "[Content_Types].xml": `${head}<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${types}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${types}.styles+xml"/></Types>`,
    "_rels/.rels": `${head}<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `${head}<workbook ${space} xmlns:r="${relations}"><sheets><sheet name="Hồ sơ" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `${head}<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
    "xl/styles.xml": `${head}<styleSheet ${space}><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="49" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    "xl/worksheets/sheet1.xml": `${head}<worksheet ${space}>${columns ? `<cols>${columns}</cols>` : ""}<sheetData>${rows.map((row) => `<row>${cells(row)}</row>`).join("")}</sheetData></worksheet>`,
  });
}
